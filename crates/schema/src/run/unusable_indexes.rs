//! Indexes that a failed `CREATE INDEX CONCURRENTLY` left behind (PostgreSQL): they cost writes, serve
//! no reads, and keep their name from the next attempt.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sqlparser::{ast, dialect::PostgreSqlDialect, parser::Parser};

use super::RunError;
use crate::record::Recording;

/// Drops those of the indexes that a migration builds concurrently which exist and are unusable,
/// and that nobody is building at this moment. Gives their names.
pub(super) async fn drop_unusable(
    connection: &impl ConnectionTrait,
    recording: &Recording,
) -> Result<Vec<String>, RunError> {
    let mut dropped = Vec::new();
    for index in recording
        .statements
        .iter()
        .flat_map(|sql| built_concurrently(sql))
    {
        if is_unusable(connection, &index).await? {
            let sql = format!("DROP INDEX CONCURRENTLY {index}");
            let done = connection.execute_unprepared(&sql).await;
            done.map_err(RunError::database("dropping an unusable index"))?;
            dropped.push(index);
        }
    }
    Ok(dropped)
}

async fn is_unusable(connection: &impl ConnectionTrait, index: &str) -> Result<bool, RunError> {
    let sql = "SELECT EXISTS (
                   SELECT FROM pg_index
                   WHERE indexrelid = to_regclass($1) AND NOT indisvalid
                     AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS progress
                                     WHERE progress.index_relid = indexrelid))";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [index.into()]);
    let asked = async {
        let row = connection.query_one_raw(statement).await?;
        row.map_or(Ok(false), |row| row.try_get_by_index(0))
    };
    asked
        .await
        .map_err(RunError::database("looking for unusable indexes"))
}

/// The names, quoted where they need it, and with their schema where it is given: an index without
/// one is in the schema of its table.
fn built_concurrently(sql: &str) -> Vec<String> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap_or_default();
    statements
        .into_iter()
        .filter_map(|statement| match statement {
            ast::Statement::CreateIndex(index) if index.concurrently => {
                let mut name = index.table_name;
                name.0.pop();
                name.0.extend(index.name?.0);
                Some(name.to_string())
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_indexes_that_are_built_concurrently_are_found() {
        let sql = r#"CREATE UNIQUE INDEX CONCURRENTLY "Ix" ON app.t (a) WHERE b IS NULL;
                     CREATE INDEX ix_two ON t (a); CREATE INDEX CONCURRENTLY ix_three ON t (lower(a))"#;
        assert_eq!(built_concurrently(sql), [r#"app."Ix""#, "ix_three"]);
        assert!(built_concurrently("no sql").is_empty());
    }
}
