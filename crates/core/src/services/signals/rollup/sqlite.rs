//! The rollup on SQLite: a statement for all hours, and one for all days. SQLite knows no square root:
//! within the unit each point has its variance first, and its deviation then.

use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, StreamTrait as _, Value};

use super::outcome::{IN_PLACE, Part, RolledUp};
use crate::{db::Doing as _, db::UnitOfWork, services::signals::SignalsError};

/// The most notes that a unit takes: few enough for others to wait for half a second at most.
pub(super) const NOTES: usize = 50_000;
/// How many deviations a statement writes.
const DEVIATIONS: usize = 250;

pub(super) const MARK: &str = "
INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
SELECT tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', published_at), 0
FROM article_mentions WHERE tracked_entity_id = ?1 AND published_at >= ?2
UNION
SELECT tracked_entity_id, starts_at, 0
FROM sentiment_timeseries
WHERE tracked_entity_id = ?1 AND period IN ('hourly', 'daily') AND starts_at >= ?2
ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING";

/// How many notes are dealt with, and the last of them: whatever follows is about those up to it.
const FIRST: &str = "
WITH first AS MATERIALIZED (
    SELECT tracked_entity_id, starts_at FROM stale_hours
    ORDER BY tracked_entity_id, starts_at LIMIT ?
)
SELECT (SELECT count(*) FROM first), tracked_entity_id, starts_at FROM first
ORDER BY tracked_entity_id DESC, starts_at DESC LIMIT 1";

/// Hours come in the order of an index, so that nothing is sorted, and their scores are all in
/// another. Instants are text of one shape: an hour's begin alike, and '~' comes after the digits.
///
/// A mean of squares is inexact where scores are alike: there a second query sums their squared
/// distances to the mean. The means are exact to 10^-15 (SQLite sums as Kahan, Babuška and Neumaier
/// do), and so a deviation of 0.01 and more is to 10^-13.
const HOURS: &str = "
WITH hours AS MATERIALIZED (
    SELECT h.tracked_entity_id AS entity, h.starts_at AS hour, count(m.sentiment_score) AS n,
           avg(m.sentiment_score) AS mean, min(m.sentiment_score) AS low,
           max(m.sentiment_score) AS high, avg(m.sentiment_score * m.sentiment_score) AS square
    FROM stale_hours h CROSS JOIN article_mentions m
        ON m.tracked_entity_id = h.tracked_entity_id
        AND m.published_at >= substr(h.starts_at, 1, 14)
        AND m.published_at < substr(h.starts_at, 1, 13) || ':~'
    WHERE (h.tracked_entity_id, h.starts_at) <= (?1, ?2)
    GROUP BY h.tracked_entity_id, h.starts_at, h.transaction_number
)
INSERT INTO sentiment_timeseries
    (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
SELECT entity, 'hourly', hour, max(min(mean, high), low), low, high, CASE
    WHEN low = high THEN 0.0
    WHEN square - mean * mean > 0.0001 THEN square - mean * mean
    ELSE (
        SELECT avg((m.sentiment_score - mean) * (m.sentiment_score - mean))
        FROM article_mentions m
        WHERE m.tracked_entity_id = entity
            AND m.published_at >= substr(hour, 1, 14) AND m.published_at < substr(hour, 1, 13) || ':~'
    ) END, n
FROM hours WHERE true";

const EMPTY_HOURS: &str = "
DELETE FROM sentiment_timeseries WHERE rowid IN (
    SELECT t.rowid FROM stale_hours h CROSS JOIN sentiment_timeseries t
        ON t.tracked_entity_id = h.tracked_entity_id AND t.period = 'hourly'
        AND t.starts_at = h.starts_at
    WHERE (h.tracked_entity_id, h.starts_at) <= (?1, ?2) AND NOT EXISTS (
        SELECT 1 FROM article_mentions m
        WHERE m.tracked_entity_id = h.tracked_entity_id
            AND m.published_at >= substr(h.starts_at, 1, 14)
            AND m.published_at < substr(h.starts_at, 1, 13) || ':~'
    )
)";

/// The date is the first ten characters of an instant.
const DAYS: &str = "
WITH stale AS MATERIALIZED (
    SELECT DISTINCT tracked_entity_id AS entity, substr(starts_at, 1, 10) AS day
    FROM stale_hours WHERE (tracked_entity_id, starts_at) <= (?1, ?2)
), days AS MATERIALIZED (
    SELECT s.entity, s.day, sum(h.article_count) AS n,
           sum(h.mean * h.article_count) / sum(h.article_count) AS mean,
           min(h.min) AS low, max(h.max) AS high
    FROM stale s CROSS JOIN sentiment_timeseries h ON h.tracked_entity_id = s.entity
        AND h.period = 'hourly' AND h.starts_at >= s.day || 'T' AND h.starts_at < s.day || 'U'
    GROUP BY s.entity, s.day
)
INSERT INTO sentiment_timeseries
    (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
SELECT entity, 'daily', day || 'T00:00:00+00:00', max(min(mean, high), low), low, high, (
    SELECT sum(h.article_count * (h.std * h.std + (h.mean - days.mean) * (h.mean - days.mean))) / n
    FROM sentiment_timeseries h
    WHERE h.tracked_entity_id = entity AND h.period = 'hourly'
        AND h.starts_at >= day || 'T' AND h.starts_at < day || 'U'
), n
FROM days WHERE true";

const EMPTY_DAYS: &str = "
DELETE FROM sentiment_timeseries WHERE rowid IN (
    SELECT t.rowid FROM (
        SELECT DISTINCT tracked_entity_id AS entity, substr(starts_at, 1, 10) AS day
        FROM stale_hours WHERE (tracked_entity_id, starts_at) <= (?1, ?2)
    ) s CROSS JOIN sentiment_timeseries t ON t.tracked_entity_id = s.entity
        AND t.period = 'daily' AND t.starts_at = s.day || 'T00:00:00+00:00'
    WHERE NOT EXISTS (
        SELECT 1 FROM sentiment_timeseries h
        WHERE h.tracked_entity_id = s.entity AND h.period = 'hourly'
            AND h.starts_at >= s.day || 'T' AND h.starts_at < s.day || 'U'
    )
)";

const COUNT_DAYS: &str = "
SELECT count(*) FROM (
    SELECT DISTINCT tracked_entity_id, substr(starts_at, 1, 10)
    FROM stale_hours WHERE (tracked_entity_id, starts_at) <= (?1, ?2)
)";

const TAKE: &str = "DELETE FROM stale_hours WHERE (tracked_entity_id, starts_at) <= (?1, ?2)";

/// Takes so many notes and deals with them.
pub(super) async fn roll_up(work: &UnitOfWork, notes: usize) -> Result<Part, SignalsError> {
    const TAKING: &str = "taking stale hours";
    let most = i64::try_from(notes).unwrap_or(i64::MAX);
    let first = Statement::from_sql_and_values(DbBackend::Sqlite, FIRST, [most.into()]);
    let Some(first) = work.query_one_raw(first).await.doing(TAKING)? else {
        return Ok(Part {
            done: RolledUp::default(),
            is_last: true,
        });
    };
    let notes: i64 = first.try_get_by_index(0).doing(TAKING)?;
    let last = last_of(&first).doing(TAKING)?;
    let about = |sql: &str| Statement::from_sql_and_values(DbBackend::Sqlite, sql, last.clone());

    let days = work.query_one_raw(about(COUNT_DAYS)).await.doing(TAKING)?;
    let days = days.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0));
    let done = RolledUp {
        hours: notes.unsigned_abs(),
        days: days.doing(TAKING)?.unsigned_abs(),
    };
    if store(work, about(&storing(HOURS))).await? < done.hours {
        let empty = work.execute_raw(about(EMPTY_HOURS));
        empty.await.doing("removing hours")?;
    }
    if store(work, about(&storing(DAYS))).await? < done.days {
        let empty = work.execute_raw(about(EMPTY_DAYS));
        empty.await.doing("removing days")?;
    }
    work.execute_raw(about(TAKE)).await.doing(TAKING)?;
    Ok(Part {
        done,
        is_last: notes < most,
    })
}

/// The key of the last note.
fn last_of(first: &QueryResult) -> Result<[Value; 2], sea_orm::DbErr> {
    let entity: uuid::Uuid = first.try_get_by_index(1)?;
    let starts_at: String = first.try_get_by_index(2)?;
    Ok([entity.into(), starts_at.into()])
}

/// Inserts the points that a statement computes, in place of those that are there, and gives the
/// variance of each.
fn storing(points: &str) -> String {
    format!("{points}\n{IN_PLACE}\nRETURNING rowid, std")
}

/// Stores points by a statement that gives the variance of each, and makes it a deviation; returns how
/// many there are.
async fn store(work: &UnitOfWork, points: Statement) -> Result<u64, SignalsError> {
    const DOING: &str = "computing the time series";
    let mut variances: Vec<(i64, f64)> = Vec::new();
    let mut rows = work.stream_raw(points).await.doing(DOING)?;
    while let Some(row) = rows.try_next().await.doing(DOING)? {
        let id = row.try_get_by_index(0).doing(DOING)?;
        variances.push((id, row.try_get_by_index(1).doing(DOING)?));
    }
    drop(rows);
    let points = variances.len() as u64;
    variances.retain(|(_, variance)| *variance > 0.0);
    for chunk in variances.chunks(DEVIATIONS) {
        let sql = format!(
            "WITH deviations (id, std) AS (VALUES {}) \
             UPDATE sentiment_timeseries SET std = deviations.std FROM deviations \
             WHERE sentiment_timeseries.rowid = deviations.id",
            vec!["(?, ?)"; chunk.len()].join(", ")
        );
        let values = chunk
            .iter()
            .flat_map(|(id, variance)| [Value::from(*id), variance.sqrt().min(1.0).into()]);
        let write = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        work.execute_raw(write).await.doing(DOING)?;
    }
    Ok(points)
}
