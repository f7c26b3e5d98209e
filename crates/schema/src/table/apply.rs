//! Creating and dropping a declared table.

use groundwork_naming::{Convention, Engine};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

use super::Table;
use crate::sql::{identifier, statements};

impl Table {
    /// The statements that create the table and its indexes, in order.
    #[must_use]
    pub fn create(&self, convention: &Convention, engine: Engine) -> Vec<String> {
        statements(&self.model(convention, engine))
    }

    /// The statement that drops the table, with its constraints and indexes.
    #[must_use]
    pub fn drop(&self) -> String {
        format!("DROP TABLE {}", identifier(self.name))
    }

    /// Creates the table and its indexes.
    ///
    /// # Errors
    /// What the database says about the statement that it refuses.
    pub async fn create_with(
        &self,
        manager: &SchemaManager<'_>,
        convention: &Convention,
    ) -> Result<(), DbErr> {
        for statement in self.create(convention, engine_of(manager)?) {
            execute(manager, &statement).await?;
        }
        Ok(())
    }

    /// Drops the table.
    ///
    /// # Errors
    /// What the database says, for example that another table still refers to this one.
    pub async fn drop_with(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        execute(manager, &self.drop()).await
    }
}

/// The engine that a migration runs on.
pub(super) fn engine_of(manager: &SchemaManager<'_>) -> Result<Engine, DbErr> {
    let engine = Engine::try_from(manager.get_database_backend());
    engine.map_err(|unknown| DbErr::Migration(unknown.to_string()))
}

/// Runs one or several statements.
pub(super) async fn execute(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(sql).await.map(drop)
}
