//! The text of a written migration is what was proven: compiled, it does the same.

mod m20990101_000000_change_something;

pub(crate) use migration::CONVENTION;

use std::path::Path;

use acceptance::{Engine, on_both_engines};
use groundwork_migrate::{
    diff::differences,
    evolve::Decisions,
    inspect,
    scratch::{Place, Scratch},
};
use groundwork_schema::run::{self, Goal, Settings};

use super::Entities;

const COMPILED: &str = "tests/evolve/written/m20990101_000000_change_something.rs";

/// An edit of nearly every kind.
fn edited() -> (Entities, Decisions) {
    let entities = Entities::copy();
    let scenes = "src/studio/scenes.rs";
    entities.replace(scenes, "pub scene_index: i64", "pub place: i64");
    entities.replace(
        scenes,
        "pub description: String",
        "#[sea_orm(unique)]\n    pub description: Option<String>",
    );
    entities.replace(
        scenes,
        "pub duration_ms: Option<i64>",
        "pub duration_ms: i64,\n    pub mood: Option<Tone>,\n    pub is_dark: bool",
    );
    entities.replace(scenes, "    /// `text`.\n    pub end_prompt: String,\n", "");
    entities.replace(
        "src/studio/enums.rs",
        "enums! {\n",
        "enums! {\n    Tone {\n        Bright = \"bright\",\n        Dark = \"dark\",\n    }\n",
    );
    entities.replace(
        "src/studio/enums.rs",
        "        Output = \"output\",\n",
        "        Output = \"output\",\n        Poster = \"poster\",\n",
    );
    entities.replace(
        "src/atlas/transcripts.rs",
        "pub language: String",
        "pub language: String,\n    pub quotes: Vec<u8>",
    );
    entities.write(
        "src/signals/moods.rs",
        "#[sea_orm::model]\n#[sea_orm(table_name = \"moods\")]\npub struct Model {\n    \
         #[sea_orm(primary_key, auto_increment = false)]\n    pub id: Uuid,\n    pub scene_id: Option<super::super::studio::SceneId>,\n    \
         #[sea_orm(unique_key = \"label_kind\")]\n    pub label: String,\n    \
         #[sea_orm(unique_key = \"label_kind\")]\n    pub kind: String,\n    \
         #[sea_orm(belongs_to, from = \"scene_id\", to = \"id\", on_delete = \"SetNull\")]\n    \
         pub scene: BelongsTo<Option<super::super::studio::scenes::Entity>>,\n}\n",
    );
    let pair = |subject: &str, value: &str| (subject.to_owned(), value.to_owned());
    let decisions = Decisions {
        renames: [pair("scenes.scene_index", "place")].into(),
        drops: ["scenes.end_prompt".to_owned()].into(),
        fills: [
            pair("scenes.duration_ms", "1000"),
            pair("scenes.end_prompt", "none"),
        ]
        .into(),
        fills_sql: [pair("scenes.is_dark", "start_prompt = \"motion_prompt\"")].into(),
        unfilled: ["transcripts.quotes".to_owned()].into(),
        ..Decisions::default()
    };
    (entities, decisions)
}

#[on_both_engines]
async fn a_written_migration_does_compiled_what_was_proven(engine: Engine) {
    let (entities, decisions) = edited();
    let evolution = entities
        .evolve(engine, "drop_something", &decisions)
        .await
        .unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(COMPILED);
    if std::env::var_os("INSTA_UPDATE").is_some() {
        std::fs::write(&file, &evolution.source).unwrap();
    }
    let compiled = std::fs::read_to_string(&file).unwrap();
    similar_asserts(&compiled, &evolution.source);

    let beside = acceptance::Scratch::empty(engine).await;
    let place = match engine {
        Engine::Sqlite => Place::Sqlite,
        Engine::Postgres => Place::Postgres(beside.url().parse().unwrap()),
    };
    let scratch = Scratch::open(&place).await.unwrap();
    let connection = scratch.connection();
    let settings = Settings::new(&CONVENTION);
    let mut migrations = migration::migrations();
    run::up(connection, &migrations, Goal::All, &settings)
        .await
        .unwrap();
    let before = inspect::schema(connection).await.unwrap();
    migrations.push(Box::new(m20990101_000000_change_something::Migration));
    run::up(connection, &migrations, Goal::All, &settings)
        .await
        .unwrap();
    let after = inspect::schema(connection).await.unwrap();
    assert_eq!(differences(evolution.after.last().unwrap(), &after), []);
    run::down(connection, &migrations, Goal::Steps(1), &settings)
        .await
        .unwrap();
    let back = inspect::schema(connection).await.unwrap();
    let left = differences(&before, &back);
    // No engine puts a column back into its place.
    assert!(
        left.iter()
            .all(|left| left.to_string().contains("order of columns")),
        "{left:?}"
    );
    scratch.close().await.unwrap();
}

fn similar_asserts(compiled: &str, written: &str) {
    assert_eq!(
        compiled, written,
        "{COMPILED} is stale: INSTA_UPDATE=always writes it"
    );
}
