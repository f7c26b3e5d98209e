//! The rows of queries about the catalog.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::error::InspectError;

/// The rows of a query about the catalog.
pub(super) async fn rows<R: FromQueryResult>(
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
