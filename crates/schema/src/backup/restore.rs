//! The way back to a copy.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{
        self, AssertSqlSafe, ConnectOptions, Connection, Executor, SqliteConnection,
        sqlite::{SqliteConnectOptions, SqliteLockingMode},
    },
};
use serde::Serialize;

use super::{
    BackupError,
    copies::{folder, list, sync_folder},
    keep::verify,
};
use crate::sql::identifier;

/// What [`restore`] has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The database.
    pub database: PathBuf,
    /// The copy that it now equals.
    pub from: PathBuf,
    /// Where the database is kept that it has replaced; `None` if there was none.
    pub replaced: Option<PathBuf>,
}

/// Puts a copy into the place of a database: `file`, or the newest one. At every moment there is
/// the old database or the new one; the old one is kept beside.
///
/// The rows of `kept` tables are those of the database that is replaced, where both have the table:
/// they say something about the installation, such as which root of files belongs to it, which an older
/// state of the data does not change.
///
/// A *server* is known by the lock (`flock`) that it holds on `DATABASE.lock`; another process by
/// the locks of SQLite.
///
/// # Errors
/// Any [`BackupError`]; the database is then what it was.
pub async fn restore(
    database: &Path,
    file: Option<&Path>,
    kept: &[&str],
) -> Result<Restored, BackupError> {
    // A link keeps leading to the database.
    let database = &database
        .canonicalize()
        .unwrap_or_else(|_| database.to_owned());
    let from = choose(database, file)?;
    let _server = lock_out_servers(database)?;
    verify(&from, None).await?;
    let mut hold = hold(database).await?;
    let new = beside(database, "restoring");
    copy(&from, &new)?;
    if let Some(hold) = hold.as_mut().filter(|_| !kept.is_empty()) {
        let taken_over = take_over(hold, &new, kept).await;
        taken_over.map_err(|error| {
            let source = DbErr::Exec(RuntimeErr::SqlxError(error.into()));
            BackupError::database("taking over what says where this database's files are")(source)
        })?;
    }
    let replaced = set_aside(database)?;
    fs::rename(&new, database).map_err(BackupError::io("replacing", database))?;
    sync_folder(database)?;
    if let Some(hold) = hold {
        // It holds the file that is set aside.
        hold.close().await.ok();
    }
    Ok(Restored {
        database: database.clone(),
        from,
        replaced,
    })
}

/// The file that was asked for, by its path or by its name beside the database; else the newest.
fn choose(database: &Path, file: Option<&Path>) -> Result<PathBuf, BackupError> {
    let Some(file) = file else {
        let newest = list(database)?.into_iter().next();
        return newest
            .map(|copy| copy.file)
            .ok_or_else(|| BackupError::None {
                database: database.to_owned(),
            });
    };
    [file.to_owned(), folder(database).join(file)]
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| BackupError::NoSuchFile {
            file: file.to_owned(),
            database: database.to_owned(),
        })
}

/// Keeps servers from starting while this file is held.
fn lock_out_servers(database: &Path) -> Result<File, BackupError> {
    let path = beside(database, "lock");
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.mode(0o600).open(&path);
    let file = file.map_err(BackupError::io("opening", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Served {
            database: database.to_owned(),
            holder: match fs::read_to_string(&path) {
                Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
                _ => "another process".to_owned(),
            },
        }),
        Err(TryLockError::Error(source)) => Err(BackupError::io("locking", &path)(source)),
    }
}

/// Keeps every other process from the database, with all that its log held in the file itself.
/// `None` if there is no database, or nothing that SQLite would take for one.
async fn hold(database: &Path) -> Result<Option<SqliteConnection>, BackupError> {
    if !database.exists() {
        return Ok(None);
    }
    let options = SqliteConnectOptions::new()
        .filename(database)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(std::time::Duration::from_secs(2));
    let held = async {
        let mut connection = options.connect().await?;
        // Empties the log and removes it, which only the last connection can.
        sqlx::query("PRAGMA journal_mode = DELETE")
            .execute(&mut connection)
            .await?;
        sqlx::query("BEGIN EXCLUSIVE")
            .execute(&mut connection)
            .await?;
        Ok::<_, sqlx::Error>(connection)
    };
    match held.await {
        Ok(connection) => Ok(Some(connection)),
        Err(error) => match code(&error) {
            // SQLITE_BUSY, SQLITE_LOCKED
            Some(5 | 6) => Err(BackupError::InUse {
                database: database.to_owned(),
            }),
            // SQLITE_CORRUPT, SQLITE_NOTADB: all the more reason to replace it.
            Some(11 | 26) => Ok(None),
            _ => {
                let source = DbErr::Conn(RuntimeErr::SqlxError(error.into()));
                Err(BackupError::database("opening the database")(source))
            }
        },
    }
}

/// Gives the database that is about to be in the place of another the rows of that one's tables. The
/// file stays locked: that is what SQLite's exclusive mode is for.
async fn take_over(
    connection: &mut SqliteConnection,
    new: &Path,
    tables: &[&str],
) -> Result<(), sqlx::Error> {
    connection.execute("COMMIT").await?;
    sqlx::query("ATTACH $1 AS restored")
        .bind(new.to_string_lossy().into_owned())
        .execute(&mut *connection)
        .await?;
    connection
        .execute(
            "PRAGMA restored.journal_mode = DELETE; PRAGMA foreign_keys = OFF; BEGIN EXCLUSIVE",
        )
        .await?;
    for table in tables {
        let columns = "SELECT group_concat(name) FROM pragma_table_info($1, $2)";
        let of = |schema: &'static str| {
            let columns = sqlx::query_scalar::<_, Option<String>>(columns);
            columns.bind((*table).to_owned()).bind(schema)
        };
        let own = of("main").fetch_one(&mut *connection).await?;
        if own.is_none() || own != of("restored").fetch_one(&mut *connection).await? {
            continue;
        }
        let table = identifier(table);
        let sql = format!(
            "DELETE FROM restored.{table} WHERE EXISTS (SELECT 1 FROM main.{table});
             INSERT INTO restored.{table} SELECT * FROM main.{table} WHERE true
             ON CONFLICT DO NOTHING"
        );
        connection.execute(AssertSqlSafe(sql)).await?;
    }
    connection.execute("COMMIT; DETACH restored").await?;
    Ok(())
}

/// SQLite's code without its extension.
fn code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let copying = |source: io::Error| BackupError::io("copying", from)(source);
    let mut new = OpenOptions::new();
    let new = new
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(to);
    let mut new = new.map_err(BackupError::io("creating", to))?;
    let mut old = File::open(from).map_err(copying)?;
    io::copy(&mut old, &mut new).map_err(copying)?;
    new.sync_all().map_err(BackupError::io("flushing", to))
}

/// Gives the database a second name, and moves a log away that belongs to it.
fn set_aside(database: &Path) -> Result<Option<PathBuf>, BackupError> {
    if !database.exists() {
        return Ok(None);
    }
    let mut number = 1;
    let kept = loop {
        let kept = beside(database, &format!("replaced-{number}"));
        match fs::hard_link(database, &kept) {
            Ok(()) => break kept,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(BackupError::io("keeping", database)(error)),
        }
    };
    sync_folder(database)?;
    for log in ["-wal", "-journal", "-shm"] {
        let (from, to) = (with_ending(database, log), with_ending(&kept, log));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BackupError::io("keeping", &from)(error));
            }
            _ => {}
        }
    }
    Ok(Some(kept))
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    with_ending(database, &format!(".{ending}"))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}
