//! Creating and dropping a declared table.

use groundwork_naming::{Convention, Engine};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

use super::Table;
use crate::sql::{identifier, statements};

impl Table {
    /// The statements that create the table with its indexes, triggers and comments, in order.
    #[must_use]
    pub fn create(&self, convention: &Convention, engine: Engine) -> Vec<String> {
        let mut all = statements(&self.model(convention, engine));
        let (clause, partitions) = self.partitions(engine);
        if let Some(table) = all.first_mut() {
            table.push_str(&clause);
        }
        all.extend(partitions);
        all.extend(self.triggers.iter().flat_map(|own| own.create_each(engine)));
        all.extend(self.comments(engine));
        all
    }

    /// The statements that drop the table, with its constraints, indexes and triggers, in order.
    #[must_use]
    pub fn drop(&self, engine: Engine) -> Vec<String> {
        let triggers = self.triggers.iter().rev();
        (triggers.flat_map(|own| own.drop_each(engine)))
            .chain([format!("DROP TABLE {}", identifier(self.name))])
            .collect()
    }

    /// Creates the table with its indexes, triggers and comments.
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
        for statement in self.drop(engine_of(manager)?) {
            execute(manager, &statement).await?;
        }
        Ok(())
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
