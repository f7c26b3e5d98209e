//! The tests of the bookshop in the guide, and whether its models are what its migrations make.

include!(concat!(env!("OUT_DIR"), "/tests.rs"));

use std::path::PathBuf;

use acceptance::guide::schema::bookshop_migration::{CONVENTION, migrations};
use groundwork_migrate::entities::{Entities, Outcome};

const ENTITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/entity");
const PAGE: &str = include_str!("../docs/guide/05-files.md");

#[tokio::test]
async fn the_models_are_those_of_the_migrations_and_of_the_type_map_of_the_page() {
    let entities = Entities {
        check: true,
        entity: Some(PathBuf::from(ENTITY)),
        ..Entities::default()
    };
    let mut printed = Vec::new();
    let outcome = entities
        .run(&migrations(), &CONVENTION, &mut printed, &mut Vec::new())
        .await
        .expect("entities");
    let printed = String::from_utf8_lossy(&printed);
    assert_eq!(outcome, Outcome::Current, "{printed}");
    let type_map = std::fs::read_to_string(format!("{ENTITY}/entities.toml")).expect("a type map");
    assert!(PAGE.contains(&type_map), "the page shows another type map");
}
