//! Acceptance tests: db.
