//! The tables that refer to files, declared as data: the store knows no domain.

use std::collections::HashSet;

use sea_orm::{
    ConnectionTrait, DbErr, ExprTrait, QueryResult, Statement,
    sea_query::{Alias, Expr, LockBehavior, LockType, Order, Query, SelectStatement},
};

use uuid::Uuid;

use super::{FilesError, StorageKey};
use crate::db::DbError;

/// The most keys in one statement. Sweeping them may take two open folders for each.
const BATCH: usize = 100;

const TRASH_KEY: &str = "storage_key";

/// A table that refers to files: one row for each file.
///
/// Its migration also makes the trash table and the triggers that fill it; in `groundwork-schema`
/// that is `FileColumn`. A store serves any number of such tables, which may share a trash.
///
/// ```
/// use groundwork_core::files::{FactColumns, FileTable};
///
/// const COVERS: FileTable = FileTable {
///     table: "covers",
///     key_column: "storage_key",
///     trash_table: "file_trash",
///     facts: Some(FactColumns {
///         id: "id",
///         size_bytes: "size_bytes",
///         blake3: "blake3",
///     }),
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileTable {
    /// The table, such as `artifacts`.
    pub table: &'static str,
    /// Its column that holds the [`StorageKey`] as text, unique. It may be NULL for a row without a
    /// file.
    pub key_column: &'static str,
    /// The table that its triggers put the keys of removed rows into, such as `file_trash`; its
    /// columns are `storage_key` (the primary key) and `trashed_at`.
    pub trash_table: &'static str,
    /// Its columns that say what the file is, for [`FileStore::verify`](super::FileStore::verify);
    /// `None` if it says nothing.
    pub facts: Option<FactColumns>,
}

/// The columns of a [`FileTable`] that say what each file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactColumns {
    /// The id of the row, for people: a UUID, a number or a text.
    pub id: &'static str,
    /// The length in bytes.
    pub size_bytes: &'static str,
    /// BLAKE3 of the content, 64 lower-case hex digits.
    pub blake3: &'static str,
}

/// What a row says about its file.
#[derive(Clone, Debug)]
pub(super) struct StoredRow {
    pub(super) key: StorageKey,
    pub(super) id: Option<String>,
    pub(super) size_bytes: Option<u64>,
    pub(super) blake3: Option<String>,
}

/// All tables of a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileTables(pub(super) &'static [FileTable]);

/// A table of keys whose rows are gone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trash(&'static str);

impl FileTables {
    /// Those of `keys` that have a row in any of the tables, as far as `connection` sees.
    pub(super) async fn known(
        self,
        connection: &impl ConnectionTrait,
        keys: &[StorageKey],
    ) -> Result<HashSet<StorageKey>, FilesError> {
        let mut known = HashSet::new();
        for table in self.0 {
            for batch in keys.chunks(BATCH) {
                known.extend(table.known(connection, batch).await?);
            }
        }
        Ok(known)
    }

    /// The transactions on PostgreSQL that have written to any of the tables and are still open.
    /// They hold their locks until after their outcome is visible.
    pub(super) async fn writers(
        self,
        connection: &impl ConnectionTrait,
    ) -> Result<HashSet<String>, FilesError> {
        let mut writers = HashSet::new();
        for table in self.0 {
            writers.extend(table.writers(connection).await?);
        }
        Ok(writers)
    }

    /// Keys of the oldest rows with files, and of the trash: some of each.
    pub(super) async fn oldest(
        self,
        connection: &impl ConnectionTrait,
    ) -> Result<Vec<StorageKey>, FilesError> {
        let mut keys = Vec::new();
        for table in self.0 {
            let rows = table.rows_after(connection, None).await?;
            keys.extend(rows.into_iter().map(|row| row.key));
        }
        for trash in self.trashes() {
            let trashed = trash.some(connection).await?;
            keys.extend(trashed.iter().filter_map(|key| key.parse().ok()));
        }
        Ok(keys)
    }

    /// The trash tables, each once.
    pub(super) fn trashes(self) -> Vec<Trash> {
        let mut names: Vec<&str> = self.0.iter().map(|table| table.trash_table).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(Trash).collect()
    }

    /// For the log.
    pub(super) fn names(self) -> String {
        let names: Vec<&str> = self.0.iter().map(|table| table.table).collect();
        names.join(", ")
    }
}

impl FileTable {
    async fn known(
        &self,
        connection: &impl ConnectionTrait,
        keys: &[StorageKey],
    ) -> Result<Vec<StorageKey>, FilesError> {
        let query = Query::select()
            .column(Alias::new(self.key_column))
            .from(Alias::new(self.table))
            .and_where(
                Expr::col(Alias::new(self.key_column))
                    .is_in(keys.iter().map(StorageKey::to_string)),
            )
            .to_owned();
        let rows = connection
            .query_all(&query)
            .await
            .map_err(failed("asking for the rows of files"))?;
        let mut known = Vec::new();
        for row in rows {
            let key: String = row
                .try_get("", self.key_column)
                .map_err(failed("reading the rows of files"))?;
            known.extend(key.parse::<StorageKey>());
        }
        Ok(known)
    }

    /// The next rows with files after a key. A row whose key names no file is passed over.
    pub(super) async fn rows_after(
        &self,
        connection: &impl ConnectionTrait,
        after: Option<&str>,
    ) -> Result<Vec<StoredRow>, FilesError> {
        let key = || Expr::col(Alias::new(self.key_column));
        let mut query = Query::select();
        query
            .column(Alias::new(self.key_column))
            .from(Alias::new(self.table))
            .and_where(key().is_not_null())
            .and_where_option(after.map(|after| key().gt(after)))
            .order_by(Alias::new(self.key_column), Order::Asc)
            .limit(BATCH as u64);
        if let Some(facts) = self.facts {
            query.columns([facts.id, facts.size_bytes, facts.blake3].map(Alias::new));
        }
        let rows = connection
            .query_all(&query)
            .await
            .map_err(failed("reading the rows of files"))?;
        let rows = rows.iter().map(|row| self.stored_row(row));
        Ok(rows
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    fn stored_row(&self, row: &QueryResult) -> Result<Option<StoredRow>, FilesError> {
        let doing = "reading the rows of files";
        let key: String = row.try_get("", self.key_column).map_err(failed(doing))?;
        let Ok(key) = key.parse() else {
            tracing::warn!(table = self.table, key, "a row names no file");
            return Ok(None);
        };
        let mut stored = StoredRow {
            key,
            id: None,
            size_bytes: None,
            blake3: None,
        };
        if let Some(facts) = self.facts {
            let size: i64 = row.try_get("", facts.size_bytes).map_err(failed(doing))?;
            stored.id = id_of(row, facts.id);
            stored.size_bytes = u64::try_from(size).ok();
            stored.blake3 = Some(row.try_get("", facts.blake3).map_err(failed(doing))?);
        }
        Ok(Some(stored))
    }

    async fn writers(&self, connection: &impl ConnectionTrait) -> Result<Vec<String>, FilesError> {
        let query = Statement::from_sql_and_values(
            connection.get_database_backend(),
            "SELECT virtualtransaction FROM pg_locks \
             WHERE relation = CAST($1 AS regclass) AND mode = 'RowExclusiveLock' AND granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [format!("\"{}\"", self.table).into()],
        );
        let rows = connection
            .query_all_raw(query)
            .await
            .map_err(failed("asking for open transactions"))?;
        rows.iter()
            .map(|row| {
                row.try_get("", "virtualtransaction")
                    .map_err(failed("reading open transactions"))
            })
            .collect()
    }
}

impl Trash {
    /// Some keys in the trash, as a reader sees them.
    pub(super) async fn some(
        self,
        connection: &impl ConnectionTrait,
    ) -> Result<Vec<String>, FilesError> {
        keys_of(self.select(None), connection).await
    }

    fn select(self, after: Option<&str>) -> SelectStatement {
        Query::select()
            .column(Alias::new(TRASH_KEY))
            .from(Alias::new(self.0))
            .and_where_option(after.map(|after| Expr::col(Alias::new(TRASH_KEY)).gt(after)))
            .order_by(Alias::new(TRASH_KEY), Order::Asc)
            .limit(BATCH as u64)
            .to_owned()
    }

    /// The next keys in the trash after `after`, locked for this unit of work where the engine has
    /// row locks; those that others hold are passed over.
    pub(super) async fn after(
        self,
        connection: &impl ConnectionTrait,
        after: Option<&str>,
    ) -> Result<Vec<String>, FilesError> {
        let query = self
            .select(after)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        keys_of(query, connection).await
    }

    /// Forgets keys that were in the trash.
    pub(super) async fn forget(
        self,
        connection: &impl ConnectionTrait,
        keys: &[String],
    ) -> Result<(), FilesError> {
        let query = Query::delete()
            .from_table(Alias::new(self.0))
            .and_where(Expr::col(Alias::new(TRASH_KEY)).is_in(keys.iter().map(String::as_str)))
            .to_owned();
        connection
            .execute(&query)
            .await
            .map_err(failed("emptying the trash"))?;
        Ok(())
    }
}

async fn keys_of(
    query: SelectStatement,
    connection: &impl ConnectionTrait,
) -> Result<Vec<String>, FilesError> {
    let doing = "reading the trash";
    let rows = connection.query_all(&query).await.map_err(failed(doing))?;
    rows.iter()
        .map(|row| row.try_get("", TRASH_KEY).map_err(failed(doing)))
        .collect()
}

/// Ids are UUIDs, numbers or texts.
fn id_of(row: &QueryResult, column: &str) -> Option<String> {
    let uuid = row.try_get::<Uuid>("", column).map(|id| id.to_string());
    let number = || row.try_get::<i64>("", column).map(|id| id.to_string());
    let text = || row.try_get::<String>("", column);
    uuid.or_else(|_| number()).or_else(|_| text()).ok()
}

fn failed(doing: &'static str) -> impl Fn(DbErr) -> FilesError {
    move |source| DbError::Database { doing, source }.into()
}
