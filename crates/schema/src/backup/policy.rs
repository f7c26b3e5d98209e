//! When a copy is made: once in a run, before its first step that loses data.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::{Backup, BackupError, keep};
use crate::{
    migration::{Direction, HISTORY_TABLE},
    record::Recording,
    sql::identifier,
};

/// Whether a copy was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// There is one now.
    Backup(Backup),
    /// The step loses data of PostgreSQL, whose copies are its server's business (`pg_dump`).
    ByServer,
}

/// Decides when a run makes its copy.
pub(crate) struct BackupPolicy {
    /// How many copies remain; 0: none is made.
    newest: usize,
    is_done: bool,
}

impl BackupPolicy {
    pub(crate) fn new(newest: usize) -> Self {
        Self {
            newest,
            is_done: newest == 0,
        }
    }

    /// Keeps a copy if the step, whose way up is `recording`, needs one. The connection holds the
    /// lock, and has changed nothing.
    pub(crate) async fn before(
        &mut self,
        connection: &impl ConnectionTrait,
        direction: Direction,
        recording: &Recording,
    ) -> Result<Option<Kept>, BackupError> {
        if self.is_done {
            return Ok(None);
        }
        if direction == Direction::Up && !may_lose_data(recording) {
            return Ok(None);
        }
        self.is_done = true;
        if connection.get_database_backend() == DbBackend::Postgres {
            let has_rows = has_rows(connection).await;
            let has_rows = has_rows.map_err(BackupError::database("looking for rows"))?;
            return Ok(has_rows.then_some(Kept::ByServer));
        }
        let kept = keep(connection, direction, &recording.migration, self.newest).await?;
        Ok(kept.map(Kept::Backup))
    }
}

/// Whether any table of PostgreSQL has a row.
async fn has_rows(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let tables = format!(
        "SELECT tablename::text FROM pg_tables
         WHERE schemaname = current_schema() AND tablename <> '{HISTORY_TABLE}'"
    );
    let tables = Statement::from_string(DbBackend::Postgres, tables);
    for table in connection.query_all_raw(tables).await? {
        let table: String = table.try_get_by_index(0)?;
        let row = format!("SELECT 1 FROM {} LIMIT 1", identifier(&table));
        let row = Statement::from_string(DbBackend::Postgres, row);
        if connection.query_one_raw(row).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a migration drops a table or a column; a rebuild drops the old table. What could not be
/// recorded to its end may.
fn may_lose_data(recording: &Recording) -> bool {
    !recording.outcome.is_complete()
        || recording.reads.is_some()
        || recording
            .statements
            .iter()
            .any(|statement| drops(statement))
}

/// Whether a statement, or one of several, drops a table or a column. Words within literals count
/// too: the body of a function is one.
fn drops(sql: &str) -> bool {
    let words: Vec<String> = sql
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ';'))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    words.windows(2).any(|pair| {
        pair[0] == "DROP" && (pair[1] == "TABLE" || pair[1] == "COLUMN" || pair[1] == "SCHEMA")
    }) || words.iter().any(|word| word == "TRUNCATE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_tables_and_columns_are_recognised() {
        for sql in [
            "DROP TABLE a",
            "drop\n table if exists a",
            "CREATE TABLE b (c int); ALTER TABLE a DROP COLUMN b",
            "TRUNCATE a",
        ] {
            assert!(drops(sql), "{sql}");
        }
        for sql in [
            "CREATE TABLE drops (a int)",
            "DROP INDEX a",
            "ALTER TABLE a DROP CONSTRAINT b",
            "ALTER TABLE a ALTER COLUMN b DROP DEFAULT",
        ] {
            assert!(!drops(sql), "{sql}");
        }
    }
}
