//! An open transaction, shared by the unit of work and its savepoints.
//!
//! Everything goes through the one transaction; a savepoint is a name in it. That keeps three
//! hazards of nested transaction objects away: a commit that goes by depth instead of by identity,
//! a `ROLLBACK TO` that is never released (each makes the next one slower), and a panic when an
//! inner one is dropped while a statement runs.
//!
//! Statements run one after another. One that fails, or whose future is dropped before its answer came, leaves
//! the transaction *in doubt*: SQLite may have rolled it back by itself (`INSERT OR ROLLBACK`, a
//! full disk, an I/O error: <https://www.sqlite.org/lang_transaction.html>), which the
//! [guard](super::sqlite::WriterGuard) notices; PostgreSQL answers a `COMMIT` of a failed transaction with a
//! silent rollback, so that the doubt is cleared up before it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use groundwork_naming::{Convention, Engine};
use sea_orm::{DbErr, ExecResult, QueryResult, Statement, sqlx};

use super::{
    backend::{Backend, RowStream},
    error::refusal,
    failure,
    observe::Observer,
    sql, sqlite,
    violation::{self, Violation},
};

/// How many violations are remembered; older ones are forgotten first.
const REMEMBERED: usize = 8;

/// A transaction with what its levels share.
pub(super) struct Session {
    pub(super) backend: Backend,
    pub(super) engine: Engine,
    pub(super) convention: Convention,
    /// How long a statement waits for those before it.
    pub(super) acquire_timeout: Duration,
    observer: Observer,
    statements: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The savepoints that are open, outermost first.
    open: Vec<u32>,
    /// The name of the savepoint that was made last.
    last: u32,
    /// The outermost savepoint that was dropped and is to be undone before anything else.
    undo: Option<u32>,
    /// A statement failed or was abandoned since the transaction was last known to be sound.
    in_doubt: bool,
    /// Why nothing can be done any more.
    ended: Option<String>,
    violations: VecDeque<(Arc<sqlx::Error>, Violation)>,
}

/// Which savepoint of the session a statement belongs to; `None` is the unit itself.
pub(super) type Level = Option<u32>;

impl Session {
    pub(super) fn new(
        backend: Backend,
        engine: Engine,
        convention: Convention,
        acquire_timeout: Duration,
        observer: Observer,
    ) -> Self {
        Self {
            backend,
            engine,
            convention,
            acquire_timeout,
            observer,
            statements: tokio::sync::Mutex::default(),
            state: Mutex::default(),
        }
    }

    /// Waits until the statement may run, and makes sure that the transaction can take it.
    async fn permit(&self, level: Level) -> Result<StatementPermit<'_>, DbErr> {
        let guard = tokio::time::timeout(self.acquire_timeout, self.statements.lock())
            .await
            .map_err(|_| refusal("another statement, or a stream that is still open, holds it"))?;
        let permit = StatementPermit {
            session: self,
            _guard: guard,
            answered: false,
        };
        self.undo_dropped().await?;
        self.require(level)?;
        Ok(permit)
    }

    /// Hands the result of a statement on. When it violates a constraint, finds out which one.
    async fn conclude<T>(
        &self,
        permit: StatementPermit<'_>,
        result: Result<T, DbErr>,
        again: Option<&Statement>,
    ) -> Result<T, DbErr> {
        if let Err(error) = &result {
            self.state().in_doubt = true;
            if let Backend::Sqlite(guard) = &self.backend {
                let abandoned = self.ends_unless_done();
                let again = again.filter(|statement| sql::may_write(&statement.sql));
                let explained = sqlite::violation(guard, &self.convention, error, again);
                if let Some(violation) = explained.await {
                    self.remember(error, violation);
                }
                abandoned.done();
            }
        }
        permit.answered();
        result
    }

    pub(super) async fn execute(
        &self,
        level: Level,
        statement: Statement,
    ) -> Result<ExecResult, DbErr> {
        sql::refuse_transaction_control(&statement.sql)?;
        let permit = self.permit(level).await?;
        let run = self.backend.execute(&statement);
        let result = self.observer.statement(&statement.sql, run).await;
        self.conclude(permit, result, Some(&statement)).await
    }

    pub(super) async fn execute_unprepared(
        &self,
        level: Level,
        text: &str,
    ) -> Result<ExecResult, DbErr> {
        sql::refuse_transaction_control(text)?;
        let permit = self.permit(level).await?;
        let run = self.backend.execute_unprepared(text);
        let result = self.observer.statement(text, run).await;
        // Of several statements in one text, those before the refused one have taken effect.
        let again = (result.is_err() && sql::is_single(text))
            .then(|| Statement::from_string(self.engine.backend(), text));
        self.conclude(permit, result, again.as_ref()).await
    }

    pub(super) async fn query_one(
        &self,
        level: Level,
        statement: Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        sql::refuse_transaction_control(&statement.sql)?;
        let permit = self.permit(level).await?;
        let run = self.backend.query_one(&statement);
        let result = self.observer.statement(&statement.sql, run).await;
        self.conclude(permit, result, Some(&statement)).await
    }

    pub(super) async fn query_all(
        &self,
        level: Level,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        sql::refuse_transaction_control(&statement.sql)?;
        let permit = self.permit(level).await?;
        let run = self.backend.query_all(&statement);
        let result = self.observer.statement(&statement.sql, run).await;
        self.conclude(permit, result, Some(&statement)).await
    }

    pub(super) async fn copy_in(
        &self,
        level: Level,
        text: &str,
        data: &[u8],
    ) -> Result<u64, DbErr> {
        sql::refuse_transaction_control(text)?;
        let permit = self.permit(level).await?;
        let run = self.backend.copy_in(text, data);
        let result = self.observer.statement(text, run).await;
        self.conclude(permit, result, None).await
    }

    /// Opens a stream, with the permit that it holds until it ends or is dropped.
    pub(super) async fn stream(
        &self,
        level: Level,
        statement: Statement,
    ) -> Result<(RowStream<'_>, StatementPermit<'_>), DbErr> {
        sql::refuse_transaction_control(&statement.sql)?;
        let permit = self.permit(level).await?;
        let rows = self.backend.stream(statement).await?;
        Ok((rows, permit))
    }

    /// Opens a savepoint.
    pub(super) async fn savepoint(&self, level: Level) -> Result<u32, DbErr> {
        let permit = self.permit(level).await?;
        let name = {
            let mut state = self.state();
            state.last += 1;
            state.last
        };
        let abandoned = self.ends_unless_done();
        let made = self
            .backend
            .execute_unprepared(&format!("SAVEPOINT s{name}"))
            .await;
        abandoned.done();
        if made.is_ok() {
            self.state().open.push(name);
        }
        self.conclude(permit, made.map(|_| name), None).await
    }

    /// Ends the innermost savepoint.
    pub(super) async fn end_savepoint(&self, name: u32, sql: &str) -> Result<(), DbErr> {
        let permit = self.permit(Some(name)).await?;
        if self.state().open.last() != Some(&name) {
            return Err(refusal("a savepoint inside this one is still open"));
        }
        let abandoned = self.ends_unless_done();
        let ended = self.backend.execute_unprepared(sql).await;
        abandoned.done();
        if ended.is_ok() {
            self.state().open.pop();
        }
        self.conclude(permit, ended.map(drop), None).await
    }

    /// Notes that a savepoint was dropped, so that it is undone before the next statement.
    pub(super) fn drop_savepoint(&self, name: u32) {
        let mut state = self.state();
        if let Some(place) = state.open.iter().position(|open| *open == name) {
            state.open.truncate(place);
            state.undo = Some(name);
        }
    }

    /// Makes sure, before a commit, that there is still a sound transaction to commit.
    pub(super) async fn settle(&self) -> Result<(), DbErr> {
        let permit = self.permit(None).await?;
        match &self.backend {
            Backend::Sqlite(guard) => guard.settle().await?,
            Backend::Postgres(_) => self.clear_doubt().await,
            Backend::Snapshot(_) => {}
        }
        permit.answered();
        Ok(())
    }

    /// What is known about the violation behind an error.
    pub(super) fn violation(&self, error: &DbErr) -> Option<Violation> {
        let driver = failure::driver_error(error)?;
        let state = self.state();
        let known = state.violations.iter();
        known
            .rev()
            .find(|(of, _)| Arc::ptr_eq(of, driver))
            .map(|(_, violation)| violation.clone())
            .or_else(|| violation::of(error, &self.convention))
    }

    /// Why nothing can be done any more.
    pub(super) fn ended(&self) -> Option<String> {
        let ended = self.state().ended.clone();
        ended.or_else(|| self.backend.ended())
    }

    /// Takes no statement from now on, nor a commit; lets others write.
    pub(super) fn end(&self, reason: &str) {
        self.state().ended.get_or_insert_with(|| reason.to_owned());
        self.backend.release();
    }

    /// Ends the session unless `done` is called on the guard.
    pub(super) fn ends_unless_done(&self) -> EndsUnlessDone<'_> {
        EndsUnlessDone(Some(self))
    }

    fn remember(&self, error: &DbErr, violation: Violation) {
        if let Some(error) = failure::driver_error(error) {
            let mut state = self.state();
            if state.violations.len() == REMEMBERED {
                state.violations.pop_front();
            }
            state.violations.push_back((Arc::clone(error), violation));
        }
    }

    fn require(&self, level: Level) -> Result<(), DbErr> {
        if let Some(reason) = self.ended() {
            return Err(refusal(&reason));
        }
        let state = self.state();
        match level {
            Some(name) if !state.open.contains(&name) => {
                Err(refusal("the savepoint went with the one around it"))
            }
            _ => Ok(()),
        }
    }

    /// Undoes the savepoints that were dropped.
    async fn undo_dropped(&self) -> Result<(), DbErr> {
        let Some(name) = self.state().undo.take() else {
            return Ok(());
        };
        let abandoned = self.ends_unless_done();
        let undone = self.backend.execute_unprepared(&sql::undo(name)).await;
        abandoned.done();
        if undone.is_err() {
            self.end("a savepoint that was dropped could not be rolled back");
        }
        undone.map(drop)
    }

    /// Finds out whether a transaction on PostgreSQL survived what went wrong: a failed one refuses
    /// every statement (25P02).
    async fn clear_doubt(&self) {
        if !self.state().in_doubt || self.ended().is_some() {
            return;
        }
        let abandoned = self.ends_unless_done();
        let sound = self.backend.execute_unprepared("SELECT 1").await;
        abandoned.done();
        if sound.is_ok() {
            self.state().in_doubt = false;
        } else {
            self.end(
                "a statement failed outside of a savepoint, and PostgreSQL then refuses all that \
                 follows",
            );
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permit of one statement. Dropped before its answer came, it leaves the session in doubt.
pub(super) struct StatementPermit<'a> {
    session: &'a Session,
    _guard: tokio::sync::MutexGuard<'a, ()>,
    answered: bool,
}

impl StatementPermit<'_> {
    pub(super) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for StatementPermit<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.session.state().in_doubt = true;
        }
    }
}

/// Ends the session when a step that must not be left halfway is.
pub(super) struct EndsUnlessDone<'a>(Option<&'a Session>);

impl EndsUnlessDone<'_> {
    pub(super) fn done(mut self) {
        self.0 = None;
    }
}

impl Drop for EndsUnlessDone<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.0 {
            session.end("a step of it was abandoned halfway");
        }
    }
}
