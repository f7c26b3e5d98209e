//! A table as plain data, and the statements that create it: the same on SQLite and on PostgreSQL,
//! with every constraint named by a [`Convention`](groundwork_naming::Convention).
//!
//! Migrations keep their tables and triggers as constants, so that one can be read like a table of
//! contents. SeaORM's own builder cannot do this: on SQLite it drops the names of foreign keys.
//! Such a constant *declares* a table in words of both engines; [`Table::model`] gives the
//! [`model::Table`](crate::model::Table) that it is on one of them, from which the SQL is written.
//!
//! ```
//! use groundwork_naming::{Convention, Engine};
//! use groundwork_schema::table::{Column, ForeignKey, Kind, OnDelete, Table};
//! # const CONVENTION: Convention = Convention {
//! #     primary_key: "pk_{table}", foreign_key: "fk_{table}_{columns}_{referred_table}",
//! #     unique: "uq_{table}_{columns}", check: "ck_{table}_{rule}",
//! #     index: "ix_{table}_{columns}", not_null: "nn_{table}_{columns}",
//! # };
//!
//! const BOOKS: Table = Table {
//!     name: "books",
//!     columns: &[
//!         Column::required("id", Kind::Uuid),
//!         Column::required("author_id", Kind::Uuid),
//!         Column::optional("subtitle", Kind::Text),
//!     ],
//!     primary_key: &["id"],
//!     foreign_keys: &[ForeignKey {
//!         columns: &["author_id"],
//!         table: "authors",
//!         referred_columns: &["id"],
//!         on_delete: OnDelete::Cascade,
//!         ..ForeignKey::DEFAULT
//!     }],
//!     ..Table::DEFAULT
//! };
//!
//! let statements = BOOKS.create(&CONVENTION, Engine::Sqlite);
//! assert!(statements[0].contains(r#"CONSTRAINT "fk_books_author_id_authors""#));
//! assert_eq!(
//!     statements[1],
//!     r#"CREATE INDEX "ix_books_author_id" ON "books" ("author_id")"#,
//! );
//! ```

mod apply;
mod column;
mod comment;
mod constraint;
mod declaration;
mod files;
mod index;
mod model;
mod partition;
mod per_engine;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;
mod trigger;

pub use crate::model::{Action as OnDelete, Action as OnUpdate, Timing as ConstraintTiming};
pub use column::{Column, Kind, Presence};
pub(crate) use comment::statement as comment;
pub use constraint::{Check, Condition, ForeignKey, Nulls, Unique};
pub use declaration::Table;
pub use files::{FileColumn, file_roots, file_trash};
pub use index::{Index, IndexKey, IndexMethod};
pub(crate) use model::condition;
pub use partition::{Partition, PartitionBy, PartitionRows, Partitioning};
pub use per_engine::PerEngine;
pub(crate) use postgres::kind as postgres_kind;
pub(crate) use sqlite::kind as sqlite_kind;
pub use trigger::{Each, Event, PostgresTrigger, Timing, Trigger, TriggerFunction, Triggers};
