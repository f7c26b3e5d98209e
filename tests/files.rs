//! Acceptance tests: files.
