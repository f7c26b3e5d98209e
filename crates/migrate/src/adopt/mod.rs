//! An existing database, of whatever origin, becomes the first migration of a list: its schema is
//! read, written as statements, and tried on a scratch database, whose catalog must come out equal.

mod postgres;
mod sqlite;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::{
    diff::{Difference, differences},
    inspect::{self, InspectError},
    scratch::{Scratch, ScratchError},
};
use groundwork_naming::Engine;
use groundwork_schema::model::{Schema, Unsupported};

/// A schema as statements that make it.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The engine that it was read from, and is for.
    pub engine: Engine,
    /// The statements, in order.
    pub statements: Vec<String>,
    /// The tables that they make.
    pub tables: usize,
    /// What the statements do not make: kinds of objects that the model has no place for.
    pub unsupported: Vec<Unsupported>,
}

/// Why a database cannot be adopted. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// There is nothing in it.
    #[error("the database has no tables: begin with `migrate new`")]
    Empty,
    /// The statements do not give the same catalog.
    #[error(
        "replaying what was read does not give the same catalog:\n{}",
        .0.iter().map(|difference| format!("  {difference}")).collect::<Vec<_>>().join("\n")
    )]
    Unequal(Vec<Difference>),
    /// A statement is refused.
    #[error("replaying what was read fails at: {statement}")]
    Refused {
        /// The statement.
        statement: String,
        /// What the database says.
        source: DbErr,
    },
    /// The schema could not be read.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// No scratch database could be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
}

impl AdoptError {
    /// The exit code with which a command that meets this error ends.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Empty | Self::Unequal(_) | Self::Refused { .. } => 65,
            Self::Inspect(_) | Self::Scratch(_) => 69,
        }
    }
}

/// Reads a database's schema as statements, and proves on a scratch database that they give an
/// equal catalog. What the model does not support takes no part in either, and is named.
///
/// # Errors
/// Any [`AdoptError`].
pub async fn baseline(connection: &DatabaseConnection) -> Result<Baseline, AdoptError> {
    let schema = inspect::schema(connection).await?;
    if schema.tables.is_empty() {
        return Err(AdoptError::Empty);
    }
    let statements = match schema.engine {
        Engine::Sqlite => sqlite::statements(connection, &schema).await?,
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
    for statement in statements {
        let ran = connection.execute_unprepared(statement).await;
        ran.map_err(|source| AdoptError::Refused {
            statement: statement.clone(),
            source,
        })?;
    }
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
