//! The statements of a unit.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use async_stream::stream;
use backon::{BackoffBuilder as _, ExponentialBackoff};
use futures_util::Stream;
use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{
        self, Either, Row as _,
        sqlite::{SqliteQueryResult, SqliteRow},
    },
};

use super::{
    WriterGuard,
    group::{Entry, InDoubt, Unit},
    guard::{Running, State},
    permit::WriterPermit,
};
use crate::db::{
    error::refusal,
    failure,
    sql::{self, values},
    sqlite::checkpoint,
};

const GIVEN_UP: &str = "a step of it was abandoned halfway";
const ROLLED_BACK: &str = "an error made SQLite roll the whole unit back";
const ENDED_BY_ITSELF: &str = "a statement of it ended the transaction";

/// What a text yields: its rows, and what it says about itself.
#[derive(Default)]
struct Collected {
    rows: Vec<SqliteRow>,
    result: SqliteQueryResult,
}

/// Why a text yields no more.
enum Failed {
    /// The unit is over.
    Gone(String),
    /// Another process holds the lock.
    Busy(sqlx::Error),
    /// It has held it for so long.
    Locked(Duration),
    Driver(sqlx::Error),
}

impl WriterGuard {
    pub(in crate::db) async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        let done = self.run(&statement.sql, Some(statement)).await;
        done.map(|done| done.result.into())
            .map_err(|failed| failed.into_error(failure::executed))
    }

    pub(in crate::db) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let done = self.run(sql, None).await;
        done.map(|done| done.result.into())
            .map_err(|failed| failed.into_error(failure::executed))
    }

    pub(in crate::db) async fn query_all(
        &self,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let done = self.run(&statement.sql, Some(statement)).await;
        done.map(|done| done.rows.into_iter().map(Into::into).collect())
            .map_err(|failed| failed.into_error(failure::wrapped))
    }

    pub(in crate::db) async fn query_one(
        &self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let done = self.run(&statement.sql, Some(statement)).await;
        done.map(|done| done.rows.into_iter().next().map(Into::into))
            .map_err(|failed| failed.into_error(failure::wrapped))
    }

    /// The rows of a statement, as the engine gives them.
    pub(in crate::db) async fn stream(
        &self,
        statement: Statement,
    ) -> Result<impl Stream<Item = Result<QueryResult, DbErr>> + Send, DbErr> {
        let of_query = |failed: Failed| failed.into_error(failure::wrapped);
        // Apart, so that only this has to be repeated when another process holds the lock.
        self.enter().await.map_err(of_query)?;
        let underway = self
            .start(&statement.sql, Some(values(&statement)))
            .map_err(of_query)?;
        Ok(stream! {
            // As a whole: its field alone would be taken along otherwise.
            let underway = underway;
            while let Some(part) = poll_fn(|context| underway.0.poll_part(context)).await {
                match part {
                    Ok(Either::Left(_)) => {}
                    Ok(Either::Right(row)) => yield Ok(row.into()),
                    Err(failed) => yield Err(of_query(failed)),
                }
            }
        })
    }

    /// Makes sure that there is a connection, and that nothing is left of a statement that was given
    /// up.
    pub(in crate::db) async fn settle(&self) -> Result<(), DbErr> {
        self.clear_up()
            .await
            .map_err(|failed| failed.into_error(failure::wrapped))
    }

    async fn enter(&self) -> Result<(), Failed> {
        self.clear_up().await?;
        if !self.state().has_entered {
            self.run("", None).await?;
        }
        Ok(())
    }

    /// Runs a text to its end. Another process that holds the lock is waited for.
    async fn run(&self, sql: &str, statement: Option<&Statement>) -> Result<Collected, Failed> {
        let mut pauses: Option<ExponentialBackoff> = None;
        let started = Instant::now();
        loop {
            self.clear_up().await?;
            match self.run_once(sql, statement.map(values)).await {
                Err(Failed::Busy(_)) => {
                    let pauses = pauses.get_or_insert_with(|| checkpoint::pauses().build());
                    let pause = pauses.next().unwrap_or_default();
                    let waited = started.elapsed();
                    if waited + pause >= self.writer.acquire_timeout {
                        return Err(Failed::Locked(waited));
                    }
                    tokio::time::sleep(pause).await;
                }
                done => return done,
            }
        }
    }

    async fn run_once(&self, sql: &str, values: Option<Values>) -> Result<Collected, Failed> {
        let underway = self.start(sql, values)?;
        let mut collected = Collected::default();
        while let Some(part) = poll_fn(|context| underway.0.poll_part(context)).await {
            match part? {
                Either::Left(result) => collected.result.extend([result]),
                Either::Right(row) => collected.rows.push(row),
            }
        }
        Ok(collected)
    }

    async fn clear_up(&self) -> Result<(), Failed> {
        let is_clear = {
            let mut state = self.state();
            let gone = state.gone();
            let parts = state.permit.as_mut().and_then(WriterPermit::parts);
            let parts = parts.ok_or(gone)?;
            parts.connection.is_some() && !parts.group.is_in_doubt()
        };
        if is_clear {
            return Ok(());
        }
        let mut permit = self.take_out().ok_or_else(|| self.state().gone())?;
        let connection = match permit.connection().await {
            Ok(connection) => connection,
            Err(error) => {
                self.put_back(permit);
                return Err(Failed::Driver(error));
            }
        };
        if let Some(parts) = permit.parts() {
            // A failure here means that the connection broke; the next holder of the permit replaces it.
            let settled = parts.group.settle(&connection, Unit::GoesOn).await;
            settled.map_err(Failed::Driver)?;
        }
        self.put_back(permit);
        self.state().check();
        Ok(())
    }

    fn start(&self, sql: &str, values: Option<Values>) -> Result<Underway<'_>, Failed> {
        let mut state = self.state();
        let gone = state.gone();
        let entered = state.has_entered;
        let parts = state.permit.as_mut().and_then(WriterPermit::parts);
        let (connection, group, asks) = match parts {
            Some(parts) => (
                parts.connection.as_ref(),
                &mut parts.group,
                parts.catalog.is_stale(),
            ),
            None => return Err(gone),
        };
        let connection = connection.ok_or(gone)?;
        let entry = (!entered).then(|| group.entry(asks));
        let text = match entry {
            Some(entry) => [entry.sql(), sql].concat(),
            None => sql.to_owned(),
        };
        let has_side_effects = sql::has_side_effects(sql);
        if has_side_effects && entered {
            group.note_side_effects();
        }
        let running = Running {
            parts: connection.run(text, values),
            entry,
            to_come: entry.map_or(0, Entry::statements),
            ended: connection.ended(),
            has_side_effects,
        };
        state.has_written |= !sql::only_reads(sql);
        state.running = Some(running);
        Ok(Underway(self))
    }

    fn poll_part(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Either<SqliteQueryResult, SqliteRow>, Failed>>> {
        let mut state = self.state();
        loop {
            let Some(running) = &mut state.running else {
                let revoked = state.ended.clone().map(|reason| Err(Failed::Gone(reason)));
                return Poll::Ready(revoked);
            };
            let is_entry = running.to_come > 0;
            let Poll::Ready(part) = running.parts.as_mut().poll_next(context) else {
                state.wake_later(context);
                return Poll::Pending;
            };
            match part {
                Some(Ok(part)) if is_entry => state.see_entry(&part),
                Some(Ok(part)) => return Poll::Ready(Some(Ok(part))),
                Some(Err(error)) => return Poll::Ready(Some(Err(state.fail(error)))),
                None if is_entry => {
                    let error = state.fail(sqlx::Error::WorkerCrashed);
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    state.running = None;
                    state.check();
                    // The next poll shows whether that has ended the unit.
                    if state.ended.is_none() {
                        return Poll::Ready(None);
                    }
                }
            }
        }
    }
}

impl State {
    /// Revoking the guard has to wake the task that waits for a statement, too.
    fn wake_later(&mut self, context: &Context<'_>) {
        match &mut self.waker {
            Some(waker) => waker.clone_from(context.waker()),
            None => self.waker = Some(context.waker().clone()),
        }
    }

    fn gone(&self) -> Failed {
        let reason = self.ended.as_deref().unwrap_or(GIVEN_UP);
        Failed::Gone(reason.to_owned())
    }

    /// A part of the entry has come.
    fn see_entry(&mut self, part: &Either<SqliteQueryResult, SqliteRow>) {
        let parts = self.permit.as_mut().and_then(WriterPermit::parts);
        let (Some(running), Some(parts)) = (&mut self.running, parts) else {
            return;
        };
        if let Either::Right(row) = part {
            // The one row of an entry is the schema's version.
            if let Ok(version) = row.try_get(0) {
                parts.catalog.see(version);
            }
            return;
        }
        running.to_come -= 1;
        if running.to_come == 0
            && let Some(entry) = running.entry
        {
            parts.group.enter(entry, running.ended);
            if running.has_side_effects {
                parts.group.note_side_effects();
            }
            self.has_entered = true;
        }
    }

    /// A statement has failed.
    fn fail(&mut self, error: sqlx::Error) -> Failed {
        let Some(running) = self.running.take() else {
            return self.gone();
        };
        let not_begun = running
            .entry
            .is_some_and(|entry| running.to_come == entry.statements());
        if not_begun && running.entry.is_some_and(Entry::begins) && failure::is_busy(&error) {
            return Failed::Busy(error);
        }
        if running.to_come > 0
            && !not_begun
            && let Some(parts) = self.permit.as_mut().and_then(WriterPermit::parts)
        {
            parts.group.set_in_doubt(InDoubt {
                entry: running.entry,
                until: Instant::now(),
            });
        }
        self.check();
        if self.ended.as_deref() == Some(ENDED_BY_ITSELF) {
            self.ended = Some(ROLLED_BACK.to_owned());
        }
        Failed::Driver(error)
    }

    /// Notices when the transaction has ended behind the unit's back, and lets go of the permit then.
    fn check(&mut self) {
        let Some(parts) = self.permit.as_mut().and_then(WriterPermit::parts) else {
            return;
        };
        let has_ended = parts
            .connection
            .as_ref()
            .is_some_and(|connection| parts.group.has_ended(connection));
        if has_ended {
            parts.group.taken_along();
            self.permit = None;
            self.ended.get_or_insert_with(|| ENDED_BY_ITSELF.to_owned());
        }
    }
}

/// A text that is under way; dropped, it is given up.
struct Underway<'a>(&'a WriterGuard);

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.0.give_up(&mut self.0.state());
    }
}

impl Failed {
    fn into_error(self, wrap: impl FnOnce(sqlx::Error) -> DbErr) -> DbErr {
        match self {
            Self::Gone(reason) => refusal(&reason),
            Self::Busy(error) | Self::Driver(error) => wrap(error),
            Self::Locked(waited) => DbErr::Conn(RuntimeErr::Internal(format!(
                "gave up after waiting {} ms for SQLite's lock, which another process holds",
                waited.as_millis()
            ))),
        }
    }
}
