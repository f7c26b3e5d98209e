//! The columns that refer to files of a store, and the trash that keeps the keys of removed rows.

use groundwork_naming::Engine;
use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::{
    Check, Column, Condition, Event, Index, Kind, PostgresTrigger, Presence, Table, Timing,
    Trigger, TriggerFunction, Triggers,
    apply::{engine_of, execute},
};

/// A column that holds keys of files. Its triggers put the key of a removed row into the trash, in
/// the same transaction, so that cascades and raw SQL count too. A key that a row claims again
/// leaves the trash.
///
/// On SQLite an `INSERT OR REPLACE` fires the triggers only on a connection with
/// `recursive_triggers` on; on PostgreSQL `TRUNCATE` has a trigger of its own.
///
/// ```
/// use groundwork_naming::{Convention, Engine};
/// use groundwork_schema::table::{FileColumn, Presence, Table, file_trash};
/// use sea_orm::DbErr;
/// use sea_orm_migration::SchemaManager;
///
/// const FILE_TRASH: Table = file_trash("file_trash");
/// const COVERS: FileColumn = FileColumn {
///     table: "covers",
///     column: "storage_key",
///     presence: Presence::Required,
///     trash: "file_trash",
/// };
///
/// // In a migration, after the table `covers` has been created:
/// async fn up(manager: &SchemaManager<'_>, convention: &Convention) -> Result<(), DbErr> {
///     FILE_TRASH.create_with(manager, convention).await?;
///     COVERS.create_with(manager).await
/// }
///
/// assert!(COVERS.create(Engine::Sqlite).contains("AFTER DELETE ON covers"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileColumn {
    /// The table. Its triggers, and on PostgreSQL their function, are named after it.
    pub table: &'static str,
    /// Its column with the key, unique.
    pub column: &'static str,
    /// Whether every row has a file.
    pub presence: Presence,
    /// The table that [`file_trash`] declares. Several columns may share one.
    pub trash: &'static str,
}

const TRASH_COLUMNS: &[Column] = &[
    Column::required("storage_key", Kind::Text),
    Column::required("trashed_at", Kind::Timestamptz),
];

const TRASH_INDEXES: &[Index] = &[Index {
    columns: &["trashed_at"],
    ..Index::DEFAULT
}];

/// The table that keeps the keys of removed rows until a sweeper has removed the files.
#[must_use]
pub const fn file_trash(name: &'static str) -> Table {
    Table {
        name,
        columns: TRASH_COLUMNS,
        primary_key: &["storage_key"],
        indexes: TRASH_INDEXES,
        ..Table::DEFAULT
    }
}

const ROOT_COLUMNS: &[Column] = &[
    Column::required("id", Kind::BigInteger),
    Column::required("root_id", Kind::Uuid),
    Column::required("claimed_at", Kind::Timestamptz),
];

const ROOT_CHECKS: &[Check] = &[Check {
    rule: "only_one",
    condition: Condition::Sql("id = 1"),
}];

/// The table of the one row that says which root of files belongs to the database
/// (`FileStoreOptions::root_table` of `groundwork-core`).
#[must_use]
pub const fn file_roots(name: &'static str) -> Table {
    Table {
        name,
        columns: ROOT_COLUMNS,
        primary_key: &["id"],
        checks: ROOT_CHECKS,
        ..Table::DEFAULT
    }
}

impl FileColumn {
    /// The statements that create the triggers, as one text.
    #[must_use]
    pub fn create(&self, engine: Engine) -> String {
        self.with_triggers(|triggers| triggers.create(engine))
    }

    /// The statements that drop the triggers, as one text.
    #[must_use]
    pub fn drop(&self, engine: Engine) -> String {
        self.with_triggers(|triggers| triggers.drop(engine))
    }

    /// Creates the triggers. The table and its trash must exist.
    ///
    /// # Errors
    /// What the database says about the statement that it refuses.
    pub async fn create_with(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        execute(manager, &self.create(engine_of(manager)?)).await
    }

    /// Drops the triggers.
    ///
    /// # Errors
    /// What the database says, for example that there is none of that name.
    pub async fn drop_with(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        execute(manager, &self.drop(engine_of(manager)?)).await
    }

    fn with_triggers<T>(&self, then: impl FnOnce(&Triggers<'_>) -> T) -> T {
        let Self { table, column, .. } = *self;
        let name = |suffix| format!("{table}_{suffix}");
        let (function, body) = (name("trash"), self.function_body());
        let (deleted, moved) = (name("trash_deleted"), name("trash_moved"));
        let (truncated, inserted) = (name("trash_truncated"), name("claim_inserted"));
        let (discard, claim) = (self.discard_on_sqlite(), self.claim());
        let (move_key, has_moved) = (format!("{discard}\n    {claim}"), self.has_moved());
        let trigger = |name, event, when, sqlite| Trigger {
            name,
            table,
            timing: Timing::After,
            event,
            when,
            sqlite: Some(sqlite),
            postgres: PostgresTrigger::ROW,
        };
        then(&Triggers {
            function: TriggerFunction {
                name: &function,
                body: &body,
            },
            triggers: &[
                trigger(&deleted, Event::Delete, None, &discard),
                trigger(
                    &moved,
                    Event::UpdateOf(&[column]),
                    Some(&has_moved),
                    &move_key,
                ),
                Trigger {
                    name: &truncated,
                    table,
                    timing: Timing::Before,
                    event: Event::Truncate,
                    when: None,
                    sqlite: None,
                    postgres: PostgresTrigger::STATEMENT,
                },
                trigger(&inserted, Event::Insert, None, &claim),
            ],
        })
    }

    fn has_moved(&self) -> String {
        let column = self.column;
        match self.presence {
            Presence::Required => format!("OLD.{column} <> NEW.{column}"),
            Presence::Optional => format!("OLD.{column} IS DISTINCT FROM NEW.{column}"),
        }
    }

    fn claim(&self) -> String {
        let Self { column, trash, .. } = self;
        format!("DELETE FROM {trash} WHERE storage_key = NEW.{column};")
    }

    /// The instant has the shape in which the other instants are stored, so that they sort together.
    fn discard_on_sqlite(&self) -> String {
        let trash = self.trash;
        let row = self.old_row("strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')");
        format!(
            "INSERT INTO {trash} (storage_key, trashed_at)\n    {row}\n    \
             ON CONFLICT (storage_key) DO NOTHING;"
        )
    }

    /// A row of the trash for the row that goes. One without a file gives none.
    fn old_row(&self, now: &str) -> String {
        let column = self.column;
        match self.presence {
            Presence::Required => format!("VALUES (OLD.{column}, {now})"),
            Presence::Optional => {
                format!("SELECT OLD.{column}, {now} WHERE OLD.{column} IS NOT NULL")
            }
        }
    }

    fn function_body(&self) -> String {
        let Self {
            table,
            column,
            trash,
            ..
        } = self;
        let (row, claim) = (self.old_row("now()"), self.claim());
        let with_file = match self.presence {
            Presence::Required => String::new(),
            Presence::Optional => format!(" WHERE {column} IS NOT NULL"),
        };
        format!(
            "\
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO {trash} (storage_key, trashed_at)
        SELECT {column}, now() FROM {table}{with_file}
        ON CONFLICT (storage_key) DO NOTHING;
        RETURN NULL;
    END IF;
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        INSERT INTO {trash} (storage_key, trashed_at)
        {row}
        ON CONFLICT (storage_key) DO NOTHING;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        {claim}
    END IF;
    RETURN NULL;
END"
        )
    }
}
