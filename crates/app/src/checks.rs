//! What `groundwork doctor` checks beside what every program does: migrations and files.

use groundwork_cli::{
    CliError,
    doctor::{DatabaseState, Part, Report, check_files, check_stored_files},
};
use groundwork_core::{clock::Clock, db::Database};
use groundwork_schema::run::RunError;

use crate::state::{self, Config, Subject};

const MIGRATE: &str = "run `migrate up` (from the sources: `cargo migrate up`)";

/// Adds the checks to the report.
pub(crate) async fn run(subject: Subject<'_>, report: &mut Report) {
    let config = subject.config;
    let mut part = report.part("database");
    let is_current = match subject.database {
        DatabaseState::Open(db) => migrations(db, config, &mut part).await,
        DatabaseState::Missing => {
            if !config.database.migrate_on_start {
                part.fail("migrations", "all are pending", MIGRATE);
            }
            false
        }
        DatabaseState::Unavailable => false,
    };
    let files = state::file_options(config, Clock::system());
    check_files(files.clone(), &mut report.part("files")).await;
    if let DatabaseState::Open(db) = subject.database
        && is_current
    {
        check_stored_files(files, db, &mut report.part("files")).await;
    }
}

/// Whether the schema is the newest.
async fn migrations(db: &Database, config: &Config, part: &mut Part<'_>) -> bool {
    let pending = match state::pending(db).await {
        Ok(pending) => pending,
        Err(error) => {
            let advice = match &error {
                RunError::Newer { .. } => "install the program that belongs to this database",
                RunError::Missing { .. } => "see `migrate status`",
                _ => "see above; then try again",
            };
            part.fail("migrations", CliError::from(error), advice);
            return false;
        }
    };
    if pending.is_empty() {
        part.ok("migrations", "none pending");
        return true;
    }
    let found = format!("{} pending: {}", pending.len(), pending.join(", "));
    if config.database.migrate_on_start {
        part.warn(
            "migrations",
            found,
            "`groundwork` applies them when it starts",
        );
    } else {
        part.fail("migrations", found, MIGRATE);
    }
    false
}
