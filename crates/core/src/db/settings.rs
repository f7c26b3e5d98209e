//! What the engine itself reports about its connections, for `doctor` and for tests.

use std::{collections::BTreeMap, sync::Arc};

use sea_orm::sqlx::{self, Row as _, SqliteConnection};

use super::{
    database::{Database, Pools},
    error::DbError,
    failure,
    postgres::Pool,
    sqlite::{Readers, WriterPermit},
};

/// What SQLite is asked about each connection.
const PRAGMAS: [&str; 7] = [
    "journal_mode",
    "synchronous",
    "foreign_keys",
    "busy_timeout",
    "recursive_triggers",
    "query_only",
    "wal_autocheckpoint",
];

/// What PostgreSQL is asked in a transaction on each connection.
const SETTINGS: [&str; 11] = [
    "application_name",
    "default_transaction_read_only",
    "default_transaction_isolation",
    "fsync",
    "full_page_writes",
    "lock_timeout",
    "statement_timeout",
    "synchronous_commit",
    "synchronous_standby_names",
    "TimeZone",
    "transaction_read_only",
];

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Units of work.
    Writer,
    /// Reads.
    Reader,
}

/// The settings of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// What the connection is for.
    pub role: Role,
    /// Name and value, as the engine reports them. `synchronous` is 2 for `FULL`. On PostgreSQL these
    /// are the values in a unit of work, or in a read.
    pub values: BTreeMap<&'static str, String>,
}

impl Database {
    /// Asks every connection that the pools may hold, opening those that are not open yet, as far as
    /// the server allows. It waits until each is free.
    ///
    /// # Errors
    /// [`DbError::Database`] if a connection does not become free in time, or does not answer.
    pub async fn settings(&self) -> Result<Vec<ConnectionSettings>, DbError> {
        let asked = match &self.inner.pools {
            Pools::Sqlite {
                writer, readers, ..
            } => {
                let mut permit = writer.permit().await?;
                let writer = ask_the_writer(&mut permit).await;
                both(writer, ask_readers(readers).await)
            }
            Pools::Postgres(pools) => {
                let units = ask_postgres(&pools.units, Role::Writer).await;
                let mut all = both(units, ask_postgres(&pools.readers, Role::Reader).await);
                // One that is left out is not needed.
                if let Some(replica) = pools.replica.as_ref().filter(|it| it.is_used()) {
                    all = both(all, ask_postgres(replica.pool(), Role::Reader).await);
                }
                all
            }
            // It has no connections of its own.
            Pools::RolledBack(_) => Ok(Vec::new()),
        };
        asked.map_err(|error| DbError::Database {
            doing: "asking for the settings",
            source: failure::wrapped(error),
        })
    }
}

type Asked = Result<Vec<ConnectionSettings>, sqlx::Error>;

fn both(writers: Asked, readers: Asked) -> Asked {
    let mut all = writers?;
    all.extend(readers?);
    Ok(all)
}

async fn ask_the_writer(permit: &mut WriterPermit) -> Asked {
    let connection = permit.connection().await?;
    let mut connection = connection.lock().await;
    Ok(vec![ask_sqlite(&mut connection, Role::Writer).await?])
}

async fn ask_readers(readers: &Arc<Readers>) -> Asked {
    let mut all = Vec::new();
    for connection in readers.all().await? {
        let mut connection = connection.lock().await;
        all.push(ask_sqlite(&mut connection, Role::Reader).await?);
    }
    Ok(all)
}

async fn ask_sqlite(
    connection: &mut SqliteConnection,
    role: Role,
) -> Result<ConnectionSettings, sqlx::Error> {
    let mut values = BTreeMap::new();
    for name in PRAGMAS {
        let sql = sqlx::AssertSqlSafe(format!("PRAGMA {name}"));
        let row = sqlx::query(sql).fetch_one(&mut *connection).await?;
        // Unchecked: SQLite turns its numbers into text by itself.
        values.insert(name, row.try_get_unchecked(0)?);
    }
    Ok(ConnectionSettings { role, values })
}

async fn ask_postgres(pool: &Pool, role: Role) -> Asked {
    let begin = match role {
        Role::Reader if pool.is_behind_a_pooler() => "BEGIN READ ONLY",
        Role::Writer | Role::Reader => "BEGIN",
    };
    let mut all = Vec::new();
    for mut connection in pool.acquire_all().await? {
        let values = connection.settings(begin, SETTINGS).await?;
        let values = SETTINGS.into_iter().zip(values).collect();
        all.push(ConnectionSettings { role, values });
    }
    Ok(all)
}
