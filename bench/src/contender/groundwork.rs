//! `core::db`, as a service uses it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use groundwork_core::{config, db::Database};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::{
    interface::Contender,
    rows::{bulk, counter, expect_children, expect_models, note, pick, plus_one},
};
use crate::{
    outcome::{End, Outcome, count, drive},
    rows::{counters, projects, scenes},
    work::{BULKS, CALLERS, OURS, READERS, ROWS, Work},
};

/// Rows of one statement, whose text is thereby always the same: prepared once, it is kept.
const ROWS_PER_STATEMENT: usize = 500;

pub(crate) struct Groundwork;

#[async_trait]
impl Contender for Groundwork {
    fn name(&self) -> &'static str {
        OURS
    }

    async fn run(&mut self, work: Work, file: &Path, length: Duration) -> Result<Outcome> {
        let db = Database::open(&settings(file)?, migration::CONVENTION).await?;
        let base = db.clone();
        let outcome = match work {
            Work::Commits => drive(CALLERS, length, move |n, _| commit(base.clone(), n)).await,
            Work::Single => drive(1, length, move |n, _| commit(base.clone(), n)).await,
            Work::Counters => {
                drive(CALLERS, length, move |n, call| {
                    add_one(base.clone(), counter(n, call))
                })
                .await
            }
            Work::Rollbacks => {
                drive(CALLERS, length, move |n, call| {
                    commit_three_of_four(base.clone(), n, call)
                })
                .await
            }
            Work::Reads => read_beside_a_writer(base, length).await,
            Work::Models => read_models(&base, length).await,
            Work::Bulk => insert_in_bulk(&base).await,
            _ => bail!("not a work on rows"),
        };
        db.close().await?;
        outcome
    }
}

/// The defaults of `config/default.yaml`, but for the waits: nobody gives up during a bench.
pub(crate) fn settings(file: &Path) -> Result<config::Database> {
    Ok(config::Database {
        url: format!("sqlite://{}", file.display())
            .parse()
            .context("the path of the database")?,
        replica_url: None,
        migrate_url: None,
        scratch_url: None,
        replica_max_lag: std::time::Duration::from_secs(1),
        max_connections: 10,
        readers: 4,
        acquire_timeout: Duration::from_secs(60),
        busy_timeout: Duration::from_secs(5),
        unit_of_work_timeout: Duration::from_secs(5),
        max_lifetime: Duration::from_secs(1800),
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(5),
        slow_statement: Duration::from_millis(500),
        migrate_on_start: false,
    })
}

async fn commit(db: Database, caller: usize) -> Result<End> {
    let work = db.begin().await?;
    note(caller).insert(&work).await?;
    work.commit().await?;
    Ok(End::Kept)
}

async fn add_one(db: Database, id: i64) -> Result<End> {
    let work = db.begin().await?;
    let found = counters::Entity::find_by_id(id).one(&work).await?;
    let counter = found.context("a counter is missing")?;
    plus_one(counter).update(&work).await?;
    work.commit().await?;
    Ok(End::Kept)
}

async fn commit_three_of_four(db: Database, caller: usize, call: u64) -> Result<End> {
    let work = db.begin().await?;
    note(caller).insert(&work).await?;
    if call % 4 == 3 {
        work.rollback().await?;
        return Ok(End::TakenBack);
    }
    work.commit().await?;
    Ok(End::Kept)
}

async fn read(db: Database, id: i64) -> Result<End> {
    let rows = db.reader();
    let project = projects::Entity::find_by_id(id).one(&rows).await?;
    let project = project.context("a project is missing")?;
    let children = scenes::Entity::find()
        .filter(scenes::Column::ProjectId.eq(id))
        .order_by_asc(scenes::Column::Position)
        .all(&rows)
        .await?;
    expect_children(&project, &children)?;
    Ok(End::Kept)
}

async fn read_beside_a_writer(db: Database, length: Duration) -> Result<Outcome> {
    let writer = tokio::spawn({
        let db = db.clone();
        let started = Instant::now();
        async move {
            while started.elapsed() < length {
                commit(db.clone(), 0).await?;
            }
            anyhow::Ok(())
        }
    });
    let outcome = drive(READERS, length, move |n, call| {
        read(db.clone(), pick(n, call))
    })
    .await?;
    writer.await??;
    Ok(outcome)
}

async fn read_models(db: &Database, length: Duration) -> Result<Outcome> {
    let (started, mut rows) = (Instant::now(), 0);
    while started.elapsed() < length {
        let models = scenes::Entity::find().all(&db.reader()).await?;
        expect_models(models.iter().map(|scene| scene.position))?;
        rows += ROWS.unsigned_abs();
    }
    Ok(Outcome {
        amount: count(rows) / started.elapsed().as_secs_f64(),
        ..Outcome::default()
    })
}

async fn insert_in_bulk(db: &Database) -> Result<Outcome> {
    let mut took = Vec::new();
    for _ in 0..BULKS {
        let mut rows = bulk().into_iter().peekable();
        let started = Instant::now();
        let work = db.begin().await?;
        while rows.peek().is_some() {
            let insert = scenes::Entity::insert_many(rows.by_ref().take(ROWS_PER_STATEMENT));
            insert.exec_without_returning(&work).await?;
        }
        work.commit().await?;
        took.push(started.elapsed());
    }
    Outcome::of_bulks(&took)
}
