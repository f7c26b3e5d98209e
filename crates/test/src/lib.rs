//! What the tests of a service on Groundwork start from.
//!
//! A test takes the engine as a parameter and runs once on each. A [`Template`] names the
//! migrations; each test is given a database of its own, a copy of the migrated one. A
//! [`TestClient`] sends requests to the service's router, without a socket.
//!
//! ```
//! use axum::{Router, extract::State, routing::get};
//! use groundwork_core::db::Database;
//! use groundwork_naming::Convention;
//! use groundwork_test::{Engine, Template, TestClient, on_both_engines};
//! use sea_orm_migration::MigrationTrait;
//!
//! const CONVENTION: Convention = Convention {
//!     primary_key: "pk_{table}",
//!     foreign_key: "fk_{table}_{columns}_{referred_table}",
//!     unique: "uq_{table}_{columns}",
//!     check: "ck_{table}_{rule}",
//!     index: "ix_{table}_{columns}",
//!     not_null: "nn_{table}_{columns}",
//! };
//!
//! fn migrations() -> Vec<Box<dyn MigrationTrait>> {
//!     vec![/* Box::new(m20260101_000000_create_books::Migration), … */]
//! }
//!
//! static SHOP: Template = Template::new(CONVENTION, migrations);
//!
//! fn routes(db: Database) -> Router {
//!     let engine = |State(db): State<Database>| async move { db.engine().to_string() };
//!     Router::new().route("/engine", get(engine)).with_state(db)
//! }
//!
//! #[on_both_engines]
//! async fn the_service_names_its_engine(engine: Engine) {
//!     let scratch = SHOP.copy(engine).await;
//!     let client = TestClient::new(routes(scratch.open().await));
//!     let response = client.get("/engine").await;
//!     assert_eq!(response.body, engine.name());
//! }
//! ```
//!
//! The databases on PostgreSQL are made on the server that `TEST_DATABASE_URL` names. Where it
//! names none, each test executable starts a server for itself, which ends with it.
//!
//! With `default-features = false` only [`postgres`] remains, for a program that starts a server
//! and runs tests.
#![cfg_attr(
    feature = "database",
    expect(
        clippy::expect_used,
        reason = "a harness has nobody to return an error to: it fails the test with a sentence"
    )
)]

// So that the attribute works in the tests of this crate too.
extern crate self as groundwork_test;

#[cfg(feature = "database")]
mod client;
#[cfg(feature = "database")]
mod config;
pub mod postgres;
#[cfg(feature = "database")]
mod rolled_back;
#[cfg(feature = "database")]
mod scratch;
#[cfg(feature = "database")]
mod template;

#[cfg(feature = "database")]
pub use client::{TestClient, TestResponse};
#[cfg(feature = "database")]
pub use config::database_config;
#[cfg(feature = "database")]
pub use groundwork_naming::Engine;
#[cfg(feature = "database")]
pub use groundwork_test_macros::on_both_engines;
#[cfg(feature = "database")]
pub use rolled_back::RolledBack;
#[cfg(feature = "database")]
#[doc(hidden)]
pub use rstest;
#[cfg(feature = "database")]
pub use scratch::Scratch;
#[cfg(feature = "database")]
pub use template::Template;
