//! Create a table.

use groundwork_schema::table::{Column, Kind, Table};
use sea_orm_migration::prelude::*;

use super::CONVENTION;

const EXAMPLES: Table = Table {
    name: "examples",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("created_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        EXAMPLES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        EXAMPLES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
