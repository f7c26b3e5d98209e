//! `migrate` and the programs by way of PgBouncer.

use std::fs;

use acceptance::{Engine, Home, Outcome, PgBouncer, PoolMode, PostgresServer, Program, Server};
use groundwork_core::db::connect_for_migration;
use groundwork_schema::run::{Goal, RunError};
use groundwork_test::database_config;
use rstest::rstest;
use sea_orm_migration::prelude::*;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{INDEX_ONE, names, running::ONE, scripts, texts, up};

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = scripts(&[ONE]);
    list.push(Box::new(INDEX_ONE));
    list
}

const SESSIONS: &[&str] = &["default_pool_size = 3"];
const IN_TURN: &[&str] = &["default_pool_size = 3", "server_round_robin = 1"];

#[rstest]
#[case::the_last_session_first(SESSIONS)]
#[case::sessions_in_turn(IN_TURN)]
#[tokio::test]
async fn a_migration_that_needs_its_session_is_refused_in_transaction_mode(
    #[case] settings: &[&str],
) {
    let server = PostgresServer::start();
    let pooler = PgBouncer::start(&server, PoolMode::Transaction, settings);
    let config = database_config(&pooler.url());
    let connection = connect_for_migration(&config).await.unwrap();
    let refused = up(&connection, &migrations(), Goal::All).await.unwrap_err();
    assert!(
        matches!(&refused, RunError::SharedSession { migration } if migration == INDEX_ONE.name),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("database.migrate_url"),
        "{refused}"
    );
    connection.close().await.unwrap();
    // What comes before it has run, under the lock of its transaction.
    let mut past = config;
    past.migrate_url = Some(server.url().parse().unwrap());
    let connection = connect_for_migration(&past).await.unwrap();
    let applied = texts(&connection, "SELECT version FROM seaql_migrations").await;
    assert_eq!(applied, [ONE.0]);
    let report = up(&connection, &migrations(), Goal::All).await.unwrap();
    assert_eq!(names(&report), [INDEX_ONE.name]);
    let locks = "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory'";
    assert_eq!(texts(&connection, locks).await, [""; 0]);
}

#[tokio::test]
async fn it_runs_in_session_mode_and_gives_its_session_back_as_it_was() {
    let server = PostgresServer::start();
    let pooler = PgBouncer::start(&server, PoolMode::Session, SESSIONS);
    let config = database_config(&pooler.url());
    let connection = connect_for_migration(&config).await.unwrap();
    let report = up(&connection, &migrations(), Goal::All).await.unwrap();
    assert_eq!(names(&report), [ONE.0, INDEX_ONE.name]);
    // What PgBouncer itself sets has other names.
    let set = "SELECT name FROM pg_settings WHERE source = 'session'
               AND name IN ('lock_timeout', 'statement_timeout', 'client_connection_check_interval')";
    assert_eq!(texts(&connection, set).await, [""; 0]);
}

/// PgBouncer keeps prepared statements apart since 1.21.
#[tokio::test]
async fn a_second_run_through_an_old_pooler_says_what_it_needs() {
    let server = PostgresServer::start();
    let pooler = PgBouncer::start(&server, PoolMode::Transaction, &["default_pool_size = 1"]);
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url(pooler.url());
    let _ = home.migrate(["up"]).await.succeeded();
    let again = home.migrate(["status"]).await;
    if PgBouncer::version() >= (1, 21) {
        let _ = again.succeeded();
    } else {
        let refused = again.failed(78);
        assert!(refused.contains("database.migrate_url"), "{refused}");
    }
    let mut past = home.command(Program::Migrate, ["status"]);
    past.env("GROUNDWORK_DATABASE__MIGRATE_URL", server.url());
    let _ = Outcome::of(&mut past).await.succeeded();
}

#[rstest]
#[case::transaction(PoolMode::Transaction)]
#[case::session(PoolMode::Session)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_proofs_at_a_time_leave_each_other_alone(#[case] mode: PoolMode) {
    let server = PostgresServer::start();
    let pooler = PgBouncer::start(&server, mode, &[]);
    let mut proofs = JoinSet::new();
    for _ in 0..8 {
        let url = pooler.url();
        proofs.spawn(async move {
            let home = Home::new(Engine::Sqlite).await;
            let verify = ["verify", "--server", &url];
            let outcome = Outcome::of(&mut home.command(Program::ShopMigrate, verify)).await;
            (outcome.code, outcome.stdout, outcome.stderr)
        });
    }
    // The only migration of the shop has no way back, which is what there is to find.
    let mut proved = 0;
    while let Some(proof) = proofs.join_next().await {
        let (code, stdout, stderr) = proof.unwrap();
        assert_eq!(code, Some(1), "{stdout}\n{stderr}\n{}", pooler.log());
        assert!(stdout.contains("create_lamps"), "{stdout}\n{stderr}");
        proved += 1;
    }
    assert_eq!(proved, 8);
}

fn named<'a>(report: &'a Value, check: &str) -> &'a Value {
    let all = report["checks"].as_array().expect("checks");
    let found = all.iter().find(|one| one["name"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {report:#}"))
}

#[rstest]
#[case::transaction(PoolMode::Transaction)]
#[case::session(PoolMode::Session)]
#[tokio::test]
async fn the_programs_work_and_doctor_shows_the_limits_that_are_in_force(#[case] mode: PoolMode) {
    let server = PostgresServer::start();
    let pooler = PgBouncer::start(&server, mode, &[]);
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url(pooler.url());
    let command = |arguments: &[&str]| {
        let mut command = home.command(Program::Groundwork, arguments);
        command.env("GROUNDWORK_DATABASE__MIGRATE_URL", server.url());
        command
    };
    let served = Server::start(command(&["serve"])).await;
    let client = reqwest::Client::new();
    for n in 0..20 {
        let body = json!({"title": format!("Dusk {n}"), "prompt": "A lamp", "style": "ink"});
        let request = client.post(served.url("/api/projects"));
        let request = request.header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 201);
        let body: Value = answer.json().await.unwrap();
        let path = format!("/api/projects/{}", body["id"].as_str().unwrap());
        let found = reqwest::get(served.url(&path)).await.unwrap();
        assert_eq!(found.status().as_u16(), 200);
    }
    let ready = reqwest::get(served.url("/health/ready")).await.unwrap();
    assert_eq!(ready.status().as_u16(), 200);

    // Rows in bulk: a temporary table and COPY.
    let lines: Vec<String> = (0..300)
        .map(|n| {
            json!({
                "external_id": format!("a{n}"), "title": format!("Rain {n}"),
                "url": format!("https://news.example/{n}"), "source_name": "The Quay",
                "content": "It rains.", "published_at": "2026-03-01T10:00:00Z",
                "sentiment_score": 0.5,
                "entities": [{"name": "Rain", "score": 0.5, "category": "model"}],
            })
            .to_string()
        })
        .collect();
    fs::write(home.dir().join("articles.jsonl"), lines.join("\n")).unwrap();
    let imported = Outcome::of(&mut command(&["signals", "import", "articles.jsonl"])).await;
    let imported = imported.succeeded();
    assert!(imported.contains("300"), "{imported}");

    let report = Outcome::of(&mut command(&["doctor", "--json"])).await;
    let report: Value = serde_json::from_str(&report.stdout).expect("a report");
    for (check, found) in [
        ("statement_timeout", "30s on 10 connections"),
        ("lock_timeout", "5s on 10 connections"),
        ("readers", "cannot write"),
    ] {
        let line = named(&report, check);
        assert!(line.to_string().contains(found), "{line}");
    }
    assert!(named(&report, "pooler").to_string().contains("in between"));
    served.stop().await;
}
