//! A first rollup: 20,000 articles of 50 entities over two years, in a database that has never been
//! analysed, as after somebody's first import. Each article has an hour of its own.

use std::time::Instant;

use anyhow::{Result, ensure};

use super::database::{BenchDatabase, execute, number};
use crate::outcome::Outcome;

/// The limit, in milliseconds.
pub(super) const LIMIT: f64 = 3_000.0;

const ARTICLES: i64 = 20_000;

const SQLITE_ROWS: &[&str] = &[
    "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 49)
     INSERT INTO tracked_entities
     SELECT CAST(printf('entity%010d', n) AS BLOB), 'Model ' || n, 'model' FROM n",
    "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 19999)
     INSERT INTO articles
     SELECT CAST(printf('article%09d', n) AS BLOB), 'a' || n, 'https://a.example/' || n, 'T', NULL,
            NULL, strftime('%Y-%m-%dT%H:%M:%S+00:00', 1735689600 + n * 63072000 / 20000, 'unixepoch'),
            NULL
     FROM n",
    "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 19999)
     INSERT INTO article_mentions
     SELECT CAST(printf('article%09d', n) AS BLOB), CAST(printf('entity%010d', n % 50) AS BLOB),
            strftime('%Y-%m-%dT%H:%M:%S+00:00', 1735689600 + n * 63072000 / 20000, 'unixepoch'),
            (n * 7919 % 2001 - 1000) / 1000.0
     FROM n",
];

const POSTGRES_ROWS: &[&str] = &[
    "ALTER TABLE articles SET (autovacuum_enabled = false)",
    "ALTER TABLE article_mentions SET (autovacuum_enabled = false)",
    "ALTER TABLE stale_hours SET (autovacuum_enabled = false)",
    "ALTER TABLE sentiment_timeseries SET (autovacuum_enabled = false)",
    "INSERT INTO tracked_entities
     SELECT md5('entity' || n)::uuid, 'Model ' || n, 'model' FROM generate_series(0, 49) n",
    "INSERT INTO articles
     SELECT md5('article' || n)::uuid, 'a' || n, 'https://a.example/' || n, 'T', NULL, NULL,
            to_timestamp(1735689600 + n::bigint * 63072000 / 20000), NULL
     FROM generate_series(0, 19999) n",
    "INSERT INTO article_mentions
     SELECT md5('article' || n)::uuid, md5('entity' || n % 50)::uuid,
            to_timestamp(1735689600 + n::bigint * 63072000 / 20000),
            (n::bigint * 7919 % 2001 - 1000) / 1000.0
     FROM generate_series(0, 19999) n",
];

pub(super) async fn lay_out(database: &BenchDatabase) -> Result<()> {
    execute(database, SQLITE_ROWS, POSTGRES_ROWS).await
}

pub(super) async fn ours(database: &BenchDatabase) -> Result<Outcome> {
    let signals = database.signals().await?;
    let started = Instant::now();
    let _ = signals.roll_up().await?;
    let amount = started.elapsed().as_secs_f64() * 1e3;
    signals.db().clone().close().await?;
    let counted = "SELECT CAST(sum(article_count) AS bigint) FROM sentiment_timeseries";
    let counted = number(database, counted).await?;
    ensure!(
        counted == 2 * ARTICLES,
        "the points count {counted} mentions"
    );
    Ok(Outcome {
        amount,
        ..Outcome::default()
    })
}
