//! Reads, on connections that refuse to write.

use std::{fmt, pin::Pin, time::Duration};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    StreamTrait,
};

use super::{Rows, postgres::Attempts, sql};

/// Reads what is committed. Cheap to clone.
///
/// Every statement sees the newest commit at the time it starts, and is never held up by a unit of
/// work. With `database.replica_url` set, that is the newest commit that has reached the replica;
/// see [`Database::fresh_reader`](super::Database::fresh_reader). A statement that would change
/// something is refused by the engine. On PostgreSQL a statement whose connection breaks is repeated
/// on another one; a stream is not.
#[derive(Clone)]
pub struct Reader {
    connections: DatabaseConnection,
    /// How long a read is repeated.
    patience: Duration,
}

impl Reader {
    pub(super) fn new(connections: DatabaseConnection, patience: Duration) -> Self {
        Self {
            connections,
            patience,
        }
    }
}

/// Evaluates to the result of a read, which is repeated as [`Attempts`] says.
macro_rules! repeating {
    ($reader:ident, $read:expr) => {{
        let mut attempts = Attempts::new($reader.patience);
        loop {
            let result = $read.await;
            match attempts.pause_after(&result) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => break result,
            }
        }
    }};
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.connections)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        sql::refuse_transaction_control(&statement.sql)?;
        repeating!(self, self.connections.execute_raw(statement.clone()))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        sql::refuse_transaction_control(sql)?;
        repeating!(self, self.connections.execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        repeating!(self, self.connections.query_one_raw(statement.clone()))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        repeating!(self, self.connections.query_all_raw(statement.clone()))
    }
}

impl StreamTrait for Reader {
    type Stream<'a> = Rows<'a>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.connections)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move { Ok(Rows::of(self.connections.stream_raw(statement).await?)) })
    }
}
