//! The rollup on SQLite, which knows no square root: what it adds up comes out, a row for each hour or
//! day, and points go in, many in each statement.

use std::collections::{BTreeMap, BTreeSet};

use entity::signals::{Period, TrackedEntityId};
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, StreamTrait as _, Value};

use super::{Part, RolledUp};
use crate::{
    db::UnitOfWork,
    signals::{SignalsError, error::Doing, scores::Scores},
};

/// How many notes a unit takes: few enough for others not to wait long.
const NOTES: i64 = 20_000;
/// How many points a statement writes.
const POINTS: usize = 100;

pub(super) const MARK: &str = "
INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
SELECT tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', published_at), 0
FROM article_mentions WHERE tracked_entity_id = ?1 AND published_at >= ?2
UNION
SELECT tracked_entity_id, starts_at, 0
FROM sentiment_timeseries
WHERE tracked_entity_id = ?1 AND period IN ('hourly', 'daily') AND starts_at >= ?2
ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING";

/// How many notes are dealt with, and the last of them.
const FIRST: &str = "
WITH first AS MATERIALIZED (
    SELECT tracked_entity_id, starts_at FROM stale_hours
    ORDER BY tracked_entity_id, starts_at LIMIT ?
)
SELECT (SELECT count(*) FROM first), tracked_entity_id, starts_at FROM first
ORDER BY tracked_entity_id DESC, starts_at DESC LIMIT 1";

/// Hours come in the order of an index, so that nothing is sorted, and their scores are all in
/// another. Instants are text of one shape: an hour's begin alike, and ';' comes after ':'.
///
/// A sum of squares leaves little of the deviation of scores that are alike: where they are, their
/// distances to the mean are taken in a second look. The sums are exact to 10^-16 (SQLite sums as
/// Kahan, Babuška and Neumaier do), and so the deviation from 0.01 on is to 10^-13.
const HOURS: &str = "
WITH hours AS MATERIALIZED (
    SELECT h.tracked_entity_id AS entity, h.starts_at AS hour, count(m.sentiment_score) AS n,
           avg(m.sentiment_score) AS mean, min(m.sentiment_score) AS low,
           max(m.sentiment_score) AS high, sum(m.sentiment_score * m.sentiment_score) AS squares
    FROM stale_hours h LEFT JOIN article_mentions m ON m.tracked_entity_id = h.tracked_entity_id
        AND m.published_at >= substr(h.starts_at, 1, 14)
        AND m.published_at < substr(h.starts_at, 1, 13) || ';'
    WHERE (h.tracked_entity_id, h.starts_at) <= (?1, ?2)
    GROUP BY h.tracked_entity_id, h.starts_at, h.transaction_number
)
SELECT entity, hour, n, mean, CASE
    WHEN low = high THEN 0.0
    WHEN squares / n - mean * mean > 0.0001 THEN squares - n * mean * mean
    ELSE (
        SELECT total((m.sentiment_score - mean) * (m.sentiment_score - mean))
        FROM article_mentions m
        WHERE m.tracked_entity_id = entity
            AND m.published_at >= substr(hour, 1, 14) AND m.published_at < substr(hour, 1, 13) || ';'
    ) END, low, high
FROM hours";

const TAKE: &str = "DELETE FROM stale_hours WHERE (tracked_entity_id, starts_at) <= (?, ?)";

/// The days of an entity, of which some may be left without an hour.
const DAYS: &str = "
WITH days AS MATERIALIZED (
    SELECT d.value AS day, coalesce(sum(h.article_count), 0) AS n,
           sum(h.mean * h.article_count) / sum(h.article_count) AS mean,
           min(h.min) AS low, max(h.max) AS high
    FROM json_each(?2) d LEFT JOIN sentiment_timeseries h ON h.tracked_entity_id = ?1
        AND h.period = 'hourly' AND h.starts_at >= d.value || 'T' AND h.starts_at < d.value || 'U'
    GROUP BY d.value
)
SELECT ?1, day || 'T00:00:00+00:00', n, mean, (
    SELECT total(h.article_count
                 * (h.std * h.std + (h.mean - days.mean) * (h.mean - days.mean)))
    FROM sentiment_timeseries h
    WHERE h.tracked_entity_id = ?1 AND h.period = 'hourly'
        AND h.starts_at >= day || 'T' AND h.starts_at < day || 'U'
), low, high FROM days";

/// What is known of an hour or a day of an entity.
struct Computed {
    entity: TrackedEntityId,
    /// As the database has it.
    starts_at: String,
    /// `None` where nothing is left.
    scores: Option<Scores>,
}

/// Takes notes and deals with them.
pub(super) async fn roll_up(work: &UnitOfWork) -> Result<Part, SignalsError> {
    const TAKING: &str = "taking stale hours";
    let first = Statement::from_sql_and_values(DbBackend::Sqlite, FIRST, [NOTES.into()]);
    let Some(first) = work.query_one_raw(first).await.doing(TAKING)? else {
        return Ok(Part {
            done: RolledUp::default(),
            is_last: true,
        });
    };
    let notes: i64 = first.try_get_by_index(0).doing(TAKING)?;
    let entity: TrackedEntityId = first.try_get_by_index(1).doing(TAKING)?;
    let starts_at: String = first.try_get_by_index(2).doing(TAKING)?;
    let last = [Value::from(entity.0), starts_at.into()];

    let hours = computed(work, HOURS, last.clone()).await?;
    write(work, Period::Hourly, &hours).await?;
    let mut days_of: BTreeMap<TrackedEntityId, BTreeSet<&str>> = BTreeMap::new();
    for hour in &hours {
        // The date is the first ten characters of an instant.
        let day = hour.starts_at.get(..10).unwrap_or(&hour.starts_at);
        days_of.entry(hour.entity).or_default().insert(day);
    }
    let mut days = Vec::new();
    for (entity, of_entity) in days_of {
        let of_entity = serde_json::json!(of_entity).to_string();
        days.extend(computed(work, DAYS, [entity.0.into(), of_entity.into()]).await?);
    }
    write(work, Period::Daily, &days).await?;

    let take = Statement::from_sql_and_values(DbBackend::Sqlite, TAKE, last);
    work.execute_raw(take).await.doing(TAKING)?;
    Ok(Part {
        done: RolledUp {
            hours: hours.len() as u64,
            days: days.len() as u64,
        },
        is_last: notes < NOTES,
    })
}

async fn computed(
    work: &UnitOfWork,
    sql: &str,
    values: [Value; 2],
) -> Result<Vec<Computed>, SignalsError> {
    const DOING: &str = "computing the time series";
    let read = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    let rows = work.stream_raw(read).await.doing(DOING)?;
    let computed = rows.and_then(|row| std::future::ready(of_row(&row)));
    computed.try_collect().await.doing(DOING)
}

fn of_row(row: &QueryResult) -> Result<Computed, DbErr> {
    let count: i64 = row.try_get_by_index(2)?;
    let scores = match count {
        0 => None,
        _ => Some(Scores::of(
            row.try_get_by_index(3)?,
            row.try_get_by_index(4)?,
            row.try_get_by_index(5)?,
            row.try_get_by_index(6)?,
            count,
        )),
    };
    Ok(Computed {
        entity: row.try_get_by_index(0)?,
        starts_at: row.try_get_by_index(1)?,
        scores,
    })
}

/// Writes points, and removes those of hours or days in which nothing is left.
async fn write(
    work: &UnitOfWork,
    period: Period,
    computed: &[Computed],
) -> Result<(), SignalsError> {
    const DOING: &str = "writing the time series";
    let period = period.as_str();
    let points: Vec<(&Computed, &Scores)> = (computed.iter())
        .filter_map(|it| Some((it, it.scores.as_ref()?)))
        .collect();
    for chunk in points.chunks(POINTS) {
        let row = format!("(?, '{period}', ?, ?, ?, ?, ?, ?)");
        let sql = format!(
            "INSERT INTO sentiment_timeseries (tracked_entity_id, period, starts_at, mean, min, \
             max, std, article_count) VALUES {} \
             ON CONFLICT (tracked_entity_id, period, starts_at) DO UPDATE \
             SET mean = excluded.mean, min = excluded.min, max = excluded.max, \
             std = excluded.std, article_count = excluded.article_count",
            vec![row; chunk.len()].join(", ")
        );
        let values = chunk.iter().flat_map(|(point, scores)| {
            [
                Value::from(point.entity.0),
                point.starts_at.as_str().into(),
                scores.mean.into(),
                scores.min.into(),
                scores.max.into(),
                scores.std.into(),
                scores.article_count.into(),
            ]
        });
        let write = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        work.execute_raw(write).await.doing(DOING)?;
    }
    let empty: Vec<&Computed> = computed.iter().filter(|it| it.scores.is_none()).collect();
    for chunk in empty.chunks(POINTS) {
        let sql = format!(
            "WITH empty (entity, starts_at) AS (VALUES {}) \
             DELETE FROM sentiment_timeseries WHERE rowid IN ( \
                 SELECT t.rowid FROM empty CROSS JOIN sentiment_timeseries t \
                 WHERE t.tracked_entity_id = empty.entity AND t.period = '{period}' \
                   AND t.starts_at = empty.starts_at)",
            vec!["(?, ?)"; chunk.len()].join(", ")
        );
        let values =
            (chunk.iter()).flat_map(|it| [Value::from(it.entity.0), it.starts_at.as_str().into()]);
        let remove = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        work.execute_raw(remove).await.doing(DOING)?;
    }
    Ok(())
}
