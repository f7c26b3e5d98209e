//! What SQLite's message does not say about a violation, asked while the unit is still open.
//!
//! Unlike PostgreSQL, SQLite takes further statements after one that failed, so that its catalog
//! can be asked at once: about the name of a unique index, about the table of a check, and, through
//! [`foreign_keys`], about which foreign key it was.

use sea_orm::{DbBackend, DbErr, Statement};

use super::{Violation, failure, foreign_keys, session::Session, violation::Said};

/// The violation behind an error, as exactly as SQLite can tell; `None` if there is none.
///
/// A statement that fails here only costs exactness: the error that the caller gets stays the one
/// that the statement had.
pub(super) async fn violation(
    session: &Session,
    error: &DbErr,
    again: Option<&Statement>,
) -> Option<Violation> {
    let said = Said::by_sqlite(failure::driver_error(error)?)?;
    let mut violation = said.clone().violation(&session.convention);
    match said {
        Said::Key { .. } | Said::Missing { .. } => {}
        Said::Columns { table, columns } => {
            if let Ok(Some(name)) = unique_index(session, &table, &columns).await {
                violation.constraint = name;
            }
        }
        Said::Index(name) => {
            violation.table = table_of_index(session, &name).await.unwrap_or_default();
        }
        Said::Check(name) => {
            violation.table = table_of_check(session, &name).await.unwrap_or_default();
        }
        Said::ForeignKey => {
            let found = foreign_keys::find_refused(session, again?).await.ok()??;
            violation = found.violation(&session.convention);
        }
    }
    Some(violation)
}

/// The name of the one unique index that was created over exactly these columns. A constraint that
/// is part of its table has no name in the catalog; the convention has.
async fn unique_index(
    session: &Session,
    table: &str,
    columns: &[String],
) -> Result<Option<String>, DbErr> {
    let sql = "SELECT l.name FROM pragma_index_list(?1) AS l \
               WHERE l.\"unique\" AND l.origin = 'c' AND ?2 = ( \
                   SELECT group_concat(name, ', ') \
                   FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))";
    let values = [table.into(), columns.join(", ").into()];
    let rows = session.channel.query_all(&sqlite(sql, values)).await?;
    match rows.as_slice() {
        [only] => only.try_get_by_index(0).map(Some),
        _ => Ok(None),
    }
}

async fn table_of_index(session: &Session, index: &str) -> Option<String> {
    let sql = "SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = ?1";
    first(session, sql, index).await
}

/// The table whose definition holds the check's name.
async fn table_of_check(session: &Session, check: &str) -> Option<String> {
    let sql = "SELECT min(name) FROM sqlite_schema \
               WHERE type = 'table' AND instr(sql, ?1) > 0 HAVING count(*) = 1";
    first(session, sql, check).await
}

async fn first(session: &Session, sql: &str, name: &str) -> Option<String> {
    let row = session.channel.query_one(&sqlite(sql, [name.into()])).await;
    row.ok()??.try_get_by_index(0).ok()
}

/// A statement for SQLite with its values.
pub(super) fn sqlite(
    sql: impl Into<String>,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql.into(), values)
}
