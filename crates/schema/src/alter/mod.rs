//! Changes of a table that exists, as plain calls for migrations: the same on SQLite and on
//! PostgreSQL, with names by the [`Convention`](groundwork_naming::Convention).
//!
//! PostgreSQL has a statement for each. SQLite has few: a column is added, renamed or dropped by
//! statements where they suffice, everything else goes through one rebuild of the table, however
//! many changes there are. It keeps every row, index, trigger, view and foreign key of every
//! table, and checks so before it is done.
//!
//! ```
//! use groundwork_schema::{alter::Alter, table::{Column, Kind}};
//! # use groundwork_naming::{Convention, Engine};
//! # const CONVENTION: Convention = Convention {
//! #     primary_key: "pk_{table}", foreign_key: "fk_{table}_{columns}_{referred_table}",
//! #     unique: "uq_{table}_{columns}", check: "ck_{table}_{rule}",
//! #     index: "ix_{table}_{columns}", not_null: "nn_{table}_{columns}",
//! # };
//! # async fn up(manager: &sea_orm_migration::SchemaManager<'_>) -> Result<(), sea_orm::DbErr> {
//! Alter::table("scenes")
//!     .add_column_filled(Column::required("mood", Kind::Text), "'calm'")
//!     .change_type("duration_ms", Kind::Double)
//!     .set_required("duration_ms")
//!     .drop_check("duration_ms")
//!     .apply(manager, &CONVENTION)
//!     .await
//! # }
//! ```
//!
//! Rows that do not fulfil what a change demands are an error that says which table, which rule
//! and how many rows; nothing is changed then. Changes are made in the order of the calls, and
//! [`Alter::reverse`] gives those that take them back, where the calls say enough.

mod calls;
mod change;
mod convert;
mod named;
mod postgres;
mod precondition;
mod reverse;
mod sqlite;
mod table_rebuild;

pub use calls::Alter;
pub use named::Named;
pub use reverse::NoWayBack;
