//! The harness of the acceptance tests: both engines, scratch databases that clean up after
//! themselves, and the programs run as a user would run them.
//!
//! A test runs on both engines, and arranges its fixtures with a few words:
//!
//! ```ignore
//! #[on_both_engines]
//! async fn a_stored_row_comes_back(engine: Engine) {
//!     let scratch = Scratch::empty(engine).await;
//!     // scratch.url() is the database, scratch.dir() a folder; both go when `scratch` goes
//! }
//! ```
#![expect(
    clippy::expect_used,
    reason = "a harness has nobody to hand an error to: it fails the test with a sentence"
)]

pub mod given;
pub mod guide;
pub mod load;
mod numbers;
mod plan;
pub mod production;
mod program;
pub mod recipes;
mod request;
mod server;
pub mod shop;
mod wait;

pub use groundwork_test::{
    Engine, Scratch, on_both_engines,
    postgres::{PgBouncer, PoolMode, PostgresServer, Stop},
};
pub use numbers::{Numbers, cancellations};
pub use plan::plan;
pub use program::{Home, Outcome, Program};
pub use request::send;
pub use server::Server;
pub use wait::wait_until;
