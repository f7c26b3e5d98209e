//! The trash of files: what no artifact claims any more, until a sweeper has removed it.
//!
//! Triggers fill it in the same transaction, so that cascades and raw SQL count too. On SQLite an
//! `INSERT OR REPLACE` fires them only on a connection with `recursive_triggers` on; on PostgreSQL
//! `TRUNCATE` has a trigger of its own. A key that an artifact claims again leaves the trash.

use groundwork_schema::table::{
    Column, Event, Index, Kind, PostgresTrigger, Table, Timing, Trigger, TriggerFunction, Triggers,
};
use sea_orm_migration::prelude::*;

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

/// On SQLite the instant has the shape in which the other instants are stored, so that they sort
/// together.
const TRASH: Triggers = Triggers {
    function: TriggerFunction {
        name: "artifacts_trash",
        body: "\
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
END",
    },
    triggers: &[
        Trigger {
            name: "artifacts_trash_deleted",
            table: "artifacts",
            timing: Timing::After,
            event: Event::Delete,
            when: None,
            sqlite: Some(
                "\
    INSERT INTO file_trash (storage_key, trashed_at)
    VALUES (OLD.storage_key, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))
    ON CONFLICT (storage_key) DO NOTHING;",
            ),
            postgres: PostgresTrigger::ROW,
        },
        Trigger {
            name: "artifacts_trash_moved",
            table: "artifacts",
            timing: Timing::After,
            event: Event::UpdateOf(&["storage_key"]),
            when: Some("OLD.storage_key <> NEW.storage_key"),
            sqlite: Some(
                "\
    INSERT INTO file_trash (storage_key, trashed_at)
    VALUES (OLD.storage_key, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))
    ON CONFLICT (storage_key) DO NOTHING;
    DELETE FROM file_trash WHERE storage_key = NEW.storage_key;",
            ),
            postgres: PostgresTrigger::ROW,
        },
        Trigger {
            name: "artifacts_trash_truncated",
            table: "artifacts",
            timing: Timing::Before,
            event: Event::Truncate,
            when: None,
            sqlite: None,
            postgres: PostgresTrigger::STATEMENT,
        },
        Trigger {
            name: "artifacts_claim_inserted",
            table: "artifacts",
            timing: Timing::After,
            event: Event::Insert,
            when: None,
            sqlite: Some("DELETE FROM file_trash WHERE storage_key = NEW.storage_key;"),
            postgres: PostgresTrigger::ROW,
        },
    ],
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        FILE_TRASH.create_with(manager, &CONVENTION).await?;
        TRASH.create_with(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TRASH.drop_with(manager).await?;
        FILE_TRASH.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
