//! A program for the tests of the database, to be killed or to be listened to.
//!
//! `database_writer load URL WAY FIRST` writes until it is killed, as [`load`] says. `serve` takes the lock of a server, prints
//! `locked` and waits. `log` runs statements with a secret among their values and logs everything.
//! `pin` writes beside a read that lasts, and prints the size of the write-ahead log during the read
//! and after it. `open` prints whether the database can be opened, and closes it.

use std::{
    env,
    io::{Write, stdout},
    time::Duration,
};

use acceptance::load;
use anyhow::Context;
use futures_util::TryStreamExt;
use groundwork_core::{
    clock::Clock,
    config,
    db::{Database, Holder, ServerLock},
    log,
};
use sea_orm::{ConnectionTrait, Statement, StreamTrait};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let mode = arguments.next().context("a mode is missing")?;
    let config = config(&arguments.next().context("a URL is missing")?)?;
    match mode.as_str() {
        "load" => {
            let mut next = || arguments.next().context("an argument is missing");
            let (way, first) = (next()?.parse()?, next()?.parse()?);
            match load::run(&config, way, first).await? {}
        }
        "serve" => serve(&config).await,
        "log" => log_secrets(config).await,
        "pin" => pin(&config).await,
        "open" => open(&config).await,
        other => anyhow::bail!("no mode {other}"),
    }
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

async fn pin(config: &config::Database) -> anyhow::Result<()> {
    log::init(&config::Log {
        level: "warn".to_owned(),
        format: config::LogFormat::Text,
    })?;
    let db = Database::open(config, migration::CONVENTION).await?;
    let file = groundwork_core::db::file(config).context("SQLite")?;
    let log = file.with_extension("db-wal");
    write_megabytes(&db, "CREATE TABLE bulk (bytes blob)").await?;
    let reader = db.reader();
    // More rows than are sent ahead, so that the read lasts as long as nobody takes them.
    let numbers = vec!["0"; 2000].join(",");
    let sql = format!("SELECT n FROM counters, json_each('[{numbers}]')");
    let read = Statement::from_string(db.engine().backend(), sql);
    let mut rows = reader.stream_raw(read).await?;
    rows.try_next().await?.context("a row")?;
    for _ in 0..10 {
        write_megabytes(&db, "DELETE FROM bulk").await?;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    say(&log.metadata()?.len().to_string())?;
    drop(rows);
    for _ in 0..3 {
        write_megabytes(&db, "DELETE FROM bulk").await?;
    }
    say(&log.metadata()?.len().to_string())?;
    db.close().await?;
    Ok(())
}

/// Changes some ten megabytes.
async fn write_megabytes(db: &Database, first: &str) -> anyhow::Result<()> {
    let work = db.begin().await?;
    work.execute_unprepared(first).await?;
    let insert = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 10) \
                  INSERT INTO bulk SELECT randomblob(1000000) FROM i";
    work.execute_unprepared(insert).await?;
    work.commit().await?;
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
        migrate_url: None,
        scratch_url: None,
        replica_max_lag: std::time::Duration::from_secs(1),
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
