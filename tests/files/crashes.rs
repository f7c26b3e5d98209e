//! A process dies at each step of storing a file; the next one repairs.

use std::{collections::BTreeSet, time::Duration};

use acceptance::{Engine, on_both_engines};
use rstest::rstest;
use sqlx::{Connection as _, PgConnection};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use super::{
    child::{Order, child},
    fixture::{Fixture, add_row},
};

#[on_both_engines]
async fn a_file_without_a_row_is_gone_after_the_next_start(engine: Engine) {
    let mut fixture = Fixture::on(engine).await;
    drop(fixture.publish(1).await);
    fixture.die().await;
    let repaired = fixture.store.repair(&fixture.db).await.unwrap();
    assert_eq!((repaired.removed, repaired.confirmed), (1, 0));
    fixture.agrees().await;
}

#[on_both_engines]
async fn a_committed_file_that_was_not_acknowledged_stays(engine: Engine) {
    let mut fixture = Fixture::on(engine).await;
    let published = fixture.publish(1).await;
    let work = fixture.db.begin().await.unwrap();
    add_row(&work, fixture.project, published.facts()).await;
    work.commit().await.unwrap();
    drop(published);
    fixture.die().await;
    let repaired = fixture.store.repair(&fixture.db).await.unwrap();
    assert_eq!((repaired.removed, repaired.confirmed), (0, 1));
    fixture.agrees().await;
}

#[on_both_engines]
async fn a_file_whose_row_was_rolled_back_can_be_taken_back_at_once(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    let published = fixture.publish(1).await;
    let work = fixture.db.begin().await.unwrap();
    add_row(&work, fixture.project, published.facts()).await;
    work.rollback().await.unwrap();
    published.discard().await.unwrap();
    fixture.agrees().await;
}

#[on_both_engines]
async fn what_a_living_process_has_in_flight_is_left_alone(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    let published = fixture.publish(1).await;
    let beside = fixture.another_store().await;
    let repaired = beside.repair(&fixture.db).await.unwrap();
    assert_eq!((repaired.folders, repaired.removed), (0, 0));
    let work = fixture.db.begin().await.unwrap();
    add_row(&work, fixture.project, published.facts()).await;
    work.commit().await.unwrap();
    published.acknowledge();
    fixture.agrees().await;
}

#[rstest]
#[case::commits("COMMIT", 1)]
#[case::is_rolled_back("ROLLBACK", 0)]
#[tokio::test]
async fn a_commit_that_outlives_its_process_is_waited_for(
    #[case] outcome: &str,
    #[case] confirmed: u64,
) {
    let mut fixture = Fixture::on(Engine::Postgres).await;
    let published = fixture.publish(1).await;
    // The server goes on with what a client had sent before it died.
    let mut session = PgConnection::connect(fixture.scratch.url()).await.unwrap();
    let insert = format!(
        "BEGIN; INSERT INTO artifacts (id, project_id, kind, media_type, size_bytes, blake3,
            original_name, storage_key, created_at)
         VALUES (gen_random_uuid(), '{}', 'clip', 'video/mp4', {}, '{}', 'clip.mp4', '{}', now())",
        fixture.project,
        published.facts().size_bytes,
        published.facts().blake3,
        published.key(),
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(insert))
        .execute(&mut session)
        .await
        .unwrap();
    drop(published);
    fixture.die().await;

    let ending = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let outcome = outcome.to_owned();
        sqlx::raw_sql(sqlx::AssertSqlSafe(outcome))
            .execute(&mut session)
            .await
            .unwrap();
    };
    let (repaired, ()) = tokio::join!(fixture.store.repair(&fixture.db), ending);
    let repaired = repaired.unwrap();
    assert_eq!(
        (repaired.confirmed, repaired.removed),
        (confirmed, 1 - confirmed)
    );
    fixture.agrees().await;
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn killed_processes_lose_nothing_that_was_acknowledged(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        let mut program = Command::new(std::env::current_exe().unwrap());
        let order = Order::StoreUntilKilled {
            url: fixture.scratch.url(),
            root: fixture.store.root(),
            project: fixture.project,
        };
        child(&mut program, &order);
        let mut running = program.spawn().unwrap();
        let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
        let mut reported = 0;
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(key) = line.strip_prefix("stored ") {
                acknowledged.insert(key.to_owned());
                reported += 1;
            }
            // Killed in the midst of its work: each round at another moment.
            if reported == 20 + 13 * round {
                running.start_kill().unwrap();
            }
        }
        let ended = running.wait().await.unwrap();
        assert!(
            reported >= 20 && !ended.success(),
            "the child ended by itself: {ended}"
        );

        fixture.store.repair(&fixture.db).await.unwrap();
        fixture.agrees().await;
        let stored = fixture.keys().await;
        assert!(acknowledged.is_subset(&stored));
    }
}
