//! Which root the files of this database are in.

use groundwork_schema::table::{Check, Column, Condition, Kind, Table};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const FILE_ROOTS: Table = Table {
    name: "file_roots",
    columns: &[
        Column::required("id", Kind::BigInteger),
        Column::required("root_id", Kind::Uuid),
        Column::required("claimed_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    checks: &[Check {
        rule: "only_one",
        condition: Condition::Sql("id = 1"),
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        FILE_ROOTS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        FILE_ROOTS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
