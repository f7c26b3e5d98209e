//! The rows that speak of files, told as data: the store knows no domain.

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

/// Where the rows about files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The table with one row for each file, such as `artifacts`.
    pub table: &'static str,
    /// Its column that holds the [`StorageKey`] as text, unique.
    pub key_column: &'static str,
    /// The table that its triggers put the keys of removed rows into, such as `file_trash`; its
    /// columns are `storage_key` (the primary key) and `trashed_at`.
    pub trash_table: &'static str,
}

impl Ledger {
    /// Those of `keys` that have a row, as far as `connection` sees.
    pub(super) async fn known(
        &self,
        connection: &impl ConnectionTrait,
        keys: &[StorageKey],
    ) -> Result<HashSet<StorageKey>, FilesError> {
        let mut known = HashSet::new();
        for batch in keys.chunks(BATCH) {
            let query = Query::select()
                .column(Alias::new(self.key_column))
                .from(Alias::new(self.table))
                .and_where(
                    Expr::col(Alias::new(self.key_column))
                        .is_in(batch.iter().map(StorageKey::to_string)),
                )
                .to_owned();
            let rows = connection
                .query_all(&query)
                .await
                .map_err(failed("asking for the rows of files"))?;
            for row in rows {
                let key: String = row
                    .try_get("", self.key_column)
                    .map_err(failed("reading the rows of files"))?;
                known.extend(key.parse::<StorageKey>());
            }
        }
        Ok(known)
    }

    /// The transactions on PostgreSQL that have written to the table and are still open. They hold
    /// their locks until after their outcome is visible.
    pub(super) async fn writers(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<HashSet<String>, FilesError> {
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

    /// The next keys in the trash after `after`, locked for this unit of work where the engine has
    /// row locks; those that others hold are passed over.
    pub(super) async fn trash_after(
        &self,
        connection: &impl ConnectionTrait,
        after: Option<&str>,
    ) -> Result<Vec<String>, FilesError> {
        let query = Query::select()
            .column(Alias::new(TRASH_KEY))
            .from(Alias::new(self.trash_table))
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
        &self,
        connection: &impl ConnectionTrait,
        keys: &[String],
    ) -> Result<(), FilesError> {
        let query = Query::delete()
            .from_table(Alias::new(self.trash_table))
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
