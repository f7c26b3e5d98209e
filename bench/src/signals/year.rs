//! A year of hourly points of one entity among ten, read over and over.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use groundwork_core::{
    db::Engine,
    services::signals::{Gaps, Moment, Period, SeriesRequest, TrackedEntityId},
};
use sea_orm::{ConnectionTrait as _, Statement};
use sqlx::{PgPool, SqlitePool};
use uuid::Uuid;

use super::database::{BenchDatabase, execute};
use crate::outcome::{Outcome, count};

/// The hours of a year.
const HOURS: usize = 8_760;

const SQLITE_ROWS: &[&str] = &[
    "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 9)
     INSERT INTO tracked_entities
     SELECT CAST(printf('entity%010d', n) AS BLOB), 'Model ' || n, 'model' FROM n",
    "WITH RECURSIVE h (h) AS (SELECT 0 UNION ALL SELECT h + 1 FROM h WHERE h < 8759)
     INSERT INTO sentiment_timeseries
     SELECT e.id, 'hourly',
            strftime('%Y-%m-%dT%H:00:00+00:00', 1735689600 + h * 3600, 'unixepoch'),
            0.25, -0.5, 0.75, 0.125, 7
     FROM h CROSS JOIN tracked_entities e",
    "ANALYZE",
];

const POSTGRES_ROWS: &[&str] = &[
    "INSERT INTO tracked_entities
     SELECT md5('entity' || n)::uuid, 'Model ' || n, 'model' FROM generate_series(0, 9) n",
    "INSERT INTO sentiment_timeseries
     SELECT e.id, 'hourly', to_timestamp(1735689600 + h * 3600), 0.25, -0.5, 0.75, 0.125, 7
     FROM generate_series(0, 8759) h CROSS JOIN tracked_entities e",
    "VACUUM ANALYZE",
];

/// A row of the series.
type Row = (DateTime<Utc>, f64, f64, f64, f64, i64);

const READ: &str = "
    SELECT starts_at, mean, min, max, std, article_count FROM sentiment_timeseries
    WHERE tracked_entity_id = $1 AND period = 'hourly' AND starts_at >= $2 AND starts_at < $3
    ORDER BY starts_at";

pub(super) async fn lay_out(database: &BenchDatabase) -> Result<TrackedEntityId> {
    execute(database, SQLITE_ROWS, POSTGRES_ROWS).await?;
    let connection = database.connect().await?;
    let first = "SELECT id FROM tracked_entities ORDER BY name LIMIT 1";
    let first = Statement::from_string(connection.get_database_backend(), first);
    let row = connection.query_one_raw(first).await?;
    let entity: Uuid = row.context("no entity")?.try_get_by_index(0)?;
    connection.close().await?;
    Ok(entity.into())
}

pub(super) async fn ours(
    database: &BenchDatabase,
    entity: TrackedEntityId,
    length: Duration,
) -> Result<Outcome> {
    let signals = database.signals().await?;
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).map(Moment::Day);
    let request = SeriesRequest {
        period: Period::Hourly,
        from: day(1, 1),
        to: day(12, 31),
        gaps: Gaps::LeftOut,
    };
    let reader = signals.db().reader();
    let (started, mut reads) = (Instant::now(), 0);
    while started.elapsed() < length {
        let series = signals.series(&reader, entity, request).await?;
        ensure!(
            series.points.len() == HOURS,
            "{} points",
            series.points.len()
        );
        reads += 1;
    }
    let outcome = outcome(started, reads);
    signals.db().clone().close().await?;
    Ok(outcome)
}

pub(super) async fn by_sqlx(
    database: &BenchDatabase,
    entity: TrackedEntityId,
    length: Duration,
) -> Result<Outcome> {
    let entity = Uuid::from(entity);
    let from: DateTime<Utc> = "2025-01-01T00:00:00Z".parse()?;
    let to: DateTime<Utc> = "2026-01-01T00:00:00Z".parse()?;
    let sqlite = SqlitePool::connect_lazy(&format!("sqlite://{}", database.file.display()))?;
    let postgres = match database.engine {
        Engine::Postgres => Some(PgPool::connect_lazy(&database.url)?),
        Engine::Sqlite => None,
    };
    let (started, mut reads) = (Instant::now(), 0);
    while started.elapsed() < length {
        let rows: Vec<Row> = match &postgres {
            Some(pool) => {
                let read = sqlx::query_as(READ).bind(entity).bind(from).bind(to);
                read.fetch_all(pool).await?
            }
            None => {
                let read = sqlx::query_as(READ).bind(entity).bind(from).bind(to);
                read.fetch_all(&sqlite).await?
            }
        };
        ensure!(rows.len() == HOURS, "{} rows", rows.len());
        reads += 1;
    }
    let outcome = outcome(started, reads);
    sqlite.close().await;
    if let Some(pool) = postgres {
        pool.close().await;
    }
    Ok(outcome)
}

fn outcome(started: Instant, reads: u64) -> Outcome {
    Outcome {
        amount: count(reads) / started.elapsed().as_secs_f64(),
        ..Outcome::default()
    }
}
