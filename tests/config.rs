//! Acceptance tests: config.
