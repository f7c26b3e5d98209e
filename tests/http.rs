//! Acceptance tests: http.
