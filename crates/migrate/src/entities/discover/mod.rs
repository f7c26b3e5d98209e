//! Reads a database's tables. Column types come from sea-schema; keys and checks are asked from the
//! catalog, because sea-schema loses names and order, mistakes partial unique indexes for whole
//! ones and panics on indexes over expressions.

mod postgres;
mod sqlite;

use sea_orm::{DatabaseBackend, DatabaseConnection, DbErr, FromQueryResult, Statement, Value};

use super::{
    GenerateError,
    table::{Action, ForeignKey, Table},
};

/// The tables of the database, except those that `skip` names.
///
/// # Errors
/// [`GenerateError::Discover`] if the catalog cannot be read.
pub(super) async fn tables(
    database: &DatabaseConnection,
    skip: impl Fn(&str) -> bool,
) -> Result<Vec<Table>, GenerateError> {
    let mut tables = match database.get_database_backend() {
        DatabaseBackend::Sqlite => sqlite::tables(database, skip).await?,
        DatabaseBackend::Postgres => postgres::tables(database, skip).await?,
        other => return Err(GenerateError::Engine(format!("{other:?}"))),
    };
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

fn failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> GenerateError {
    GenerateError::Discover {
        source: source.into(),
    }
}

/// Rows of a query about the catalog, or about one table.
async fn rows<R: FromQueryResult>(
    database: &DatabaseConnection,
    sql: &str,
    table: Option<&str>,
) -> Result<Vec<R>, GenerateError> {
    let values: Vec<Value> = table.into_iter().map(Value::from).collect();
    let statement = Statement::from_sql_and_values(database.get_database_backend(), sql, values);
    R::find_by_statement(statement)
        .all(database)
        .await
        .map_err(failed)
}

/// A column of a foreign key, in the form that the queries of both engines give.
#[derive(FromQueryResult)]
struct ForeignKeyRow {
    key: String,
    referred_table: String,
    column: String,
    referred_column: String,
    on_delete: String,
    on_update: String,
}

async fn foreign_keys(
    database: &DatabaseConnection,
    sql: &str,
    table: &str,
) -> Result<Vec<ForeignKey>, GenerateError> {
    let mut keys: Vec<(String, ForeignKey)> = Vec::new();
    for row in rows::<ForeignKeyRow>(database, sql, Some(table)).await? {
        match keys.last_mut() {
            Some((last, key)) if *last == row.key => {
                key.columns.push(row.column);
                key.referred_columns.push(row.referred_column);
            }
            _ => keys.push((
                row.key,
                ForeignKey {
                    columns: vec![row.column],
                    referred_table: row.referred_table,
                    referred_columns: vec![row.referred_column],
                    on_delete: action(&row.on_delete)?,
                    on_update: action(&row.on_update)?,
                },
            )),
        }
    }
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// What the catalogs call an action of a foreign key.
fn action(text: &str) -> Result<Action, GenerateError> {
    Ok(match text {
        "NO ACTION" | "a" => Action::Nothing,
        "RESTRICT" | "r" => Action::Restrict,
        "CASCADE" | "c" => Action::Cascade,
        "SET NULL" | "n" => Action::SetNull,
        "SET DEFAULT" | "d" => Action::SetDefault,
        other => {
            return Err(failed(DbErr::Custom(format!(
                "the catalog names an unknown foreign key action `{other}`"
            ))));
        }
    })
}

/// Gathers rows of (key, column), ordered by key and place, into the columns of each key.
fn grouped(rows: impl IntoIterator<Item = (String, String)>) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (key, column) in rows {
        match groups.last_mut() {
            Some((last, columns)) if *last == key => columns.push(column),
            _ => groups.push((key, vec![column])),
        }
    }
    groups
}
