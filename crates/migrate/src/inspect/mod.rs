//! Reads the schema of a live database into a [`Schema`](groundwork_schema::model::Schema), with the name of every constraint.
//!
//! PostgreSQL describes everything in its catalogs. SQLite keeps the text of each `CREATE` statement,
//! which is read by a real parser: its pragmas know neither the names of constraints nor checks.
//! What has no place in the model is listed in [`Schema::unsupported`](groundwork_schema::model::Schema::unsupported), never left out in silence.

mod error;
pub(crate) mod postgres;
mod reading;
mod rows;
mod sizes;
mod sqlite;

pub use error::InspectError;
pub use postgres::census;
pub use reading::schema;
pub(crate) use sizes::row_counts;
pub(crate) use sqlite::{SqliteStatement, statements as sqlite_statements};
