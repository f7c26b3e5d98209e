//! Acceptance tests: studio.
