//! What can go wrong when migrations are run.

use std::time::Duration;

use groundwork_error::{DomainError, Kind};
use sea_orm::DbErr;

use super::{EditedMigration, retry::sql_state};
use groundwork_naming::{Engine, UnknownEngine};

use crate::{
    backup::BackupError,
    migration::{Cause, Direction},
};

const DUPLICATE_PREPARED_STATEMENT: &str = "42P05";
const NO_SUCH_PREPARED_STATEMENT: &str = "26000";

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The database has applied migrations that are newer than all that the program knows.
    #[error(
        "the database is newer than this program: it has applied {}, which this program does not know; use the program that belongs to it",
        migrations.join(", ")
    )]
    Newer {
        /// Their names.
        migrations: Vec<String>,
    },
    /// The database has applied migrations that the program has not, among those that it has.
    #[error(
        "the database has applied {}, which is missing from this program; restore it (was it renamed or deleted?)",
        migrations.join(", ")
    )]
    Missing {
        /// Their names.
        migrations: Vec<String>,
    },
    /// Migrations that the program lacks are applied, and it has others that execute the same.
    #[error(
        "{}; run `migrate repair`, which gives the history the new name, or `migrate mark --renamed {}`",
        renamed(migrations),
        migrations.iter().map(|(old, new)| format!("{old}={new}")).collect::<Vec<_>>().join(" --renamed ")
    )]
    Renamed {
        /// The name in the history, and that of the program.
        migrations: Vec<(String, String)>,
    },
    /// What the history is to say, it says already, or it does not say what is to be changed.
    #[error("{migration} {why}; `migrate status` shows what the history says")]
    Marked {
        /// The migration.
        migration: String,
        /// Why not, as the end of the sentence.
        why: &'static str,
    },
    /// A migration that is pending comes before one that has been applied.
    #[error(
        "{} came before {newest}, which is applied already; give it a newer timestamp, or run `migrate up --out-of-order` if the order does not matter",
        migrations.join(", ")
    )]
    OutOfOrder {
        /// The names of those that are pending.
        migrations: Vec<String>,
        /// The newest one that is applied.
        newest: String,
    },
    /// Migrations were edited after they had been applied.
    #[error("{}", changed(changes))]
    Changed {
        /// What was applied, and what it would be now.
        changes: Vec<EditedMigration>,
    },
    /// The list of migrations has two of the same name.
    #[error("there are two migrations named {name}")]
    Duplicate {
        /// Their name.
        name: String,
    },
    /// The migration to stop at does not exist.
    #[error(
        "there is no migration {name}{}",
        nearest.as_ref().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default()
    )]
    NoSuchMigration {
        /// The name asked for.
        name: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// The name of the migration to stop at, without a timestamp, is that of several.
    #[error("{name} may be any of {}", matches.join(", "))]
    AmbiguousName {
        /// The name asked for.
        name: String,
        /// The migrations that it may be.
        matches: Vec<String>,
    },
    /// A migration failed in its transaction.
    #[error(
        "{migration} failed on its way {direction}; it was rolled back, nothing of it was kept"
    )]
    Failed {
        /// Its name.
        migration: String,
        /// Which way it was run.
        direction: Direction,
        /// Why.
        cause: Cause,
        /// What the database, or the migration, said.
        source: DbErr,
    },
    /// A migration failed that runs outside of a transaction.
    #[error(
        "{migration} failed on its way {direction}; it runs outside of a transaction, so part of it may have been kept"
    )]
    FailedBare {
        /// Its name.
        migration: String,
        /// Which way it was run.
        direction: Direction,
        /// Why.
        cause: Cause,
        /// Whether it is safe to try again: it is one statement only.
        is_retriable: bool,
        /// What the database, or the migration, said.
        source: DbErr,
    },
    /// A migration has a statement that begins or ends a transaction, though it runs in one. It was not
    /// run.
    #[error(
        "{migration} was not run: it has {statement:?} on its way {direction}, and runs in a transaction already, which ends with its record in the history; take BEGIN, COMMIT, ROLLBACK and SAVEPOINT out of it, or split it in two migrations"
    )]
    TransactionControl {
        /// Its name.
        migration: String,
        /// Which way it was to be run.
        direction: Direction,
        /// The statement, as it is written.
        statement: String,
    },
    /// A migration has ended the transaction that it ran in.
    #[error(
        "{migration} ended its own transaction on its way {direction}: what it did until then is kept, and the history does not have it; undo it by hand, and take COMMIT and ROLLBACK out of the migration"
    )]
    EndedTransaction {
        /// Its name.
        migration: String,
        /// Which way it was run.
        direction: Direction,
        /// What the database said.
        source: DbErr,
    },
    /// A migration would leave rows that refer to nothing. Only SQLite finds this at the end; on
    /// PostgreSQL the statement itself fails.
    #[error(
        "{migration} would leave rows that refer to nothing: {}; it was rolled back, nothing of it was kept",
        orphans.join(", ")
    )]
    Orphans {
        /// Its name.
        migration: String,
        /// For each foreign key, how many rows of which table.
        orphans: Vec<String>,
    },
    /// Another process held the database for longer than this one would wait.
    #[error(
        "another process has held the database for {} s: it is migrating, or writing, or stuck; try again",
        waited.as_secs()
    )]
    Busy {
        /// How long this process waited.
        waited: Duration,
    },
    /// Others held what a migration has to lock, whenever it was tried (PostgreSQL).
    #[error(
        "{migration} could not get its locks in {} s: other sessions use the same tables; nothing of it was kept, try again",
        waited.as_secs()
    )]
    Locked {
        /// Its name.
        migration: String,
        /// For how long it was tried.
        waited: Duration,
        /// What the database said last.
        source: DbErr,
    },
    /// What a migration executes is not known without the database.
    #[error("{migration} cannot be planned for {}: {why}", engine.name())]
    Unplannable {
        /// Its name.
        migration: String,
        /// The engine that it was planned for.
        engine: Engine,
        /// What it asks first, or how it fails.
        why: String,
    },
    /// A pooler in transaction mode would take the session away, which holds the lock of a migration
    /// that runs outside of a transaction (PostgreSQL).
    #[error(
        "{migration} runs outside of a transaction, and so needs a session of its own, which the pooler in front of PostgreSQL hands from client to client; set database.migrate_url to a URL that leads to PostgreSQL itself, or to a pool in session mode"
    )]
    SharedSession {
        /// Its name.
        migration: String,
    },
    /// Statements that were prepared for one client of a pooler have met those of another
    /// (PostgreSQL).
    #[error(
        "{doing} failed: the pooler in front of PostgreSQL mixes up the prepared statements of its clients, as PgBouncer does before 1.21 or with max_prepared_statements = 0; set database.migrate_url to a URL that leads to PostgreSQL itself"
    )]
    MixedUpStatements {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        source: DbErr,
    },
    /// The connection is a pool of several, where one is needed.
    #[error("migrations need a connection of their own: a pool of one, not of {connections}")]
    SharedConnection {
        /// How many connections the pool may open.
        connections: u32,
    },
    /// There is no backup, without which a step that loses data is not made.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The database is neither SQLite nor PostgreSQL.
    #[error(transparent)]
    Engine(#[from] UnknownEngine),
    /// The database cannot be asked.
    #[error("{doing} failed")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        source: DbErr,
    },
}

impl DomainError for RunError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchMigration { .. } | Self::AmbiguousName { .. } => Kind::Usage,
            Self::Missing { .. }
            | Self::Renamed { .. }
            | Self::Marked { .. }
            | Self::OutOfOrder { .. }
            | Self::Changed { .. }
            | Self::Unplannable { .. }
            | Self::Duplicate { .. }
            | Self::Failed { .. }
            | Self::FailedBare { .. }
            | Self::TransactionControl { .. }
            | Self::EndedTransaction { .. }
            | Self::Orphans { .. } => Kind::Invalid,
            Self::Newer { .. } | Self::Database { .. } => Kind::Unavailable,
            Self::Busy { .. } | Self::Locked { .. } => Kind::Conflict,
            Self::SharedConnection { .. }
            | Self::SharedSession { .. }
            | Self::MixedUpStatements { .. }
            | Self::Engine(_) => Kind::Configuration,
            Self::Backup(error) => error.kind(),
        }
    }
}

impl RunError {
    /// Why a migration failed; `None` for errors that are about something else.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Failed { cause, .. } | Self::FailedBare { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// For `map_err`: an error of the database while `doing` something.
    pub(super) fn database(doing: &'static str) -> impl FnOnce(DbErr) -> Self {
        move |source| match sql_state(&source).as_deref() {
            Some(DUPLICATE_PREPARED_STATEMENT | NO_SUCH_PREPARED_STATEMENT) => {
                Self::MixedUpStatements { doing, source }
            }
            _ => Self::Database { doing, source },
        }
    }
}

fn renamed(migrations: &[(String, String)]) -> String {
    let each = migrations.iter().map(|(old, new)| {
        format!("{old} is applied, and {new} executes the same under another name")
    });
    each.collect::<Vec<_>>().join("; ")
}

fn changed(changes: &[EditedMigration]) -> String {
    let mut text = String::new();
    for change in changes {
        text.push_str(&format!(
            "{} was changed after it had been applied:\n{}",
            change.migration,
            change.diff()
        ));
    }
    text.push_str("undo the edit and write a new migration, or accept it by `migrate repair`");
    text
}
