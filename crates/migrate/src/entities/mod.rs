//! Entities from the schema: a scratch database that the migrations bring up to date is read, and
//! its tables become SeaORM models with ids and enums of their own types, a folder per domain.
//!
//! The same files come out of SQLite and PostgreSQL, byte for byte, and come out again whenever
//! nothing has changed; a check in CI can therefore prove that the committed ones are current. A
//! [`TypeMap`] assigns tables to domains and types to columns.
//!
//! ```no_run
//! # use groundwork_migrate::{entities::{self, TypeMap}, scratch::{Place, Scratch}};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let map = TypeMap::parse("[shop]\ntables = [\"orders\"]").map_err(entities::GenerateError::TypeMap)?;
//! let scratch = Scratch::open(&Place::Sqlite).await?;
//! // … run the migrations on scratch.connection() …
//! let tree = entities::generate(scratch.connection(), &map).await?;
//! let differences = tree.compare("entity/src".as_ref())?;
//! tree.apply("entity/src".as_ref(), &differences)?;
//! scratch.close().await?;
//! # Ok(())
//! # }
//! ```

mod column_type;
mod command;
mod error;
mod facts;
mod fields;
mod generate;
mod init;
mod keys;
mod model;
pub(crate) mod names;
mod plan;
mod relations;
mod rust_type;
mod tree;
mod type_map;
mod types;
pub(crate) mod value_list;

pub use command::{Action, Entities, EntitiesError, Outcome};
pub(crate) use command::{TYPE_MAP, nearest_entity_crate, server};
pub use error::GenerateError;
pub use generate::generate;
pub(crate) use generate::of_schema;
pub(crate) use plan::matches;
pub use tree::{Change, Difference, Tree};
pub use type_map::{Problem, TypeMap};
