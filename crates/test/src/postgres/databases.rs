//! Scratch databases on a PostgreSQL server.
//!
//! One thread per process keeps one session on the server and creates and drops databases for all
//! tests: a `Drop` can wait for it without being async. The session's `application_name` is the
//! prefix of the databases' names, so that a later process recognises those whose process is gone
//! (killed before it could clean up) and drops them.

use std::{
    process,
    str::FromStr as _,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::UNIX_EPOCH,
};

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions,
};
use tokio::sync::{mpsc, oneshot};
use url::Url;

use super::{PostgresServer, VARIABLE, named_server};

/// What the name of every database made here begins with.
const PREFIX: &str = "groundwork_test_";

/// A database that is dropped when this value is, together with the sessions that are open in it.
#[derive(Debug)]
pub(crate) struct ScratchDatabase {
    name: String,
    url: String,
}

impl ScratchDatabase {
    /// Creates an empty database.
    pub(crate) async fn create() -> Self {
        Self::create_from("template0").await
    }

    /// Creates a database as a copy of this one, to which no session may be open.
    pub(crate) async fn copy(&self) -> Self {
        Self::create_from(&self.name).await
    }

    /// The URL of this database: the server's, with another name.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    async fn create_from(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}_{number}", *RUN);
        let mut url = SERVER.clone();
        url.set_path(&name);
        run(format!(
            r#"CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING 'UTF8'"#
        ))
        .await
        .expect("the administrator answers")
        .expect("a scratch database");
        Self {
            name,
            url: url.into(),
        }
    }
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        let sql = format!(r#"DROP DATABASE IF EXISTS "{}" WITH (FORCE)"#, self.name);
        let outcome = run(sql);
        // A thread of its own, because a runtime's thread must not block on a channel of tokio's.
        let dropped = thread::spawn(move || outcome.blocking_recv()).join();
        if !thread::panicking() {
            dropped
                .expect("the waiting thread ends")
                .expect("the administrator answers")
                .expect("the scratch database is dropped");
        }
    }
}

/// The address of the server that the environment names, or else of one that this process starts.
static SERVER: LazyLock<Url> = LazyLock::new(|| {
    let address = named_server().unwrap_or_else(|| OWN_SERVER.url());
    address
        .parse()
        .unwrap_or_else(|error| panic!("{VARIABLE} is no URL: {error}"))
});

/// It is never dropped: its guard stops it when this process ends.
static OWN_SERVER: LazyLock<PostgresServer> =
    LazyLock::new(|| PostgresServer::start_shared().unwrap_or_else(|error| panic!("{error}")));

/// Names this process among all that ever use the server; every database's name begins with it.
static RUN: LazyLock<String> = LazyLock::new(|| {
    #[expect(
        clippy::disallowed_methods,
        reason = "distinguishes this process from an earlier one with the same number"
    )]
    let since_epoch = std::time::SystemTime::now().duration_since(UNIX_EPOCH);
    let started = since_epoch.expect("a clock after 1970").as_millis();
    format!("{PREFIX}{started:x}_{:x}", process::id())
});

type Outcome = Result<(), sqlx::Error>;
type Job = (String, oneshot::Sender<Outcome>);

/// Has the administrator run one statement.
fn run(sql: String) -> oneshot::Receiver<Outcome> {
    static ADMINISTRATOR: LazyLock<mpsc::UnboundedSender<Job>> = LazyLock::new(|| {
        let (jobs, queue) = mpsc::unbounded_channel();
        let options = PgConnectOptions::from_str(SERVER.as_str())
            .unwrap_or_else(|error| panic!("{VARIABLE} names no PostgreSQL server: {error}"))
            .application_name(&RUN);
        thread::spawn(|| administer(options, queue));
        jobs
    });
    let (outcome, received) = oneshot::channel();
    ADMINISTRATOR
        .send((sql, outcome))
        .expect("the administrator runs as long as the process");
    received
}

/// Serves jobs until the process ends.
fn administer(options: PgConnectOptions, mut queue: mpsc::UnboundedReceiver<Job>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime for the administrator");
    runtime.block_on(async {
        let mut session = PgConnection::connect_with(&options)
            .await
            .unwrap_or_else(|error| panic!("cannot reach the server of {VARIABLE}: {error}"));
        sweep(&mut session)
            .await
            .expect("a look at the databases that earlier runs left");
        while let Some((sql, outcome)) = queue.recv().await {
            let done = session.execute(AssertSqlSafe(sql)).await.map(drop);
            // The receiver is gone if its test was cancelled.
            outcome.send(done).ok();
        }
    });
}

/// Drops the databases of processes that no longer have a session.
async fn sweep(session: &mut PgConnection) -> Result<(), sqlx::Error> {
    let left: Vec<String> = sqlx::query_scalar(
        // Both have a `datname`: the session's is the database that it is connected to.
        "SELECT kept.datname FROM pg_database AS kept
         WHERE starts_with(kept.datname, $1)
           AND NOT EXISTS (SELECT FROM pg_stat_activity AS session
                           WHERE session.application_name <> ''
                             AND starts_with(kept.datname, session.application_name || '_'))",
    )
    .bind(PREFIX)
    .fetch_all(&mut *session)
    .await?;
    for name in left {
        // Another process may be sweeping too: what it dropped is dropped.
        let sql = format!(r#"DROP DATABASE IF EXISTS "{name}" WITH (FORCE)"#);
        session.execute(AssertSqlSafe(sql)).await.ok();
    }
    Ok(())
}
