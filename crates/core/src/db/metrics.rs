//! What the database counts, through the crate `metrics`: nothing is kept unless the program
//! installs a recorder. `docs/metrics.md` lists the names.

use std::time::Duration;

use super::postgres::ReplicaState;
use ::metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

const COMMIT: &str = "groundwork_db_commit_seconds";
const GROUP: &str = "groundwork_db_commit_units";
const COMMITS_FAILED: &str = "groundwork_db_commits_failed_total";
const RETRIES: &str = "groundwork_db_retries_total";
const SLOW: &str = "groundwork_db_slow_statements_total";
const REVOKED: &str = "groundwork_db_units_timed_out_total";
const QUEUE: &str = "groundwork_db_writer_queue";
const USED: &str = "groundwork_db_connections_used";
const MOST: &str = "groundwork_db_connections_max";
const REFUSED: &str = "groundwork_db_connections_refused_total";
const REPLICA_USED: &str = "groundwork_db_replica_used";
const REPLICA_LAG: &str = "groundwork_db_replica_lag_seconds";
const OLDEST: &str = "groundwork_db_oldest_read_seconds";
const WAL: &str = "groundwork_db_wal_bytes";
const WAL_FRAMES: &str = "groundwork_db_wal_frames";
const CHECKPOINTED: &str = "groundwork_db_wal_checkpointed_frames";

/// Describes the metrics to the recorder.
pub(super) fn describe() {
    describe_histogram!(
        COMMIT,
        Unit::Seconds,
        "How long a COMMIT took, once for all units that shared it"
    );
    describe_histogram!(GROUP, "How many units of work shared a COMMIT");
    describe_counter!(COMMITS_FAILED, "COMMITs that failed");
    describe_counter!(RETRIES, "Units of work that were repeated");
    describe_counter!(SLOW, "Statements slower than database.slow_statement_ms");
    describe_counter!(
        REVOKED,
        "Units of work that were open longer than database.unit_of_work_timeout_ms"
    );
    describe_gauge!(
        QUEUE,
        "Units of work that wait for the turn to write (SQLite)"
    );
    describe_gauge!(USED, "Connections in use");
    describe_gauge!(MOST, "The most connections");
    describe_counter!(
        REFUSED,
        "Connections that PostgreSQL refused because there were too many"
    );
    describe_gauge!(
        REPLICA_USED,
        "1 while the replica serves reads, 0 while it is left out"
    );
    describe_gauge!(
        REPLICA_LAG,
        Unit::Seconds,
        "How far the replica is behind, when it was last asked"
    );
    describe_gauge!(
        OLDEST,
        Unit::Seconds,
        "How long the oldest read has been running (SQLite)"
    );
    describe_gauge!(WAL, Unit::Bytes, "The size of the write-ahead log (SQLite)");
    describe_gauge!(
        WAL_FRAMES,
        "Pages in the write-ahead log at the last look (SQLite)"
    );
    describe_gauge!(
        CHECKPOINTED,
        "Those of them that are in the database file (SQLite)"
    );
}

pub(super) fn committed(units: usize, took: Duration) {
    histogram!(COMMIT).record(took);
    histogram!(GROUP).record(number(units));
}

pub(super) fn commit_failed() {
    counter!(COMMITS_FAILED).increment(1);
}

pub(super) fn repeated() {
    counter!(RETRIES).increment(1);
}

pub(super) fn slow_statement() {
    counter!(SLOW).increment(1);
}

pub(super) fn unit_timed_out() {
    counter!(REVOKED).increment(1);
}

pub(super) fn wal(bytes: u64) {
    gauge!(WAL).set(number(bytes));
}

pub(super) fn checkpointed(frames: i64, in_the_file: i64) {
    gauge!(WAL_FRAMES).set(number(frames.max(0)));
    gauge!(CHECKPOINTED).set(number(in_the_file.max(0)));
}

/// How many connections are used, of how many.
pub(super) fn connections(role: &'static str, used: usize, most: usize) {
    gauge!(USED, "role" => role).set(number(used));
    gauge!(MOST, "role" => role).set(number(most));
}

pub(super) fn connection_refused() {
    counter!(REFUSED).increment(1);
}

/// Whether the replica serves reads, and how late it is.
pub(super) fn replica(state: &ReplicaState) {
    let (used, lag) = match state {
        ReplicaState::Used { lag } => (1.0, Some(lag)),
        ReplicaState::Late { lag } => (0.0, Some(lag)),
        ReplicaState::Unreachable { .. } => (0.0, None),
    };
    gauge!(REPLICA_USED).set(used);
    if let Some(lag) = lag {
        gauge!(REPLICA_LAG).set(lag.as_secs_f64());
    }
}

/// The writer's queue and its oldest read, on SQLite.
pub(super) fn sqlite(waiting: usize, oldest_read: Duration) {
    gauge!(QUEUE).set(number(waiting));
    gauge!(OLDEST).set(oldest_read.as_secs_f64());
}

/// As recorders take numbers; beyond 2^53 they lose their last digits.
#[expect(
    clippy::cast_precision_loss,
    reason = "recorders take floating-point numbers"
)]
fn number(value: impl TryInto<u64>) -> f64 {
    value.try_into().map_or(0.0, |value| value as f64)
}
