//! The rollup on PostgreSQL: a statement for all hours, and one for all days, of half of the entities
//! at a time, so that a server's cores share the work.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use uuid::Uuid;

use super::outcome::{IN_PLACE, Part, RolledUp};
use crate::{
    db::{Database, Doing as _, UnitOfWork},
    services::signals::SignalsError,
};

/// The most notes that a unit takes.
pub(super) const NOTES: usize = 200_000;

/// Up to so many notes are handed to the statements as values: a temporary table, with its rows in
/// the catalog and its statistics, takes longer than they do.
const FEW: usize = 100;

/// The size in bytes from which on the notes' table gives its room back when it is empty: vacuuming
/// leaves an index as large as it has ever been.
const ROOM: i64 = 16 << 20;

/// The number of shares of the entities, each of which a unit of its own rolls up at the same time.
/// Every rollup must divide them in the same way, because the lock is on a share and not on the
/// rollup.
pub(super) const HALVES: i32 = 2;

pub(super) const MARK: &str = "
INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
SELECT tracked_entity_id, date_bin('1 hour', published_at, '1970-01-01Z'), txid_current()
FROM article_mentions WHERE tracked_entity_id = $1 AND published_at >= $2
UNION
SELECT tracked_entity_id, starts_at, txid_current()
FROM sentiment_timeseries
WHERE tracked_entity_id = $1 AND period IN ('hourly', 'daily') AND starts_at >= $2
ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING";

/// How many notes there are, as far as that matters. What another rollup is at counts too, until it
/// has committed.
const COUNT_STALE: &str = "
SELECT count(*) FROM (
    SELECT 1 FROM stale_hours WHERE abs(mod(uuid_hash(tracked_entity_id), $1)) = $2 LIMIT $3
) AS enough";

/// Rollups of a half take turns, from before they look at anything: what one of them computes must
/// not be older than what is there.
const TAKE_TURNS: &str = "
SELECT pg_advisory_xact_lock(hashtextextended('groundwork.signals.rollup', $1))";

/// A million mentions are grouped in memory, by hashing: the planner takes sorting them all for
/// cheaper, which is not so where they have to go through files.
const STAGE: &str = "
CREATE TEMPORARY TABLE rollup_hours (
    tracked_entity_id uuid NOT NULL, starts_at timestamptz NOT NULL, day timestamptz NOT NULL
) ON COMMIT DROP;
SELECT set_config('work_mem', '64MB', true)
WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('64MB');
SET LOCAL enable_mergejoin = off";

/// By place, which nothing moves: notes are only ever inserted and deleted, and deleted only here.
const TAKE: &str = "
DELETE FROM stale_hours WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM stale_hours
    WHERE abs(mod(uuid_hash(tracked_entity_id), $2)) = $3 LIMIT $1
)) RETURNING tracked_entity_id, starts_at";

const KEEP: &str = ", kept AS (
    INSERT INTO rollup_hours (tracked_entity_id, starts_at, day)
    SELECT DISTINCT tracked_entity_id, starts_at, date_bin('1 day', starts_at, '1970-01-01Z')
    FROM taken RETURNING tracked_entity_id, day
)
SELECT (SELECT count(*) FROM taken), count(*), CAST(coalesce(sum(hours), 0) AS bigint)
FROM (SELECT count(*) AS hours FROM kept GROUP BY tracked_entity_id, day) AS days";

/// The hours that a unit is about, as a table `h`.
const MANY_HOURS: &str = "rollup_hours AS h";
const FEW_HOURS: &str = "(
    SELECT *, date_bin('1 day', starts_at, '1970-01-01Z') AS day
    FROM unnest($1::uuid[], $2::timestamptz[]) AS given (tracked_entity_id, starts_at)
) AS h";

/// An entity that is being removed is waited for; one that is there stays till the end.
const HOLD_ENTITIES: &str = "
SELECT 1 FROM tracked_entities
WHERE id IN (SELECT h.tracked_entity_id FROM {hours}) ORDER BY id FOR KEY SHARE";

/// The hour is compared twice: as a range, for the index, and as a whole, for a hash join where most
/// of the table is stale. In the order of the key, rows go into its index faster.
const HOURS: &str = "
INSERT INTO sentiment_timeseries
    (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
SELECT h.tracked_entity_id, 'hourly', h.starts_at,
       greatest(least(avg(m.sentiment_score), max(m.sentiment_score)), min(m.sentiment_score)),
       min(m.sentiment_score), max(m.sentiment_score),
       least(stddev_pop(m.sentiment_score), 1), count(*)
FROM {hours}
JOIN article_mentions m ON m.tracked_entity_id = h.tracked_entity_id
    AND date_bin('1 hour', m.published_at, '1970-01-01Z') = h.starts_at
    AND m.published_at >= h.starts_at AND m.published_at < h.starts_at + interval '1 hour'
GROUP BY h.tracked_entity_id, h.starts_at
ORDER BY h.tracked_entity_id, h.starts_at";

const EMPTY_HOURS: &str = "
DELETE FROM sentiment_timeseries t USING {hours}
WHERE t.tracked_entity_id = h.tracked_entity_id AND t.period = 'hourly'
  AND t.starts_at = h.starts_at
  AND NOT EXISTS (
      SELECT 1 FROM article_mentions m
      WHERE m.tracked_entity_id = h.tracked_entity_id
        AND date_bin('1 hour', m.published_at, '1970-01-01Z') = h.starts_at
        AND m.published_at >= h.starts_at AND m.published_at < h.starts_at + interval '1 hour'
  )";

/// The mean of a day comes to each of its hours by a window: a join of the hours with their days
/// would be planned without knowing how many there are, and once took a loop within a loop.
const DAYS: &str = "
WITH hours AS (
    SELECT d.tracked_entity_id, d.day, t.mean, t.min, t.max, t.std,
           t.article_count::double precision AS n,
           sum(t.mean * t.article_count) OVER of_day / sum(t.article_count) OVER of_day AS day_mean
    FROM (SELECT DISTINCT h.tracked_entity_id, h.day FROM {hours}) d
    JOIN sentiment_timeseries t ON t.tracked_entity_id = d.tracked_entity_id
        AND t.period = 'hourly'
        AND date_bin('1 day', t.starts_at, '1970-01-01Z') = d.day
        AND t.starts_at >= d.day AND t.starts_at < d.day + interval '24 hours'
    WINDOW of_day AS (PARTITION BY d.tracked_entity_id, d.day)
)
INSERT INTO sentiment_timeseries
    (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
SELECT tracked_entity_id, 'daily', day, greatest(least(day_mean, max(max)), min(min)), min(min),
       max(max),
       least(sqrt(sum(n * (std * std + (mean - day_mean) * (mean - day_mean))) / sum(n)), 1),
       sum(n)
FROM hours GROUP BY tracked_entity_id, day, day_mean";

const EMPTY_DAYS: &str = "
DELETE FROM sentiment_timeseries t
USING (SELECT DISTINCT h.tracked_entity_id, h.day FROM {hours}) d
WHERE t.tracked_entity_id = d.tracked_entity_id AND t.period = 'daily' AND t.starts_at = d.day
  AND NOT EXISTS (
      SELECT 1 FROM sentiment_timeseries h
      WHERE h.tracked_entity_id = d.tracked_entity_id AND h.period = 'hourly'
        AND date_bin('1 day', h.starts_at, '1970-01-01Z') = d.day
        AND h.starts_at >= d.day AND h.starts_at < d.day + interval '24 hours'
  )";

const IS_LARGE: &str = "
SELECT pg_total_relation_size('stale_hours') > $1 AND NOT EXISTS (SELECT 1 FROM stale_hours)";

/// Takes so many notes of a half of the entities and deals with them.
pub(super) async fn roll_up(
    work: &UnitOfWork,
    half: i32,
    notes: usize,
) -> Result<Part, SignalsError> {
    let found = count_stale(work, half).await?;
    if found == 0 {
        return Ok(Part {
            done: RolledUp::default(),
            is_last: true,
        });
    }
    let take_turns = work.execute_raw(statement(TAKE_TURNS, [i64::from(half).into()]));
    take_turns.await.doing("waiting for another rollup")?;
    let taken = match found <= FEW.min(notes) {
        true => take_few(work, half, FEW.min(notes)).await?,
        false => take_many(work, half, notes).await?,
    };
    let Taken { hours, days, .. } = taken;
    if hours > 0 {
        taken
            .execute(work, HOLD_ENTITIES, "holding tracked entities")
            .await?;
        if taken.store(work, HOURS, "computing hours").await? < hours {
            taken.execute(work, EMPTY_HOURS, "removing hours").await?;
        }
        if taken.store(work, DAYS, "computing days").await? < days {
            taken.execute(work, EMPTY_DAYS, "removing days").await?;
        }
    }
    Ok(Part {
        done: RolledUp { hours, days },
        is_last: taken.notes < taken.asked,
    })
}

/// What a unit has taken upon itself.
struct Taken {
    /// How many notes it asked for, and how many there were.
    asked: usize,
    notes: usize,
    hours: u64,
    days: u64,
    /// The hours by entity and beginning; `None` if they are in the temporary table.
    few: Option<(Vec<Uuid>, Vec<DateTime<Utc>>)>,
}

async fn count_stale(work: &UnitOfWork, half: i32) -> Result<usize, SignalsError> {
    const DOING: &str = "looking for stale hours";
    let enough = i64::try_from(FEW + 1).unwrap_or(i64::MAX);
    let count = statement(COUNT_STALE, [HALVES.into(), half.into(), enough.into()]);
    let row = work.query_one_raw(count).await.doing(DOING)?;
    let found = row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0));
    Ok(usize::try_from(found.doing(DOING)?).unwrap_or_default())
}

fn take(half: i32, notes: usize, then: &str) -> Statement {
    let sql = match then {
        "" => TAKE.to_owned(),
        then => format!("WITH taken AS ({TAKE}){then}"),
    };
    let notes = i64::try_from(notes).unwrap_or(i64::MAX);
    statement(&sql, [notes.into(), HALVES.into(), half.into()])
}

async fn take_few(work: &UnitOfWork, half: i32, asked: usize) -> Result<Taken, SignalsError> {
    const DOING: &str = "taking stale hours";
    let rows = work
        .query_all_raw(take(half, asked, ""))
        .await
        .doing(DOING)?;
    let mut hours: BTreeSet<(Uuid, DateTime<Utc>)> = BTreeSet::new();
    for row in &rows {
        let entity = row.try_get_by_index(0).doing(DOING)?;
        hours.insert((entity, row.try_get_by_index(1).doing(DOING)?));
    }
    let days: BTreeSet<(Uuid, NaiveDate)> = (hours.iter())
        .map(|(entity, hour)| (*entity, hour.date_naive()))
        .collect();
    Ok(Taken {
        asked,
        notes: rows.len(),
        hours: hours.len() as u64,
        days: days.len() as u64,
        few: Some(hours.into_iter().unzip()),
    })
}

async fn take_many(work: &UnitOfWork, half: i32, asked: usize) -> Result<Taken, SignalsError> {
    const DOING: &str = "taking stale hours";
    work.execute_unprepared(STAGE).await.doing(DOING)?;
    let row = work
        .query_one_raw(take(half, asked, KEEP))
        .await
        .doing(DOING)?;
    let number = |index| match &row {
        Some(row) => row.try_get_by_index::<i64>(index).doing(DOING),
        None => Ok(0),
    };
    let taken = Taken {
        asked,
        notes: usize::try_from(number(0)?).unwrap_or_default(),
        days: number(1)?.unsigned_abs(),
        hours: number(2)?.unsigned_abs(),
        few: None,
    };
    let analyze = work.execute_unprepared("ANALYZE rollup_hours");
    analyze.await.doing(DOING)?;
    Ok(taken)
}

impl Taken {
    /// Inserts the points that a statement computes, in place of those that are there.
    async fn store(
        &self,
        work: &UnitOfWork,
        points: &str,
        doing: &'static str,
    ) -> Result<u64, SignalsError> {
        self.execute(work, &format!("{points}\n{IN_PLACE}"), doing)
            .await
    }

    async fn execute(
        &self,
        work: &UnitOfWork,
        sql: &str,
        doing: &'static str,
    ) -> Result<u64, SignalsError> {
        let done = match &self.few {
            Some((entities, hours)) => {
                let sql = sql.replace("{hours}", FEW_HOURS);
                let values = [entities.clone().into(), hours.clone().into()];
                work.execute_raw(statement(&sql, values)).await
            }
            None => {
                work.execute_unprepared(&sql.replace("{hours}", MANY_HOURS))
                    .await
            }
        };
        Ok(done.doing(doing)?.rows_affected())
    }
}

/// Gives the room of the notes' table back, if it has much and holds nothing. Only if nobody is
/// about to write to it: a lock that is not to be had at once is not waited for.
pub(super) async fn give_back_room(db: &Database) {
    if let Err(error) = try_to_give_back_room(db).await {
        tracing::debug!(error = %error, "the room of stale_hours is not given back");
    }
}

async fn try_to_give_back_room(db: &Database) -> Result<(), SignalsError> {
    const DOING: &str = "giving room back";
    let is_large = statement(IS_LARGE, [ROOM.into()]);
    let looked = db.reader().query_one_raw(is_large).await.doing(DOING)?;
    let is_large = looked.map_or(Ok(false), |row| row.try_get_by_index::<bool>(0));
    if !is_large.doing(DOING)? {
        return Ok(());
    }
    let work = db.begin().await?;
    let lock = work.execute_unprepared("LOCK TABLE stale_hours IN ACCESS EXCLUSIVE MODE NOWAIT");
    lock.await.doing(DOING)?;
    // Whoever noted something has committed by now, and is seen.
    let noted = Statement::from_string(DbBackend::Postgres, "SELECT 1 FROM stale_hours LIMIT 1");
    if work.query_one_raw(noted).await.doing(DOING)?.is_none() {
        let truncate = work.execute_unprepared("TRUNCATE stale_hours");
        truncate.await.doing(DOING)?;
        work.commit().await?;
    }
    Ok(())
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
