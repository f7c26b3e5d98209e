//! Article mentions: which article speaks of which tracked entity, and how.
//!
//! A mention repeats its article's `published_at`, so that one index serves an entity's articles
//! and its scores in the order of time. A trigger keeps the copy current.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Table,
};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

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
        },
        ForeignKey {
            columns: &["tracked_entity_id"],
            table: "tracked_entities",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
        },
    ],
    uniques: &[],
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
        only_where: None,
    }],
};

const SQLITE_UP: &str = "
CREATE TRIGGER articles_mentions_moved AFTER UPDATE OF published_at ON articles
WHEN OLD.published_at <> NEW.published_at
BEGIN
    UPDATE article_mentions SET published_at = NEW.published_at WHERE article_id = NEW.id;
END;
";

const SQLITE_DOWN: &str = "DROP TRIGGER articles_mentions_moved";

const POSTGRES_UP: &str = "
CREATE FUNCTION articles_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE article_mentions SET published_at = NEW.published_at WHERE article_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER articles_mentions_moved AFTER UPDATE OF published_at ON articles
    FOR EACH ROW WHEN (OLD.published_at <> NEW.published_at) EXECUTE FUNCTION articles_mentions();
";

const POSTGRES_DOWN: &str = "
DROP TRIGGER articles_mentions_moved ON articles;
DROP FUNCTION articles_mentions();
";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ARTICLE_MENTIONS.create_with(manager, &CONVENTION).await?;
        let trigger = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_UP,
            _ => POSTGRES_UP,
        };
        let connection = manager.get_connection();
        connection.execute_unprepared(trigger).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let trigger = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_DOWN,
            _ => POSTGRES_DOWN,
        };
        let connection = manager.get_connection();
        connection.execute_unprepared(trigger).await?;
        ARTICLE_MENTIONS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
