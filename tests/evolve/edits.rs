//! Edits of the entities of this repository, and the migrations that they give.

use acceptance::{Engine, on_both_engines};
use groundwork_migrate::evolve::{Decisions, EvolveError};

use super::Entities;

const SCENES: &str = "src/studio/scenes.rs";

/// The end of the columns of `scenes`, where a person adds one.
const DURATION: &str = "    pub duration_ms: Option<i64>,\n";

#[on_both_engines]
async fn a_new_field_becomes_a_column_with_its_way_back(engine: Engine) {
    let entities = Entities::copy();
    let field = "    /// How it feels.\n    pub mood: Option<String>,\n";
    entities.replace(SCENES, DURATION, &format!("{DURATION}{field}"));
    let evolution = entities
        .evolve(engine, "add_mood", &Decisions::default())
        .await
        .unwrap();
    insta::assert_snapshot!("new_field", evolution.source);
    // What the person wrote about it is kept where documentation belongs.
    let (_, map) = evolution.type_map.unwrap();
    assert!(
        map.contains("\"scenes.mood\" = \"How it feels.\"\n"),
        "{map}"
    );
    assert_eq!(evolution.completed, ["studio/scenes.rs"]);
    assert!(evolution.losses.is_empty() && evolution.irreversible.is_none());
}

#[on_both_engines]
async fn a_file_written_as_it_is_generated_comes_back_to_the_byte(engine: Engine) {
    let entities = Entities::copy();
    let field = "    /// How it feels.\n    ///\n    /// `text`, unique.\n    #[sea_orm(unique)]\n    \
                 pub mood: Option<String>,\n";
    entities.replace(SCENES, DURATION, &format!("{DURATION}{field}"));
    let evolution = entities
        .evolve(engine, "add_mood", &Decisions::default())
        .await
        .unwrap();
    assert_eq!(evolution.completed, [""; 0]);
    insta::assert_snapshot!("new_unique_field", evolution.source);
}

#[on_both_engines]
async fn a_new_file_becomes_a_table_with_its_enum_its_id_and_its_relation(engine: Engine) {
    let entities = Entities::copy();
    entities.write(
        "src/studio/moods.rs",
        "use sea_orm::entity::prelude::*;\n\n/// How a scene feels.\n#[sea_orm::model]\n\
         #[derive(Clone, Debug, DeriveEntityModel)]\n#[sea_orm(table_name = \"moods\")]\npub struct Model {\n    \
         #[sea_orm(primary_key, auto_increment = false)]\n    pub id: MoodId,\n    \
         pub scene_id: super::SceneId,\n    #[sea_orm(unique)]\n    pub label: String,\n    \
         pub weight: Option<f64>,\n    pub tone: Tone,\n    \
         #[sea_orm(belongs_to, from = \"scene_id\", to = \"id\", on_delete = \"Cascade\")]\n    \
         pub scene: BelongsTo<super::scenes::Entity>,\n}\n",
    );
    entities.replace(
        "src/studio/enums.rs",
        "enums! {\n",
        "enums! {\n    Tone {\n        Bright = \"bright\",\n        Dark = \"dark\",\n    }\n",
    );
    let evolution = entities
        .evolve(engine, "create_moods", &Decisions::default())
        .await
        .unwrap();
    insta::assert_snapshot!("new_table", evolution.source);
    let (_, map) = evolution.type_map.unwrap();
    for line in [
        "    \"moods\",\n",
        "\"moods.tone\" = \"Tone\"\n",
        "\"moods\" = \"How a scene feels.\"\n",
    ] {
        assert!(map.contains(line), "{map}");
    }
    // The pattern `*.id` names the id already.
    assert!(!map.contains("\"moods.id\""), "{map}");
}

#[on_both_engines]
async fn a_variant_more_changes_the_check_of_every_column_of_the_enum(engine: Engine) {
    let entities = Entities::copy();
    entities.replace(
        "src/studio/enums.rs",
        "        Keyframe = \"keyframe\",\n",
        "        Keyframe = \"keyframe\",\n        Poster = \"poster\",\n",
    );
    let evolution = entities
        .evolve(engine, "allow_posters", &Decisions::default())
        .await
        .unwrap();
    insta::assert_snapshot!("new_variant", evolution.source);
    // A value less may be one that rows have.
    entities.replace("src/studio/enums.rs", "        Output = \"output\",\n", "");
    let error = entities
        .evolve(engine, "allow_posters", &Decisions::default())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("--narrow artifacts.kind"),
        "{error}"
    );
}

#[on_both_engines]
async fn checks_triggers_and_indexes_stay_untouched(engine: Engine) {
    let entities = Entities::copy();
    // `articles` has triggers, `transcript_segments` an index in words of each engine.
    for file in [
        "src/signals/articles.rs",
        "src/atlas/transcript_segments.rs",
    ] {
        entities.replace(
            file,
            "pub struct Model {\n",
            "pub struct Model {\n    pub mood: Option<String>,\n",
        );
    }
    entities.replace(
        SCENES,
        "pub description: String,",
        "pub description: Option<String>,",
    );
    let evolution = entities
        .evolve(engine, "change_much", &Decisions::default())
        .await
        .unwrap();
    let schema = evolution.after.last().unwrap();
    assert!(!schema.tables["articles"].triggers.is_empty());
    let checks = &schema.tables["scenes"].checks;
    assert_eq!(checks.len(), 2, "{checks:?}");
    assert!(
        evolution
            .notes
            .iter()
            .any(|note| note.contains("a new column is the last one"))
    );
}

#[on_both_engines]
async fn what_loses_something_says_so_in_its_name(engine: Engine) {
    let entities = Entities::copy();
    entities.replace(
        SCENES,
        &format!("    ///\n    /// `bigint`.\n{DURATION}"),
        "",
    );
    let error = entities
        .evolve(engine, "tidy_up", &Decisions::default())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("drop_duration_ms_from_scenes"),
        "{error}"
    );
    let evolution = entities
        .evolve(engine, "drop_duration", &Decisions::default())
        .await
        .unwrap();
    assert_eq!(
        evolution.losses,
        ["column scenes.duration_ms with its values"]
    );
    // The check over the column comes back with it.
    insta::assert_snapshot!("dropped_field", evolution.source);
    let (_, map) = evolution.type_map.unwrap();
    assert!(!map.contains("scenes.duration_ms"), "{map}");
}

#[on_both_engines]
async fn a_removed_file_drops_its_table_and_a_required_value_cannot_come_back(engine: Engine) {
    let entities = Entities::copy();
    std::fs::remove_file(entities.path("src/studio/keyframes.rs")).unwrap();
    let evolution = entities
        .evolve(engine, "drop_keyframes", &Decisions::default())
        .await
        .unwrap();
    assert_eq!(evolution.losses, ["table keyframes with its rows"]);
    insta::assert_snapshot!("dropped_table", evolution.source);

    let entities = Entities::copy();
    entities.replace(SCENES, "    /// `text`.\n    pub end_prompt: String,\n", "");
    let evolution = entities
        .evolve(engine, "drop_prompt", &Decisions::default())
        .await
        .unwrap();
    let why = evolution.irreversible.unwrap();
    assert!(
        why.contains("the values of scenes.end_prompt are gone"),
        "{why}"
    );
    assert!(
        evolution.source.contains("Err(irreversible("),
        "{}",
        evolution.source
    );
}

#[on_both_engines]
async fn a_relation_that_goes_or_changes_changes_its_foreign_key(engine: Engine) {
    let entities = Entities::copy();
    entities.replace(SCENES, ", on_delete = \"Cascade\"", "");
    let evolution = entities
        .evolve(engine, "keep_scenes", &Decisions::default())
        .await
        .unwrap();
    insta::assert_snapshot!("changed_relation", evolution.source);
}

#[on_both_engines]
async fn what_no_column_can_be_is_refused_with_its_line(engine: Engine) {
    let refused = async |old: &str, new: &str| {
        let entities = Entities::copy();
        entities.replace(SCENES, old, new);
        let error = entities
            .evolve(engine, "change_it", &Decisions::default())
            .await
            .unwrap_err();
        error.to_string()
    };
    let with = |field: &str| format!("{DURATION}    {field}\n");
    let error = refused(DURATION, &with("pub mood: Mood,")).await;
    assert!(
        error.contains("studio/scenes.rs:38: scenes.mood is a `Mood`"),
        "{error}"
    );
    let error = refused(DURATION, &with("pub mood: i16,")).await;
    assert!(error.contains("is a `i16`, for which"), "{error}");
    let error = refused(DURATION, &with("pub mood: ,")).await;
    assert!(error.contains("studio/scenes.rs:38: "), "{error}");
    let error = refused(
        DURATION,
        &with("#[sea_orm(indexed)]\n    pub mood: Option<String>,"),
    )
    .await;
    assert!(error.contains("scenes.mood has `indexed`"), "{error}");
    let moods = "#[sea_orm(has_many)]\n    pub tones: HasMany<super::keyframes::Entity>,";
    let error = refused(
        DURATION,
        &format!("{}    pub mood: Option<String>,\n", with(moods)),
    )
    .await;
    assert!(
        error.contains("`tones` is the other end of a foreign key"),
        "{error}"
    );
}

#[on_both_engines]
async fn entities_that_say_what_the_migrations_make_give_nothing(engine: Engine) {
    let entities = Entities::copy();
    let error = entities
        .evolve(engine, "do_nothing", &Decisions::default())
        .await
        .unwrap_err();
    assert!(matches!(error, EvolveError::NoEdits), "{error}");
}
