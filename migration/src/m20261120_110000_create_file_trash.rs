//! The trash of files: what no artifact claims any more, until a sweeper has removed it.
//!
//! Triggers fill it in the same transaction, so that cascades and raw SQL count too. On SQLite an
//! `INSERT OR REPLACE` fires them only on a connection with `recursive_triggers` on; on PostgreSQL
//! `TRUNCATE` has a trigger of its own. A key that an artifact claims again leaves the trash.

use groundwork_schema::table::{Column, Index, Kind, Table};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::CONVENTION;

const FILE_TRASH: Table = Table {
    name: "file_trash",
    columns: &[
        Column::required("storage_key", Kind::Text),
        Column::required("trashed_at", Kind::Timestamptz),
    ],
    primary_key: &["storage_key"],
    foreign_keys: &[],
    uniques: &[],
    checks: &[],
    indexes: &[Index {
        columns: &["trashed_at"],
        only_where: None,
    }],
};

/// The instant has the shape in which the other instants are stored, so that they sort together.
const SQLITE_UP: &str = "
CREATE TRIGGER artifacts_trash_deleted AFTER DELETE ON artifacts
BEGIN
    INSERT INTO file_trash (storage_key, trashed_at)
    VALUES (OLD.storage_key, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))
    ON CONFLICT (storage_key) DO NOTHING;
END;
CREATE TRIGGER artifacts_trash_moved AFTER UPDATE OF storage_key ON artifacts
WHEN OLD.storage_key <> NEW.storage_key
BEGIN
    INSERT INTO file_trash (storage_key, trashed_at)
    VALUES (OLD.storage_key, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))
    ON CONFLICT (storage_key) DO NOTHING;
    DELETE FROM file_trash WHERE storage_key = NEW.storage_key;
END;
CREATE TRIGGER artifacts_claim_inserted AFTER INSERT ON artifacts
BEGIN
    DELETE FROM file_trash WHERE storage_key = NEW.storage_key;
END;
";

const SQLITE_DOWN: &str = "
DROP TRIGGER artifacts_claim_inserted;
DROP TRIGGER artifacts_trash_moved;
DROP TRIGGER artifacts_trash_deleted;
";

const POSTGRES_UP: &str = "
CREATE FUNCTION artifacts_trash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO file_trash (storage_key, trashed_at)
        SELECT storage_key, now() FROM artifacts
        ON CONFLICT (storage_key) DO NOTHING;
        RETURN NULL;
    END IF;
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        INSERT INTO file_trash (storage_key, trashed_at)
        VALUES (OLD.storage_key, now())
        ON CONFLICT (storage_key) DO NOTHING;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        DELETE FROM file_trash WHERE storage_key = NEW.storage_key;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER artifacts_trash_deleted AFTER DELETE ON artifacts
    FOR EACH ROW EXECUTE FUNCTION artifacts_trash();
CREATE TRIGGER artifacts_trash_moved AFTER UPDATE OF storage_key ON artifacts
    FOR EACH ROW WHEN (OLD.storage_key <> NEW.storage_key) EXECUTE FUNCTION artifacts_trash();
CREATE TRIGGER artifacts_trash_truncated BEFORE TRUNCATE ON artifacts
    FOR EACH STATEMENT EXECUTE FUNCTION artifacts_trash();
CREATE TRIGGER artifacts_claim_inserted AFTER INSERT ON artifacts
    FOR EACH ROW EXECUTE FUNCTION artifacts_trash();
";

const POSTGRES_DOWN: &str = "
DROP TRIGGER artifacts_claim_inserted ON artifacts;
DROP TRIGGER artifacts_trash_truncated ON artifacts;
DROP TRIGGER artifacts_trash_moved ON artifacts;
DROP TRIGGER artifacts_trash_deleted ON artifacts;
DROP FUNCTION artifacts_trash();
";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        FILE_TRASH.create_with(manager, &CONVENTION).await?;
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
        FILE_TRASH.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
