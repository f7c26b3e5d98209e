//! Reads on a streaming replica.

use std::time::{Duration, Instant};

use acceptance::PostgresServer;
use groundwork_core::db::{Database, Reader};
use sea_orm::{ConnectionTrait, DbErr, Statement};

async fn count(reader: &Reader) -> Result<i64, DbErr> {
    let sql = "SELECT count(*) FROM notes";
    let statement = Statement::from_string(reader.get_database_backend(), sql);
    let row = reader.query_one_raw(statement).await?;
    row.unwrap().try_get_by_index(0)
}

async fn add_a_note(db: &Database) {
    let work = db.begin().await.unwrap();
    work.execute_unprepared("INSERT INTO notes VALUES (DEFAULT)")
        .await
        .unwrap();
    work.commit().await.unwrap();
}

#[tokio::test]
async fn a_replica_serves_the_reads_and_a_fresh_reader_sees_what_was_just_written() {
    let primary = PostgresServer::start();
    primary.run("CREATE TABLE notes (id bigserial)").await;
    let replica = primary.replica();
    let mut config = groundwork_test::database_config(&primary.url());
    config.replica_url = Some(replica.url().parse().unwrap());
    let db = Database::open(&config, migration::CONVENTION)
        .await
        .unwrap();

    // A replica that is behind, for certain.
    replica.run("SELECT pg_wal_replay_pause()").await;
    for written in 1..=10 {
        add_a_note(&db).await;
        assert_eq!(count(&db.fresh_reader()).await.unwrap(), written);
        assert_eq!(count(&db.reader()).await.unwrap(), 0);
    }
    let fresh = db.fresh_reader();
    let refused = fresh.execute_unprepared("DELETE FROM notes").await;
    assert!(refused.unwrap_err().to_string().contains("read-only"));

    replica.run("SELECT pg_wal_replay_resume()").await;
    let start = Instant::now();
    while count(&db.reader()).await.unwrap() < 10 {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    db.close().await.unwrap();
}
