//! Stale hours: what of the sentiment time series is to be computed anew.
//!
//! Triggers note the hour of every mention that comes, goes or changes, in the same transaction, so
//! that cascades and raw SQL count too, and nothing is forgotten by a process that is killed before the
//! time series is brought up to date. Each transaction of PostgreSQL has rows of its own: none waits
//! for another, and none relies on a row that another is about to take away. SQLite has one writer,
//! whose rows all have the number 0.

use groundwork_schema::table::{
    Column, Event, Kind, PostgresTrigger, Table, Timing, Trigger, TriggerFunction, Triggers,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const STALE_HOURS: Table = Table {
    name: "stale_hours",
    columns: &[
        // Refers to nothing: what an entity leaves behind when it is removed is noted here too.
        Column::required("tracked_entity_id", Kind::Uuid),
        Column::required("starts_at", Kind::Timestamptz),
        Column::required("transaction_number", Kind::BigInteger),
    ],
    primary_key: &["tracked_entity_id", "starts_at", "transaction_number"],
    ..Table::DEFAULT
};

/// On SQLite the hour has the shape in which the other instants are stored, so that they sort
/// together.
const NOTES: Triggers = Triggers {
    function: TriggerFunction {
        name: "article_mentions_stale",
        body: "\
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
        SELECT DISTINCT tracked_entity_id, date_bin('1 hour', published_at, '1970-01-01Z'), txid_current()
        FROM article_mentions
        ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
    END IF;
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
        SELECT DISTINCT tracked_entity_id, date_bin('1 hour', published_at, '1970-01-01Z'), txid_current()
        FROM old_rows
        ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
        SELECT DISTINCT tracked_entity_id, date_bin('1 hour', published_at, '1970-01-01Z'), txid_current()
        FROM new_rows
        ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
    END IF;
    RETURN NULL;
END",
    },
    triggers: &[
        Trigger {
            name: "article_mentions_stale_inserted",
            table: "article_mentions",
            timing: Timing::After,
            event: Event::Insert,
            when: None,
            sqlite: Some(
                "\
    INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
    VALUES (NEW.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', NEW.published_at), 0)
    ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;",
            ),
            postgres: PostgresTrigger {
                new_rows: Some("new_rows"),
                ..PostgresTrigger::STATEMENT
            },
        },
        Trigger {
            name: "article_mentions_stale_updated",
            table: "article_mentions",
            timing: Timing::After,
            event: Event::UpdateOf(&["tracked_entity_id", "published_at", "sentiment_score"]),
            when: None,
            sqlite: Some(
                "\
    INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
    VALUES (OLD.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', OLD.published_at), 0),
           (NEW.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', NEW.published_at), 0)
    ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;",
            ),
            postgres: PostgresTrigger {
                old_rows: Some("old_rows"),
                new_rows: Some("new_rows"),
                ..PostgresTrigger::STATEMENT
            },
        },
        Trigger {
            name: "article_mentions_stale_deleted",
            table: "article_mentions",
            timing: Timing::After,
            event: Event::Delete,
            when: None,
            sqlite: Some(
                "\
    INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
    VALUES (OLD.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', OLD.published_at), 0)
    ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;",
            ),
            postgres: PostgresTrigger {
                old_rows: Some("old_rows"),
                ..PostgresTrigger::STATEMENT
            },
        },
        Trigger {
            name: "article_mentions_stale_truncated",
            table: "article_mentions",
            timing: Timing::Before,
            event: Event::Truncate,
            when: None,
            sqlite: None,
            postgres: PostgresTrigger::STATEMENT,
        },
    ],
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        STALE_HOURS.create_with(manager, &CONVENTION).await?;
        NOTES.create_with(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NOTES.drop_with(manager).await?;
        STALE_HOURS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
