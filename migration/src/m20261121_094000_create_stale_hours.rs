//! Stale hours: what of the sentiment time series is to be computed anew.
//!
//! Triggers note the hour of every mention that comes, goes or changes, in the same transaction, so
//! that cascades and raw SQL count too, and nothing is forgotten by whoever is killed before the
//! time series is brought up to date. Each transaction of PostgreSQL has rows of its own: none waits
//! for another, and none relies on a row that another is about to take away. SQLite has one writer,
//! whose rows all have the number 0.

use groundwork_schema::table::{Column, Kind, Table};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

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
    foreign_keys: &[],
    uniques: &[],
    checks: &[],
    indexes: &[],
};

/// The hour has the shape in which the other instants are stored, so that they sort together.
const SQLITE_UP: &str = "
CREATE TRIGGER article_mentions_stale_inserted AFTER INSERT ON article_mentions
BEGIN
    INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
    VALUES (NEW.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', NEW.published_at), 0)
    ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
END;
CREATE TRIGGER article_mentions_stale_updated
AFTER UPDATE OF tracked_entity_id, published_at, sentiment_score ON article_mentions
BEGIN
    INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
    VALUES (OLD.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', OLD.published_at), 0),
           (NEW.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', NEW.published_at), 0)
    ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
END;
CREATE TRIGGER article_mentions_stale_deleted AFTER DELETE ON article_mentions
BEGIN
    INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
    VALUES (OLD.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', OLD.published_at), 0)
    ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
END;
";

const SQLITE_DOWN: &str = "
DROP TRIGGER article_mentions_stale_deleted;
DROP TRIGGER article_mentions_stale_updated;
DROP TRIGGER article_mentions_stale_inserted;
";

const POSTGRES_UP: &str = "
CREATE FUNCTION article_mentions_stale() RETURNS trigger LANGUAGE plpgsql AS $$
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
END
$$;
CREATE TRIGGER article_mentions_stale_inserted AFTER INSERT ON article_mentions
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION article_mentions_stale();
CREATE TRIGGER article_mentions_stale_updated AFTER UPDATE ON article_mentions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION article_mentions_stale();
CREATE TRIGGER article_mentions_stale_deleted AFTER DELETE ON article_mentions
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION article_mentions_stale();
CREATE TRIGGER article_mentions_stale_truncated BEFORE TRUNCATE ON article_mentions
    FOR EACH STATEMENT EXECUTE FUNCTION article_mentions_stale();
";

const POSTGRES_DOWN: &str = "
DROP TRIGGER article_mentions_stale_truncated ON article_mentions;
DROP TRIGGER article_mentions_stale_deleted ON article_mentions;
DROP TRIGGER article_mentions_stale_updated ON article_mentions;
DROP TRIGGER article_mentions_stale_inserted ON article_mentions;
DROP FUNCTION article_mentions_stale();
";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        STALE_HOURS.create_with(manager, &CONVENTION).await?;
        let triggers = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_UP,
            _ => POSTGRES_UP,
        };
        let connection = manager.get_connection();
        connection.execute_unprepared(triggers).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_DOWN,
            _ => POSTGRES_DOWN,
        };
        let connection = manager.get_connection();
        connection.execute_unprepared(triggers).await?;
        STALE_HOURS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
