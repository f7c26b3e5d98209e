//! Add a column.

use groundwork_schema::{
    alter::Alter,
    table::{Column, Kind},
};
use sea_orm_migration::prelude::*;

use super::CONVENTION;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Alter::table("examples")
            .add_column(Column::optional("something", Kind::Text))
            .apply(manager, &CONVENTION)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Alter::table("examples")
            .drop_column("something")
            .apply(manager, &CONVENTION)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
