//! `migrate restore`: the way back to a backup of SQLite.

use std::path::{Path, PathBuf};

use groundwork_cli::{CliError, Format, Output, Result, text::table};
use groundwork_core::db;
use sea_orm::{DatabaseConnection, DbBackend};

use super::context::Context;
use groundwork_schema::backup::{self, Backup, Restored};

/// Bring back a backup that was kept before a step that loses data (SQLite)
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Without FILE, the newest backup is brought back. The database that it replaces is kept beside it.
No server may be running on the database. PostgreSQL's backups are its server's business: see
pg_dump and pg_restore.

Examples:
  migrate restore --list
  migrate restore
  migrate restore studio.db.20260102T030405678Z.up.m20260102_000000_drop_mood.backup")]
pub(super) struct Restore {
    /// The backup: a path, or a name in the database's folder [default: the newest]
    pub(super) file: Option<PathBuf>,
    /// Show the backups, the newest first; changes nothing
    #[arg(long, conflicts_with = "file")]
    pub(super) list: bool,
    /// As JSON: file, taken_at, direction, migration, bytes of each; or database, from, replaced
    #[arg(long)]
    pub(super) json: bool,
}

impl Restore {
    /// Shows or brings back. The connection is closed, so that nothing holds the database.
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let output = context.output;
        let configured = context.settings()?;
        // It opens nothing before its first statement, which never comes.
        let connection = db::connect_for_replacement(&configured).await?;
        let database = file_of(&connection)?;
        connection
            .close_by_ref()
            .await
            .map_err(CliError::unavailable)?;
        if self.list {
            self.show(&backup::list(&database)?, output)?;
        } else {
            let restored =
                backup::restore(&database, self.file.as_deref(), context.app.kept_by_restore)
                    .await?;
            self.report(&restored, output)?;
        }
        Ok(())
    }

    fn show(&self, backups: &[Backup], output: Output) -> Result {
        let format = Format { json: self.json };
        if backups.is_empty() && !self.json {
            output.note("there are no backups");
            return Ok(());
        }
        let rows = backups.iter().map(|backup| {
            [
                name(&backup.file),
                format!("{} {}", backup.direction, backup.migration),
                backup.bytes.to_string(),
            ]
        });
        let header = ["backup", "made before", "bytes"];
        output.data(format, backups, |_| table(&header, rows))
    }

    fn report(&self, restored: &Restored, output: Output) -> Result {
        output.data(Format { json: self.json }, restored, |_| String::new())?;
        output.note(format!("restored {}", name(&restored.from)));
        if let Some(replaced) = &restored.replaced {
            output.note(format!("what it replaced is kept as {}", name(replaced)));
        }
        Ok(())
    }
}

/// The file of an SQLite database, which need not exist.
fn file_of(connection: &DatabaseConnection) -> Result<PathBuf> {
    if connection.get_database_backend() != DbBackend::Sqlite {
        let why = "restore is for SQLite; PostgreSQL's backups are its server's business: see pg_dump and pg_restore";
        return Err(CliError::usage(why));
    }
    let pool = connection.get_sqlite_connection_pool();
    Ok(pool.connect_options().get_filename().to_owned())
}

fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or(file.as_os_str());
    name.to_string_lossy().into_owned()
}
