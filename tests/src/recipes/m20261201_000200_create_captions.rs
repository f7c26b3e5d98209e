//! Captions of clips.

use groundwork_schema::table::{Column, ForeignKey, Kind, OnDelete, Table, Unique};
use sea_orm_migration::prelude::*;

use super::CONVENTION;

const CAPTIONS: Table = Table {
    name: "captions",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("video_clip_id", Kind::Uuid),
        Column::required("language", Kind::Text).default("'en'"),
        Column::required("created_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["video_clip_id"],
        table: "video_clips",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    uniques: &[Unique {
        columns: &["video_clip_id", "language"],
        ..Unique::DEFAULT
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        CAPTIONS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        CAPTIONS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
