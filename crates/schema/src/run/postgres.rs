//! What a run does on PostgreSQL alone.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    Statement, TransactionOptions, TransactionTrait,
};

use super::{
    RunError, Settings,
    history_table::{self, Form},
    retry,
};
use crate::{migration::HISTORY_TABLE as TABLE, sql::identifier};

/// Advisory locks belong to one database, so that one key serves all; it is this table's.
pub(super) const LOCK_KEY: &str = "hashtextextended('seaql_migrations', 0)";

/// Gives back the lock of a session, and its settings.
pub(super) async fn release(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let sql = "RESET lock_timeout; RESET statement_timeout; RESET client_connection_check_interval; \
               SELECT pg_catalog.pg_advisory_unlock_all()";
    connection.execute_unprepared(sql).await.map(drop)
}

/// Lets PostgreSQL notice within half a second that this process is gone, also in the middle of a
/// long statement, so that its locks are free again. Older servers, and those on systems that
/// cannot, refuse; there a statement runs to its end first.
async fn watch_for_death(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    const TRIED: &str = "SAVEPOINT watch; SET LOCAL client_connection_check_interval = 500; \
                         RELEASE SAVEPOINT watch";
    if transaction.execute_unprepared(TRIED).await.is_err() {
        let undone = "ROLLBACK TO SAVEPOINT watch; RELEASE SAVEPOINT watch";
        transaction.execute_unprepared(undone).await?;
    }
    Ok(())
}

/// The same for a session, until it is [released](release).
pub(super) async fn watch_session_for_death(connection: &DatabaseConnection) {
    let sql = "SET client_connection_check_interval = 500";
    connection.execute_unprepared(sql).await.ok();
}

/// One attempt at the lock; `None` if another process holds it.
pub(super) async fn try_begin(
    connection: &DatabaseConnection,
    settings: &Settings<'_>,
) -> Result<Option<DatabaseTransaction>, RunError> {
    // What was committed while this process waited must be seen.
    let options = TransactionOptions {
        isolation_level: Some(IsolationLevel::ReadCommitted),
        ..TransactionOptions::default()
    };
    let begun = connection.begin_with_options(options).await;
    let transaction = begun.map_err(RunError::database("beginning a migration"))?;
    if ask_for_lock(&transaction, "pg_try_advisory_xact_lock").await? {
        limit(&transaction, "SET LOCAL", settings).await?;
        let watched = watch_for_death(&transaction).await;
        watched.map_err(RunError::database("beginning a migration"))?;
        return Ok(Some(transaction));
    }
    let ended = transaction.rollback().await;
    ended.map_err(RunError::database("beginning a migration"))?;
    Ok(None)
}

/// Limits how long statements take and wait on PostgreSQL.
pub(super) async fn limit(
    connection: &impl ConnectionTrait,
    set: &str,
    settings: &Settings<'_>,
) -> Result<(), RunError> {
    let lock = settings.lock_timeout.as_millis();
    let statement = settings
        .statement_timeout
        .map_or(0, |limit| limit.as_millis());
    let sql = format!("{set} lock_timeout = {lock}; {set} statement_timeout = {statement}");
    let limited = connection.execute_unprepared(&sql).await;
    limited
        .map(drop)
        .map_err(RunError::database("limiting how long statements wait"))
}

/// Asks for the lock by this function; false if another process holds it.
pub(super) async fn ask_for_lock(
    connection: &impl ConnectionTrait,
    function: &str,
) -> Result<bool, RunError> {
    let sql = format!("SELECT {function}({LOCK_KEY})");
    let answer = async {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = connection.query_one_raw(statement).await?;
        row.map_or(Ok(false), |row| row.try_get_by_index(0))
    };
    answer
        .await
        .map_err(RunError::database("taking the lock of migrations"))
}

/// A lock of the session is held by one connection, which later statements must find again.
pub(super) fn require_one(connection: &DatabaseConnection) -> Result<(), RunError> {
    let pool = connection.get_postgres_connection_pool();
    retry::require_one(pool.options().get_max_connections())
}

/// Gives the table of the history its form; returns whether anything had to be done.
pub(super) async fn prepare_history(
    connection: &impl ConnectionTrait,
    name: &str,
    form: Form,
) -> Result<bool, DbErr> {
    let sql = format!(
        "SELECT conname AS name FROM pg_constraint
         WHERE conrelid = to_regclass('{TABLE}') AND contype = 'p'"
    );
    let present: String =
        history_table::only(connection, sql, |row| row.try_get("", "name")).await?;
    let mut changes = Vec::new();
    if present != name {
        let (present, name) = (identifier(&present), identifier(name));
        changes.push(format!("RENAME CONSTRAINT {present} TO {name}"));
    }
    if form != Form::Full {
        changes.push(
            "ADD COLUMN checksum text, ADD COLUMN rendered_sql text, \
             ADD COLUMN took_ms bigint, ADD COLUMN program text"
                .to_owned(),
        );
    }
    for change in &changes {
        let sql = format!("ALTER TABLE {TABLE} {change}");
        connection.execute_unprepared(&sql).await?;
    }
    Ok(!changes.is_empty())
}
