//! A connection that somebody uses, and how it comes back to its pool.
//!
//! A caller may go away while a statement is on its way. Then a task of its own waits for the answer
//! and takes back the transaction that may be open, before anybody else is given the connection.
//! sqlx's own transaction counts only those whose `BEGIN` was answered, and takes back once more what
//! was ended while its caller went away.

use std::{
    io,
    time::{Duration, Instant},
};

use futures_util::stream::BoxStream;
use sea_orm::{DbErr, ExecResult, QueryResult, Statement, sqlx};
use sea_query_sqlx::SqlxValues;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Postgres, Row as _,
    postgres::{PgQueryResult, PgRow},
};
use tokio::runtime::Handle;

use super::{
    scope::Scope,
    server::Server,
    slot::{Idle, Slot},
};
use crate::db::{failure, sql::values};

/// How long the answer to an abandoned statement is waited for; then the connection is closed.
const ABANDONED_FOR: Duration = Duration::from_secs(30);

/// A connection out of the pool. Dropped at any point, it goes back in order, or is closed.
pub(in crate::db) struct PooledConnection {
    /// `None` once it was dropped.
    held: Option<Held>,
}

struct Held {
    connection: PgConnection,
    opened: Instant,
    generation: u64,
    condition: Condition,
    /// A transaction is open, or a `BEGIN` is on its way.
    in_transaction: bool,
    /// After `connection`: fields are dropped in this order.
    slot: Slot,
}

/// What is known of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// The server has answered everything.
    Quiet,
    /// A statement is on its way.
    Asked,
    /// It cannot be used any more.
    Broken,
}

impl PooledConnection {
    pub(super) fn new(idle: Idle, slot: Slot) -> Self {
        Self {
            held: Some(Held {
                connection: idle.connection,
                opened: idle.opened,
                generation: idle.generation,
                condition: Condition::Quiet,
                in_transaction: false,
                slot,
            }),
        }
    }

    pub(in crate::db) async fn execute(
        &mut self,
        statement: &Statement,
    ) -> Result<ExecResult, DbErr> {
        let query = self.query(statement);
        let done = self.ask().await?.execute(query).await;
        self.answered(&done).await;
        done.map(Into::into).map_err(failure::executed)
    }

    /// Runs a text, which may be several statements, without preparing it.
    pub(in crate::db) async fn execute_unprepared(
        &mut self,
        sql: &str,
    ) -> Result<ExecResult, DbErr> {
        let done = self.run_text(sql).await;
        done.map(Into::into).map_err(failure::executed)
    }

    pub(in crate::db) async fn query_one(
        &mut self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let query = self.query(statement);
        let row = self.ask().await?.fetch_optional(query).await;
        self.answered(&row).await;
        row.map(|row| row.map(Into::into)).map_err(failure::wrapped)
    }

    pub(in crate::db) async fn query_all(
        &mut self,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let query = self.query(statement);
        let rows = self.ask().await?.fetch_all(query).await;
        self.answered(&rows).await;
        rows.map(|rows| rows.into_iter().map(Into::into).collect())
            .map_err(failure::wrapped)
    }

    /// The values of settings of the server, as they are in a transaction that begins like this.
    pub(in crate::db) async fn settings<const N: usize>(
        &mut self,
        begin: &str,
        names: [&'static str; N],
    ) -> Result<[String; N], sqlx::Error> {
        self.begin(begin).await?;
        let each = names.map(|name| format!("current_setting('{name}')"));
        let text = sqlx::raw_sql(AssertSqlSafe(format!("SELECT {}", each.join(", "))));
        let row = self.ask_driver().await?.fetch_one(text).await;
        self.answered(&row).await;
        self.end("ROLLBACK").await?;
        let row = row?;
        let mut values = [const { String::new() }; N];
        for (at, value) in values.iter_mut().enumerate() {
            *value = row.try_get(at)?;
        }
        Ok(values)
    }

    /// A session that is handed on must not keep what was prepared.
    fn query(&self, statement: &Statement) -> sqlx::query::Query<'static, Postgres, SqlxValues> {
        let values = SqlxValues(values(statement));
        sqlx::query_with(AssertSqlSafe(statement.sql.clone()), values)
            .persistent(self.scope() == Scope::Session)
    }

    /// Where the limits of this connection are set.
    pub(super) fn scope(&self) -> Scope {
        let server = self.held.as_ref().map(|held| &held.slot.pool().server);
        server.map_or(Scope::Session, Server::scope)
    }

    /// Sends a query, whose rows come one by one. [`answered`](Self::answered) must be called when
    /// they have come.
    pub(super) async fn fetch(
        &mut self,
        statement: &Statement,
    ) -> Result<BoxStream<'_, Result<PgRow, sqlx::Error>>, DbErr> {
        let query = self.query(statement);
        Ok(self.ask().await?.fetch(query))
    }

    /// The driver's connection, for a statement that is about to be sent. [`answered`](Self::answered)
    /// must be called when its answer has come.
    pub(super) async fn ask(&mut self) -> Result<&mut PgConnection, DbErr> {
        self.ask_driver().await.map_err(failure::wrapped)
    }

    /// As [`ask`](Self::ask), for a `COPY`. The connection is closed if the caller goes away before the
    /// answer comes: the driver cannot say how far it went.
    pub(super) async fn ask_for_copy(&mut self) -> Result<&mut PgConnection, DbErr> {
        self.ask().await?;
        let held = self.held().map_err(failure::wrapped)?;
        held.condition = Condition::Broken;
        Ok(&mut held.connection)
    }

    async fn ask_driver(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let held = self.held()?;
        if held.condition == Condition::Broken {
            return Err(sqlx::Error::Io(io::ErrorKind::BrokenPipe.into()));
        }
        if held.condition == Condition::Asked
            && let Err(error) = drain(&mut held.connection).await
        {
            held.condition = Condition::Broken;
            return Err(error);
        }
        held.condition = Condition::Asked;
        Ok(&mut held.connection)
    }

    /// Notes the answer to what was asked, and reads what the server says after it: an error, or the
    /// first row, comes before the end of the answer.
    pub(super) async fn answered<T>(&mut self, answer: &Result<T, sqlx::Error>) {
        let Some(held) = &mut self.held else { return };
        if let Err(error) = answer {
            if failure::is_read_only(error) {
                held.slot.pool().met_a_standby();
            }
            if !leaves_it_whole(error) {
                held.condition = Condition::Broken;
                return;
            }
        }
        loop {
            // No round trip: what is left of the answer is on its way already.
            match held.connection.flush().await {
                Ok(()) => held.condition = Condition::Quiet,
                Err(error) if is_only_an_answer(&error) => continue,
                Err(_) => held.condition = Condition::Broken,
            }
            return;
        }
    }

    /// Begins a transaction with a statement such as `BEGIN READ ONLY`.
    pub(super) async fn begin(&mut self, statement: &str) -> Result<(), sqlx::Error> {
        self.ask_driver().await?;
        let held = self.held()?;
        let statement = held.slot.pool().server.beginning(statement);
        let text = sqlx::raw_sql(AssertSqlSafe(statement));
        // The first poll sends it, since the connection is quiet: from here on it may be open.
        held.in_transaction = true;
        let begun = held.connection.execute(text).await;
        held.in_transaction = begun.is_ok();
        self.answered(&begun).await;
        if begun.is_err() && self.scope() == Scope::Transaction {
            // It may have begun, and only its limits were refused.
            self.held()?.condition = Condition::Broken;
        }
        begun.map(drop)
    }

    /// Ends the transaction by `COMMIT` or `ROLLBACK`.
    pub(super) async fn end(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        self.ask_driver().await?;
        let held = self.held()?;
        // Again, the first poll sends it: whatever the answer, nothing is open after it.
        held.in_transaction = false;
        let ended = held.connection.execute(sqlx::raw_sql(statement)).await;
        self.answered(&ended).await;
        ended.map(drop)
    }

    async fn run_text(&mut self, sql: &str) -> Result<PgQueryResult, sqlx::Error> {
        let text = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = self.ask_driver().await?.execute(text).await;
        self.answered(&done).await;
        done
    }

    fn held(&mut self) -> Result<&mut Held, sqlx::Error> {
        self.held.as_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

impl Held {
    fn is_taken_back(&self) -> bool {
        self.slot.pool().takes_back(self.opened, self.generation)
    }

    fn give_back(self) {
        self.slot
            .give_back(self.connection, self.opened, self.generation);
    }

    /// Waits for what is on its way, takes back what is open, and gives the connection back or closes
    /// it.
    async fn tidy(mut self) {
        let tidied = tokio::time::timeout(ABANDONED_FOR, async {
            if self.condition == Condition::Asked {
                drain(&mut self.connection).await?;
            }
            if self.in_transaction {
                self.connection.execute(sqlx::raw_sql("ROLLBACK")).await?;
            }
            Ok::<_, sqlx::Error>(())
        });
        match tidied.await {
            Ok(Ok(())) if self.is_taken_back() => self.give_back(),
            Ok(Ok(())) => {
                let _ = self.connection.close().await;
                drop(self.slot);
            }
            Ok(Err(error)) => tracing::debug!(%error, "an abandoned connection was closed"),
            Err(_) => tracing::warn!(
                waited_s = ABANDONED_FOR.as_secs(),
                "a statement whose caller went away is still running; its connection was closed"
            ),
        }
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else { return };
        match (held.condition, held.in_transaction) {
            (Condition::Broken, _) => {}
            (Condition::Quiet, false) if held.is_taken_back() => held.give_back(),
            _ => {
                // Without a runtime the connection is closed, and the server takes all back.
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(held.tidy());
                }
            }
        }
    }
}

/// Reads until the server has answered everything, whatever it answered.
async fn drain(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // Sent behind everything else, its answer is the last.
    let mut answer = connection.ping().await;
    loop {
        match answer {
            Err(error) if is_only_an_answer(&error) => answer = connection.flush().await,
            done => return done,
        }
    }
}

/// The connection can be used after this error: the server's own, or one of what it sent or was sent.
fn leaves_it_whole(error: &sqlx::Error) -> bool {
    !failure::is_lost(error) && !failure::ended_the_session(error)
}

/// This error is one of the server's answers, after which others come.
fn is_only_an_answer(error: &sqlx::Error) -> bool {
    leaves_it_whole(error) && failure::postgres(error).is_some()
}
