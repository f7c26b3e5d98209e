//! Artifacts: the files of a project. Their bytes are in the file store under `storage_key`.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const ARTIFACTS: Table = Table {
    name: "artifacts",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("project_id", Kind::Uuid),
        Column::required("kind", Kind::Text),
        Column::required("media_type", Kind::Text),
        Column::required("size_bytes", Kind::BigInteger),
        Column::required("blake3", Kind::Text),
        Column::required("original_name", Kind::Text),
        Column::required("storage_key", Kind::Text),
        Column::required("created_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["project_id"],
        table: "projects",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    uniques: &[Unique {
        columns: &["storage_key"],
        ..Unique::DEFAULT
    }],
    checks: &[
        Check {
            rule: "kind",
            condition: Condition::OneOf {
                column: "kind",
                values: &["keyframe", "clip", "output"],
            },
        },
        Check {
            rule: "size_bytes",
            condition: Condition::AtLeast {
                column: "size_bytes",
                number: 0,
            },
        },
        Check {
            rule: "blake3_length",
            condition: Condition::Length {
                column: "blake3",
                characters: 64,
            },
        },
    ],
    indexes: &[Index {
        columns: &["project_id", "kind"],
        ..Index::DEFAULT
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ARTIFACTS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ARTIFACTS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
