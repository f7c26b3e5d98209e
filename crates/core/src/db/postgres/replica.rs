//! The replica: whether it may serve reads.
//!
//! A task looks five times a second how far the primary server has written its log, and how far the
//! replica has replayed it. The replica is late since the primary was first seen beyond the place
//! where the replica is: that holds too when nobody writes, when the replica is cut off, and when it
//! delays what it has. A replica that is later than `database.replica_max_lag_ms`, or does not
//! answer, is left out: its reads go to the primary, those that wait for it included.
//!
//! While the primary itself does not answer, nothing new is known to be missing, and the replica
//! goes on.

use std::{
    io,
    time::{Duration, Instant},
};

use sea_orm::sqlx;
use sqlx::{Executor as _, PgConnection, Row as _};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::{
    lag::Lag,
    pool::Pool,
    server::{Purpose, Server},
};
use crate::{
    config::{self, DatabaseUrl},
    db::{metrics, open_error::OpenError},
};

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(200);

/// How long a look may take.
const ANSWERS_WITHIN: Duration = Duration::from_millis(500);

/// How far the log is written.
const WRITTEN: &str = "SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() \
     ELSE pg_current_wal_lsn() END - '0/0')::bigint";

/// How far it is replayed, and how old the newest change there is, in seconds.
const REPLAYED: &str = "SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() \
     ELSE pg_current_wal_lsn() END - '0/0')::bigint, \
     extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8";

/// Whether the replica serves reads.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplicaState {
    /// It serves reads.
    Used {
        /// How far it is behind.
        lag: Duration,
    },
    /// It is too far behind.
    Late {
        /// How far it is behind.
        lag: Duration,
    },
    /// It does not answer.
    Unreachable {
        /// Why not.
        reason: String,
    },
}

/// What is known of the replica, for people to read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaReport {
    /// Whether it serves reads.
    pub state: ReplicaState,
    /// `database.replica_max_lag_ms`.
    pub max_lag: Duration,
}

/// The connections to the replica, and whether they may be used.
pub(in crate::db) struct Replica {
    pool: Pool,
    state: watch::Sender<ReplicaState>,
    max_lag: Duration,
    watching: JoinHandle<()>,
}

impl Replica {
    /// Looks at the replica for the first time, and keeps looking. Only a URL that makes no sense is
    /// an error.
    pub(super) async fn open(
        config: &config::Database,
        url: &DatabaseUrl,
    ) -> Result<Self, OpenError> {
        let server = Server::new(config, url, Purpose::Replica)?;
        let watch = Watch {
            primary: Probe::of(Server::new(config, &config.url, Purpose::Reads)?),
            replica: Probe::of(Server::new(config, url, Purpose::Replica)?),
            lag: Lag::default(),
            max_lag: config.replica_max_lag,
        };
        let unknown = ReplicaState::Unreachable {
            reason: "it was not asked yet".to_owned(),
        };
        let state = watch::Sender::new(unknown);
        let (first, looked) = tokio::sync::oneshot::channel();
        let watching = tokio::spawn(watch.run(state.clone(), first));
        // Its state at the start is known then, unless it takes long to answer.
        let _ = looked.await;
        Ok(Self {
            pool: Pool::new(config, server, config.max_connections),
            state,
            max_lag: config.replica_max_lag,
            watching,
        })
    }

    pub(in crate::db) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether it serves reads at present.
    pub(in crate::db) fn is_used(&self) -> bool {
        matches!(*self.state.borrow(), ReplicaState::Used { .. })
    }

    /// What is known of it.
    pub(in crate::db) fn report(&self) -> ReplicaReport {
        ReplicaReport {
            state: self.state.borrow().clone(),
            max_lag: self.max_lag,
        }
    }

    /// Ends when it turns out not to answer: what waits for it need not wait longer.
    pub(in crate::db) async fn is_unreachable(&self) {
        let mut changes = self.state.subscribe();
        let is_unreachable =
            |state: &ReplicaState| matches!(state, ReplicaState::Unreachable { .. });
        // The sender is this replica's own.
        let _ = changes.wait_for(is_unreachable).await;
    }

    /// Leaves it out, after a read has found it broken, until it answers again.
    pub(in crate::db) fn leave_out(&self, reason: &dyn std::error::Error) {
        let reason = reason.to_string();
        enter(&self.state, ReplicaState::Unreachable { reason });
    }

    pub(in crate::db) async fn close(&self) {
        self.watching.abort();
        self.pool.close().await;
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

/// What the task works with.
struct Watch {
    primary: Probe,
    replica: Probe,
    lag: Lag,
    max_lag: Duration,
}

impl Watch {
    async fn run(
        mut self,
        state: watch::Sender<ReplicaState>,
        first: tokio::sync::oneshot::Sender<()>,
    ) {
        enter(&state, self.look().await);
        let _ = first.send(());
        let mut turns = tokio::time::interval(INTERVAL);
        turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            enter(&state, self.look().await);
        }
    }

    async fn look(&mut self) -> ReplicaState {
        let asked = Instant::now();
        // One after the other would add up when neither answers.
        let (written, replayed) =
            tokio::join!(self.primary.ask(WRITTEN), self.replica.ask(REPLAYED));
        let replayed = match replayed {
            Ok(replayed) => replayed,
            Err(error) => {
                let reason = error.to_string();
                return ReplicaState::Unreachable { reason };
            }
        };
        match written {
            Ok(written) => self.lag.wrote(asked, written.place, replayed),
            Err(error) => tracing::debug!(%error, "the primary server does not answer"),
        }
        let lag = self.lag.at(asked, replayed.place);
        match lag <= self.max_lag {
            true => ReplicaState::Used { lag },
            false => ReplicaState::Late { lag },
        }
    }
}

/// Where a server is in the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// In bytes.
    pub(super) place: i64,
    /// How old the newest change there is, where that is known.
    pub(super) age: Option<Duration>,
}

/// A connection for asking one question.
struct Probe {
    server: Server,
    connection: Option<PgConnection>,
}

impl Probe {
    fn of(server: Server) -> Self {
        Self {
            server,
            connection: None,
        }
    }

    async fn ask(&mut self, question: &'static str) -> Result<Position, sqlx::Error> {
        let answer = timeout(ANSWERS_WITHIN, self.try_ask(question)).await;
        let answer =
            answer.unwrap_or_else(|_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())));
        if answer.is_err() {
            // Also when nothing came: an answer that comes late would be taken for the next one.
            self.connection = None;
        }
        answer
    }

    async fn try_ask(&mut self, question: &'static str) -> Result<Position, sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.server.connect(ANSWERS_WITHIN).await?),
        };
        let row = connection.fetch_one(sqlx::raw_sql(question)).await?;
        let age: Option<f64> = match row.len() {
            1 => None,
            _ => row.try_get(1)?,
        };
        Ok(Position {
            // Nothing was replayed yet.
            place: row.try_get::<Option<i64>, _>(0)?.unwrap_or(0),
            age: age.and_then(|age| Duration::try_from_secs_f64(age.max(0.0)).ok()),
        })
    }
}

/// Notes the state, and reports when it begins or ends to serve reads.
fn enter(state: &watch::Sender<ReplicaState>, new: ReplicaState) {
    let was_used = matches!(*state.borrow(), ReplicaState::Used { .. });
    match &new {
        ReplicaState::Used { lag } if !was_used => {
            tracing::info!(lag_ms = millis(*lag), "the replica serves reads");
        }
        ReplicaState::Late { lag } if was_used => tracing::warn!(
            lag_ms = millis(*lag),
            "the replica is later than database.replica_max_lag_ms: the primary server serves its reads"
        ),
        ReplicaState::Unreachable { reason } if was_used => {
            tracing::warn!(
                reason,
                "the replica does not answer: the primary server serves its reads"
            );
        }
        _ => {}
    }
    metrics::replica(&new);
    state.send_replace(new);
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
