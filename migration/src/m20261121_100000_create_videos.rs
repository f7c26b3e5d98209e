//! Videos: what there are transcripts of.

use groundwork_schema::table::{Check, Column, Condition, Index, Kind, Table, Unique};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const VIDEOS: Table = Table {
    name: "videos",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("external_id", Kind::Text),
        Column::required("title", Kind::Text),
        Column::required("channel", Kind::Text),
        Column::optional("url", Kind::Text),
        Column::optional("published_at", Kind::Timestamptz),
        Column::optional("duration_ms", Kind::BigInteger),
        Column::required("created_at", Kind::Timestamptz),
        Column::required("updated_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    uniques: &[Unique {
        columns: &["external_id"],
        ..Unique::DEFAULT
    }],
    checks: &[
        Check {
            rule: "external_id",
            condition: Condition::Sql("\"external_id\" <> ''"),
        },
        Check {
            rule: "duration_ms",
            condition: Condition::AtLeast {
                column: "duration_ms",
                number: 0,
            },
        },
    ],
    indexes: &[Index {
        columns: &["channel"],
        ..Index::DEFAULT
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        VIDEOS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        VIDEOS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
