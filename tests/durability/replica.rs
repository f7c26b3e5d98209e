//! Reads on a streaming replica.

use std::time::{Duration, Instant};

use acceptance::{Engine, Home, PostgresServer, Program, Server, Stop, send};
use groundwork_core::{
    config,
    db::{Database, Reader, ReplicaState},
};
use groundwork_test::TestResponse;
use reqwest::{Client, Method};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use serde_json::json;

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

fn config(primary: &PostgresServer, replica: &PostgresServer) -> config::Database {
    let mut config = groundwork_test::database_config(&primary.url());
    config.replica_url = Some(replica.url().parse().unwrap());
    config
}

async fn opened(config: &config::Database) -> Database {
    Database::open(config, migration::CONVENTION).await.unwrap()
}

/// Waits until the replica is what it should be, and says how long that took.
async fn until(db: &Database, is_right: impl Fn(&ReplicaState) -> bool) -> Duration {
    let start = Instant::now();
    loop {
        let state = db.replica().unwrap().state;
        if is_right(&state) {
            return start.elapsed();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{state:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn is_used(state: &ReplicaState) -> bool {
    matches!(state, ReplicaState::Used { .. })
}

#[tokio::test]
async fn a_replica_serves_the_reads_that_may_be_behind_and_a_reader_sees_every_commit() {
    let primary = PostgresServer::start();
    primary.run("CREATE TABLE notes (id bigserial)").await;
    let replica = primary.replica();
    let mut config = config(&primary, &replica);
    config.replica_max_lag = Duration::from_secs(60);
    let db = opened(&config).await;
    until(&db, is_used).await;

    // A replica that is behind, for certain.
    replica.run("SELECT pg_wal_replay_pause()").await;
    for written in 1..=10 {
        add_a_note(&db).await;
        assert_eq!(count(&db.reader()).await.unwrap(), written);
        assert_eq!(count(&db.replica_reader()).await.unwrap(), 0);
    }
    let reader = db.reader();
    let refused = reader.execute_unprepared("DELETE FROM notes").await;
    assert!(refused.unwrap_err().to_string().contains("read-only"));

    replica.run("SELECT pg_wal_replay_resume()").await;
    let start = Instant::now();
    while count(&db.replica_reader()).await.unwrap() < 10 {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_late_or_stops_is_left_out_and_taken_back() {
    let primary = PostgresServer::start();
    primary.run("CREATE TABLE notes (id bigserial)").await;
    let mut replica = primary.replica();
    let db = opened(&config(&primary, &replica)).await;
    until(&db, is_used).await;

    // Late: it has the log, and does not replay it.
    replica.run("SELECT pg_wal_replay_pause()").await;
    add_a_note(&db).await;
    let took = until(&db, |state| matches!(state, ReplicaState::Late { .. })).await;
    // Its second, and the second within which that is noticed.
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(count(&db.replica_reader()).await.unwrap(), 1);
    replica.run("SELECT pg_wal_replay_resume()").await;
    until(&db, is_used).await;

    // Stopped: no read fails or waits.
    replica.stop(Stop::Immediate);
    let start = Instant::now();
    let mut longest = Duration::ZERO;
    while start.elapsed() < Duration::from_secs(2) {
        let read = Instant::now();
        assert_eq!(count(&db.replica_reader()).await.unwrap(), 1);
        longest = longest.max(read.elapsed());
    }
    assert!(longest < Duration::from_secs(1), "{longest:?}");
    let state = db.replica().unwrap().state;
    assert!(
        matches!(state, ReplicaState::Unreachable { .. }),
        "{state:?}"
    );
    replica.start_again();
    until(&db, is_used).await;
    db.close().await.unwrap();
}

/// `SEQUENCES=600` is the long form.
fn wanted() -> usize {
    let wanted = std::env::var_os("SEQUENCES").and_then(|text| text.into_string().ok());
    wanted.map_or(40, |text| text.parse().expect("a number"))
}

struct Api {
    server: Server,
    client: Client,
}

impl Api {
    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> TestResponse {
        let request = self.client.request(method, self.server.url(path));
        let request = request.header("content-type", "application/json");
        send(request.body(body)).await
    }

    async fn post(&self, path: &str, body: serde_json::Value) -> String {
        let body = body.to_string().into_bytes();
        self.send(Method::POST, path, body).await.id(201)
    }

    /// What was just made is found, and more is made of it.
    async fn sequence(&self) {
        let project = json!({"title": "Dusk", "prompt": "A lamp is lit", "style": "ink"});
        let project = self.post("/api/projects", project).await;
        let path = format!("/api/projects/{project}");
        let _ = self.send(Method::GET, &path, vec![]).await.with(200);
        let scene = json!({"description": "a scene", "start_prompt": "dark", "end_prompt": "bright",
            "motion_prompt": "slowly", "duration_ms": 250});
        let scene = self.post(&format!("{path}/scenes"), scene).await;
        let path = format!("/api/scenes/{scene}");
        let _ = self.send(Method::GET, &path, vec![]).await.with(200);
        let frame = include_bytes!("../../crates/core/samples/keyframe.png").to_vec();
        let path = format!("{path}/keyframes/start");
        let _ = self.send(Method::PUT, &path, frame).await.id(201);
        let _ = self.send(Method::GET, &path, vec![]).await.with(200);
    }
}

async fn sequences(max_lag_ms: &str) {
    let primary = PostgresServer::start();
    let replica = primary.replica();
    for sql in [
        "ALTER SYSTEM SET recovery_min_apply_delay = '2s'",
        "SELECT pg_reload_conf()",
    ] {
        replica.run(sql).await;
    }
    let home = Home::new(Engine::Sqlite).await;
    let mut command = home.command(Program::Groundwork, ["serve"]);
    command
        .env("GROUNDWORK_DATABASE__URL", primary.url())
        .env("GROUNDWORK_DATABASE__REPLICA_URL", replica.url())
        .env("GROUNDWORK_DATABASE__REPLICA_MAX_LAG_MS", max_lag_ms);
    let api = Api {
        server: Server::start(command).await,
        client: Client::new(),
    };
    // Lists come from the replica, which has the tables by then.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for _ in 0..wanted() {
        api.sequence().await;
    }
    api.server.stop().await;
}

#[tokio::test]
async fn what_was_just_written_is_found_though_a_replica_that_is_two_seconds_late_is_used() {
    sequences("60000").await;
}

#[tokio::test]
async fn what_was_just_written_is_found_beside_a_replica_that_is_left_out() {
    sequences("1000").await;
}
