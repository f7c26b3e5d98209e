//! The table that holds which migrations have been applied: SeaORM's own, with its constraint
//! named by the convention, and with columns of ours that may be NULL, so that SeaORM's runner can
//! still use it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use super::{
    RunError, engine_of,
    history_table::{self, Form, only},
    postgres, sqlite,
};
use crate::{
    migration::{Direction, HISTORY_TABLE as TABLE},
    record::Recording,
    sql::text_literal,
};
use groundwork_naming::{Convention, Engine};

/// An entry of the history.
#[derive(Clone, Debug)]
pub(super) struct Applied {
    pub(super) at: DateTime<Utc>,
    pub(super) took: Option<Duration>,
    pub(super) program: Option<String>,
    pub(super) checksum: Option<String>,
    /// The SQL that the checksum is of.
    pub(super) rendered: Option<String>,
}

/// What has been applied, by name.
pub(super) type History = BTreeMap<String, Applied>;

/// What is written down of a migration that is applied.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) checksum: Option<String>,
    pub(super) rendered: Option<String>,
    pub(super) took: Option<Duration>,
    pub(super) program: Option<String>,
}

impl Record {
    /// What is known before the migration is run.
    pub(super) fn of(recording: &Recording, engine: Engine, program: Option<&str>) -> Self {
        let checksum = recording.checksum(engine);
        Self {
            rendered: checksum.is_some().then(|| recording.text()),
            checksum,
            took: None,
            program: program.map(str::to_owned),
        }
    }
}

/// The whole history; `None` where the table does not exist. Changes nothing.
pub(super) async fn read(connection: &impl ConnectionTrait) -> Result<Option<History>, RunError> {
    let reading = async {
        let columns = match history_table::form(connection).await? {
            Form::None => return Ok(None),
            Form::Plain => {
                "NULL AS checksum, NULL AS rendered_sql, NULL AS took_ms, NULL AS program"
            }
            Form::Full => "checksum, rendered_sql, took_ms, program",
        };
        let sql = format!("SELECT version, applied_at, {columns} FROM {TABLE}");
        let rows = all(connection, sql).await?;
        rows.iter()
            .map(entry)
            .collect::<Result<_, DbErr>>()
            .map(Some)
    };
    reading
        .await
        .map_err(RunError::database("reading the history of migrations"))
}

/// The names alone, which is all that it takes to know what is pending.
pub(super) async fn names(connection: &impl ConnectionTrait) -> Result<BTreeSet<String>, RunError> {
    let reading = async {
        if history_table::form(connection).await? == Form::None {
            return Ok(BTreeSet::new());
        }
        let rows = all(connection, format!("SELECT version FROM {TABLE}")).await?;
        rows.iter().map(|row| row.try_get("", "version")).collect()
    };
    reading
        .await
        .map_err(RunError::database("reading the history of migrations"))
}

/// How many entries there are and which is the last. If both are the same as before, no other
/// process has changed the history.
pub(super) async fn outline(
    connection: &impl ConnectionTrait,
) -> Result<(usize, Option<String>), RunError> {
    let last = match engine_of(connection)? {
        Engine::Sqlite => "max(version)",
        Engine::Postgres => r#"max(version COLLATE "C")"#,
    };
    let sql = format!("SELECT count(*) AS entries, {last} AS last FROM {TABLE}");
    only(connection, sql, |row| {
        let entries: i64 = row.try_get("", "entries")?;
        Ok((
            usize::try_from(entries).unwrap_or_default(),
            row.try_get("", "last")?,
        ))
    })
    .await
    .map_err(RunError::database("reading the history of migrations"))
}

/// Makes sure that the table exists with all its columns, and that its primary key has the name of
/// the convention. Returns whether anything had to be done.
pub(super) async fn prepare(
    connection: &impl ConnectionTrait,
    convention: &Convention,
) -> Result<bool, RunError> {
    let name = convention.primary_key(TABLE);
    let engine = engine_of(connection)?;
    let preparing = async {
        let form = history_table::form(connection).await?;
        if form == Form::None {
            connection
                .execute_unprepared(&history_table::create(&name))
                .await?;
            return Ok(true);
        }
        match engine {
            Engine::Sqlite => sqlite::prepare_history(connection, &name, form).await,
            Engine::Postgres => postgres::prepare_history(connection, &name, form).await,
        }
    };
    preparing
        .await
        .map_err(RunError::database("preparing the history of migrations"))
}

/// Notes that a migration was applied.
pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    migration: &str,
    record: &Record,
) -> Result<(), RunError> {
    // The database's own clock: nothing but people read this column.
    let sql = format!(
        "INSERT INTO {TABLE} (version, applied_at, checksum, rendered_sql, took_ms, program)
         VALUES ($1, {}, $2, $3, $4, $5)",
        now(engine_of(connection)?)
    );
    let took = record.took.map(milliseconds);
    let values: [Value; 5] = [
        migration.into(),
        record.checksum.clone().into(),
        record.rendered.clone().into(),
        took.into(),
        record.program.clone().into(),
    ];
    write(connection, "recording a migration", sql, values).await
}

/// Writes down the SQL of a migration that is applied already.
pub(super) async fn fill(
    connection: &impl ConnectionTrait,
    migration: &str,
    record: &Record,
) -> Result<(), RunError> {
    let sql = format!("UPDATE {TABLE} SET checksum = $2, rendered_sql = $3 WHERE version = $1");
    let values: [Value; 3] = [
        migration.into(),
        record.checksum.clone().into(),
        record.rendered.clone().into(),
    ];
    write(connection, "recording the SQL of a migration", sql, values).await
}

/// Gives an entry another name.
pub(super) async fn rename(
    connection: &impl ConnectionTrait,
    from: &str,
    to: &str,
    by: &str,
) -> Result<(), RunError> {
    let sql = format!("UPDATE {TABLE} SET version = $2, program = $3 WHERE version = $1");
    let values: [Value; 3] = [from.into(), to.into(), by.into()];
    write(
        connection,
        "renaming a migration in the history",
        sql,
        values,
    )
    .await
}

/// Notes that a migration was taken back.
pub(super) async fn delete(
    connection: &impl ConnectionTrait,
    migration: &str,
) -> Result<(), RunError> {
    let sql = format!("DELETE FROM {TABLE} WHERE version = $1");
    write(connection, "recording a migration", sql, [migration.into()]).await
}

/// The statement that notes a migration in a script.
pub(super) fn statement(
    migration: &str,
    direction: Direction,
    record: &Record,
    engine: Engine,
) -> String {
    let name = text_literal(engine, migration);
    if direction == Direction::Down {
        return format!("DELETE FROM {TABLE} WHERE version = {name}");
    }
    let text = |value: &Option<String>| {
        let value = value.as_deref();
        value.map_or_else(|| "NULL".to_owned(), |value| text_literal(engine, value))
    };
    format!(
        "INSERT INTO {TABLE} (version, applied_at, checksum, rendered_sql, took_ms, program)\n\
         VALUES ({name}, {}, {}, {}, NULL, {})",
        now(engine),
        text(&record.checksum),
        text(&record.rendered),
        text(&record.program),
    )
}

fn now(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "CAST(strftime('%s', 'now') AS INTEGER)",
        Engine::Postgres => "CAST(extract(epoch FROM now()) AS bigint)",
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn entry(row: &QueryResult) -> Result<(String, Applied), DbErr> {
    let at = DateTime::from_timestamp(row.try_get("", "applied_at")?, 0).unwrap_or_default();
    let took: Option<i64> = row.try_get("", "took_ms")?;
    let applied = Applied {
        at,
        took: took
            .and_then(|ms| u64::try_from(ms).ok())
            .map(Duration::from_millis),
        program: row.try_get("", "program")?,
        checksum: row.try_get("", "checksum")?,
        rendered: row.try_get("", "rendered_sql")?,
    };
    Ok((row.try_get("", "version")?, applied))
}

async fn write(
    connection: &impl ConnectionTrait,
    doing: &'static str,
    sql: String,
    values: impl IntoIterator<Item = Value>,
) -> Result<(), RunError> {
    let engine = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(engine, sql, values);
    let written = connection.execute_raw(statement).await;
    let source = match written {
        Ok(written) if written.rows_affected() == 1 => return Ok(()),
        Ok(_) => DbErr::RecordNotUpdated,
        Err(error) => error,
    };
    Err(RunError::Database { doing, source })
}

async fn all(connection: &impl ConnectionTrait, sql: String) -> Result<Vec<QueryResult>, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_all_raw(statement).await
}
