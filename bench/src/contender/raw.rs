//! sqlx without anything above it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use async_trait::async_trait;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    interface::Contender,
    rows::{expect_children, expect_models, pick},
};
use crate::{
    outcome::{End, Outcome, count, drive},
    rows::{projects, scenes},
    work::{READERS, ROWS, SQLX, Work},
};

type SceneRow = (i64, i64, i64, String, Option<f64>);

pub(crate) struct Sqlx;

#[async_trait]
impl Contender for Sqlx {
    fn name(&self) -> &'static str {
        SQLX
    }

    async fn run(&mut self, work: Work, file: &Path, length: Duration) -> Result<Outcome> {
        let options = with_settings(SqliteConnectOptions::new().filename(file));
        let writer = SqlitePoolOptions::new().max_connections(1);
        let writer = writer.connect_with(options.clone()).await?;
        let readers = SqlitePoolOptions::new().max_connections(4);
        let readers = readers.connect_with(options.read_only(true)).await?;
        let outcome = match work {
            Work::Reads => read_beside_a_writer(&writer, &readers, length).await,
            Work::Models => read_models(&readers, length).await,
            _ => bail!("not a work of raw sqlx"),
        };
        readers.close().await;
        writer.close().await;
        outcome
    }
}

/// The settings that every contender has.
pub(super) fn with_settings(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
}

async fn read_beside_a_writer(
    writer: &SqlitePool,
    readers: &SqlitePool,
    length: Duration,
) -> Result<Outcome> {
    let writer = tokio::spawn({
        let (writer, started) = (writer.clone(), Instant::now());
        async move {
            while started.elapsed() < length {
                let mut unit = writer.begin().await?;
                sqlx::query("INSERT INTO notes (caller, body) VALUES (?1, ?2)")
                    .bind(0_i64)
                    .bind("a note")
                    .execute(&mut *unit)
                    .await?;
                unit.commit().await?;
            }
            anyhow::Ok(())
        }
    });
    let readers = readers.clone();
    let one = move |n, call| read(readers.clone(), pick(n, call));
    let outcome = drive(READERS, length, one).await?;
    writer.await??;
    Ok(outcome)
}

async fn read(pool: SqlitePool, id: i64) -> Result<End> {
    let (id, title, prompt, status) = sqlx::query_as::<_, (i64, String, String, String)>(
        "SELECT id, title, prompt, status FROM projects WHERE id = ?1",
    )
    .bind(id)
    .fetch_one(&pool)
    .await?;
    let project = projects::Model {
        id,
        title,
        prompt,
        status,
    };
    let children = sqlx::query_as::<_, SceneRow>(
        "SELECT id, project_id, position, description, seconds
         FROM scenes WHERE project_id = ?1 ORDER BY position",
    )
    .bind(id)
    .fetch_all(&pool)
    .await?;
    let children: Vec<scenes::Model> = children.into_iter().map(model).collect();
    expect_children(&project, &children)?;
    Ok(End::Kept)
}

async fn read_models(pool: &SqlitePool, length: Duration) -> Result<Outcome> {
    let (started, mut rows) = (Instant::now(), 0);
    while started.elapsed() < length {
        let all = "SELECT id, project_id, position, description, seconds FROM scenes";
        let found = sqlx::query_as::<_, SceneRow>(all).fetch_all(pool).await?;
        let models: Vec<scenes::Model> = found.into_iter().map(model).collect();
        expect_models(models.iter().map(|scene| scene.position))?;
        rows += ROWS.unsigned_abs();
    }
    Ok(Outcome {
        amount: count(rows) / started.elapsed().as_secs_f64(),
        ..Outcome::default()
    })
}

fn model((id, project_id, position, description, seconds): SceneRow) -> scenes::Model {
    scenes::Model {
        id,
        project_id,
        position,
        description,
        seconds,
    }
}
