//! Statements that each engine needs in words of its own.

use groundwork_naming::Engine;
use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::apply::{engine_of, execute};

/// What is done in different words on each engine, such as a full-text index. A third engine would
/// be a third field, so that no migration can forget it.
///
/// ```
/// use groundwork_naming::Engine;
/// use groundwork_schema::table::PerEngine;
///
/// const WORDS: PerEngine = PerEngine {
///     sqlite: "CREATE VIRTUAL TABLE words USING fts5(word)",
///     postgres: "CREATE INDEX ix_words ON texts USING gin (to_tsvector('simple', text))",
/// };
/// assert!(WORDS.on(Engine::Sqlite).contains("fts5"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PerEngine {
    /// One or several statements of SQLite; empty: there is nothing to do.
    pub sqlite: &'static str,
    /// The same of PostgreSQL.
    pub postgres: &'static str,
}

impl PerEngine {
    /// The statements of one engine.
    #[must_use]
    pub const fn on(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    /// Runs the statements of the engine that the migration runs on.
    ///
    /// # Errors
    /// What the database says about the statement that it refuses.
    pub async fn execute_with(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        match self.on(engine_of(manager)?) {
            "" => Ok(()),
            sql => execute(manager, sql).await,
        }
    }
}
