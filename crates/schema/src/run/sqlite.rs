//! What a run does on SQLite alone.

use groundwork_naming::Engine;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use super::{
    RunError, engine_of,
    history_table::{self, Form},
    retry::{require_one, sql_state},
};
use crate::migration::HISTORY_TABLE as TABLE;

/// Whether SQLite upheld foreign keys before a run. While it lasts they must be off: dropping a
/// table to rebuild it would else delete the rows that refer to it. PostgreSQL has no such switch
/// and needs none.
pub(super) struct ForeignKeys {
    were_on: bool,
}

impl ForeignKeys {
    /// Remembers how they are; each transaction then begins with them off.
    pub(super) async fn remember(connection: &DatabaseConnection) -> Result<Self, RunError> {
        if engine_of(connection)? != Engine::Sqlite {
            return Ok(Self { were_on: false });
        }
        require_one(
            connection
                .get_sqlite_connection_pool()
                .options()
                .get_max_connections(),
        )?;
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_keys");
        let asked = async {
            let row = connection.query_one_raw(statement).await?;
            row.map_or(Ok(false), |row| row.try_get_by_index(0))
        };
        asked
            .await
            .map(|were_on| Self { were_on })
            .map_err(RunError::database("asking for the state of foreign keys"))
    }

    /// Turns them on again if they were.
    pub(super) async fn restore(self, connection: &DatabaseConnection) -> Result<(), RunError> {
        if self.were_on {
            connection
                .execute_unprepared("PRAGMA foreign_keys = ON")
                .await
                .map_err(RunError::database("turning foreign keys on again"))?;
        }
        Ok(())
    }
}

/// One attempt at the lock; `None` if another process holds it.
pub(super) async fn try_begin(
    connection: &DatabaseConnection,
) -> Result<Option<DatabaseTransaction>, RunError> {
    // Ignored inside a transaction, and forgotten when the pool replaces its connection.
    connection
        .execute_unprepared("PRAGMA foreign_keys = OFF")
        .await
        .map_err(RunError::database("turning foreign keys off"))?;
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    match connection.begin_with_options(options).await {
        Err(error) if is_busy(&error) => Ok(None),
        begun => begun
            .map(Some)
            .map_err(RunError::database("beginning a migration")),
    }
}

/// Whether this is SQLite's word for "another connection is writing" (`SQLITE_BUSY`, with any
/// extension).
fn is_busy(error: &DbErr) -> bool {
    sql_state(error)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}

/// Rows that refer to nothing, counted for each pair of tables.
pub(super) async fn orphans(transaction: &DatabaseTransaction) -> Result<Vec<String>, RunError> {
    let sql = r#"SELECT "table" AS child, parent, count(*) AS rows
                 FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2"#;
    let found = async {
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        let rows = transaction.query_all_raw(statement).await?;
        (rows.iter())
            .map(|row| {
                let (child, parent, rows): (String, String, i64) = (
                    row.try_get("", "child")?,
                    row.try_get("", "parent")?,
                    row.try_get("", "rows")?,
                );
                Ok(format!("{rows} of {child} to {parent}"))
            })
            .collect::<Result<Vec<String>, DbErr>>()
    };
    found
        .await
        .map_err(RunError::database("checking foreign keys"))
}

/// Gives the table of the history its form; returns whether anything had to be done.
pub(super) async fn prepare_history(
    connection: &impl ConnectionTrait,
    name: &str,
    form: Form,
) -> Result<bool, DbErr> {
    let sql = format!("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{TABLE}'");
    let definition: String =
        history_table::only(connection, sql, |row| row.try_get("", "sql")).await?;
    if form == Form::Full && definition.contains(&format!("CONSTRAINT \"{name}\"")) {
        return Ok(false);
    }
    let columns = match form {
        Form::Full => "version, applied_at, checksum, rendered_sql, took_ms, program",
        Form::None | Form::Plain => "version, applied_at",
    };
    // SQLite cannot name a constraint that exists.
    connection
        .execute_unprepared(&format!(
            "ALTER TABLE {TABLE} RENAME TO {TABLE}_before; {};
             INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM {TABLE}_before;
             DROP TABLE {TABLE}_before;",
            history_table::create(name)
        ))
        .await?;
    Ok(true)
}
