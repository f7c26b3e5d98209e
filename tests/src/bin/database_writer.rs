//! A program for the tests of the database, to be killed or to be listened to.
//!
//! `database_writer write URL` writes from eight tasks until it is killed, two rows in each unit,
//! and prints the id of each unit that was acknowledged. `serve` takes the lock of a server, prints
//! `locked` and waits. `log` runs statements with a secret among their values and logs everything.
//! `open` prints whether the database can be opened, and closes it.

use std::{
    convert::Infallible,
    env,
    io::{Write, stdout},
    time::Duration,
};

use anyhow::Context;
use groundwork_core::{
    clock::Clock,
    config,
    db::{Database, Holder, ServerLock},
    log,
};
use sea_orm::{ConnectionTrait, Statement};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let mode = arguments.next().context("a mode is missing")?;
    let config = config(&arguments.next().context("a URL is missing")?)?;
    match mode.as_str() {
        "write" => write(&config).await,
        "serve" => serve(&config).await,
        "log" => log_secrets(config).await,
        "open" => open(&config).await,
        other => anyhow::bail!("no mode {other}"),
    }
}

async fn write(config: &config::Database) -> anyhow::Result<()> {
    let db = Database::open(config, migration::CONVENTION).await?;
    let clock = Clock::system();
    let mut tasks = JoinSet::<anyhow::Result<Infallible>>::new();
    for task in 0..8 {
        let (db, clock) = (db.clone(), clock.clone());
        tasks.spawn(async move {
            let mut last = 0;
            loop {
                // Unique among tasks and runs.
                let id = clock.now().timestamp_micros() * 8 + task;
                if id != last {
                    write_pair(&db, id).await?;
                    say(&id.to_string())?;
                    last = id;
                }
            }
        });
    }
    match tasks.join_next().await.context("no task")?? {
        Ok(never) => match never {},
        Err(error) => Err(error),
    }
}

async fn write_pair(db: &Database, id: i64) -> anyhow::Result<()> {
    let work = db.begin().await?;
    for table in ["ones", "others"] {
        let sql = format!("INSERT INTO {table} VALUES ({id})");
        work.execute_unprepared(&sql).await?;
    }
    work.commit().await?;
    Ok(())
}

async fn serve(config: &config::Database) -> anyhow::Result<()> {
    let holder = Holder {
        pid: std::process::id(),
        address: ([127, 0, 0, 1], 8000).into(),
        started_at: Clock::system().now(),
    };
    let lock = ServerLock::acquire(config, &holder)?;
    say("locked")?;
    std::future::pending::<()>().await;
    drop(lock);
    Ok(())
}

async fn log_secrets(mut config: config::Database) -> anyhow::Result<()> {
    log::init(&config::Log {
        level: "trace".to_owned(),
        format: config::LogFormat::Text,
    })?;
    config.slow_statement = Duration::ZERO;
    let db = Database::open(&config, migration::CONVENTION).await?;
    let work = db.begin().await?;
    work.execute_unprepared("CREATE TABLE secrets (word varchar(40) UNIQUE)")
        .await?;
    let sql = match db.engine() {
        groundwork_core::db::Engine::Sqlite => "INSERT INTO secrets VALUES (?)",
        groundwork_core::db::Engine::Postgres => "INSERT INTO secrets VALUES ($1)",
    };
    for _ in 0..2 {
        let insert = Statement::from_sql_and_values(db.engine().backend(), sql, ["hunter2".into()]);
        // The second one is refused: errors must keep the secret too.
        let _ = work.execute_raw(insert).await;
    }
    drop(work);
    db.close().await?;
    Ok(())
}

async fn open(config: &config::Database) -> anyhow::Result<()> {
    match Database::open(config, migration::CONVENTION).await {
        Ok(db) => {
            say("open")?;
            db.close().await?;
        }
        Err(error) => say(&error.to_string())?,
    }
    Ok(())
}

/// One whole line in one write, so that a kill never leaves half of one.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}

fn config(url: &str) -> anyhow::Result<config::Database> {
    Ok(config::Database {
        url: url.parse()?,
        replica_url: None,
        max_connections: 8,
        readers: 1,
        acquire_timeout: Duration::from_secs(20),
        busy_timeout: Duration::from_secs(5),
        unit_of_work_timeout: Duration::from_secs(20),
        max_lifetime: Duration::from_secs(1800),
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(20),
        slow_statement: Duration::from_secs(5),
        migrate_on_start: true,
    })
}
