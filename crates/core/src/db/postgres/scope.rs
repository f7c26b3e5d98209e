//! Where the limits of a connection are set: when it begins, or by each transaction.
//!
//! A pooler such as PgBouncer hands one session of the server to several clients, in transaction
//! mode from one transaction to the next. It refuses the parameters that it does not know when a
//! connection begins, or passes them over where `ignore_startup_parameters` names them. Then
//! nothing may stay on a session: a transaction sets its limits for itself by `SET LOCAL`, a read
//! is a transaction that only reads, and a statement is prepared without a name, since a named one
//! would be another client's (docs/design/082-behind-a-pooler.md).

use std::sync::atomic::{AtomicU8, Ordering};

use sea_orm::sqlx::{self, Row as _};
use sqlx::{Executor as _, PgConnection};

use crate::db::failure;

/// Where the limits of a connection are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// When it begins: they hold until it ends.
    Session = 1,
    /// By each transaction: a pooler is in between.
    Transaction = 2,
}

impl Scope {
    /// Asks whether the settings that a connection began with have reached the server.
    pub(super) async fn of(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let question = "SELECT source = 'client' FROM pg_settings WHERE name = 'lock_timeout'";
        let row = connection.fetch_one(sqlx::raw_sql(question)).await?;
        Ok(match row.try_get(0)? {
            true => Self::Session,
            false => Self::Transaction,
        })
    }
}

/// What is known of the scope, by all who share a server.
#[derive(Debug, Default)]
pub(super) struct KnownScope(AtomicU8);

impl KnownScope {
    /// `None` before there was a connection.
    pub(super) fn get(&self) -> Option<Scope> {
        let known = self.0.load(Ordering::Relaxed);
        [Scope::Session, Scope::Transaction]
            .into_iter()
            .find(|scope| *scope as u8 == known)
    }

    pub(super) fn set(&self, scope: Scope) {
        let before = self.0.swap(scope as u8, Ordering::Relaxed);
        if scope == Scope::Transaction && before != scope as u8 {
            tracing::info!("a pooler is in front of PostgreSQL: each transaction sets its limits");
        }
    }
}

/// PgBouncer took a connection for malformed because of a parameter that it does not know.
pub(super) fn is_refused_by_a_pooler(error: &sqlx::Error) -> bool {
    failure::postgres(error).is_some_and(|error| {
        error.code() == "08P01" && error.message().contains("startup parameter")
    })
}
