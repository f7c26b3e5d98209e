//! Acceptance tests: migrations.
