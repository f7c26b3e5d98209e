//! A server that allows fewer connections than are wished for.

use std::time::{Duration, Instant};

use acceptance::PostgresServer;
use groundwork_core::db::Database;
use sea_orm::ConnectionTrait as _;
use tokio::task::JoinSet;

use super::given::{CONVENTION, config, number};

const TASKS: i64 = 32;

/// A database that wants ten connections, on a server whose role may have `limit`.
async fn with_limit(server: &PostgresServer, limit: &'static str) -> Database {
    server.run(limit).await;
    server.run("CREATE DATABASE few OWNER few").await;
    let url = server.url().replace("//postgres@", "//few@");
    let url = url.replace("/postgres", "/few");
    let mut config = config(&url);
    config.max_connections = 10;
    config.acquire_timeout = Duration::from_secs(5);
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let work = db.begin().await.unwrap();
    work.execute_unprepared("CREATE TABLE t (id bigint)")
        .await
        .unwrap();
    work.commit().await.unwrap();
    db
}

/// Reads and writes at once, for a second.
async fn work_hard(db: &Database) {
    let until = Instant::now() + Duration::from_secs(1);
    let mut tasks = JoinSet::new();
    for id in 0..TASKS {
        let db = db.clone();
        tasks.spawn(async move {
            while Instant::now() < until {
                let work = db.begin().await.unwrap();
                let insert = format!("INSERT INTO t VALUES ({id})");
                work.execute_unprepared(&insert).await.unwrap();
                work.commit().await.unwrap();
                for _ in 0..4 {
                    let sql = format!("SELECT CAST({id} AS bigint)");
                    assert_eq!(number(&db.reader(), &sql).await.unwrap(), id);
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_that_is_refused_works_with_what_it_has() {
    let server = PostgresServer::start();
    let db = with_limit(&server, "CREATE ROLE few LOGIN CONNECTION LIMIT 3").await;
    work_hard(&db).await;
    // Nobody else is there.
    for _ in 0..20 {
        let start = Instant::now();
        number(&db.reader(), "SELECT count(*) FROM t")
            .await
            .unwrap();
        db.begin().await.unwrap().commit().await.unwrap();
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{:?}",
            start.elapsed()
        );
    }
    let limits = db.limits().expect("it was refused");
    assert_eq!(limits.wished, 10);
    assert!(limits.allowed <= 5, "{limits:?}");
    assert!(limits.reason.contains("too many connections"), "{limits:?}");
    // What `doctor` asks.
    let settings = db.settings().await.unwrap();
    assert!((2..=3).contains(&settings.len()), "{}", settings.len());

    server.run("ALTER ROLE few CONNECTION LIMIT 20").await;
    let start = Instant::now();
    while db.limits().is_some() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{:?}",
            db.limits()
        );
        work_hard(&db).await;
    }
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_connection_is_shared_by_reads_and_units() {
    let server = PostgresServer::start();
    let db = with_limit(&server, "CREATE ROLE few LOGIN CONNECTION LIMIT 1").await;
    for _ in 0..5 {
        number(&db.reader(), "SELECT count(*) FROM t")
            .await
            .unwrap();
        db.begin().await.unwrap().commit().await.unwrap();
    }
    db.close().await.unwrap();
}

#[tokio::test]
async fn the_statements_of_one_caller_run_on_one_connection() {
    let server = PostgresServer::start();
    let db = with_limit(&server, "CREATE ROLE few LOGIN").await;
    let first = number(&db.reader(), "SELECT pg_backend_pid()::bigint")
        .await
        .unwrap();
    for _ in 0..50 {
        let pid = number(&db.reader(), "SELECT pg_backend_pid()::bigint").await;
        assert_eq!(pid.unwrap(), first);
    }
    db.close().await.unwrap();
}
