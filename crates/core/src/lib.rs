//! The foundation of a Groundwork service: configuration, the durable database, the file store,
//! and, under the feature `services`, the domains built on them.
//!
//! Without the feature `services` this crate is the bare foundation that a downstream crate takes;
//! it then knows no domain and does not depend on the generated entities.
//!
//! - [`config`]: a typed value for each key, from flags, variables and files, with its origin.
//! - [`db`]: [`Database`](db::Database), [`Reader`](db::Reader) and [`UnitOfWork`](db::UnitOfWork),
//!   on SQLite and on PostgreSQL; SeaORM's calls take each of them.
//! - [`files`]: a store whose files never disagree with the rows.
//! - [`page`]: lists in pages. [`clock`]: the one source of time and of ids. [`log`]: where events go.
//! - [`error`]: what an error says about itself.
//!
//! ```
//! use groundwork_core::{
//!     clock::Clock,
//!     config::{self, Namespace, Sources},
//!     db::{Database, DbError, Doing as _},
//! };
//! use sea_orm::ConnectionTrait;
//! # use groundwork_naming::Convention;
//! # const CONVENTION: Convention = Convention {
//! #     primary_key: "pk_{table}", foreign_key: "fk_{table}_{columns}_{referred_table}",
//! #     unique: "uq_{table}_{columns}", check: "ck_{table}_{rule}",
//! #     index: "ix_{table}_{columns}", not_null: "nn_{table}_{columns}",
//! # };
//!
//! /// A service holds what it needs.
//! struct Books {
//!     db: Database,
//!     clock: Clock,
//! }
//!
//! impl Books {
//!     async fn add(&self, title: &str) -> Result<(), DbError> {
//!         let sql = format!("INSERT INTO books VALUES ('{}', '{title}')", self.clock.new_id());
//!         let sql = sql.as_str();
//!         // A unit of work, which is repeated after a deadlock or a lost connection.
//!         self.db
//!             .write(|work| async move {
//!                 work.execute_unprepared(sql).await.doing("adding a book")?;
//!                 Ok(())
//!             })
//!             .await
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}/shop.db", folder.path().display());
//! // A program takes `Sources::from_process(…)`, or lets `groundwork-cli` do all of this.
//! let sources = Sources::new(Namespace::new("shop")).with_flag("--database-url", "database.url", url);
//! let config = config::load::<()>(&sources)?.config;
//! let db = Database::open(&config.database, CONVENTION).await?;
//! # db.execute_unprepared("CREATE TABLE books (id text, title text)").await?;
//! let books = Books { db, clock: Clock::system() };
//! books.add("Dune").await?;
//! # Ok(())
//! # }
//! ```

pub mod clock;
pub mod config;
pub mod db;
pub mod files;
mod folder;
#[cfg(feature = "services")]
mod json;
pub mod log;
pub mod page;
#[cfg(feature = "services")]
pub mod services;
#[cfg(feature = "services")]
pub mod source;

pub use groundwork_error as error;
