//! `migrate check`: drift between the live database, the migrations and the entities.

use std::fs;

use acceptance::{Engine, Home, on_both_engines};
use rstest::rstest;
use sea_orm::{ConnectOptions, Database};

use super::run;

/// The committed entities.
const ENTITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../entity");

#[on_both_engines]
async fn what_agrees_is_clean_and_what_does_not_is_reported_in_one_line_each(engine: Engine) {
    let home = Home::new(engine).await;
    assert_eq!(home.migrate(["up"]).await.succeeded(), "");
    let clean = home.migrate(["check", "--entity", ENTITY]).await;
    assert_eq!(clean.stderr, "database, migrations and entities agree\n");
    assert_eq!((clean.code, clean.stdout.as_str()), (Some(0), ""));

    let connection = Database::connect(ConnectOptions::new(home.database_url()))
        .await
        .unwrap();
    run(&connection, "DROP INDEX ix_file_trash_trashed_at").await;
    run(&connection, "ALTER TABLE scenes ADD COLUMN mood text").await;
    run(
        &connection,
        "CREATE VIEW titles AS SELECT title FROM projects",
    )
    .await;
    connection.close().await.unwrap();
    let drifted = home.migrate(["check", "--entity", ENTITY]).await;
    assert_eq!(drifted.code, Some(1));
    assert_eq!(drifted.stderr, "3 differences\n");
    insta::assert_snapshot!(format!("check_{engine:?}").to_lowercase(), drifted.stdout);

    let json = home.migrate(["check", "--json", "--entity", ENTITY]).await;
    assert_eq!(json.code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["clean"], false);
    assert_eq!(json["entities_checked"], true);
    assert_eq!(json["differences"].as_array().unwrap().len(), 3);
    assert_eq!(json["differences"][0]["between"], "database_and_migrations");
}

#[on_both_engines]
async fn pending_migrations_are_reported_and_nothing_else_is(engine: Engine) {
    let home = Home::new(engine).await;
    assert_eq!(home.migrate(["up"]).await.succeeded(), "");
    assert_eq!(home.migrate(["down"]).await.succeeded(), "");
    let newest = migration::migrations().pop().unwrap();
    let behind = home.migrate(["check", "--entity", ENTITY]).await;
    assert_eq!(
        behind.stdout,
        format!(
            "database: migration {}: pending; run `migrate up`\n",
            newest.name()
        )
    );
    assert_eq!(behind.code, Some(1));
}

#[tokio::test]
async fn stale_entities_are_reported_file_by_file() {
    let home = Home::new(Engine::Sqlite).await;
    assert_eq!(home.migrate(["up"]).await.succeeded(), "");
    let copy = home.dir().join("copy");
    copy_folder(ENTITY.as_ref(), &copy);
    let model = copy.join("src/files/file_trash.rs");
    let text = fs::read_to_string(&model).unwrap();
    fs::write(&model, text.replace("pub trashed_at", "pub removed_at")).unwrap();
    fs::remove_file(copy.join("src/studio/scenes.rs")).unwrap();
    let copy = copy.display().to_string();
    let stale = home.migrate(["check", "--entity", &copy]).await;
    assert_eq!(stale.code, Some(1));
    insta::assert_snapshot!("check_entities", stale.stdout.replace(&copy, "entity"));
}

#[tokio::test]
async fn a_program_away_from_its_source_says_that_the_entities_were_not_looked_at() {
    let home = Home::new(Engine::Sqlite).await;
    assert_eq!(home.migrate(["up"]).await.succeeded(), "");
    let clean = home.migrate(["check"]).await;
    assert_eq!(clean.code, Some(0));
    assert!(
        clean
            .stderr
            .starts_with("the entities were not looked at: no folder `entity`")
    );
    assert!(clean.stderr.ends_with("database and migrations agree\n"));
}

#[tokio::test]
async fn there_must_be_a_database_to_check() {
    let home = Home::new(Engine::Sqlite).await;
    let none = home.migrate(["check"]).await;
    assert_eq!(none.code, Some(69));
    assert!(
        none.stderr.contains("there is no database yet"),
        "{}",
        none.stderr
    );
    assert_eq!(fs::read_dir(home.dir()).unwrap().count(), 0);
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A database whose tables are in a schema that a new database does not have.
#[rstest]
#[case::named_by_the_url(true)]
#[case::set_for_the_database(false)]
#[tokio::test]
async fn the_search_path_of_the_database_is_that_of_the_comparison(#[case] by_url: bool) {
    let mut home = Home::new(Engine::Postgres).await;
    let plain = home.database_url().to_owned();
    let connection = Database::connect(ConnectOptions::new(&plain))
        .await
        .unwrap();
    run(&connection, r#"CREATE SCHEMA "of the studio""#).await;
    if by_url {
        let options = "options=-csearch_path%3D%22of%5C%20the%5C%20studio%22%2Cpublic";
        home.set_database_url(format!("{plain}?{options}"));
    } else {
        let name = plain.rsplit('/').next().unwrap();
        let set = format!(r#"ALTER DATABASE "{name}" SET search_path = "of the studio", public"#);
        run(&connection, &set).await;
    }
    connection.close().await.unwrap();
    assert_eq!(home.migrate(["up"]).await.succeeded(), "");

    let connection = Database::connect(ConnectOptions::new(&plain))
        .await
        .unwrap();
    let clean = home.migrate(["check", "--entity", ENTITY]).await;
    assert_eq!(
        (clean.code, clean.stdout.as_str()),
        (Some(0), ""),
        "{clean:?}"
    );
    run(
        &connection,
        r#"DROP INDEX "of the studio".ix_file_trash_trashed_at"#,
    )
    .await;
    connection.close().await.unwrap();
    let drifted = home.migrate(["check", "--entity", ENTITY]).await;
    assert_eq!(drifted.code, Some(1));
    assert_eq!(drifted.stdout.lines().count(), 1, "{}", drifted.stdout);
    assert!(drifted.stdout.contains("ix_file_trash_trashed_at"));
}
