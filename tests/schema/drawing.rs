//! `migrate diagram`.

use std::{fs, path::Path};

use acceptance::{Engine, Home, on_both_engines};

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
