//! What a run would execute: as a list, and as a script for `sqlite3` or `psql` that does the same
//! as the run, history included.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use sea_orm_migration::MigrationTrait;

use super::{
    Goal, Order, RunError, Settings,
    change::Rendering,
    engine_of,
    history::{self, Record},
    history_table,
    plan::{self, Plan},
    postgres::LOCK_KEY,
};
use groundwork_naming::Engine;

use crate::{
    migration::{Direction, HISTORY_TABLE},
    record::{self, Recording},
    sql::tokens,
};

/// A migration that would be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Which way.
    pub direction: Direction,
    /// What it executes.
    pub recording: Recording,
}

/// From which schema to which; the names may lack their timestamps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span<'a> {
    /// The newest migration that is applied before; `None`: none on the way up, all on the way
    /// down.
    pub from: Option<&'a str>,
    /// The newest migration that is applied afterwards; `None`: all on the way up, none on the way
    /// down.
    pub to: Option<&'a str>,
}

/// What would be run to get from one schema to another, without a database.
///
/// # Errors
/// [`RunError::NoSuchMigration`] or [`RunError::AmbiguousName`].
pub async fn plan(
    migrations: &[Box<dyn MigrationTrait>],
    direction: Direction,
    span: Span<'_>,
    engine: Engine,
) -> Result<Vec<Planned>, RunError> {
    plan::refuse_duplicates(migrations)?;
    let after = |name: Option<&str>, otherwise| {
        name.map_or(Ok(otherwise), |name| {
            plan::position(migrations, name).map(|at| at + 1)
        })
    };
    let (none, all) = (0, migrations.len());
    let positions: Vec<usize> = match direction {
        Direction::Up => (after(span.from, none)?..after(span.to, all)?).collect(),
        Direction::Down => (after(span.to, none)?..after(span.from, all)?)
            .rev()
            .collect(),
    };
    Ok(planned(migrations, direction, positions, engine).await)
}

/// What [`up`](super::up) or [`down`](super::down) would run on this database. Changes nothing.
///
/// # Errors
/// What would keep the run from beginning.
pub async fn preview(
    connection: &impl ConnectionTrait,
    migrations: &[Box<dyn MigrationTrait>],
    direction: Direction,
    goal: Goal<'_>,
    settings: &Settings<'_>,
) -> Result<Vec<Planned>, RunError> {
    let plan = Plan::parse(migrations, direction, goal)?;
    let history = history::read(connection).await?.unwrap_or_default();
    let applied: BTreeSet<String> = history.keys().cloned().collect();
    let todo = plan.todo(&applied, settings.order)?;
    let engine = engine_of(connection)?;
    let changes = Rendering::of(migrations, engine).await.changes(&history);
    if !changes.is_empty() {
        return Err(RunError::Changed { changes });
    }
    Ok(planned(migrations, direction, todo, engine).await)
}

/// What [`up`](super::up) would run on an empty database.
///
/// # Errors
/// [`RunError::NoSuchMigration`] or [`RunError::AmbiguousName`].
pub async fn preview_new(
    migrations: &[Box<dyn MigrationTrait>],
    goal: Goal<'_>,
    engine: Engine,
) -> Result<Vec<Planned>, RunError> {
    let todo =
        Plan::parse(migrations, Direction::Up, goal)?.todo(&BTreeSet::new(), Order::Strict)?;
    Ok(planned(migrations, Direction::Up, todo, engine).await)
}

/// What [`redo`](super::redo) would run on this database. Changes nothing.
///
/// # Errors
/// What would keep the run from beginning.
pub async fn preview_redo(
    connection: &impl ConnectionTrait,
    migrations: &[Box<dyn MigrationTrait>],
    steps: u32,
    settings: &Settings<'_>,
) -> Result<Vec<Planned>, RunError> {
    let plan = Plan::parse(migrations, Direction::Down, Goal::Steps(steps))?;
    let history = history::read(connection).await?.unwrap_or_default();
    let applied: BTreeSet<String> = history.keys().cloned().collect();
    let mut todo = plan.todo(&applied, settings.order)?;
    let engine = engine_of(connection)?;
    let mut changes = Rendering::of(migrations, engine).await.changes(&history);
    let is_taken_back = |name: &str| todo.iter().any(|&at| migrations[at].name() == name);
    changes.retain(|change| !is_taken_back(&change.migration));
    if !changes.is_empty() {
        return Err(RunError::Changed { changes });
    }
    let mut steps = planned(migrations, Direction::Down, todo.iter().copied(), engine).await;
    todo.make_contiguous().reverse();
    steps.extend(planned(migrations, Direction::Up, todo, engine).await);
    Ok(steps)
}

/// The steps as a script for `sqlite3` or `psql`; run on the database that they are for, it leaves
/// what the run itself would leave. The table of the history is created with the first migration
/// of all.
///
/// # Errors
/// [`RunError::Unplannable`] for a migration that fails, or, on PostgreSQL, asks the database
/// something first.
pub fn script(
    steps: &[Planned],
    migrations: &[Box<dyn MigrationTrait>],
    engine: Engine,
    settings: &Settings<'_>,
) -> Result<String, RunError> {
    let mut text = match engine {
        Engine::Sqlite => SQLITE_PREFACE.to_owned(),
        Engine::Postgres => format!(
            "\\set ON_ERROR_STOP on\nSET lock_timeout = {};\n",
            settings.lock_timeout.as_millis()
        ),
    };
    let first = migrations.first().map(|first| first.name());
    for step in steps {
        let creates_history =
            step.direction == Direction::Up && first == Some(step.recording.migration.as_str());
        text.push('\n');
        text.push_str(&transaction(step, creates_history, engine, settings)?);
    }
    Ok(text)
}

/// Stops at the first error, and rolls back what would leave rows that refer to nothing.
const SQLITE_PREFACE: &str = "\
.bail on
PRAGMA foreign_keys = OFF;
CREATE TEMP TABLE foreign_keys_hold (orphans integer NOT NULL CHECK (orphans = 0));
";

fn transaction(
    step: &Planned,
    creates_history: bool,
    engine: Engine,
    settings: &Settings<'_>,
) -> Result<String, RunError> {
    let recording = &step.recording;
    refuse_unknown_statements(recording, engine)?;
    let mut statements = Vec::new();
    if creates_history {
        let name = settings.convention.primary_key(HISTORY_TABLE);
        statements.push(history_table::create(&name));
    }
    statements.extend(recording.statements.iter().cloned());
    let record = Record::of(recording, engine, settings.program);
    let note = history::statement(&recording.migration, step.direction, &record, engine);
    statements.push(note);
    let (begin, end) = frame(recording, engine);
    let mut text = format!("-- {} {}\n", step.direction, recording.migration);
    if let Some(query) = &recording.reads {
        let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
        text.push_str(&format!(
            "-- for a database without other rows: it asks {query}\n"
        ));
    }
    text.push_str(&begin);
    for statement in &statements {
        text.push_str(statement.trim().trim_end_matches(';').trim_end());
        text.push_str(if ends_in_comment(statement, engine) {
            "\n;\n"
        } else {
            ";\n"
        });
    }
    text.push_str(end);
    Ok(text)
}

/// What begins and ends a migration: the lock, and the transaction where there is one.
fn frame(recording: &Recording, engine: Engine) -> (String, &'static str) {
    let lock = |function| format!("DO $$ BEGIN PERFORM {function}({LOCK_KEY}); END $$;\n");
    match engine {
        Engine::Sqlite => ("BEGIN IMMEDIATE;\n".to_owned(), SQLITE_END),
        Engine::Postgres if recording.is_transactional => (
            format!("BEGIN;\n{}", lock("pg_advisory_xact_lock")),
            "COMMIT;\n",
        ),
        // The session's end gives the lock back.
        Engine::Postgres => (lock("pg_advisory_lock"), ""),
    }
}

const SQLITE_END: &str = "\
INSERT INTO temp.foreign_keys_hold SELECT count(*) FROM pragma_foreign_key_check;
COMMIT;
";

fn refuse_unknown_statements(recording: &Recording, engine: Engine) -> Result<(), RunError> {
    let why = match (recording.outcome.failure(), &recording.reads, engine) {
        (Some(why), _, _) => why.to_owned(),
        (None, Some(query), Engine::Postgres) => {
            format!("what it does depends on the answer to {query}; run it by `migrate up`")
        }
        _ => return Ok(()),
    };
    Err(RunError::Unplannable {
        migration: recording.migration.clone(),
        engine,
        why,
    })
}

/// A semicolon behind it would belong to the comment.
fn ends_in_comment(statement: &str, engine: Engine) -> bool {
    let tokens = tokens(engine, statement.trim_end()).unwrap_or_default();
    tokens
        .last()
        .is_some_and(|last| last.text.starts_with("--"))
}

async fn planned(
    migrations: &[Box<dyn MigrationTrait>],
    direction: Direction,
    positions: impl IntoIterator<Item = usize>,
    engine: Engine,
) -> Vec<Planned> {
    let recordings = match direction {
        Direction::Up => record::up(migrations, engine).await,
        Direction::Down => record::down(migrations, engine).await,
    };
    let mut recordings: Vec<Option<Recording>> = recordings.into_iter().map(Some).collect();
    (positions.into_iter())
        .filter_map(|at| recordings.get_mut(at)?.take())
        .map(|recording| Planned {
            direction,
            recording,
        })
        .collect()
}
