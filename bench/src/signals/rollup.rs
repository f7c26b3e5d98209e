//! 1,000,000 mentions: 200,000 articles within 90 days, each of which mentions 5 of 50 entities.

use std::time::Instant;

use anyhow::{Result, ensure};
use groundwork_core::db::Engine;
use rusqlite::Connection;

use super::database::{BenchDatabase, execute, number};
use crate::{file::PRAGMAS, outcome::Outcome};

/// 50 entities in 90 days of 24 hours, and in 90 days.
const POINTS: i64 = 50 * 90 * 24 + 50 * 90;

const SQLITE_ROWS: &[&str] = &[
    "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 49)
     INSERT INTO tracked_entities
     SELECT CAST(printf('entity%010d', n) AS BLOB), 'Model ' || n, 'model' FROM n",
    "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 199999)
     INSERT INTO articles
     SELECT CAST(printf('article%09d', n) AS BLOB), 'a' || n, 'https://a.example/' || n, 'T', NULL,
            NULL, strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n * 7776000 / 200000, 'unixepoch'),
            NULL
     FROM n",
    "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 199999),
          k (k) AS (VALUES (0), (1), (2), (3), (4))
     INSERT INTO article_mentions
     SELECT CAST(printf('article%09d', n) AS BLOB),
            CAST(printf('entity%010d', n % 10 * 5 + k) AS BLOB),
            strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n * 7776000 / 200000, 'unixepoch'),
            ((n * 7919 + k * 104729) % 2001 - 1000) / 1000.0
     FROM n CROSS JOIN k",
    "ANALYZE",
];

const POSTGRES_ROWS: &[&str] = &[
    "INSERT INTO tracked_entities
     SELECT md5('entity' || n)::uuid, 'Model ' || n, 'model' FROM generate_series(0, 49) n",
    "INSERT INTO articles
     SELECT md5('article' || n)::uuid, 'a' || n, 'https://a.example/' || n, 'T', NULL, NULL,
            to_timestamp(1767225600 + n::bigint * 7776000 / 200000), NULL
     FROM generate_series(0, 199999) n",
    "INSERT INTO article_mentions
     SELECT md5('article' || n)::uuid, md5('entity' || (n % 10 * 5 + k))::uuid,
            to_timestamp(1767225600 + n::bigint * 7776000 / 200000),
            ((n::bigint * 7919 + k * 104729) % 2001 - 1000) / 1000.0
     FROM generate_series(0, 199999) n CROSS JOIN generate_series(0, 4) k",
    "VACUUM ANALYZE article_mentions",
    "VACUUM ANALYZE stale_hours",
];

pub(super) async fn lay_out(database: &BenchDatabase) -> Result<()> {
    execute(database, SQLITE_ROWS, POSTGRES_ROWS).await
}

/// Takes all points away, and has every hour be stale.
pub(super) async fn forget(database: &BenchDatabase) -> Result<()> {
    let sqlite = "
        DELETE FROM sentiment_timeseries;
        INSERT INTO stale_hours
        SELECT DISTINCT tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', published_at), 0
        FROM article_mentions WHERE true ON CONFLICT DO NOTHING";
    let postgres = "
        TRUNCATE sentiment_timeseries, stale_hours;
        INSERT INTO stale_hours
        SELECT DISTINCT tracked_entity_id, date_trunc('hour', published_at, 'UTC'), 0
        FROM article_mentions";
    execute(
        database,
        &[sqlite],
        &[postgres, "VACUUM ANALYZE stale_hours", "CHECKPOINT"],
    )
    .await
}

pub(super) async fn ours(database: &BenchDatabase) -> Result<Outcome> {
    let signals = database.signals().await?;
    let started = Instant::now();
    let _ = signals.roll_up().await?;
    let outcome = outcome(started);
    signals.db().clone().close().await?;
    Ok(outcome)
}

/// One statement for all. SQLite has no square root: it is left out there, and the variance is that
/// of the squares, which loses digits.
pub(super) async fn by_hand(database: &BenchDatabase) -> Result<Outcome> {
    const POSTGRES: &str = "
        WITH hours AS (
            INSERT INTO sentiment_timeseries
            SELECT tracked_entity_id, 'hourly', date_trunc('hour', published_at, 'UTC') AS starts_at,
                   greatest(least(avg(sentiment_score), max(sentiment_score)), min(sentiment_score)),
                   min(sentiment_score), max(sentiment_score), stddev_pop(sentiment_score), count(*)
            FROM article_mentions GROUP BY 1, 3
            RETURNING *
        )
        INSERT INTO sentiment_timeseries
        SELECT tracked_entity_id, 'daily', date_trunc('day', starts_at, 'UTC'),
               sum(mean * article_count) / sum(article_count), min(min), max(max),
               sqrt(greatest(sum(article_count * (std * std + mean * mean)) / sum(article_count)
                    - (sum(mean * article_count) / sum(article_count)) ^ 2, 0)),
               sum(article_count)
        FROM hours GROUP BY 1, 3";
    const SQLITE: [&str; 2] = [
        "INSERT INTO sentiment_timeseries
         SELECT tracked_entity_id, 'hourly', substr(published_at, 1, 13) || ':00:00+00:00',
                max(min(avg(sentiment_score), max(sentiment_score)), min(sentiment_score)),
                min(sentiment_score), max(sentiment_score),
                max(avg(sentiment_score * sentiment_score)
                    - avg(sentiment_score) * avg(sentiment_score), 0),
                count(*)
         FROM article_mentions GROUP BY 1, 3",
        "INSERT INTO sentiment_timeseries
         SELECT tracked_entity_id, 'daily', substr(starts_at, 1, 10) || 'T00:00:00+00:00',
                sum(mean * article_count) / sum(article_count), min(min), max(max),
                max(sum(article_count * (std + mean * mean)) / sum(article_count)
                    - sum(mean * article_count) / sum(article_count)
                    * sum(mean * article_count) / sum(article_count), 0),
                sum(article_count)
         FROM sentiment_timeseries WHERE period = 'hourly' GROUP BY 1, 3",
    ];
    if database.engine == Engine::Sqlite {
        let mut connection = Connection::open(&database.file)?;
        connection.execute_batch(PRAGMAS)?;
        let started = Instant::now();
        let unit = connection.transaction()?;
        for statement in SQLITE {
            unit.execute(statement, [])?;
        }
        unit.commit()?;
        return Ok(outcome(started));
    }
    let connection = database.connect().await?;
    let started = Instant::now();
    sea_orm::ConnectionTrait::execute_unprepared(&connection, POSTGRES).await?;
    let outcome = outcome(started);
    connection.close().await?;
    Ok(outcome)
}

fn outcome(started: Instant) -> Outcome {
    Outcome {
        amount: started.elapsed().as_secs_f64() * 1e3,
        ..Outcome::default()
    }
}

pub(super) async fn verify(database: &BenchDatabase) -> Result<()> {
    let points = number(database, "SELECT count(*) FROM sentiment_timeseries").await?;
    let hourly = "SELECT CAST(sum(article_count) AS bigint) FROM sentiment_timeseries
                  WHERE period = 'hourly'";
    let daily = "SELECT CAST(sum(article_count) AS bigint) FROM sentiment_timeseries
                 WHERE period = 'daily'";
    let counted = [
        number(database, hourly).await?,
        number(database, daily).await?,
    ];
    ensure!(
        points == POINTS && counted == [1_000_000; 2],
        "{points} points that count {counted:?} mentions"
    );
    Ok(())
}
