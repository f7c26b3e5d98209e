//! Acceptance tests: entities.
