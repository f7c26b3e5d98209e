//! Knowledge graphs: what a video, or anything else, is about.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const KNOWLEDGE_GRAPHS: Table = Table {
    name: "knowledge_graphs",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("name", Kind::Text),
        Column::required("title", Kind::Text),
        Column::optional("video_id", Kind::Uuid),
        Column::required("is_directed", Kind::Boolean),
        Column::optional("properties", Kind::Json),
        Column::required("created_at", Kind::Timestamptz),
        Column::required("updated_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    // A graph is worth something without its video.
    foreign_keys: &[ForeignKey {
        columns: &["video_id"],
        table: "videos",
        referred_columns: &["id"],
        on_delete: OnDelete::SetNull,
        ..ForeignKey::DEFAULT
    }],
    uniques: &[Unique {
        columns: &["name"],
        ..Unique::DEFAULT
    }],
    checks: &[Check {
        rule: "name",
        condition: Condition::Sql("\"name\" <> ''"),
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        KNOWLEDGE_GRAPHS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        KNOWLEDGE_GRAPHS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
