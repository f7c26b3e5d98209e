//! The table that holds which migrations have been applied: SeaORM's own, with its constraint
//! named by the convention.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::{Direction, RunError};
use crate::naming::Convention;

/// The name that SeaORM gives the table.
pub const TABLE: &str = "seaql_migrations";

/// An entry of the history.
#[derive(Clone, Debug)]
pub(super) struct Applied {
    pub(super) name: String,
    pub(super) at: DateTime<Utc>,
}

/// The history in the order of names; `None` where the table does not exist. Changes nothing.
pub(super) async fn read(
    connection: &impl ConnectionTrait,
) -> Result<Option<Vec<Applied>>, RunError> {
    read_rows(connection)
        .await
        .map_err(RunError::database("reading the history of migrations"))
}

/// Makes sure that the table exists and that its primary key has the name of the convention.
/// Tells whether anything had to be done.
pub(super) async fn prepare(
    connection: &impl ConnectionTrait,
    convention: &Convention,
) -> Result<bool, RunError> {
    let name = convention.primary_key(TABLE);
    match connection.get_database_backend() {
        DbBackend::Sqlite => prepare_sqlite(connection, &name).await,
        _ => prepare_postgres(connection, &name).await,
    }
    .map_err(RunError::database("preparing the history of migrations"))
}

/// Notes that a migration was applied, or taken back.
pub(super) async fn record(
    connection: &impl ConnectionTrait,
    migration: &str,
    direction: Direction,
) -> Result<(), RunError> {
    let engine = connection.get_database_backend();
    // The database's own clock: nothing but people read this column.
    let now = match engine {
        DbBackend::Sqlite => "CAST(strftime('%s', 'now') AS INTEGER)",
        _ => "CAST(extract(epoch FROM now()) AS bigint)",
    };
    let sql = match direction {
        Direction::Up => format!("INSERT INTO {TABLE} (version, applied_at) VALUES ($1, {now})"),
        Direction::Down => format!("DELETE FROM {TABLE} WHERE version = $1"),
    };
    let statement = Statement::from_sql_and_values(engine, sql, [migration.into()]);
    let recorded = connection
        .execute_raw(statement)
        .await
        .map_err(RunError::database("recording a migration"))?;
    if recorded.rows_affected() == 1 {
        return Ok(());
    }
    Err(RunError::Database {
        doing: "recording a migration",
        source: DbErr::RecordNotUpdated,
    })
}

async fn read_rows(connection: &impl ConnectionTrait) -> Result<Option<Vec<Applied>>, DbErr> {
    let engine = connection.get_database_backend();
    if !exists(connection).await? {
        return Ok(None);
    }
    let sql = format!("SELECT version, applied_at FROM {TABLE} ORDER BY version");
    let rows = connection
        .query_all_raw(Statement::from_string(engine, sql))
        .await?;
    let applied = rows.iter().map(|row| {
        Ok(Applied {
            name: row.try_get("", "version")?,
            at: DateTime::from_timestamp(row.try_get("", "applied_at")?, 0).unwrap_or_default(),
        })
    });
    applied.collect::<Result<_, DbErr>>().map(Some)
}

async fn exists(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let engine = connection.get_database_backend();
    let sql = match engine {
        DbBackend::Sqlite => format!(
            "SELECT count(*) > 0 AS found FROM sqlite_master WHERE type = 'table' AND name = '{TABLE}'"
        ),
        _ => format!("SELECT to_regclass('{TABLE}') IS NOT NULL AS found"),
    };
    only(connection, sql, |row| row.try_get("", "found")).await
}

async fn prepare_sqlite(connection: &impl ConnectionTrait, name: &str) -> Result<bool, DbErr> {
    if !exists(connection).await? {
        connection.execute_unprepared(&create(name)).await?;
        return Ok(true);
    }
    let sql = format!("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{TABLE}'");
    let definition: String = only(connection, sql, |row| row.try_get("", "sql")).await?;
    if definition.contains(&format!("CONSTRAINT \"{name}\"")) {
        return Ok(false);
    }
    // SQLite cannot name a constraint that exists.
    connection
        .execute_unprepared(&format!(
            "ALTER TABLE {TABLE} RENAME TO {TABLE}_unnamed; {};
             INSERT INTO {TABLE} (version, applied_at)
             SELECT version, applied_at FROM {TABLE}_unnamed;
             DROP TABLE {TABLE}_unnamed;",
            create(name)
        ))
        .await?;
    Ok(true)
}

async fn prepare_postgres(connection: &impl ConnectionTrait, name: &str) -> Result<bool, DbErr> {
    if !exists(connection).await? {
        connection.execute_unprepared(&create(name)).await?;
        return Ok(true);
    }
    let sql = format!(
        "SELECT conname AS name FROM pg_constraint
         WHERE conrelid = to_regclass('{TABLE}') AND contype = 'p'"
    );
    let present: String = only(connection, sql, |row| row.try_get("", "name")).await?;
    if present == name {
        return Ok(false);
    }
    let quoted = present.replace('"', "\"\"");
    let sql = format!(r#"ALTER TABLE {TABLE} RENAME CONSTRAINT "{quoted}" TO "{name}""#);
    connection.execute_unprepared(&sql).await?;
    Ok(true)
}

fn create(primary_key: &str) -> String {
    format!(
        r#"CREATE TABLE "{TABLE}" (
    "version" varchar NOT NULL,
    "applied_at" bigint NOT NULL,
    CONSTRAINT "{primary_key}" PRIMARY KEY ("version")
)"#
    )
}

/// The one value of a query that always has one row.
async fn only<T>(
    connection: &impl ConnectionTrait,
    sql: String,
    read: impl FnOnce(&sea_orm::QueryResult) -> Result<T, DbErr>,
) -> Result<T, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    read(&row.ok_or_else(|| DbErr::RecordNotFound(TABLE.to_owned()))?)
}
