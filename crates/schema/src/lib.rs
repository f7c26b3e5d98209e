//! A schema as data, and the migrations that change it: tables, changes of tables, the runner that
//! applies them under a lock, and backups before a step that loses rows. It knows no domain.
//!
//! A migration is one of sea-orm-migration's. What it does to tables is data: [`table`] creates them,
//! [`alter`] changes them, each on both engines and with computed names. [`run`] applies a list of
//! migrations, each in one transaction. The command around this is `groundwork-migrate`.
//!
//! ```
//! use groundwork_naming::Convention;
//! use groundwork_schema::{
//!     run::{self, Goal, Settings},
//!     table::{Column, Kind, Table},
//! };
//! use sea_orm::Database;
//! use sea_orm_migration::prelude::*;
//!
//! # const CONVENTION: Convention = Convention {
//! #     primary_key: "pk_{table}",
//! #     foreign_key: "fk_{table}_{columns}_{referred_table}",
//! #     unique: "uq_{table}_{columns}",
//! #     check: "ck_{table}_{rule}",
//! #     index: "ix_{table}_{columns}",
//! #     not_null: "nn_{table}_{columns}",
//! # };
//! const BOOKS: Table = Table {
//!     name: "books",
//!     columns: &[
//!         Column::required("id", Kind::Uuid),
//!         Column::required("title", Kind::Text),
//!     ],
//!     primary_key: &["id"],
//!     ..Table::DEFAULT
//!  };
//!
//! struct CreateBooks;
//!
//! impl MigrationName for CreateBooks {
//!     fn name(&self) -> &str {
//!         "m20260101_000000_create_books"
//!     }
//! }
//!
//! #[async_trait::async_trait]
//! impl MigrationTrait for CreateBooks {
//!     async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
//!         BOOKS.create_with(manager, &CONVENTION).await
//!     }
//!
//!     async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
//!         BOOKS.drop_with(manager).await
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let migrations: Vec<Box<dyn MigrationTrait>> = vec![Box::new(CreateBooks)];
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}?mode=rwc", folder.path().join("shop.db").display());
//! let connection = Database::connect(url).await?;
//! assert_eq!(run::pending(&connection, &migrations).await?.len(), 1);
//! run::up(&connection, &migrations, Goal::All, &Settings::new(&CONVENTION)).await?;
//! assert_eq!(run::pending(&connection, &migrations).await?.len(), 0);
//! # Ok(())
//! # }
//! ```

pub mod alter;
pub mod backup;
mod migration;
pub mod model;
mod object;
mod rebuild;
pub mod record;
pub mod run;
pub mod sql;
pub mod table;
