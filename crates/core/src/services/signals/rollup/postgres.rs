//! The rollup on PostgreSQL: a statement for all hours, and one for all days, of half of the entities
//! at a time, so that a server's cores share the work.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use super::outcome::{IN_PLACE, Part, RolledUp};
use crate::{db::Doing as _, db::UnitOfWork, services::signals::SignalsError};

/// How many notes a unit takes.
const NOTES: i64 = 200_000;

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

/// What another rollup is at counts too, until it has committed.
const IS_STALE: &str = "
SELECT 1 FROM stale_hours WHERE abs(mod(uuid_hash(tracked_entity_id), $1)) = $2 LIMIT 1";

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
WITH taken AS (
    DELETE FROM stale_hours WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM stale_hours
        WHERE abs(mod(uuid_hash(tracked_entity_id), $2)) = $3 LIMIT $1
    )) RETURNING tracked_entity_id, starts_at
), kept AS (
    INSERT INTO rollup_hours (tracked_entity_id, starts_at, day)
    SELECT DISTINCT tracked_entity_id, starts_at, date_bin('1 day', starts_at, '1970-01-01Z')
    FROM taken RETURNING tracked_entity_id, day
)
SELECT (SELECT count(*) FROM taken), count(*), CAST(coalesce(sum(hours), 0) AS bigint)
FROM (SELECT count(*) AS hours FROM kept GROUP BY tracked_entity_id, day) AS days";

/// An entity that is being removed is waited for; one that is there stays till the end.
const HOLD_ENTITIES: &str = "
SELECT 1 FROM tracked_entities
WHERE id IN (SELECT tracked_entity_id FROM rollup_hours) ORDER BY id FOR KEY SHARE";

/// The hour is compared twice: as a range, for the index, and as a whole, for a hash join where most
/// of the table is stale. In the order of the key, rows go into its index faster.
const HOURS: &str = "
INSERT INTO sentiment_timeseries
    (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
SELECT h.tracked_entity_id, 'hourly', h.starts_at,
       greatest(least(avg(m.sentiment_score), max(m.sentiment_score)), min(m.sentiment_score)),
       min(m.sentiment_score), max(m.sentiment_score),
       least(stddev_pop(m.sentiment_score), 1), count(*)
FROM rollup_hours h
JOIN article_mentions m ON m.tracked_entity_id = h.tracked_entity_id
    AND date_bin('1 hour', m.published_at, '1970-01-01Z') = h.starts_at
    AND m.published_at >= h.starts_at AND m.published_at < h.starts_at + interval '1 hour'
GROUP BY h.tracked_entity_id, h.starts_at
ORDER BY h.tracked_entity_id, h.starts_at";

const EMPTY_HOURS: &str = "
DELETE FROM sentiment_timeseries t USING rollup_hours h
WHERE t.tracked_entity_id = h.tracked_entity_id AND t.period = 'hourly'
  AND t.starts_at = h.starts_at
  AND NOT EXISTS (
      SELECT 1 FROM article_mentions m
      WHERE m.tracked_entity_id = h.tracked_entity_id
        AND m.published_at >= h.starts_at AND m.published_at < h.starts_at + interval '1 hour'
  )";

const DAYS: &str = "
WITH hours AS (
    SELECT d.tracked_entity_id, d.day, t.mean, t.min, t.max, t.std,
           t.article_count::double precision AS n
    FROM (SELECT DISTINCT tracked_entity_id, day FROM rollup_hours) d
    JOIN sentiment_timeseries t ON t.tracked_entity_id = d.tracked_entity_id
        AND t.period = 'hourly'
        AND date_bin('1 day', t.starts_at, '1970-01-01Z') = d.day
        AND t.starts_at >= d.day AND t.starts_at < d.day + interval '24 hours'
), means AS (
    SELECT tracked_entity_id, day, sum(mean * n) / sum(n) AS mean, min(min) AS min,
           max(max) AS max, sum(n) AS n
    FROM hours GROUP BY tracked_entity_id, day
)
INSERT INTO sentiment_timeseries
    (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
SELECT m.tracked_entity_id, 'daily', m.day, greatest(least(m.mean, m.max), m.min), m.min, m.max,
       least(sqrt(sum(h.n * (h.std * h.std + (h.mean - m.mean) * (h.mean - m.mean))) / m.n), 1),
       m.n
FROM means m JOIN hours h USING (tracked_entity_id, day)
GROUP BY m.tracked_entity_id, m.day, m.mean, m.min, m.max, m.n";

const EMPTY_DAYS: &str = "
DELETE FROM sentiment_timeseries t
USING (SELECT DISTINCT tracked_entity_id, day FROM rollup_hours) d
WHERE t.tracked_entity_id = d.tracked_entity_id AND t.period = 'daily' AND t.starts_at = d.day
  AND NOT EXISTS (
      SELECT 1 FROM sentiment_timeseries h
      WHERE h.tracked_entity_id = d.tracked_entity_id AND h.period = 'hourly'
        AND h.starts_at >= d.day AND h.starts_at < d.day + interval '24 hours'
  )";

/// Takes notes of a half of the entities and deals with them.
pub(super) async fn roll_up(work: &UnitOfWork, half: i32) -> Result<Part, SignalsError> {
    let is_stale = statement(IS_STALE, [HALVES.into(), half.into()]);
    let stale = work.query_one_raw(is_stale).await;
    if stale.doing("looking for stale hours")?.is_none() {
        return Ok(Part {
            done: RolledUp::default(),
            is_last: true,
        });
    }
    let take_turns = work.execute_raw(statement(TAKE_TURNS, [i64::from(half).into()]));
    take_turns.await.doing("waiting for another rollup")?;
    execute(work, STAGE, "taking stale hours").await?;
    let (notes, days, hours) = take(work, half).await?;
    if hours > 0 {
        execute(work, "ANALYZE rollup_hours", "taking stale hours").await?;
        execute(work, HOLD_ENTITIES, "holding tracked entities").await?;
        if store(work, HOURS, "computing hours").await? < hours {
            execute(work, EMPTY_HOURS, "removing hours").await?;
        }
        if store(work, DAYS, "computing days").await? < days {
            execute(work, EMPTY_DAYS, "removing days").await?;
        }
    }
    Ok(Part {
        done: RolledUp { hours, days },
        is_last: notes < NOTES,
    })
}

/// How many notes were taken, and how many days and hours they are about.
async fn take(work: &UnitOfWork, half: i32) -> Result<(i64, u64, u64), SignalsError> {
    const DOING: &str = "taking stale hours";
    let take = statement(TAKE, [NOTES.into(), HALVES.into(), half.into()]);
    let Some(row) = work.query_one_raw(take).await.doing(DOING)? else {
        return Ok((0, 0, 0));
    };
    let number = |index| row.try_get_by_index::<i64>(index).doing(DOING);
    let (days, hours) = (number(1)?.unsigned_abs(), number(2)?.unsigned_abs());
    Ok((number(0)?, days, hours))
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// Inserts the points that a statement computes, in place of those that are there.
async fn store(work: &UnitOfWork, points: &str, doing: &'static str) -> Result<u64, SignalsError> {
    execute(work, &format!("{points}\n{IN_PLACE}"), doing).await
}

async fn execute(work: &UnitOfWork, sql: &str, doing: &'static str) -> Result<u64, SignalsError> {
    let done = work.execute_unprepared(sql).await.doing(doing)?;
    Ok(done.rows_affected())
}
