//! The rollup on SQLite, which knows no square root: rows come out, and points go in, many in each
//! statement.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::signals::{Period, TrackedEntityId};
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, StreamTrait as _, Value};

use super::{Part, RolledUp};
use crate::{
    db::UnitOfWork,
    signals::{SignalsError, error::Doing, moments::Moments, store::rows},
};

/// How many notes a unit takes: few enough for others not to wait long.
const NOTES: usize = 20_000;
/// How many points a statement writes.
const POINTS: usize = 100;
/// The seconds of an hour.
const HOUR: i64 = 3_600;
/// The seconds of a day.
const DAY: i64 = 24 * HOUR;

pub(super) const MARK: &str = "
INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
SELECT tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', published_at), 0
FROM article_mentions WHERE tracked_entity_id = ?1 AND published_at >= ?2
UNION
SELECT tracked_entity_id, starts_at, 0
FROM sentiment_timeseries
WHERE tracked_entity_id = ?1 AND period IN ('hourly', 'daily') AND starts_at >= ?2
ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING";

const TAKE: &str = "
DELETE FROM stale_hours WHERE rowid IN (
    SELECT rowid FROM stale_hours
    ORDER BY tracked_entity_id, starts_at, transaction_number LIMIT ?
) RETURNING tracked_entity_id, starts_at";

const SCORES: &str = "
SELECT unixepoch(published_at) / 3600 * 3600, sentiment_score FROM article_mentions
WHERE tracked_entity_id = ? AND published_at >= ? AND published_at < ?";

const HOURS: &str = "
SELECT unixepoch(starts_at), article_count, mean, std, min, max FROM sentiment_timeseries
WHERE tracked_entity_id = ? AND period = 'hourly' AND starts_at >= ? AND starts_at < ?";

/// The beginnings of hours or days, in seconds of the Unix epoch.
type Starts = BTreeSet<i64>;

/// Takes notes and deals with them.
pub(super) async fn roll_up(work: &UnitOfWork) -> Result<Part, SignalsError> {
    let (notes, stale) = take(work).await?;
    let mut done = RolledUp::default();
    for (entity, hours) in &stale {
        let points = points(work, *entity, hours, HOUR, SCORES).await?;
        write(work, *entity, Period::Hourly, hours, &points).await?;
        let days: Starts = hours
            .iter()
            .map(|hour| hour.div_euclid(DAY) * DAY)
            .collect();
        let points = self::points(work, *entity, &days, DAY, HOURS).await?;
        write(work, *entity, Period::Daily, &days, &points).await?;
        done.hours += hours.len() as u64;
        done.days += days.len() as u64;
    }
    Ok(Part {
        done,
        is_last: notes < NOTES,
    })
}

/// How many notes were taken, and which hours of which entities they are about.
async fn take(
    work: &UnitOfWork,
) -> Result<(usize, BTreeMap<TrackedEntityId, Starts>), SignalsError> {
    const DOING: &str = "taking stale hours";
    let take = Statement::from_sql_and_values(DbBackend::Sqlite, TAKE, [value(NOTES)]);
    let notes = work.query_all_raw(take).await.doing(DOING)?;
    let mut stale: BTreeMap<TrackedEntityId, Starts> = BTreeMap::new();
    for note in &notes {
        let entity = note.try_get_by_index(0).doing(DOING)?;
        let hour: DateTime<Utc> = note.try_get_by_index(1).doing(DOING)?;
        stale.entry(entity).or_default().insert(hour.timestamp());
    }
    Ok((notes.len(), stale))
}

/// The points that an entity has in these hours or days: what is next to each other is read at once.
async fn points(
    work: &UnitOfWork,
    entity: TrackedEntityId,
    starts: &Starts,
    length: i64,
    sql: &str,
) -> Result<BTreeMap<i64, Moments>, SignalsError> {
    const DOING: &str = "computing the time series";
    let mut points: BTreeMap<i64, Moments> = BTreeMap::new();
    for (from, to) in runs(starts, length) {
        let values = [entity.0.into(), instant(from).into(), instant(to).into()];
        let read = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        let mut rows = work.stream_raw(read).await.doing(DOING)?;
        while let Some(row) = rows.try_next().await.doing(DOING)? {
            let start = row.try_get_by_index::<i64>(0).doing(DOING)?;
            let start = start.div_euclid(length) * length;
            let point = points.entry(start).or_insert(Moments::NONE);
            match length {
                HOUR => point.add(row.try_get_by_index(1).doing(DOING)?),
                _ => point.merge(of_point(&row).doing(DOING)?),
            }
        }
    }
    Ok(points)
}

fn of_point(row: &QueryResult) -> Result<Moments, DbErr> {
    Ok(Moments::of_point(
        row.try_get_by_index(1)?,
        row.try_get_by_index(2)?,
        row.try_get_by_index(3)?,
        row.try_get_by_index(4)?,
        row.try_get_by_index(5)?,
    ))
}

/// From where to where there is no gap.
fn runs(starts: &Starts, length: i64) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for start in starts {
        match runs.last_mut() {
            Some((_, end)) if *end == *start => *end += length,
            _ => runs.push((*start, start + length)),
        }
    }
    runs
}

/// Writes points, and removes those of hours or days in which nothing is left.
async fn write(
    work: &UnitOfWork,
    entity: TrackedEntityId,
    period: Period,
    starts: &Starts,
    points: &BTreeMap<i64, Moments>,
) -> Result<(), SignalsError> {
    const DOING: &str = "writing the time series";
    let all: Vec<(&i64, &Moments)> = points.iter().collect();
    for chunk in all.chunks(POINTS) {
        let sql = format!(
            "INSERT INTO sentiment_timeseries (tracked_entity_id, period, starts_at, mean, min, \
             max, std, article_count) VALUES {} \
             ON CONFLICT (tracked_entity_id, period, starts_at) DO UPDATE \
             SET mean = excluded.mean, min = excluded.min, max = excluded.max, \
             std = excluded.std, article_count = excluded.article_count",
            rows(chunk.len(), 8)
        );
        let values = chunk.iter().flat_map(|(start, point)| {
            [
                Value::from(entity.0),
                period.as_str().into(),
                instant(**start).into(),
                point.mean().into(),
                point.min.into(),
                point.max.into(),
                point.std().into(),
                point.count.into(),
            ]
        });
        let write = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        work.execute_raw(write).await.doing(DOING)?;
    }
    let empty: Vec<i64> = (starts.iter().copied())
        .filter(|start| !points.contains_key(start))
        .collect();
    for chunk in empty.chunks(POINTS) {
        let sql = format!(
            "DELETE FROM sentiment_timeseries \
             WHERE tracked_entity_id = ? AND period = ? AND starts_at IN ({})",
            vec!["?"; chunk.len()].join(", ")
        );
        let values = [Value::from(entity.0), period.as_str().into()];
        let values = values
            .into_iter()
            .chain(chunk.iter().map(|it| instant(*it).into()));
        let remove = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        work.execute_raw(remove).await.doing(DOING)?;
    }
    Ok(())
}

/// The years that articles have are all within what this can say.
fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn value(number: usize) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}
