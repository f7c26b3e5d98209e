//! Acceptance tests: runs.
