//! PostgreSQL goes away and comes back in the middle of a load.

use acceptance::{
    PostgresServer, Stop,
    load::{UnitOutcome, Way},
};
use groundwork_core::db::Database;
use sea_orm::{ConnectionTrait, Statement};

use super::{
    checker::{Wrong, compare, prepare, require_right},
    load::{Load, let_run},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_or_crashes_loses_nothing_and_is_found_again() {
    let mut server = PostgresServer::start();
    prepare(&server.url()).await;
    let load = Load::start(&server.url(), Way::Writes, 1);
    for how in [
        Stop::Fast,
        Stop::Immediate,
        Stop::Killed,
        Stop::Immediate,
        Stop::Killed,
    ] {
        load.wait_for_a_stored_one();
        let_run(150);
        server.stop(how);
        server.start_again();
    }
    load.wait_for_a_stored_one();
    let outcomes = load.kill();
    require_right(&server.url(), &outcomes).await;
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, UnitOutcome::Refused(..)));
    let refused: Vec<_> = refused.take(3).collect();
    assert!(
        refused.is_empty(),
        "a unit that can be repeated is repeated: {refused:?}"
    );
}

/// The counterpart: the same crash takes what a server acknowledges without flushing it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_flush_is_found_out_by_a_crash() {
    let mut server = PostgresServer::start();
    prepare(&server.url()).await;
    server
        .run("ALTER SYSTEM SET wal_writer_delay = '10s'")
        .await;
    let url = format!("{}?options=-csynchronous_commit%3Doff", server.url());
    for run in 1..=10 {
        let load = Load::start(&url, Way::Writes, run);
        load.wait_for_a_stored_one();
        let_run(100);
        server.stop(Stop::Immediate);
        let outcomes = load.kill();
        server.start_again();
        let wrong = compare(&server.url(), &outcomes).await;
        if wrong.iter().any(|wrong| matches!(wrong, Wrong::Lost(_))) {
            return;
        }
    }
    panic!("nothing was lost");
}

#[tokio::test]
async fn units_and_reads_find_a_connection_after_all_were_cut_or_the_server_was_gone() {
    let mut server = PostgresServer::start();
    let config = groundwork_test::database_config(&server.url());
    let db = Database::open(&config, migration::CONVENTION)
        .await
        .unwrap();
    for round in 0..4 {
        // Every connection of the pools is open, and idle.
        db.settings().await.unwrap();
        match round {
            0 | 1 => {
                server
                    .run(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE application_name = 'groundwork'",
                    )
                    .await;
            }
            _ => {
                server.stop(if round == 2 {
                    Stop::Fast
                } else {
                    Stop::Immediate
                });
                server.start_again();
            }
        }
        if round == 1 {
            // Idle for long enough to be asked for a sign of life.
            tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        }
        let one = Statement::from_string(db.engine().backend(), "SELECT 1");
        db.reader().query_one_raw(one.clone()).await.unwrap();
        db.reader().query_all_raw(one).await.unwrap();
        let work = db.begin().await.unwrap();
        work.execute_unprepared("CREATE TABLE IF NOT EXISTS kept (id bigint)")
            .await
            .unwrap();
        work.commit().await.unwrap();
    }
}
