//! The primary server goes, and its standby takes its place.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use acceptance::{PostgresServer, Stop};
use groundwork_core::db::{Database, DbError};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use tokio::task::JoinSet;

const WRITERS: usize = 16;

#[derive(Debug, thiserror::Error)]
#[error("cannot write")]
enum WriteError {
    Database(#[from] DbError),
    Statement(#[from] DbErr),
}

async fn write(db: &Database, id: i64) -> Result<(), WriteError> {
    db.write(|work| async move {
        let sql = format!("INSERT INTO notes VALUES ({id})");
        work.execute_unprepared(&sql).await?;
        Ok::<_, WriteError>(())
    })
    .await
}

/// The ids that were acknowledged, and when the last one was.
#[derive(Default)]
struct Acknowledged {
    ids: Mutex<Vec<i64>>,
    first_after: Mutex<Option<Instant>>,
    is_over: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_goes_on_by_itself_after_a_failover_and_has_lost_nothing() {
    let mut primary = PostgresServer::start();
    primary
        .run("CREATE TABLE notes (id bigint PRIMARY KEY)")
        .await;
    let standby = primary.replica();
    for sql in [
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()",
    ] {
        primary.run(sql).await;
    }
    let url = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        standby.port(),
        primary.port()
    );
    let mut config = groundwork_test::database_config(&url);
    config.acquire_timeout = Duration::from_secs(5);
    let db = Database::open(&config, migration::CONVENTION)
        .await
        .unwrap();
    assert!(
        matches!(db.ping().await, Ok(())),
        "the first host is a standby"
    );

    let (next, acknowledged) = (Arc::new(AtomicI64::new(0)), Arc::<Acknowledged>::default());
    let killed = Arc::new(Mutex::new(None::<Instant>));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (db, next, known) = (db.clone(), Arc::clone(&next), Arc::clone(&acknowledged));
        let killed = Arc::clone(&killed);
        writers.spawn(async move {
            while !known.is_over.load(SeqCst) {
                let id = next.fetch_add(1, SeqCst);
                let is_after = killed.lock().unwrap().is_some();
                if write(&db, id).await.is_ok() {
                    known.ids.lock().unwrap().push(id);
                    if is_after {
                        known
                            .first_after
                            .lock()
                            .unwrap()
                            .get_or_insert_with(Instant::now);
                    }
                }
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let primary = tokio::task::spawn_blocking(move || {
        primary.stop(Stop::Immediate);
        primary
    });
    let primary = primary.await.unwrap();
    let promoted = Instant::now();
    *killed.lock().unwrap() = Some(promoted);
    standby.run("SELECT pg_promote()").await;
    let start = Instant::now();
    while acknowledged.first_after.lock().unwrap().is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "nothing is written"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    acknowledged.is_over.store(true, SeqCst);
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    let took = acknowledged.first_after.lock().unwrap().unwrap() - promoted;
    assert!(took < Duration::from_secs(10), "{took:?}");
    let ids = acknowledged.ids.lock().unwrap().clone();
    let statement = Statement::from_string(db.get_database_backend(), "SELECT id FROM notes");
    let rows = db.reader().query_all_raw(statement).await.unwrap();
    let stored: std::collections::BTreeSet<i64> = rows
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    let lost: Vec<_> = ids.iter().filter(|id| !stored.contains(id)).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost: {lost:?}",
        lost.len(),
        ids.len()
    );
    assert!(ids.len() > 100, "only {} were written", ids.len());
    db.close().await.unwrap();
    drop(primary);
}
