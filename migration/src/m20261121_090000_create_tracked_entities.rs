//! Tracked entities: the models and tools that articles are searched for.

use groundwork_schema::table::{Check, Column, Condition, Kind, Table, Unique};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const TRACKED_ENTITIES: Table = Table {
    name: "tracked_entities",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("name", Kind::Text),
        Column::required("category", Kind::Text),
    ],
    primary_key: &["id"],
    uniques: &[Unique {
        columns: &["name"],
        ..Unique::DEFAULT
    }],
    checks: &[
        // Also what PostgreSQL can index: a key there has at most 2,704 bytes.
        Check {
            rule: "name_length",
            condition: Condition::MaxLength {
                column: "name",
                characters: 200,
            },
        },
        Check {
            rule: "category",
            condition: Condition::OneOf {
                column: "category",
                values: &["model", "tool"],
            },
        },
    ],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TRACKED_ENTITIES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TRACKED_ENTITIES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
