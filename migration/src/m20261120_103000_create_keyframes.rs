//! Keyframes: the first and the last picture of a scene.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const KEYFRAMES: Table = Table {
    name: "keyframes",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("scene_id", Kind::Uuid),
        Column::required("position", Kind::Text),
        Column::required("artifact_id", Kind::Uuid),
    ],
    primary_key: &["id"],
    foreign_keys: &[
        ForeignKey {
            columns: &["scene_id"],
            table: "scenes",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
        // A keyframe without its picture is nothing. Refusing instead would make the removal of a
        // project depend on whether its scenes or its artifacts go first.
        ForeignKey {
            columns: &["artifact_id"],
            table: "artifacts",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
    ],
    uniques: &[
        Unique {
            columns: &["scene_id", "position"],
            ..Unique::DEFAULT
        },
        Unique {
            columns: &["artifact_id"],
            ..Unique::DEFAULT
        },
    ],
    checks: &[Check {
        rule: "position",
        condition: Condition::OneOf {
            column: "position",
            values: &["start", "end"],
        },
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        KEYFRAMES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        KEYFRAMES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
