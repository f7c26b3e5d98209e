//! Acceptance tests: the database.

mod given;
mod units;
