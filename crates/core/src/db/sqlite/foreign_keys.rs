//! Which foreign key it was: SQLite only says that one failed.
//!
//! The statement that was refused is run again under a savepoint, with `PRAGMA
//! defer_foreign_keys=ON` (<https://www.sqlite.org/pragma.html#pragma_defer_foreign_keys>), so that
//! it leaves the row that refers to nothing. That row is then looked for, as `PRAGMA
//! foreign_key_check` does, but from the newest rows on, in slices and within [`BUDGET`]; and the
//! savepoint is rolled back. The cost is one more run of the statement and at most the budget, and
//! only when a foreign key has failed.

use std::time::{Duration, Instant};

use groundwork_naming::Convention;
use sea_orm::{DbErr, Statement};

use super::writer::WriterGuard;
use crate::db::{
    sql::{self, Target, quoted, sqlite},
    violation::{Violation, ViolationKind, borrowed},
};

/// How long the search may take; it ends within one slice after that.
const BUDGET: Duration = Duration::from_millis(250);

/// How many rows are looked at in one go.
const SLICE: i64 = 20_000;

const DEFER: &str = "SAVEPOINT foreign_keys; PRAGMA defer_foreign_keys = ON";
const RESTORE: &str = "ROLLBACK TO SAVEPOINT foreign_keys; RELEASE SAVEPOINT foreign_keys; \
                       PRAGMA defer_foreign_keys = OFF";

/// A foreign key as SQLite's catalog has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::db) struct ForeignKey {
    table: String,
    columns: Vec<String>,
    referred_table: String,
    /// Empty when the definition leaves them out, which means the primary key.
    referred_columns: Vec<String>,
}

impl ForeignKey {
    pub(in crate::db) fn violation(self, convention: &Convention) -> Violation {
        Violation {
            kind: ViolationKind::ForeignKey,
            constraint: convention.foreign_key(
                &self.table,
                &borrowed(&self.columns),
                &self.referred_table,
            ),
            table: self.table,
            columns: self.columns,
        }
    }
}

/// The foreign key that refuses a statement; `None` when it is not found in time.
pub(in crate::db) async fn find_refused(
    guard: &WriterGuard,
    statement: &Statement,
) -> Result<Option<ForeignKey>, DbErr> {
    let target = sql::target(&statement.sql);
    guard.execute_unprepared(DEFER).await?;
    let found = match guard.query_all(statement).await {
        Ok(_) => find_broken(guard, target.as_ref()).await,
        Err(error) => Err(error),
    };
    guard.execute_unprepared(RESTORE).await?;
    found
}

/// A foreign key that some row breaks right now; those of the `target` are looked at first.
pub(in crate::db) async fn find_broken(
    guard: &WriterGuard,
    target: Option<&Target>,
) -> Result<Option<ForeignKey>, DbErr> {
    let keys = by_likelihood(foreign_keys(guard).await?, target);
    let deadline = Instant::now() + BUDGET;
    let mut unfinished = Vec::new();
    for key in &keys {
        let mut search = Search::start(guard, key).await?;
        if search.next_slice(guard).await? {
            return Ok(Some(key.clone()));
        }
        unfinished.push((key, search));
    }
    for (key, mut search) in unfinished {
        while !search.is_done() && Instant::now() < deadline {
            if search.next_slice(guard).await? {
                return Ok(Some(key.clone()));
            }
        }
    }
    Ok(None)
}

/// The foreign keys that the statement touches come first: on a delete those that refer to its
/// table, otherwise those of its table.
fn by_likelihood(mut keys: Vec<ForeignKey>, target: Option<&Target>) -> Vec<ForeignKey> {
    if let Some(Target { table, deletes }) = target {
        let same = |name: &str| name.eq_ignore_ascii_case(table);
        keys.sort_by_key(|key| match (same(&key.table), same(&key.referred_table)) {
            (true, _) if !deletes => 0,
            (_, true) => 1,
            (true, false) => 2,
            (false, false) => 3,
        });
    }
    keys
}

/// Every foreign key of the schema.
async fn foreign_keys(guard: &WriterGuard) -> Result<Vec<ForeignKey>, DbErr> {
    let sql = "SELECT m.name, f.seq, f.\"table\", f.\"from\", f.\"to\" \
               FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f \
               WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq";
    let mut keys: Vec<ForeignKey> = Vec::new();
    for row in guard.query_all(&sqlite(sql, [])).await? {
        let column: String = row.try_get_by_index(3)?;
        let referred: Option<String> = row.try_get_by_index(4)?;
        if row.try_get_by_index::<i64>(1)? == 0 {
            keys.push(ForeignKey {
                table: row.try_get_by_index(0)?,
                columns: Vec::new(),
                referred_table: row.try_get_by_index(2)?,
                referred_columns: Vec::new(),
            });
        }
        if let Some(key) = keys.last_mut() {
            key.columns.push(column);
            key.referred_columns.extend(referred);
        }
    }
    Ok(keys)
}

/// The search for a row that refers to nothing, from the newest rows on.
struct Search {
    sql: String,
    /// The rows that are still to be looked at: those after `lowest`, up to and with `highest`.
    lowest: i64,
    highest: i64,
}

impl Search {
    async fn start(guard: &WriterGuard, key: &ForeignKey) -> Result<Self, DbErr> {
        let table = quoted(&key.table);
        let sql = format!("SELECT min(rowid), max(rowid) FROM {table}");
        let bounds = guard.query_one(&sqlite(sql, [])).await;
        let referred = match key.referred_columns.as_slice() {
            [] => primary_key(guard, &key.referred_table).await?,
            columns => columns.to_vec(),
        };
        let (rows, lowest, highest) = match bounds {
            Ok(Some(row)) => {
                let lowest: Option<i64> = row.try_get_by_index(0)?;
                let highest: Option<i64> = row.try_get_by_index(1)?;
                let lowest = lowest.map_or(0, |lowest| lowest.saturating_sub(1));
                (
                    "c.rowid > ?1 AND c.rowid <= ?2",
                    lowest,
                    highest.unwrap_or(lowest),
                )
            }
            // A table WITHOUT ROWID is looked at as a whole.
            Ok(None) | Err(_) => ("?1 < ?2", 0, 1),
        };
        Ok(Self {
            sql: orphan(key, &referred, rows),
            lowest,
            highest,
        })
    }

    fn is_done(&self) -> bool {
        self.lowest >= self.highest
    }

    /// Looks at the next slice; true if it holds a row that refers to nothing.
    async fn next_slice(&mut self, guard: &WriterGuard) -> Result<bool, DbErr> {
        if self.is_done() {
            return Ok(false);
        }
        let from = self.highest.saturating_sub(SLICE).max(self.lowest);
        let values = [from.into(), self.highest.into()];
        let found = guard.query_one(&sqlite(&self.sql, values)).await?;
        self.highest = from;
        Ok(found.is_some())
    }
}

/// A query for one row, among some, that refers to nothing. The referred column is on the left,
/// because its collation and affinity decide (<https://www.sqlite.org/foreignkeys.html#fk_indexes>).
fn orphan(key: &ForeignKey, referred: &[String], rows: &str) -> String {
    let pairs = || key.columns.iter().zip(referred);
    let present: String = pairs()
        .map(|(column, _)| format!(" AND c.{} IS NOT NULL", quoted(column)))
        .collect();
    let same: Vec<String> = pairs()
        .map(|(column, referred)| format!("p.{} = c.{}", quoted(referred), quoted(column)))
        .collect();
    format!(
        "SELECT 1 FROM {} AS c WHERE {rows}{present} AND NOT EXISTS \
         (SELECT 1 FROM {} AS p WHERE {}) LIMIT 1",
        quoted(&key.table),
        quoted(&key.referred_table),
        same.join(" AND "),
    )
}

async fn primary_key(guard: &WriterGuard, table: &str) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";
    let rows = guard.query_all(&sqlite(sql, [table.into()])).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
