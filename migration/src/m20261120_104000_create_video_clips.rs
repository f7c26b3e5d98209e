//! Video clips: the attempts to film a scene.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const VIDEO_CLIPS: Table = Table {
    name: "video_clips",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("scene_id", Kind::Uuid),
        Column::required("attempt", Kind::BigInteger),
        Column::required("status", Kind::Text),
        Column::optional("artifact_id", Kind::Uuid),
        Column::optional("duration_ms", Kind::BigInteger),
        Column::optional("provider_operation", Kind::Text),
        Column::optional("error_message", Kind::Text),
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
        // As with keyframes; and a complete clip may not lose its film and stay.
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
            columns: &["scene_id", "attempt"],
            ..Unique::DEFAULT
        },
        Unique {
            columns: &["artifact_id"],
            ..Unique::DEFAULT
        },
    ],
    checks: &[
        Check {
            rule: "attempt",
            condition: Condition::AtLeast {
                column: "attempt",
                number: 1,
            },
        },
        Check {
            rule: "status",
            condition: Condition::OneOf {
                column: "status",
                values: &["pending", "running", "complete", "failed"],
            },
        },
        Check {
            rule: "complete_has_artifact",
            condition: Condition::Sql("status <> 'complete' OR artifact_id IS NOT NULL"),
        },
        Check {
            rule: "duration_ms",
            condition: Condition::AtLeast {
                column: "duration_ms",
                number: 1,
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
        VIDEO_CLIPS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        VIDEO_CLIPS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
