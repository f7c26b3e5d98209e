//! The tables that refer to files, declared as data: the store knows no domain.

use std::collections::HashSet;

use sea_orm::{
    ConnectionTrait, DbErr, ExprTrait, Statement,
    sea_query::{Alias, Expr, LockBehavior, LockType, Order, Query},
};

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
/// use groundwork_core::files::FileTable;
///
/// const COVERS: FileTable = FileTable {
///     table: "covers",
///     key_column: "storage_key",
///     trash_table: "file_trash",
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
    /// The next keys in the trash after `after`, locked for this unit of work where the engine has
    /// row locks; those that others hold are passed over.
    pub(super) async fn after(
        self,
        connection: &impl ConnectionTrait,
        after: Option<&str>,
    ) -> Result<Vec<String>, FilesError> {
        let query = Query::select()
            .column(Alias::new(TRASH_KEY))
            .from(Alias::new(self.0))
            .and_where_option(after.map(|after| Expr::col(Alias::new(TRASH_KEY)).gt(after)))
            .order_by(Alias::new(TRASH_KEY), Order::Asc)
            .limit(BATCH as u64)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        let rows = connection
            .query_all(&query)
            .await
            .map_err(failed("reading the trash"))?;
        rows.iter()
            .map(|row| {
                row.try_get("", TRASH_KEY)
                    .map_err(failed("reading the trash"))
            })
            .collect()
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

fn failed(doing: &'static str) -> impl Fn(DbErr) -> FilesError {
    move |source| DbError::Database { doing, source }.into()
}
