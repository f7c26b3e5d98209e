//! Callers who go away at any point leave nothing behind on a connection to PostgreSQL.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::SeqCst},
};

use acceptance::{Numbers, PostgresServer, cancellations};
use futures_util::StreamExt as _;
use groundwork_core::db::{CopyRows, Database};
use sea_orm::{ConnectionTrait, DbErr, Statement, StreamTrait as _};
use tokio::task::JoinSet;

use super::given::{CONVENTION, config, number};

/// One of the things that callers do, on rows of their own.
async fn one(db: &Database, kind: usize, id: i64) -> Result<Option<i64>, DbErr> {
    let insert = format!("INSERT INTO t VALUES ({id})");
    match kind {
        0 | 1 => {
            let work = db.begin().await?;
            work.execute_unprepared(&insert).await?;
            work.commit().await?;
            return Ok(Some(id));
        }
        2 => {
            let work = db.begin().await?;
            let values = [id.into()];
            let sql = "INSERT INTO t VALUES ($1)";
            let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
            work.execute_raw(statement).await?;
            work.rollback().await?;
        }
        3 => {
            let work = db.begin().await?;
            // A duplicate: refused, and the error is under way when the caller goes.
            let _ = work.execute_unprepared("INSERT INTO t VALUES (0)").await;
            let _ = work.execute_unprepared(&insert).await;
        }
        4 => {
            let work = db.begin().await?;
            let mut rows = CopyRows::new(1);
            rows.row();
            rows.text(&id.to_string());
            work.copy_in("COPY copied FROM STDIN (FORMAT binary)", &rows)
                .await?;
        }
        5 => {
            let sql = "SELECT n::bigint FROM generate_series(1, 2000) AS n";
            let statement = Statement::from_string(db.get_database_backend(), sql);
            let reader = db.reader();
            let mut rows = reader.stream_raw(statement).await?;
            while let Some(row) = rows.next().await {
                row?;
            }
        }
        6 => {
            let unit = db.reader().snapshot().await?;
            number(&unit, "SELECT count(*) FROM t").await?;
        }
        _ => {
            number(
                &db.reader(),
                "SELECT 1::bigint FROM (SELECT pg_sleep(0.001)) AS s",
            )
            .await?;
        }
    }
    Ok(None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_go_away_leave_no_transaction_and_no_answer_behind() {
    let server = PostgresServer::start();
    let db = Database::open(&config(&server.url()), CONVENTION)
        .await
        .unwrap();
    let work = db.begin().await.unwrap();
    for sql in [
        "CREATE TABLE t (id bigint PRIMARY KEY)",
        "INSERT INTO t VALUES (0)",
        "CREATE TABLE copied (word text)",
    ] {
        work.execute_unprepared(sql).await.unwrap();
    }
    work.commit().await.unwrap();
    let (cancelled, next) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicI64::new(1)));
    let done = Arc::new(AtomicBool::new(false));

    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let (db, cancelled, next) = (db.clone(), Arc::clone(&cancelled), Arc::clone(&next));
        callers.spawn(async move {
            let mut numbers = Numbers(caller);
            let mut stored = Vec::new();
            while cancelled.load(SeqCst) < cancellations(1_500) {
                let id = next.fetch_add(1, SeqCst);
                let wait = numbers.micros_below(4_000);
                let one = one(&db, numbers.below(8), id);
                match tokio::time::timeout(wait, one).await {
                    Ok(done) => stored.extend(done.unwrap()),
                    Err(_) => {
                        cancelled.fetch_add(1, SeqCst);
                    }
                }
            }
            stored
        });
    }
    let mut others = JoinSet::new();
    for other in 0..2_i64 {
        let (db, done) = (db.clone(), Arc::clone(&done));
        others.spawn(async move {
            let mut n = other;
            while !done.load(SeqCst) {
                n += 2;
                let sql = format!("SELECT CAST({n} AS bigint)");
                assert_eq!(number(&db.reader(), &sql).await.unwrap(), n);
                let work = db.begin().await.unwrap();
                assert_eq!(number(&work, &sql).await.unwrap(), n);
                work.rollback().await.unwrap();
            }
        });
    }
    let mut stored = Vec::new();
    while let Some(caller) = callers.join_next().await {
        stored.extend(caller.unwrap());
    }
    done.store(true, SeqCst);
    while let Some(other) = others.join_next().await {
        other.unwrap();
    }
    assert!(!stored.is_empty(), "every caller went away");
    for id in stored {
        let sql = format!("SELECT count(*) FROM t WHERE id = {id}");
        assert_eq!(
            number(&db.reader(), &sql).await.unwrap(),
            1,
            "{id} was acknowledged"
        );
    }
    db.close().await.unwrap();
    let log = server.log();
    let warnings: Vec<_> = log
        .lines()
        .filter(|line| line.contains("WARNING"))
        .collect();
    assert!(warnings.is_empty(), "{warnings:#?}");
}
