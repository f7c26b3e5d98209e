//! Article mentions: which article speaks of which tracked entity, and how.
//!
//! A mention repeats its article's `published_at`, so that one index serves an entity's articles
//! and its scores in the order of time. A trigger keeps the copy current.

use groundwork_schema::table::{
    Check, Column, Condition, Event, ForeignKey, Index, Kind, OnDelete, PostgresTrigger, Table,
    Timing, Trigger, TriggerFunction, Triggers,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const ARTICLE_MENTIONS: Table = Table {
    name: "article_mentions",
    columns: &[
        Column::required("article_id", Kind::Uuid),
        Column::required("tracked_entity_id", Kind::Uuid),
        Column::required("published_at", Kind::Timestamptz),
        Column::required("sentiment_score", Kind::Double),
    ],
    primary_key: &["article_id", "tracked_entity_id"],
    foreign_keys: &[
        ForeignKey {
            columns: &["article_id"],
            table: "articles",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
        ForeignKey {
            columns: &["tracked_entity_id"],
            table: "tracked_entities",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
    ],
    checks: &[Check {
        rule: "sentiment_score",
        condition: Condition::Sql("sentiment_score >= -1 AND sentiment_score <= 1"),
    }],
    // Read backwards: an entity's articles, newest first. With the score, a rollup needs no more.
    indexes: &[Index {
        columns: &[
            "tracked_entity_id",
            "published_at",
            "article_id",
            "sentiment_score",
        ],
        ..Index::DEFAULT
    }],
    ..Table::DEFAULT
};

/// Keeps the copy of `published_at` current.
const COPY_CURRENT: Triggers = Triggers {
    function: TriggerFunction {
        name: "articles_mentions",
        body: "\
BEGIN
    UPDATE article_mentions SET published_at = NEW.published_at WHERE article_id = NEW.id;
    RETURN NULL;
END",
    },
    triggers: &[Trigger {
        name: "articles_mentions_moved",
        table: "articles",
        timing: Timing::After,
        event: Event::UpdateOf(&["published_at"]),
        when: Some("OLD.published_at <> NEW.published_at"),
        sqlite: Some(
            "UPDATE article_mentions SET published_at = NEW.published_at WHERE article_id = NEW.id;",
        ),
        postgres: PostgresTrigger::ROW,
    }],
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ARTICLE_MENTIONS.create_with(manager, &CONVENTION).await?;
        COPY_CURRENT.create_with(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        COPY_CURRENT.drop_with(manager).await?;
        ARTICLE_MENTIONS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
