//! Projects: what someone asked for, and what became of it.

use groundwork_schema::table::{Check, Column, Condition, Kind, Table, Unique};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const PROJECTS: Table = Table {
    name: "projects",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("title", Kind::Text),
        Column::required("prompt", Kind::Text),
        Column::required("style", Kind::Text),
        Column::required("status", Kind::Text),
        Column::optional("style_guide", Kind::Json),
        // The text of an imported storyboard.json to the letter: JSON columns keep neither
        // blanks nor the order of keys.
        Column::optional("storyboard", Kind::Text),
        Column::optional("content_digest", Kind::Text),
        Column::optional("error_message", Kind::Text),
        Column::required("created_at", Kind::Timestamptz),
        Column::required("updated_at", Kind::Timestamptz),
    ],
    primary_key: &["id"],
    uniques: &[Unique {
        columns: &["content_digest"],
        ..Unique::DEFAULT
    }],
    checks: &[
        Check {
            rule: "status",
            condition: Condition::OneOf {
                column: "status",
                values: &["draft", "running", "complete", "failed", "cancelled"],
            },
        },
        Check {
            rule: "style_length",
            condition: Condition::MaxLength {
                column: "style",
                characters: 50,
            },
        },
        Check {
            rule: "content_digest_length",
            condition: Condition::Length {
                column: "content_digest",
                characters: 64,
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
        PROJECTS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        PROJECTS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
