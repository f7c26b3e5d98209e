//! The database that a migration is tried on.

use groundwork_naming::Engine;
use groundwork_schema::{
    model::Schema,
    run::{self, Goal, RunError, Settings},
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigrationTrait;

use super::error::{RowsError, VerifyError};
use crate::{
    inspect,
    scratch::{Place, Scratch},
};

/// A scratch database with some of the migrations.
pub(super) struct Base<'a> {
    scratch: Scratch,
    migrations: &'a [Box<dyn MigrationTrait>],
    settings: &'a Settings<'a>,
}

impl<'a> Base<'a> {
    /// An empty one.
    pub(super) async fn open(
        place: &Place,
        migrations: &'a [Box<dyn MigrationTrait>],
        settings: &'a Settings<'a>,
    ) -> Result<Self, VerifyError> {
        let scratch = Scratch::open(place).await?;
        // A database that nobody will miss need not survive anything.
        if scratch.connection().get_database_backend() == Engine::Postgres.into() {
            let sql = "SET synchronous_commit = off";
            let set = scratch.connection().execute_unprepared(sql).await;
            set.map_err(RowsError::from)?;
        }
        Ok(Self {
            scratch,
            migrations,
            settings,
        })
    }

    pub(super) fn connection(&self) -> &DatabaseConnection {
        self.scratch.connection()
    }

    /// Goes up to a migration.
    pub(super) async fn up(&self, name: &str) -> Result<(), RunError> {
        let (goal, settings) = (Goal::To(name), self.settings);
        run::up(self.connection(), self.migrations, goal, settings)
            .await
            .map(drop)
    }

    /// Takes the newest migration back.
    pub(super) async fn down(&self) -> Result<(), RunError> {
        let (goal, settings) = (Goal::Steps(1), self.settings);
        run::down(self.connection(), self.migrations, goal, settings)
            .await
            .map(drop)
    }

    pub(super) async fn schema(&self) -> Result<Schema, VerifyError> {
        Ok(inspect::schema(self.connection()).await?)
    }

    pub(super) async fn close(self) -> Result<(), VerifyError> {
        Ok(self.scratch.close().await?)
    }
}
