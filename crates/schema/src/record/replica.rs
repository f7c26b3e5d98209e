//! A real SQLite database in memory. It has a thread of its own, since the trait that asks it is
//! not asynchronous.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, ExecResult, QueryResult,
    Statement,
};

#[derive(Debug)]
pub(super) struct Replica {
    requests: Sender<Request>,
}

enum Request {
    Execute(Statement, Sender<Result<ExecResult, DbErr>>),
    Query(Statement, Sender<Result<Vec<QueryResult>, DbErr>>),
}

impl Replica {
    /// The thread ends when this is dropped.
    pub(super) fn start() -> Self {
        let (requests, inbox) = channel();
        thread::spawn(move || serve(&inbox));
        Self { requests }
    }

    pub(super) fn execute(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.ask(|reply| Request::Execute(statement, reply))
    }

    pub(super) fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.ask(|reply| Request::Query(statement, reply))
    }

    fn ask<T>(
        &self,
        request: impl FnOnce(Sender<Result<T, DbErr>>) -> Request,
    ) -> Result<T, DbErr> {
        let (reply, answer) = channel();
        let gone = || DbErr::Custom("SQLite in memory could not be opened".to_owned());
        self.requests.send(request(reply)).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

/// Answers until the sender is dropped. Without a database it ends at once, and the next query
/// fails.
fn serve(inbox: &Receiver<Request>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let Ok(connection) = open().await else { return };
        while let Ok(request) = inbox.recv() {
            match request {
                Request::Execute(statement, reply) => {
                    reply.send(execute(&connection, statement).await).ok();
                }
                Request::Query(statement, reply) => {
                    reply.send(connection.query_all_raw(statement).await).ok();
                }
            }
        }
    });
}

async fn open() -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false)
        // As while a migration runs.
        .map_sqlx_sqlite_opts(|options| options.foreign_keys(false));
    Database::connect(options).await
}

/// A text without values may hold several statements.
async fn execute(
    connection: &DatabaseConnection,
    statement: Statement,
) -> Result<ExecResult, DbErr> {
    match &statement.values {
        None => connection.execute_unprepared(&statement.sql).await,
        Some(_) => connection.execute_raw(statement).await,
    }
}
