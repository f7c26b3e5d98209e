//! The table of the history, as SeaORM makes it and with the columns of ours.

use groundwork_naming::Engine;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};

use crate::migration::HISTORY_TABLE as TABLE;

/// The statement that creates the table.
pub(super) fn create(primary_key: &str) -> String {
    format!(
        r#"CREATE TABLE "{TABLE}" (
    "version" varchar NOT NULL,
    "applied_at" bigint NOT NULL,
    "checksum" text,
    "rendered_sql" text,
    "took_ms" bigint,
    "program" text,
    CONSTRAINT "{primary_key}" PRIMARY KEY ("version")
)"#
    )
}

/// What the table looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// It does not exist.
    None,
    /// As SeaORM makes it.
    Plain,
    /// With the columns of ours.
    Full,
}

pub(super) async fn form(connection: &impl ConnectionTrait) -> Result<Form, DbErr> {
    let engine = Engine::try_from(connection.get_database_backend());
    let sql = match engine.map_err(|unknown| DbErr::Custom(unknown.to_string()))? {
        Engine::Sqlite => format!(
            "SELECT count(*) AS columns, coalesce(sum(name = 'rendered_sql'), 0) AS ours
             FROM pragma_table_info('{TABLE}')"
        ),
        Engine::Postgres => format!(
            "SELECT count(*) AS columns, count(*) FILTER (WHERE attname = 'rendered_sql') AS ours
             FROM pg_attribute
             WHERE attrelid = to_regclass('{TABLE}') AND attnum > 0 AND NOT attisdropped"
        ),
    };
    only(connection, sql, |row| {
        let (columns, ours): (i64, i64) = (row.try_get("", "columns")?, row.try_get("", "ours")?);
        Ok(match (columns, ours) {
            (0, _) => Form::None,
            (_, 0) => Form::Plain,
            _ => Form::Full,
        })
    })
    .await
}

/// The one value of a query that always has one row.
pub(super) async fn only<T>(
    connection: &impl ConnectionTrait,
    sql: String,
    read: impl FnOnce(&QueryResult) -> Result<T, DbErr>,
) -> Result<T, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    read(&row.ok_or_else(|| DbErr::RecordNotFound(TABLE.to_owned()))?)
}
