//! Acceptance tests: cli.
