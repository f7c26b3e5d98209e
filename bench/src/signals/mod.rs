//! Works on the tables of signals, on SQLite and on PostgreSQL: articles that come in, their rollup,
//! and the reading of a year.

mod copy;
mod ingest;
mod place;
mod rollup;
mod year;

use std::{path::Path, time::Duration};

use anyhow::Result;
use groundwork_core::db::Engine;
use serde_json::json;

use self::place::Place;
use crate::{
    outcome::Outcome,
    python::Python,
    work::{OURS, PYTHON, SQL, SQLALCHEMY, SQLX, Work},
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
        let place = Place::fresh(engine, folder).await?;
        let outcome = match who {
            OURS => ingest::ours(&place, &file).await?,
            SQL => ingest::by_hand(&place, &file).await?,
            _ => python.answer(
                "signals.py",
                &json!({"work": "ingest", "url": place.python_url()?, "file": file}),
            )?,
        };
        ingest::verify(&place).await?;
        outcomes.push((who, outcome));
    }
    Ok(outcomes)
}

async fn rollup(
    engine: Engine,
    folder: &Path,
    python: &Python,
) -> Result<Vec<(&'static str, Outcome)>> {
    let place = Place::fresh(engine, folder).await?;
    rollup::lay_out(&place).await?;
    let mut outcomes = Vec::new();
    for who in [OURS, PYTHON, SQL] {
        rollup::forget(&place).await?;
        let outcome = match who {
            OURS => rollup::ours(&place).await?,
            SQL => rollup::by_hand(&place).await?,
            _ => python.answer(
                "signals.py",
                &json!({"work": "rollup", "url": place.python_url()?}),
            )?,
        };
        rollup::verify(&place).await?;
        outcomes.push((who, outcome));
    }
    Ok(outcomes)
}

async fn year(
    engine: Engine,
    folder: &Path,
    length: Duration,
) -> Result<Vec<(&'static str, Outcome)>> {
    let place = Place::fresh(engine, folder).await?;
    let entity = year::lay_out(&place).await?;
    Ok(vec![
        (OURS, year::ours(&place, entity, length).await?),
        (SQLX, year::by_sqlx(&place, entity, length).await?),
    ])
}
