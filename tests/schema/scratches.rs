//! The databases that the checking commands make on a server for a while.

use std::{process::Stdio, time::Duration};

use acceptance::{Engine, Home, PostgresServer, Program};
use groundwork_migrate::scratch::{Place, Scratch};
use sqlx::{Connection as _, PgConnection};
use tokio::time::timeout;

use super::run;

async fn made(server: &PostgresServer) -> Vec<String> {
    let mut session = PgConnection::connect(&server.url()).await.unwrap();
    let sql = "SELECT datname::text FROM pg_database
               WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1";
    sqlx::query_scalar(sql)
        .fetch_all(&mut session)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_a_killed_command_leaves_goes_with_the_next_one() {
    let server = PostgresServer::start();
    let home = Home::new(Engine::Sqlite).await;
    let url = server.url();
    let verify = ["verify", "--server", &url];
    for _ in 0..2 {
        let mut command = home.command(Program::Migrate, verify);
        let mut process = command.stderr(Stdio::null()).spawn().unwrap();
        let seen = async {
            while made(&server).await.is_empty() {
                assert_eq!(process.try_wait().unwrap(), None, "it ended too early");
            }
        };
        timeout(Duration::from_secs(60), seen).await.unwrap();
        process.kill().await.unwrap();
        let left = made(&server).await;
        assert_eq!(left.len(), 1, "{left:?}");
        // The server notices within moments that the process is gone.
        let gone = async {
            while !made(&server).await.is_empty() {
                let next = Scratch::open(&Place::Postgres(url.parse().unwrap())).await;
                next.unwrap().close().await.unwrap();
            }
        };
        timeout(Duration::from_secs(60), gone).await.unwrap();
    }
}

#[tokio::test]
async fn a_database_in_use_or_of_another_name_is_left_alone() {
    let server = PostgresServer::start();
    let place = Place::Postgres(server.url().parse().unwrap());
    let one = Scratch::open(&place).await.unwrap();
    run(one.connection(), "CREATE TABLE kept (id bigint)").await;
    server.run("CREATE DATABASE migrate_scratch_of_mine").await;
    let other = Scratch::open(&place).await.unwrap();
    assert_eq!(made(&server).await.len(), 3);
    run(one.connection(), "INSERT INTO kept VALUES (1)").await;
    other.close().await.unwrap();
    run(one.connection(), "INSERT INTO kept VALUES (2)").await;
    one.close().await.unwrap();
    assert_eq!(made(&server).await, ["migrate_scratch_of_mine"]);
}

#[tokio::test]
async fn a_database_goes_also_when_the_server_was_restarted_meanwhile() {
    let mut server = PostgresServer::start();
    let place = Place::Postgres(server.url().parse().unwrap());
    let scratch = Scratch::open(&place).await.unwrap();
    server.stop(acceptance::Stop::Fast);
    server.start_again();
    scratch.close().await.unwrap();
    assert_eq!(made(&server).await, [""; 0]);
}
