//! The database files: laid out before a contender works on one, looked at afterwards.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, params};

use crate::{
    outcome::Outcome,
    work::{COUNTERS, OURS, PROJECTS, ROWS, SCENES, Work},
};

const SCHEMA: &str = "
    CREATE TABLE notes (id INTEGER PRIMARY KEY, caller INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
    CREATE TABLE projects (
        id INTEGER PRIMARY KEY, title TEXT NOT NULL, prompt TEXT NOT NULL, status TEXT NOT NULL);
    CREATE TABLE scenes (
        id INTEGER PRIMARY KEY,
        project_id INTEGER NOT NULL REFERENCES projects (id),
        position INTEGER NOT NULL,
        description TEXT NOT NULL,
        seconds REAL);
    CREATE INDEX ix_scenes_project_id ON scenes (project_id);";

/// What is set on every connection of every contender, whatever it is called there.
pub(crate) const PRAGMAS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 5000;";

/// Makes the file anew, with the rows that `work` needs.
pub(crate) fn lay_out(work: Work, file: &Path) -> Result<()> {
    remove(file)?;
    let mut connection = Connection::open(file)?;
    connection.execute_batch(PRAGMAS)?;
    let rows = connection.transaction()?;
    rows.execute_batch(SCHEMA)?;
    for id in 1..=COUNTERS {
        rows.execute("INSERT INTO counters (id, n) VALUES (?1, 0)", [id])?;
    }
    let (projects, scenes) = match work {
        Work::Reads => (PROJECTS, SCENES),
        Work::Models => (ROWS / 10, 10),
        _ => (1, 0),
    };
    for project in 1..=projects {
        rows.execute(
            "INSERT INTO projects (id, title, prompt, status) VALUES (?1, ?2, ?3, 'draft')",
            params![project, format!("Project {project}"), "A day at the shore"],
        )?;
        for position in 0..scenes {
            rows.execute(
                "INSERT INTO scenes (project_id, position, description, seconds)
                 VALUES (?1, ?2, ?3, ?4)",
                params![project, position, description(position), 2.5],
            )?;
        }
    }
    rows.commit()?;
    Ok(())
}

/// The text of a scene.
pub(crate) fn description(position: i64) -> String {
    format!("Scene {position}: waves roll in under a low sun, gulls over the breakwater")
}

/// Compares what is in the file with what was acknowledged.
pub(crate) fn verify(work: Work, file: &Path, who: &str, outcome: &mut Outcome) -> Result<()> {
    let connection = Connection::open(file)?;
    let number = |sql: &str| {
        connection
            .query_row(sql, [], |row| row.get(0))
            .map(i64::unsigned_abs)
    };
    let check: String = connection.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    ensure!(check == "ok", "{who} left a damaged database: {check}");
    match work {
        Work::Commits | Work::Rollbacks | Work::Single => {
            let stored = number("SELECT count(*) FROM notes")?;
            let kept = outcome.kept;
            ensure!(
                stored == kept,
                "{who} acknowledged {kept} rows, {stored} are stored"
            );
        }
        Work::Counters => {
            let stored = number("SELECT sum(n) FROM counters")?;
            outcome.lost = outcome.kept.saturating_sub(stored);
            ensure!(
                stored <= outcome.kept,
                "{who} counted to {stored}, but acknowledged {}",
                outcome.kept
            );
        }
        Work::Bulk => {
            let stored = number("SELECT count(*) FROM scenes")?;
            let kept = outcome.kept;
            ensure!(
                stored == kept,
                "{who} acknowledged {kept} rows, {stored} are stored"
            );
        }
        _ => {}
    }
    let (lost, refused) = (outcome.lost, outcome.refused);
    ensure!(
        who != OURS || (lost == 0 && refused == 0),
        "{who} lost {lost} changes and refused {refused} calls"
    );
    Ok(())
}

/// Removes a database with its log.
pub(crate) fn remove(file: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm", ".lock"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| name.display().to_string());
            }
            _ => {}
        }
    }
    Ok(())
}
