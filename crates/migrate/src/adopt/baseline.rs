//! A database's schema as the statements that make it, proved on a scratch database.

use groundwork_naming::Engine;
use groundwork_schema::model::{Schema, Unsupported};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, TransactionTrait as _};

use super::{error::AdoptError, postgres};
use crate::{diff::differences, inspect, scratch::Scratch};

/// A schema as statements that make it.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The engine that it was read from, and is for.
    pub engine: Engine,
    /// The statements, in order.
    pub statements: Vec<String>,
    /// The tables that they make.
    pub tables: usize,
    /// The objects that the statements do not make, because the model has no place for their kinds.
    pub unsupported: Vec<Unsupported>,
}

/// Reads a database's schema as statements, and proves on a scratch database that they give an
/// equal catalog. Objects that the model does not support are in neither, and are listed.
///
/// # Errors
/// Any [`AdoptError`].
pub async fn baseline(connection: &DatabaseConnection) -> Result<Baseline, AdoptError> {
    let schema = inspect::schema(connection).await?;
    if schema.tables.is_empty() {
        return Err(AdoptError::Empty);
    }
    let statements = match schema.engine {
        Engine::Sqlite => inspect::sqlite_statements(connection, &schema).await?,
        Engine::Postgres => postgres::statements(&schema),
    };
    let scratch = Scratch::beside(connection).await?;
    let replayed = replay(scratch.connection(), &statements).await;
    scratch.close().await?;
    let mut replayed = replayed?;
    let unsupported = schema.unsupported.clone();
    replayed.unsupported.clone_from(&unsupported);
    let unequal = differences(&schema, &replayed);
    if !unequal.is_empty() {
        return Err(AdoptError::Unequal(unequal));
    }
    Ok(Baseline {
        engine: schema.engine,
        statements,
        tables: schema.tables.len(),
        unsupported,
    })
}

async fn replay(
    connection: &DatabaseConnection,
    statements: &[String],
) -> Result<Schema, AdoptError> {
    let refused = |statement: &str| {
        let statement = statement.to_owned();
        |source| AdoptError::Refused { statement, source }
    };
    // As the migration runs them: a setting of one statement holds for those after it.
    let work = connection.begin().await.map_err(refused("BEGIN"))?;
    for statement in statements {
        let ran = work.execute_unprepared(statement).await;
        ran.map_err(refused(statement))?;
    }
    work.commit().await.map_err(refused("COMMIT"))?;
    Ok(inspect::schema(connection).await?)
}

impl Baseline {
    /// The source of a migration that runs the statements.
    #[must_use]
    pub fn source(&self) -> String {
        let (backend, engine) = match self.engine {
            Engine::Sqlite => ("Sqlite", "SQLite"),
            Engine::Postgres => ("Postgres", "PostgreSQL"),
        };
        let statements: String = (self.statements.iter())
            .map(|statement| format!("    {},\n", raw(statement)))
            .collect();
        include_str!("baseline.rs.txt")
            .replace("{engine}", engine)
            .replace("{backend}", backend)
            .replace("{statements}", &statements)
    }
}

/// A text as a raw string of Rust.
fn raw(text: &str) -> String {
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_a_migration() {
        let baseline = Baseline {
            engine: Engine::Postgres,
            statements: vec!["CREATE TABLE \"t\" (\"#\" text DEFAULT 'a\"#b')".to_owned()],
            tables: 1,
            unsupported: Vec::new(),
        };
        let source = baseline.source();
        assert!(syn::parse_file(&source).is_ok(), "{source}");
        insta::assert_snapshot!("source", source);
    }
}
