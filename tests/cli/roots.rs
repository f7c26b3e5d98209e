//! A files root belongs to one database, and a database's files are in one root.

use acceptance::{Engine, Home, given, on_both_engines, production::Production};
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection};

/// A home with a production in its database and its files root.
async fn given_home(engine: Engine) -> Home {
    let home = Home::over(given::migrated(engine).await);
    Production::with_scenes(1).write_to(&home.dir().join("production"));
    let imported = home.groundwork(["studio", "import", "production"]).await;
    let _ = imported.succeeded();
    home
}

async fn check(home: &Home) -> Value {
    let outcome = home.groundwork(["doctor", "--json"]).await;
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let mut checks = report["checks"].as_array().unwrap().iter();
    let check = checks.find(|check| check["part"] == "files" && check["name"] == "database");
    check.expect("a check").clone()
}

#[on_both_engines]
async fn a_server_over_another_root_or_another_database_does_not_start(engine: Engine) {
    let home = given_home(engine).await;
    assert_eq!(check(&home).await["outcome"], "ok");

    // The same database, and a root of its own, as on a second machine.
    let mut elsewhere = Home::new(Engine::Sqlite).await;
    let absolute = match engine {
        Engine::Sqlite => format!("sqlite://{}", database_file(&home)),
        Engine::Postgres => home.database_url().to_owned(),
    };
    elsewhere.set_database_url(absolute);
    let refused = elsewhere.groundwork(["serve"]).await.failed(78);
    assert!(refused.contains("files adopt"), "{refused}");
    let refused = elsewhere.groundwork(["studio", "list"]).await.failed(78);
    assert!(refused.contains("files adopt"), "{refused}");

    // Another database over the same root.
    let other = given::migrated(engine).await;
    let mut beside = given_other(&home, other.url());
    let refused = beside(&["serve"]).await.failed(78);
    assert!(refused.contains("files adopt"), "{refused}");

    // A person may decide otherwise.
    let _ = beside(&["files", "adopt"]).await.succeeded();
    let _ = beside(&["files", "verify"]).await.succeeded();
    let found = check(&home).await;
    assert_eq!(found["outcome"], "fail", "{found}");
    let refused = home.groundwork(["serve"]).await.failed(78);
    assert!(refused.contains("files adopt"), "{refused}");
    let adopted = home.groundwork(["files", "adopt"]).await.succeeded();
    assert!(adopted.contains("4 files, all there"), "{adopted}");
    home.serve().await.stop().await;
}

#[tokio::test]
async fn a_backup_from_before_the_claim_still_belongs_to_the_root_when_it_is_restored() {
    let home = Home::over(given::migrated(Engine::Sqlite).await);
    let backup = home.dir().join("before.backup");
    let url = format!("sqlite://{}", database_file(&home));
    let mut session = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("VACUUM INTO $1")
        .bind(backup.display().to_string())
        .execute(&mut session)
        .await
        .unwrap();
    session.close().await.unwrap();
    Production::with_scenes(1).write_to(&home.dir().join("production"));
    let import = ["studio", "import", "production"];
    let _ = home.groundwork(import).await.succeeded();

    let _ = home.migrate(["restore", "before.backup"]).await.succeeded();
    let found = check(&home).await;
    assert_eq!(found["outcome"], "ok", "{found}");
    home.serve().await.stop().await;
    // What an adoption has changed since is kept, too.
    let _ = home.groundwork(["files", "adopt"]).await.succeeded();
    let _ = home.migrate(["restore", "before.backup"]).await.succeeded();
    assert_eq!(check(&home).await["outcome"], "ok");
    let _ = home.groundwork(import).await.succeeded();
}

/// Runs `groundwork` in a home, over another database.
fn given_other<'a>(
    home: &'a Home,
    url: &'a str,
) -> impl FnMut(&[&'a str]) -> std::pin::Pin<Box<dyn Future<Output = acceptance::Outcome> + 'a>> {
    move |arguments| {
        let arguments: Vec<&str> = ["--database-url", url]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        Box::pin(home.groundwork(arguments))
    }
}

fn database_file(home: &Home) -> String {
    let file = home.database_url().trim_start_matches("sqlite://");
    home.dir().join(file).display().to_string()
}
