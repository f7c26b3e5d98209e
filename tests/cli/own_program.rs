//! A program outside this repository on `groundwork-cli` and `groundwork-http`: `shop` and its
//! `shop_migrate`, of 40 and 15 lines.

use acceptance::{Engine, Home, Outcome, Program, Server, on_both_engines};
use serde_json::Value;

async fn shop(home: &Home, arguments: &[&str]) -> Outcome {
    let flags = ["--database-url", home.database_url()];
    let arguments = arguments.iter().chain(&flags);
    Outcome::of(&mut home.command(Program::Shop, arguments)).await
}

async fn migrate(home: &Home, arguments: &[&str]) -> Outcome {
    let flags = ["--database-url", home.database_url()];
    let arguments = arguments.iter().chain(&flags);
    Outcome::of(&mut home.command(Program::ShopMigrate, arguments)).await
}

#[on_both_engines]
async fn it_serves_and_says_whether_it_is_ready(engine: Engine) {
    let home = Home::new(engine).await;
    let url = [
        "--database-url",
        home.database_url(),
        "--bind",
        "127.0.0.1:0",
    ];
    let arguments = ["serve"].iter().chain(&url);
    let server = Server::start(home.command(Program::Shop, arguments)).await;
    let address = server.url("");
    let ready = shop(&home, &["health", "--url", &address]).await;
    assert!(ready.succeeded().contains("is ready"));
    let json = shop(&home, &["health", "--url", &address, "--json"]).await;
    assert_eq!(json.json()["status"], "ready");
    server.stop().await;
    let gone = shop(&home, &["health", "--url", &address]).await;
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(gone.stdout.contains("cannot connect"), "{gone:?}");
}

#[on_both_engines]
async fn its_migrations_and_its_own_command_run(engine: Engine) {
    let home = Home::new(engine).await;
    let _ = migrate(&home, &["up"]).await.succeeded();
    assert_eq!(shop(&home, &["count"]).await.succeeded(), "3\n");
    let status = migrate(&home, &["status", "--json"]).await.json();
    assert_eq!(status[0]["state"], "applied");
    assert_eq!(status[0]["program"], "shop 1.0.0");
}

#[tokio::test]
async fn config_prints_its_own_settings() {
    let home = Home::new(Engine::Sqlite).await;
    let arguments = ["config", "--json"];
    let mut command = home.command(Program::Shop, arguments);
    command.env("SHOP_STOCK__FEWEST_LAMPS", "7");
    let listed = Outcome::of(&mut command).await.json();
    let values = listed["values"].as_array().expect("a list");
    let of = |key: &str| {
        let found = values.iter().find(|value| value["key"] == key);
        found.unwrap_or_else(|| panic!("no {key} in {listed}"))
    };
    let own = of("stock.fewest_lamps");
    assert_eq!(own["value"], 7);
    assert_eq!(own["origin"]["variable"], "SHOP_STOCK__FEWEST_LAMPS");
    assert_eq!(of("database.url")["value"], "sqlite://var/shop.db");
    command.env("SHOP_STOCK__FEWEST_LAMP", "7");
    let wrong = Outcome::of(&mut command).await.failed(78);
    assert!(wrong.contains("SHOP_STOCK__FEWEST_LAMPS?"), "{wrong}");
}

#[on_both_engines]
async fn doctor_runs_its_own_check(engine: Engine) {
    let home = Home::new(engine).await;
    // The exit code is also about the server of the tests, which is fast and not durable.
    let own = async |flags: &[&str]| {
        let arguments = ["doctor", "--json"].iter().chain(flags).copied();
        let outcome = shop(&home, &arguments.collect::<Vec<_>>()).await;
        let report: Value = serde_json::from_str(&outcome.stdout).expect("a report");
        let checks = report["checks"].as_array().expect("a list");
        let own = checks.iter().find(|check| check["part"] == "stock");
        own.expect("its own check").clone()
    };
    // Before the first migration there is no database on SQLite, and no table on PostgreSQL.
    let before = match engine {
        Engine::Sqlite => "warn",
        Engine::Postgres => "fail",
    };
    assert_eq!(own(&[]).await["outcome"], before);
    let _ = migrate(&home, &["up"]).await.succeeded();
    let after = own(&[]).await;
    assert_eq!(
        (&after["outcome"], &after["found"]),
        (&"ok".into(), &"3".into())
    );
    let strict = ["--set", "stock.fewest_lamps=4"];
    assert_eq!(own(&strict).await["outcome"], "fail");
    let strict = ["doctor", "--set", "stock.fewest_lamps=4"];
    assert_eq!(shop(&home, &strict).await.code, Some(1));
}

#[tokio::test]
async fn asking_for_the_status_of_a_missing_database_creates_nothing() {
    let mut home = Home::new(Engine::Sqlite).await;
    home.set_database_url("sqlite://var/lamps.db");
    let status = migrate(&home, &["status", "--json"]).await.json();
    assert_eq!(status[0]["state"], "pending");
    assert!(!home.dir().join("var").exists(), "something was created");
}

#[tokio::test]
async fn its_help_and_completions_bear_its_name() {
    let home = Home::new(Engine::Sqlite).await;
    let help = shop(&home, &["config", "--help"]).await.succeeded();
    assert!(help.contains("shop config --json"), "{help}");
    assert!(!help.contains("groundwork"), "{help}");
    let script = shop(&home, &["completions", "bash"]).await.succeeded();
    assert!(
        script.contains("shop__subcmd__count") || script.contains("shop__count"),
        "{script}"
    );
}

#[on_both_engines]
async fn groundwork_health_asks_a_running_server(engine: Engine) {
    let home = Home::new(engine).await;
    let _ = home.migrate(["up"]).await.succeeded();
    let server = home.serve().await;
    let ready = home
        .groundwork(["health", "--url", &server.url(""), "--json"])
        .await;
    assert_eq!(ready.json()["checks"]["migrations"]["status"], "ok");
    let other = home
        .groundwork(["health", "--url", &server.url("/elsewhere")])
        .await;
    assert_eq!(other.code, Some(1), "{other:?}");
    server.stop().await;
}

/// The promise of the guide: a service in 40 lines, its `migrate` in 15.
#[test]
fn the_programs_stay_as_short_as_promised() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for (file, most) in [
        ("tests/src/bin/shop.rs", 40),
        ("tests/src/bin/shop_migrate.rs", 15),
        ("crates/app/src/main.rs", 40),
        ("migration/src/main.rs", 15),
    ] {
        let text = std::fs::read_to_string(format!("{root}/{file}")).expect("a source");
        let lines = text.lines().count();
        assert!(
            lines <= most,
            "{file} has {lines} lines, at most {most} are promised"
        );
    }
}
