//! The acceptance tests: what the parts and the programs promise, on SQLite and on PostgreSQL.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod atlas;
mod cli;
mod config;
mod db;
mod durability;
mod entities;
mod evolve;
mod files;
mod guide;
mod http;
mod migrations;
mod rebuild;
mod runs;
mod schema;
mod signals;
mod studio;
