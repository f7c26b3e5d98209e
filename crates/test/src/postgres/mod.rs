//! PostgreSQL for tests: the server that the environment names, or one of the tests' own.

mod address;
#[cfg(feature = "database")]
mod databases;
mod pgbouncer;
mod programs;
mod server;
#[cfg(feature = "database")]
mod statements;

pub use address::{VARIABLE, named_server};
#[cfg(feature = "database")]
pub(crate) use databases::ScratchDatabase;
pub use pgbouncer::{PgBouncer, PoolMode};
pub use programs::{installed, pgbouncer_installed};
pub use server::{PostgresServer, Stop};
