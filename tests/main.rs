//! The acceptance tests: what the parts and the programs promise, on SQLite and on PostgreSQL.

mod cli;
mod config;
mod db;
mod entities;
mod files;
mod http;
mod migrations;
mod runs;
mod studio;
