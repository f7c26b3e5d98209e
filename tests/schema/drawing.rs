//! `migrate diagram`.

use std::{fs, path::Path};

use acceptance::{Engine, Home, Scratch, on_both_engines};

const TITLE: &str = "The schema of Groundwork";

#[tokio::test]
async fn the_picture_in_the_documentation_is_current() {
    let home = Home::new(Engine::Sqlite).await;
    let drawn = home
        .migrate(["diagram", "--title", TITLE])
        .await
        .succeeded();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema.svg");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        fs::write(&path, &drawn).unwrap();
    }
    assert!(
        drawn == fs::read_to_string(&path).unwrap(),
        "docs/schema.svg is stale: cargo migrate diagram --title '{TITLE}' -o docs/schema.svg"
    );
    assert_eq!(
        fs::read_dir(home.dir()).unwrap().count(),
        0,
        "no database is made"
    );
}

#[on_both_engines]
async fn the_live_schema_is_drawn_as_it_is(engine: Engine) {
    let home = Home::new(engine).await;
    assert_eq!(home.migrate(["up", "-n", "2"]).await.succeeded(), "");
    let picture = home
        .migrate(["diagram", "--live", "--format", "mermaid"])
        .await
        .succeeded();
    assert!(
        picture.starts_with("erDiagram\n    \"projects\" {\n"),
        "{picture}"
    );
    assert!(
        picture.ends_with("\"projects\" ||--o{ \"scenes\" : \"project_id\"\n"),
        "{picture}"
    );
}

#[tokio::test]
async fn an_unknown_table_is_refused_with_the_nearest() {
    let home = Home::new(Engine::Sqlite).await;
    let refused = home
        .migrate(["diagram", "--table", "scene"])
        .await
        .failed(2);
    assert!(
        refused.contains("there is no table scene; did you mean scenes?"),
        "{refused}"
    );
}

/// The tables of a picture, in the order of their names.
fn drawn(picture: &str) -> Vec<&str> {
    let lines = picture.lines();
    let names = lines.filter_map(|line| line.trim().strip_suffix(" {"));
    let mut names: Vec<&str> = names.map(|name| name.trim_matches('"')).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_part_of_the_schema_is_drawn_by_pattern_by_domain_and_with_its_neighbours() {
    let home = Home::new(Engine::Sqlite).await;
    let entity = Path::new(env!("CARGO_MANIFEST_DIR")).join("../entity");
    let entity = entity.to_str().unwrap();
    let diagram = async |arguments: &[&str]| {
        let arguments = [&["diagram", "--format", "mermaid"], arguments].concat();
        home.migrate(arguments).await.succeeded()
    };
    let steps = diagram(&["--only", "pipeline_*"]).await;
    assert_eq!(drawn(&steps), ["pipeline_runs", "pipeline_steps"]);
    let one = diagram(&["--only", "keyframes"]).await;
    assert_eq!(drawn(&one), ["keyframes"]);
    let beside = diagram(&["--only", "keyframes", "--neighbours"]).await;
    assert_eq!(drawn(&beside), ["artifacts", "keyframes", "scenes"]);
    assert_eq!(beside.matches("--o").count(), 2, "{beside}");
    let files = diagram(&["--domain", "files", "--entity", entity]).await;
    assert_eq!(drawn(&files), ["file_roots", "file_trash"]);
    let keys = diagram(&["--only", "file_trash", "--columns", "keys"]).await;
    assert!(keys.contains("storage_key PK"), "{keys}");
    assert!(!keys.contains("trashed_at"), "{keys}");
    let unknown = ["diagram", "--domain", "file", "--entity", entity];
    let refused = home.migrate(unknown).await.failed(2);
    assert!(
        refused.contains("there is no domain file; did you mean files?"),
        "{refused}"
    );
    let lost = home.migrate(["diagram", "--neighbours"]).await.failed(2);
    assert!(lost.contains("--only or --domain"), "{lost}");
}

#[tokio::test]
async fn what_the_migrations_make_of_postgres_is_drawn_beside_any_database() {
    let server = Scratch::empty(Engine::Postgres).await;
    let home = Home::new(Engine::Sqlite).await;
    let only = ["diagram", "--format", "mermaid", "--only", "file_trash"];
    let by = async |more: &[&str]| home.migrate([&only[..], more].concat()).await;
    let drawn = by(&["--server", server.url()]).await.succeeded();
    assert!(drawn.contains("timestamp trashed_at"), "{drawn}");
    let refused = by(&["--engine", "postgres"]).await.failed(2);
    assert!(refused.contains("--server URL"), "{refused}");

    let home = Home::new(Engine::Postgres).await;
    let configured = [&only[..], &["--engine", "postgres"]].concat();
    assert_eq!(home.migrate(configured).await.succeeded(), drawn);
    let sqlite = home
        .migrate([&only[..], &["--engine", "sqlite"]].concat())
        .await;
    assert_ne!(sqlite.succeeded(), "");
}
