//! Works on the tables of signals, on SQLite and on PostgreSQL: articles that come in, their rollup,
//! and the reading of a year.

mod copy;
mod database;
mod first;
mod ingest;
mod rollup;
mod year;

use std::{path::Path, time::Duration};

use anyhow::Result;
use groundwork_core::db::Engine;
use serde_json::json;

pub(crate) use self::database::BenchDatabase;
use crate::{
    outcome::Outcome,
    python::Python,
    work::{AIM, OURS, PYTHON, SQL, SQLALCHEMY, SQLX, Work},
};

/// One round of a work, each contender once.
pub(crate) async fn round(
    work: Work,
    folder: &Path,
    python: &Python,
    length: Duration,
) -> Result<Vec<(&'static str, Outcome)>> {
    match work {
        Work::IngestPostgres => ingest(Engine::Postgres, folder, python).await,
        Work::IngestSqlite => ingest(Engine::Sqlite, folder, python).await,
        Work::RollupPostgres => rollup(Engine::Postgres, folder, python).await,
        Work::RollupSqlite => rollup(Engine::Sqlite, folder, python).await,
        Work::FirstPostgres => first(Engine::Postgres, folder).await,
        Work::FirstSqlite => first(Engine::Sqlite, folder).await,
        Work::YearPostgres => year(Engine::Postgres, folder, length).await,
        Work::YearSqlite => year(Engine::Sqlite, folder, length).await,
        _ => Ok(Vec::new()),
    }
}

async fn ingest(
    engine: Engine,
    folder: &Path,
    python: &Python,
) -> Result<Vec<(&'static str, Outcome)>> {
    let file = ingest::write_articles(folder)?;
    let mut outcomes = Vec::new();
    for who in [OURS, SQLALCHEMY, SQL] {
        let database = BenchDatabase::fresh(engine, folder).await?;
        let outcome = match who {
            OURS => ingest::ours(&database, &file).await?,
            SQL => ingest::by_hand(&database, &file).await?,
            _ => python.answer(
                "signals.py",
                &json!({"work": "ingest", "url": database.python_url()?, "file": file}),
            )?,
        };
        ingest::verify(&database).await?;
        outcomes.push((who, outcome));
    }
    Ok(outcomes)
}

async fn rollup(
    engine: Engine,
    folder: &Path,
    python: &Python,
) -> Result<Vec<(&'static str, Outcome)>> {
    let database = BenchDatabase::fresh(engine, folder).await?;
    rollup::lay_out(&database).await?;
    let mut outcomes = Vec::new();
    for who in [OURS, PYTHON, SQL] {
        rollup::forget(&database).await?;
        let outcome = match who {
            OURS => rollup::ours(&database).await?,
            SQL => rollup::by_hand(&database).await?,
            _ => python.answer(
                "signals.py",
                &json!({"work": "rollup", "url": database.python_url()?}),
            )?,
        };
        rollup::verify(&database).await?;
        outcomes.push((who, outcome));
    }
    Ok(outcomes)
}

async fn first(engine: Engine, folder: &Path) -> Result<Vec<(&'static str, Outcome)>> {
    let database = BenchDatabase::fresh(engine, folder).await?;
    first::lay_out(&database).await?;
    let limit = Outcome {
        amount: first::LIMIT,
        ..Outcome::default()
    };
    Ok(vec![(OURS, first::ours(&database).await?), (AIM, limit)])
}

async fn year(
    engine: Engine,
    folder: &Path,
    length: Duration,
) -> Result<Vec<(&'static str, Outcome)>> {
    let database = BenchDatabase::fresh(engine, folder).await?;
    let entity = year::lay_out(&database).await?;
    Ok(vec![
        (OURS, year::ours(&database, entity, length).await?),
        (SQLX, year::by_sqlx(&database, entity, length).await?),
    ])
}
