//! The database itself as SeaORM's connection: a statement is a unit of its own.
//!
//! A read runs as [`Database::reader`] runs it. Everything else, and a `SELECT` that the
//! readers refuse because it changes something after all, runs in a unit that is committed before
//! the result is handed out. So what an engine takes in no transaction (`VACUUM`, `CREATE INDEX
//! CONCURRENTLY`) is no statement for a database.

use std::pin::Pin;

use futures_util::stream;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, StreamTrait};

use super::{database::Database, failure, rows::Rows, sql};

/// Runs a statement by itself: `$run` says how, on a connection that it calls `$on`.
macro_rules! alone {
    ($db:ident, $sql:expr, |$on:ident| $run:expr) => {{
        if sql::is_read($sql) {
            let $on = &$db.inner.reader;
            match $run.await {
                Err(error) if failure::is_refused_by_a_reader(&error) => {}
                done => return done,
            }
        }
        let work = $db.begin().await?;
        let $on = &work;
        let value = $run.await?;
        work.commit().await?;
        Ok(value)
    }};
}

#[async_trait::async_trait]
impl ConnectionTrait for Database {
    fn get_database_backend(&self) -> DbBackend {
        self.engine().backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        alone!(self, &statement.sql, |on| on.execute_raw(statement.clone()))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        alone!(self, sql, |on| on.execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        alone!(self, &statement.sql, |on| on
            .query_one_raw(statement.clone()))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        alone!(self, &statement.sql, |on| on
            .query_all_raw(statement.clone()))
    }
}

impl StreamTrait for Database {
    type Stream<'a> = Rows<'a>;

    fn get_database_backend(&self) -> DbBackend {
        self.engine().backend()
    }

    /// The rows of a read come as the engine gives them; those of a change when it is on disk.
    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
        if sql::is_read(&statement.sql) {
            return self.inner.reader.stream_raw(statement);
        }
        Box::pin(async move {
            let rows = self.query_all_raw(statement).await?;
            Ok(Rows::of(stream::iter(rows.into_iter().map(Ok))))
        })
    }
}
