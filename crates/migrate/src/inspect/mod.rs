//! Reads the schema of a live database into a [`Schema`], with the name of every constraint.
//!
//! PostgreSQL tells everything in its catalogs. SQLite keeps the text of each `CREATE` statement,
//! which is read by a real parser: its pragmas know neither the names of constraints nor checks.
//! What has no place in the model is listed in [`Schema::unsupported`], never left out in silence.

mod postgres;
mod sqlite;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use groundwork_naming::{Engine, UnknownEngine};
use groundwork_schema::model::Schema;

/// Why a schema could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The catalog did not answer.
    #[error("cannot read {what} from the catalog")]
    Catalog {
        /// What was asked for.
        what: &'static str,
        /// What the database says.
        source: DbErr,
    },
    /// The database is neither SQLite nor PostgreSQL.
    #[error("schemas can be read from SQLite and PostgreSQL only")]
    Engine(#[from] UnknownEngine),
}

/// Reads the schema: on SQLite that of the main database, on PostgreSQL that of the current schema
/// (the first that exists on the search path). The history of migrations and what extensions own
/// are left out.
///
/// # Errors
/// [`InspectError::Catalog`] if the database does not answer.
pub async fn schema(connection: &impl ConnectionTrait) -> Result<Schema, InspectError> {
    let engine = Engine::try_from(connection.get_database_backend())?;
    let mut schema = match engine {
        Engine::Sqlite => sqlite::schema(connection).await?,
        Engine::Postgres => postgres::schema(connection).await?,
    };
    for table in schema.tables.values_mut() {
        table
            .uniques
            .sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
        table
            .foreign_keys
            .sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
        table
            .checks
            .sort_by(|a, b| (&a.name, &a.expression).cmp(&(&b.name, &b.expression)));
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        table.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    }
    schema.unsupported.sort();
    Ok(schema)
}

/// The rows of a query about the catalog.
async fn rows<R: FromQueryResult>(
    connection: &impl ConnectionTrait,
    what: &'static str,
    sql: &str,
) -> Result<Vec<R>, InspectError> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    R::find_by_statement(statement)
        .all(connection)
        .await
        .map_err(|source| InspectError::Catalog { what, source })
}
