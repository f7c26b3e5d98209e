//! What SQLite's message does not say about a violation, asked while the unit is still open.
//!
//! Unlike PostgreSQL, SQLite takes further statements after one that failed, so that its catalog
//! can be asked at once: about the name of a unique index, about the table of a check, and, through
//! [`foreign_keys`], about which foreign key it was.

use groundwork_naming::Convention;
use sea_orm::{DbErr, Statement};

use super::{foreign_keys, writer::WriterGuard};
use crate::db::{
    failure,
    sql::sqlite,
    violation::{ParsedViolation, Violation},
};

/// The violation behind an error, as exactly as SQLite can say; `None` if there is none.
///
/// A statement that fails here only costs exactness: the error that the caller gets stays the one
/// that the statement had.
pub(in crate::db) async fn violation(
    guard: &WriterGuard,
    convention: &Convention,
    error: &DbErr,
    again: Option<&Statement>,
) -> Option<Violation> {
    let parsed = ParsedViolation::by_sqlite(failure::driver_error(error)?)?;
    let mut violation = parsed.clone().violation(convention);
    match parsed {
        ParsedViolation::Key { .. } | ParsedViolation::Missing { .. } => {}
        ParsedViolation::Columns { table, columns } => {
            if let Ok(Some(name)) = unique_index(guard, &table, &columns).await {
                violation.constraint = name;
            }
        }
        ParsedViolation::Index(name) => {
            violation.table = table_of_index(guard, &name).await.unwrap_or_default();
        }
        ParsedViolation::Check(name) => {
            violation.table = table_of_check(guard, &name).await.unwrap_or_default();
        }
        ParsedViolation::ForeignKey => {
            let found = foreign_keys::find_refused(guard, again?).await.ok()??;
            violation = found.violation(convention);
        }
    }
    Some(violation)
}

/// The name of the one unique index that was created over exactly these columns. A constraint that
/// is part of its table has no name in the catalog; the convention has.
async fn unique_index(
    guard: &WriterGuard,
    table: &str,
    columns: &[String],
) -> Result<Option<String>, DbErr> {
    let sql = "SELECT l.name FROM pragma_index_list(?1) AS l \
               WHERE l.\"unique\" AND l.origin = 'c' AND ?2 = ( \
                   SELECT group_concat(name, ', ') \
                   FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))";
    let values = [table.into(), columns.join(", ").into()];
    let rows = guard.query_all(&sqlite(sql, values)).await?;
    match rows.as_slice() {
        [only] => only.try_get_by_index(0).map(Some),
        _ => Ok(None),
    }
}

async fn table_of_index(guard: &WriterGuard, index: &str) -> Option<String> {
    let sql = "SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = ?1";
    first(guard, sql, index).await
}

/// The table whose definition holds the check's name.
async fn table_of_check(guard: &WriterGuard, check: &str) -> Option<String> {
    let sql = "SELECT min(name) FROM sqlite_schema \
               WHERE type = 'table' AND instr(sql, ?1) > 0 HAVING count(*) = 1";
    first(guard, sql, check).await
}

async fn first(guard: &WriterGuard, sql: &str, name: &str) -> Option<String> {
    let row = guard.query_one(&sqlite(sql, [name.into()])).await;
    row.ok()??.try_get_by_index(0).ok()
}
