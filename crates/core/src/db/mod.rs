//! The database: one durable place for rows, on SQLite or on PostgreSQL.
//!
//! This module is the only home of PRAGMAs and pool settings; no other names a connection of
//! SeaORM's. Reads go through [`Database::reader`], changes through [`Database::begin`]:
//!
//! ```no_run
//! # use groundwork_core::{config, db::{Database, DbError}};
//! # use sea_orm::ConnectionTrait;
//! # async fn example(db: Database) -> Result<(), Box<dyn std::error::Error>> {
//! let work = db.begin().await?;
//! work.execute_unprepared("DELETE FROM scenes").await?;
//! work.commit().await?; // now it is on disk
//!
//! let rows = db.reader();
//! rows.execute_unprepared("SELECT count(*) FROM scenes").await?;
//! # Ok(())
//! # }
//! ```
//!
//! SeaORM's own code takes all three: a statement on the [`Database`] itself is a unit of its own, a
//! transaction begun on it is a unit of work, one on a [`Reader`] is a snapshot, and one on a
//! [`UnitOfWork`] is a savepoint. [`DbError`] becomes SeaORM's `DbErr` by `?`.
//!
//! What is promised: a commit that was acknowledged is on disk; a unit that was not committed
//! leaves nothing behind; and nobody ever sees "database is locked". Units that write on SQLite
//! queue first come, first served within the process; across processes, which SQLite's lock keeps
//! apart, they wait as long as `database.acquire_timeout_ms` says and then get
//! [`DbError::TimedOut`].

mod autocommit;
mod backend;
mod commit_watch;
mod database;
mod error;
mod failure;
mod measure;
mod metrics;
mod observe;
mod open_error;
mod postgres;
mod reader;
mod retry;
mod rows;
mod session;
mod settings;
mod sized;
mod sql;
mod sqlite;
mod transactions;
mod unit;
mod unit_connection;
mod violation;

pub use groundwork_naming::{Capabilities, Engine};

pub use self::{
    commit_watch::CommitWatch,
    database::{
        Database, Description, connect_for_migration, connect_for_replacement, file, may_exist,
    },
    error::{DbError, Doing, kind_of},
    open_error::OpenError,
    postgres::{CopyRows, Limits, ReplicaReport, ReplicaState},
    reader::Reader,
    rows::Rows,
    settings::{ConnectionSettings, Role},
    sized::UnitSize,
    sqlite::{Holder, ServerLock},
    unit::UnitOfWork,
    violation::{Violation, ViolationKind},
};
