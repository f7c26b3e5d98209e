//! What `migrate` works on.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use groundwork_core::{clock::Clock, config::Namespace};
use groundwork_naming::Convention;
use groundwork_schema::run::Settings;
use sea_orm_migration::MigrationTrait;

/// What `migrate` works on.
pub struct App {
    /// The names under which the settings are found: those of the service.
    pub namespace: Namespace,
    /// Every migration, oldest first.
    pub migrations: Vec<Box<dyn MigrationTrait>>,
    /// How constraints are named.
    pub convention: Convention,
    /// The folder of the migrations' source code: new ones are written there, and registered in
    /// its `lib.rs`.
    pub sources: PathBuf,
    /// The time, for the names of new migrations.
    pub now: DateTime<Utc>,
    /// Tables whose rows `migrate restore` leaves as they are, such as the one that says which root the
    /// files are in: an older state of the data changes nothing about the installation.
    pub kept_by_restore: &'static [&'static str],
    /// Name and version of the program, such as `studio 1.2.0`, for the history.
    pub program: String,
}

impl App {
    /// The command for these migrations, at the time of the system's clock.
    #[must_use]
    pub fn new(
        namespace: Namespace,
        migrations: Vec<Box<dyn MigrationTrait>>,
        convention: Convention,
        sources: impl Into<PathBuf>,
        program: impl Into<String>,
    ) -> Self {
        Self {
            namespace,
            migrations,
            convention,
            sources: sources.into(),
            kept_by_restore: &[],
            now: Clock::system().now(),
            program: program.into(),
        }
    }

    /// How this program's migrations are run, unless a flag says otherwise.
    pub(super) fn run_settings(&self) -> Settings<'_> {
        Settings {
            program: Some(&self.program),
            ..Settings::new(&self.convention)
        }
    }
}
