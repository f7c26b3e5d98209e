//! The trash of files: what no artifact claims any more, until a sweeper has removed it.
//!
//! Triggers fill it in the same transaction; see [`FileColumn`].

use groundwork_schema::table::{FileColumn, Presence, Table, file_trash};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const FILE_TRASH: Table = file_trash("file_trash");

const ARTIFACTS: FileColumn = FileColumn {
    table: "artifacts",
    column: "storage_key",
    presence: Presence::Required,
    trash: "file_trash",
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        FILE_TRASH.create_with(manager, &CONVENTION).await?;
        ARTIFACTS.create_with(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ARTIFACTS.drop_with(manager).await?;
        FILE_TRASH.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
