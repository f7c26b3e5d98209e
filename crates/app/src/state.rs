//! What every command and request works with: the database at the newest schema, the file store, and the domains
//! over both.

use groundwork_cli::{CliError, Result, text::counted, unless_interrupted};
use groundwork_core::{
    clock::Clock,
    config,
    db::{Database, connect_for_migration},
    files::{FileStore, FileStoreOptions},
    services::{
        atlas::Atlas,
        signals::Signals,
        studio::{FILE_TABLE, Pipeline, Studio},
    },
};
use groundwork_schema::run::{self, Goal, RunError};
use tracing::warn;

/// The settings of its own: the section of the studio.
pub(crate) type Settings = Pipeline;

/// The configuration of `groundwork`.
pub(crate) type Config = config::Config<Settings>;

/// What its checks look at.
pub(crate) type Subject<'a> = groundwork_cli::doctor::Subject<'a, Settings>;

/// What a command of `groundwork` works with.
pub(crate) type Context = groundwork_cli::Context<Settings>;

/// The opened parts. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    pub(crate) db: Database,
    pub(crate) files: FileStore,
    pub(crate) studio: Studio,
    pub(crate) signals: Signals,
    pub(crate) atlas: Atlas,
}

impl AppState {
    /// Opens everything for a command, does its work unless a signal ends it, and closes again.
    /// The command may run beside a server. Pending migrations are applied or refused as
    /// `database.migrate_on_start` says.
    pub(crate) async fn with(config: &Config, work: impl AsyncFnOnce(&Self) -> Result) -> Result {
        let state = Self::open(config).await?;
        let done = unless_interrupted(work(&state)).await;
        if let Err(error) = state.close().await {
            // What the command did is committed, or taken back, either way.
            warn!(%error, "the database was not closed in order");
        }
        done
    }

    async fn open(config: &Config) -> Result<Self> {
        let db = Database::open(&config.database, migration::CONVENTION).await?;
        let pending = migrate(&db, &config.database).await?;
        match pending.is_empty() {
            true => Self::over(db, config).await,
            false => Err(is_behind(&pending)),
        }
    }

    /// Opens the file store beside an open database.
    pub(crate) async fn over(db: Database, config: &Config) -> Result<Self> {
        let clock = Clock::system();
        let files = FileStore::open(file_options(config, clock.clone())).await?;
        let signals = Signals::new(db.clone(), clock.clone());
        let atlas = Atlas::new(db.clone(), clock.clone());
        let studio = Studio::new(db.clone(), files.clone(), clock, config.own.clone());
        Ok(Self {
            db,
            files,
            studio,
            signals,
            atlas,
        })
    }

    /// Closes the database; the last one to do so empties SQLite's write-ahead log.
    pub(crate) async fn close(self) -> Result {
        let closed = self.db.close().await;
        closed.map_err(|error| CliError::from(error).context("cannot close the database"))
    }
}

/// How the file store is opened.
pub(crate) fn file_options(config: &Config, clock: Clock) -> FileStoreOptions {
    FileStoreOptions {
        root: config.files.root.clone(),
        max_file_bytes: config.files.max_file_bytes,
        tables: &[FILE_TABLE],
        root_table: Some("file_roots"),
        clock,
    }
}

/// Applies the pending migrations if `database.migrate_on_start` allows it, and gives those that
/// are left. A database that is up to date costs one read.
pub(crate) async fn migrate(db: &Database, config: &config::Database) -> Result<Vec<String>> {
    let pending = pending(db).await?;
    if pending.is_empty() || !config.migrate_on_start {
        return Ok(pending);
    }
    apply(config)
        .await
        .map_err(|error| error.context("cannot bring the database to the newest schema"))?;
    Ok(Vec::new())
}

async fn apply(config: &config::Database) -> Result {
    let connection = connect_for_migration(config).await?;
    let migrations = migration::migrations();
    let settings = run::Settings {
        program: Some(concat!("groundwork ", env!("CARGO_PKG_VERSION"))),
        ..run::Settings::new(&migration::CONVENTION)
    };
    let done = run::up(&connection, &migrations, Goal::All, &settings).await;
    connection.close().await.map_err(CliError::unavailable)?;
    done?;
    Ok(())
}

/// The schema is older than the program, and the program must not change it by itself.
fn is_behind(pending: &[String]) -> CliError {
    let count = counted(pending.len(), "migration");
    let message = format!(
        "the database is behind this program by {count}: {}",
        pending.join(", ")
    );
    CliError::unavailable(message)
        .with_advice("run `migrate up` (from the sources: `cargo migrate up`), then try again")
}

/// The migrations that the database still lacks.
pub(crate) async fn pending(db: &Database) -> Result<Vec<String>, RunError> {
    run::pending(&db.reader(), &migration::migrations()).await
}
