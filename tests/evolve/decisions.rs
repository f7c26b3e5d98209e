//! What can be meant in several ways is refused with the flag that decides it.

use acceptance::{Engine, on_both_engines};
use groundwork_migrate::evolve::{Answer, Decisions, EvolveError, Question};

use super::Entities;

const SCENES: &str = "src/studio/scenes.rs";
const DURATION: &str = "    pub duration_ms: Option<i64>,\n";

fn questions(error: EvolveError) -> Vec<Question> {
    match error {
        EvolveError::Undecided(questions) => questions,
        other => panic!("{other}"),
    }
}

#[on_both_engines]
async fn a_field_with_another_name_may_be_renamed_or_dropped(engine: Engine) {
    let entities = Entities::copy();
    entities.replace(SCENES, "pub scene_index: i64", "pub place: i64");
    let decisions = Decisions::default();
    let asked = questions(
        entities
            .evolve(engine, "rename_index", &decisions)
            .await
            .unwrap_err(),
    );
    let text = asked[0].to_string();
    assert!(
        text.contains("--rename scenes.scene_index=place or --drop scenes.scene_index"),
        "{text}"
    );
    let mut decisions = Decisions::default();
    decisions.answer(&asked[0], Answer::RenamedTo("place".to_owned()));
    let evolution = entities
        .evolve(engine, "rename_index", &decisions)
        .await
        .unwrap();
    // What the convention names after the column gets the new name, and the check stays.
    insta::assert_snapshot!("renamed", evolution.source);
    let scenes = &evolution.after.last().unwrap().tables["scenes"];
    let name = scenes.uniques[0].name.as_deref();
    assert!(
        matches!(name, Some("uq_scenes_project_id_place")),
        "{name:?}"
    );
    let (_, map) = evolution.type_map.unwrap();
    assert!(
        map.contains("\"scenes.place\" = \"Its place in the project"),
        "{map}"
    );
}

#[on_both_engines]
async fn a_required_field_needs_a_value_for_rows_that_exist(engine: Engine) {
    let entities = Entities::copy();
    entities.replace(
        SCENES,
        DURATION,
        "    pub duration_ms: i64,\n    pub mood: String,\n",
    );
    let decisions = Decisions::default();
    let asked = questions(
        entities
            .evolve(engine, "require_more", &decisions)
            .await
            .unwrap_err(),
    );
    let subjects: Vec<&str> = asked.iter().map(Question::subject).collect();
    assert_eq!(subjects, ["scenes.duration_ms", "scenes.mood"]);
    let fill = |subject: &str, value: &str| (subject.to_owned(), value.to_owned());
    let mut decisions = Decisions {
        fills: [
            fill("scenes.duration_ms", "1000"),
            fill("scenes.mood", "it's calm"),
        ]
        .into(),
        ..Decisions::default()
    };
    let evolution = entities
        .evolve(engine, "require_more", &decisions)
        .await
        .unwrap();
    insta::assert_snapshot!("required", evolution.source);
    decisions
        .fills
        .insert("scenes.duration_ms".to_owned(), "long".to_owned());
    let error = entities
        .evolve(engine, "require_more", &decisions)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("--fill scenes.duration_ms=long: `long` is no whole number"),
        "{error}"
    );
    decisions
        .fills
        .insert("scenes.duration_ms".to_owned(), "1".to_owned());
    decisions.drops.insert("scenes.tone".to_owned());
    let error = entities
        .evolve(engine, "require_more", &decisions)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("--drop scenes.tone decides nothing"),
        "{error}"
    );
}

#[on_both_engines]
async fn a_narrower_type_is_a_decision_and_a_wider_one_is_none(engine: Engine) {
    let entities = Entities::copy();
    entities.replace(
        "src/atlas/videos.rs",
        "    pub channel: ",
        "    pub channel: Option<i64>,\n    pub old: ",
    );
    let text = entities.read("src/atlas/videos.rs");
    let line = text
        .lines()
        .find(|line| line.contains("pub old:"))
        .unwrap()
        .to_owned();
    entities.replace("src/atlas/videos.rs", &format!("{line}\n"), "");
    let decisions = Decisions::default();
    let asked = questions(
        entities
            .evolve(engine, "number_channels", &decisions)
            .await
            .unwrap_err(),
    );
    assert!(
        matches!(&asked[0], Question::Narrow { column, .. } if column == "videos.channel"),
        "{asked:?}"
    );
    let mut decisions = Decisions::default();
    decisions.answer(&asked[0], Answer::Narrowed);
    let evolution = entities
        .evolve(engine, "number_channels", &decisions)
        .await
        .unwrap();
    assert!(
        evolution
            .source
            .contains(".change_type(\"channel\", Kind::BigInteger)"),
        "{}",
        evolution.source
    );
    // Nobody's rows are numbers by chance: the attempt without rows is said.
    assert!(
        evolution
            .notes
            .iter()
            .any(|note| note.starts_with("tried without rows")),
        "{:?}",
        evolution.notes
    );

    let entities = Entities::copy();
    let clip = "src/studio/video_clips.rs";
    entities.replace(
        clip,
        "pub duration_ms: Option<i64>",
        "pub duration_ms: Option<String>",
    );
    let error = entities
        .evolve(engine, "name_durations", &Decisions::default())
        .await;
    // A check compares the column with a number: the engine's own word decides.
    match (engine, error) {
        (Engine::Sqlite, Ok(evolution)) => assert!(evolution.source.contains("Kind::Text")),
        (_, Err(error)) => assert!(matches!(error, EvolveError::Refuted { .. }), "{error}"),
        (_, Ok(evolution)) => panic!("{}", evolution.source),
    }
}
