//! Making a copy, and letting old ones go.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqlxSqliteConnector, Statement,
    sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{
    Backup, BackupError,
    copies::{ENDING, UNFINISHED, file_name, folder, list, stem, sync_folder},
};
use crate::{
    migration::{Direction, HISTORY_TABLE},
    rebuild::{number, row_counts},
};

/// Keeps a copy of the database of this connection, which must hold the write lock and have
/// changed nothing yet, before `migration` is run; of all copies, lets the `newest` few remain.
/// `None` if there is nothing to lose: no file, or no rows.
///
/// # Errors
/// Any [`BackupError`] but those of a way back.
pub async fn keep(
    connection: &impl ConnectionTrait,
    direction: Direction,
    migration: &str,
    newest: usize,
) -> Result<Option<Backup>, BackupError> {
    let asking = BackupError::database::<DbErr>("looking at the database before its backup");
    let Some((database, rows, bytes)) = measure(connection).await.map_err(asking)? else {
        return Ok(None);
    };
    require_space(&database, bytes)?;
    remove_unfinished(&database)?;
    let clock = "SELECT replace(strftime('%Y%m%dT%H%M%fZ', 'now'), '.', '')";
    let taken_at = text(connection, clock).await;
    let taken_at = taken_at.map_err(BackupError::database("asking for the time"))?;
    let stem = stem(&database, &taken_at, direction, migration);
    let unfinished = folder(&database).join(format!("{stem}{UNFINISHED}"));
    let file = folder(&database).join(format!("{stem}{ENDING}"));
    copy(&database, &unfinished).await?;
    verify(&unfinished, Some(&rows)).await?;
    let flushed = fs::File::open(&unfinished).and_then(|file| file.sync_all());
    flushed.map_err(BackupError::io("flushing", &unfinished))?;
    fs::rename(&unfinished, &file).map_err(BackupError::io("naming", &file))?;
    sync_folder(&database)?;
    let copies = list(&database)?;
    for old in copies.iter().skip(newest.max(1)) {
        fs::remove_file(&old.file).map_err(BackupError::io("removing", &old.file))?;
    }
    Ok(copies.into_iter().find(|copy| copy.file == file))
}

/// The file of the database, the rows of each table, and how many bytes a copy takes at most.
async fn measure(
    connection: &impl ConnectionTrait,
) -> Result<Option<(PathBuf, BTreeMap<String, i64>, u64)>, DbErr> {
    if connection.get_database_backend() != DbBackend::Sqlite {
        return Ok(None);
    }
    let file = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let file = text(connection, file).await?;
    let rows = row_counts(connection).await?;
    let of_indexes = tables_of_indexes(connection).await?;
    let has_rows = rows
        .iter()
        .any(|(table, rows)| table != HISTORY_TABLE && !of_indexes.contains(table) && *rows > 0);
    if file.is_empty() || !has_rows {
        return Ok(None);
    }
    let bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let bytes = number(connection, bytes).await?;
    Ok(Some((
        PathBuf::from(file),
        rows,
        u64::try_from(bytes).unwrap_or(0),
    )))
}

/// The tables in which a full-text index keeps itself: it has rows there though nothing is indexed.
async fn tables_of_indexes(connection: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let shadows = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";
    let shadows = Statement::from_string(DbBackend::Sqlite, shadows);
    let found = connection.query_all_raw(shadows).await?;
    found.iter().map(|row| row.try_get_by_index(0)).collect()
}

fn require_space(database: &Path, need: u64) -> Result<(), BackupError> {
    let found = rustix::fs::statvfs(folder(database)).map_err(std::io::Error::from);
    let disk = found.map_err(BackupError::io(
        "asking for the free space of",
        folder(database),
    ))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free > need {
        return Ok(());
    }
    Err(BackupError::NoSpace {
        database: database.to_owned(),
        need,
        free,
    })
}

/// Only the process that holds the lock makes a copy: one that is not finished has no owner any
/// more.
fn remove_unfinished(database: &Path) -> Result<(), BackupError> {
    let folder = folder(database);
    let reading = |source| BackupError::io("reading", folder)(source);
    for entry in fs::read_dir(folder).map_err(reading)? {
        let entry = entry.map_err(reading)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = name
            .strip_prefix(&file_name(database))
            .is_some_and(|rest| rest.starts_with('.') && rest.ends_with(UNFINISHED));
        if is_ours {
            let path = entry.path();
            fs::remove_file(&path).map_err(BackupError::io("removing", &path))?;
        }
    }
    Ok(())
}

/// Copies what is committed, by a connection of its own: the one that holds the lock is inside a
/// transaction, where `VACUUM` is refused.
async fn copy(database: &Path, to: &Path) -> Result<(), BackupError> {
    // SQLite fills an empty file, and leaves its permissions alone.
    let mut new = OpenOptions::new();
    let made = new.write(true).create_new(true).mode(0o600).open(to);
    made.map_err(BackupError::io("creating", to))?;
    let path = to.to_str().ok_or_else(|| BackupError::Unsound {
        file: to.to_owned(),
        why: "its path is no valid text".to_owned(),
    })?;
    let doing = "copying the database";
    let reader = open(database).await.map_err(BackupError::database(doing))?;
    let sql = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    let copied = reader.execute_raw(sql).await;
    let closed = reader.close().await;
    copied.map_err(BackupError::database(doing))?;
    closed.map_err(BackupError::database(doing))
}

/// Reads a copy back: whether it is whole, and has as many rows in each table as it should.
pub(super) async fn verify(
    file: &Path,
    expected: Option<&BTreeMap<String, i64>>,
) -> Result<(), BackupError> {
    let unsound = |why: String| BackupError::Unsound {
        file: file.to_owned(),
        why,
    };
    let copy = open(file)
        .await
        .map_err(|error| unsound(error.to_string()))?;
    let read = async {
        let check = text(&copy, "PRAGMA integrity_check(1)").await?;
        Ok::<_, DbErr>((check, row_counts(&copy).await?))
    }
    .await;
    copy.close().await.ok();
    let (check, rows) = read.map_err(|error| unsound(error.to_string()))?;
    if check != "ok" {
        return Err(unsound(check));
    }
    if expected.is_some_and(|expected| *expected != rows) {
        return Err(unsound("its rows are not those of the database".to_owned()));
    }
    Ok(())
}

/// A connection that reads a file.
async fn open(file: &Path) -> Result<DatabaseConnection, DbErr> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None);
    let pool = pool.connect_with(options).await;
    let pool = pool.map_err(|error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())))?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// The first value of the only row.
async fn text(connection: &impl ConnectionTrait, sql: &str) -> Result<String, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let row = connection.query_one_raw(statement).await?;
    row.map_or(Ok(String::new()), |row| row.try_get_by_index(0))
}
