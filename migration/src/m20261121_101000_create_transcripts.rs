//! Transcripts: what is said in a video, in a language, as a person or a machine wrote it down.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const TRANSCRIPTS: Table = Table {
    name: "transcripts",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("video_id", Kind::Uuid),
        Column::required("language", Kind::Text),
        Column::required("origin", Kind::Text),
        Column::required("created_at", Kind::Timestamptz),
        Column::required("updated_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["video_id"],
        table: "videos",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    uniques: &[Unique {
        columns: &["video_id", "language", "origin"],
        ..Unique::DEFAULT
    }],
    checks: &[
        Check {
            rule: "language",
            condition: Condition::Sql("length(\"language\") BETWEEN 1 AND 35"),
        },
        Check {
            rule: "origin",
            condition: Condition::OneOf {
                column: "origin",
                values: &["manual", "automatic"],
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
        TRANSCRIPTS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TRANSCRIPTS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
