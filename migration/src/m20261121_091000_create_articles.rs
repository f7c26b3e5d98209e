//! Articles: what was published, and how it feels about what it mentions.

use groundwork_schema::table::{Check, Column, Condition, Index, Kind, Table, Unique};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const ARTICLES: Table = Table {
    name: "articles",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("external_id", Kind::Text),
        Column::required("url", Kind::Text),
        Column::required("title", Kind::Text),
        Column::optional("source_name", Kind::Text),
        Column::optional("content", Kind::Text),
        Column::required("published_at", Kind::Timestamptz),
        Column::optional("sentiment_score", Kind::Double),
    ],
    primary_key: &["id"],
    uniques: &[
        Unique {
            columns: &["external_id"],
            ..Unique::DEFAULT
        },
        Unique {
            columns: &["url"],
            ..Unique::DEFAULT
        },
    ],
    checks: &[
        Check {
            rule: "external_id_length",
            condition: Condition::MaxLength {
                column: "external_id",
                characters: 512,
            },
        },
        Check {
            rule: "url_length",
            condition: Condition::MaxLength {
                column: "url",
                characters: 2048,
            },
        },
        Check {
            rule: "sentiment_score",
            condition: Condition::Sql("sentiment_score >= -1 AND sentiment_score <= 1"),
        },
    ],
    // Read backwards: newest first.
    indexes: &[Index {
        columns: &["published_at", "id"],
        ..Index::DEFAULT
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ARTICLES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ARTICLES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
