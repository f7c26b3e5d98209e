//! Carrying the default of a column along to another type.

use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use sea_orm_migration::SchemaManagerConnection;

use super::{statements::of_column, step::Step};
use crate::{
    alter::{change::Context, convert},
    rebuild::RebuildError,
    sql::{identifier, literal},
    table::postgres_kind,
};

/// Changes the type of a column without its default, and gives it the default as the new type has
/// it. All of it is one transaction.
pub(super) async fn change_with_default(
    work: &Context<'_>,
    step: &Step,
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    let Some((column, kind)) = step.default_of else {
        return Ok(());
    };
    let transaction = connection.begin().await?;
    let text = |sql: String| {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        transaction.query_one_raw(statement)
    };
    let row = text(default_of(work.table, column)).await?;
    let before: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    let drop = of_column(work, column, "DROP DEFAULT");
    transaction.execute_unprepared(&drop).await?;
    transaction.execute_unprepared(&step.sql).await?;
    if let Some(before) = before {
        let converted = convert::on_postgres(&format!("({before})"), kind);
        let after = if is_constant(&before) {
            let row = text(format!("SELECT quote_literal(({converted})::text)")).await?;
            row.map(|row| row.try_get_by_index(0)).transpose()?
        } else {
            None
        };
        let after = after.map_or(converted, |value: String| {
            format!("{value}::{}", postgres_kind(kind))
        });
        let set = of_column(work, column, &format!("SET DEFAULT {after}"));
        transaction.execute_unprepared(&set).await?;
    }
    Ok(transaction.commit().await?)
}

/// The query for a default, as the catalog writes it.
fn default_of(table: &str, column: &str) -> String {
    format!(
        "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d \
         JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
         WHERE d.adrelid = to_regclass({}) AND a.attname = {}",
        literal(&identifier(table)),
        literal(column)
    )
}

/// Whether a default is a literal, such as `'5'::text`: nothing is called in it.
fn is_constant(default: &str) -> bool {
    let outside: String = default.split('\'').step_by(2).collect();
    !outside.contains('(') && !outside.to_ascii_uppercase().contains("CURRENT_")
}
