//! rusqlite on threads of its own: no ORM, no runtime, nobody to wait for. The practical limit.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};
use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::{
    interface::Contender,
    rows::{expect_children, pick},
};
use crate::{
    file::{PRAGMAS, description},
    outcome::{End, Outcome, Tally},
    rows::{projects, scenes},
    work::{BULKS, READERS, ROWS, RUSQLITE, Work},
};

/// Units that share a commit.
const GROUP: u64 = 64;
const INSERT: &str = "INSERT INTO notes (caller, body) VALUES (?1, ?2)";

pub(crate) struct Rusqlite;

#[async_trait]
impl Contender for Rusqlite {
    fn name(&self) -> &'static str {
        RUSQLITE
    }

    async fn run(&mut self, work: Work, file: &Path, length: Duration) -> Result<Outcome> {
        let file = file.to_owned();
        let done = tokio::task::spawn_blocking(move || match work {
            Work::Commits => commit_groups(&file, length, |_| true),
            Work::Rollbacks => commit_groups(&file, length, |call| call % 4 != 3),
            Work::Single => commit_singles(&file, length),
            Work::Reads => read_beside_a_writer(&file, length),
            Work::Bulk => insert_in_bulk(&file),
            _ => bail!("not a work of rusqlite"),
        });
        done.await?
    }
}

fn open(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.execute_batch(PRAGMAS)?;
    Ok(connection)
}

/// Groups of 64 units, each in its savepoint; `keep` says which of them stay.
fn commit_groups(file: &Path, length: Duration, keep: impl Fn(u64) -> bool) -> Result<Outcome> {
    let connection = open(file)?;
    let (started, mut tally) = (Instant::now(), Tally::default());
    while started.elapsed() < length {
        let since = Instant::now();
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for call in 0..GROUP {
            connection.prepare_cached("SAVEPOINT unit")?.execute([])?;
            connection
                .prepare_cached(INSERT)?
                .execute(params![0, "a note"])?;
            if !keep(call) {
                connection.prepare_cached("ROLLBACK TO unit")?.execute([])?;
            }
            connection.prepare_cached("RELEASE unit")?.execute([])?;
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        for call in 0..GROUP {
            let end = if keep(call) {
                End::Kept
            } else {
                End::TakenBack
            };
            tally.note(end, since);
        }
    }
    Ok(tally.outcome(started))
}

fn commit_singles(file: &Path, length: Duration) -> Result<Outcome> {
    let connection = open(file)?;
    let (started, mut tally) = (Instant::now(), Tally::default());
    while started.elapsed() < length {
        let since = Instant::now();
        commit_one(&connection)?;
        tally.note(End::Kept, since);
    }
    Ok(tally.outcome(started))
}

fn commit_one(connection: &Connection) -> Result<()> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    connection
        .prepare_cached(INSERT)?
        .execute(params![0, "a note"])?;
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

fn read_beside_a_writer(file: &Path, length: Duration) -> Result<Outcome> {
    let started = Instant::now();
    let write = |file: PathBuf| -> Result<()> {
        let connection = open(&file)?;
        while started.elapsed() < length {
            commit_one(&connection)?;
        }
        Ok(())
    };
    let read = |file: PathBuf, reader: usize| -> Result<Tally> {
        let connection = open(&file)?;
        let (mut tally, mut call) = (Tally::default(), 0);
        while started.elapsed() < length {
            let since = Instant::now();
            read_one(&connection, pick(reader, call))?;
            tally.note(End::Kept, since);
            call += 1;
        }
        Ok(tally)
    };
    let died = |_| anyhow!("a thread of rusqlite died");
    thread::scope(|threads| {
        let writer = threads.spawn(|| write(file.to_owned()));
        let readers: Vec<_> = (0..READERS)
            .map(|reader| threads.spawn(move || read(file.to_owned(), reader)))
            .collect();
        let mut all = Tally::default();
        for reader in readers {
            all.add(reader.join().map_err(died)??);
        }
        let outcome = all.outcome(started);
        writer.join().map_err(died)??;
        Ok(outcome)
    })
}

fn read_one(connection: &Connection, id: i64) -> Result<()> {
    let mut project = connection
        .prepare_cached("SELECT id, title, prompt, status FROM projects WHERE id = ?1")?;
    let project = project.query_row([id], |row| {
        Ok(projects::Model {
            id: row.get(0)?,
            title: row.get(1)?,
            prompt: row.get(2)?,
            status: row.get(3)?,
        })
    })?;
    let mut children = connection.prepare_cached(
        "SELECT id, project_id, position, description, seconds
         FROM scenes WHERE project_id = ?1 ORDER BY position",
    )?;
    let children = children.query_map([id], |row| {
        Ok(scenes::Model {
            id: row.get(0)?,
            project_id: row.get(1)?,
            position: row.get(2)?,
            description: row.get(3)?,
            seconds: row.get(4)?,
        })
    })?;
    let children: Vec<scenes::Model> = children.collect::<Result<_, _>>().context("scenes")?;
    expect_children(&project, &children)
}

fn insert_in_bulk(file: &Path) -> Result<Outcome> {
    let mut connection = open(file)?;
    let rows: Vec<(i64, String)> = (0..ROWS).map(|it| (it, description(it))).collect();
    let mut took = Vec::new();
    for _ in 0..BULKS {
        let started = Instant::now();
        let unit = connection.transaction()?;
        let mut insert = unit.prepare_cached(
            "INSERT INTO scenes (project_id, position, description, seconds)
             VALUES (1, ?1, ?2, ?3)",
        )?;
        for (position, description) in &rows {
            insert.execute(params![position, description, 2.5])?;
        }
        drop(insert);
        unit.commit()?;
        took.push(started.elapsed());
    }
    Outcome::of_bulks(&took)
}
