//! From the catalog of either engine to a schema.

use sea_orm::ConnectionTrait;

use super::{error::InspectError, postgres, sqlite};
use groundwork_naming::Engine;
use groundwork_schema::model::Schema;

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
    let partitioned = schema.partitioned_tables.values_mut();
    for table in schema.tables.values_mut().chain(partitioned) {
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
