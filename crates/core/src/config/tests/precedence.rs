//! Which layer's value is effective, and what is reported about it.

use std::path::Path;

use proptest::prelude::*;

use super::*;

#[test]
fn the_defaults_stand_alone() {
    let loaded = load(&embedded()).unwrap();
    let config = &loaded.config;
    assert_eq!(config.database.url.expose(), "sqlite://var/groundwork.db");
    assert!(config.database.replica_url.is_none());
    assert!(config.database.migrate_on_start);
    assert_eq!(config.files.root, Path::new("var/files"));
    assert_eq!(config.http.bind.to_string(), "127.0.0.1:8000");
    assert_eq!(config.http.request_timeout, Duration::from_secs(30));
    assert!(config.auth.keys.is_empty());
    assert_eq!(config.own.max_scenes, 15);
    assert_eq!(config.own.retry_max_attempts, 5);
    assert_eq!(config.own.retry_base_delay, Duration::from_secs(2));
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(loaded.environment.name, "development");
}

#[test]
fn every_key_of_the_defaults_is_read() {
    let (layers, _, _) = super::super::load::read::<Pipeline>(&embedded());
    let loaded = load(&embedded()).unwrap();
    let read: Vec<&str> = loaded
        .values
        .iter()
        .map(|value| value.key.as_str())
        .collect();
    assert_eq!(read, layers.known.0);
}

#[test]
fn production_is_embedded_and_leaves_migrations_to_people() {
    let loaded = load(&with(&[("GROUNDWORK_ENVIRONMENT", "production")])).unwrap();
    assert!(!loaded.config.database.migrate_on_start);
    assert_eq!(loaded.config.log.format, LogFormat::Json);
    assert_eq!(
        origin_of(&loaded, "database.migrate_on_start"),
        "built-in production.yaml:5"
    );
}

#[test]
fn a_file_on_disk_names_only_what_it_changes() {
    let folder = Folder::with(&[
        ("config/default.yaml", "pipeline:\n  max_scenes: 20\n"),
        (
            "config/production.yaml",
            "# ours\nlog:\n  format: text\nfiles:\n",
        ),
    ]);
    let sources = folder
        .sources()
        .with_variable("GROUNDWORK_ENVIRONMENT", "production");
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.own.max_scenes, 20);
    assert_eq!(loaded.config.log.format, LogFormat::Text);
    assert!(!loaded.config.database.migrate_on_start);
    let origin = format!("{}:3", folder.path("config/production.yaml"));
    assert_eq!(origin_of(&loaded, "log.format"), origin);
    assert_eq!(loaded.files.len(), 2);
}

#[test]
fn dotenv_reports_the_line_of_each_variable() {
    let folder = Folder::with(&[(
        ".env",
        "# secrets\nOTHER='one\ntwo'\n\nexport GROUNDWORK_HTTP__BIND=127.0.0.1:9000\nDATABASE_URL=\"sqlite://a.db\" # here\n",
    )]);
    let loaded = load(&folder.sources()).unwrap();
    let dotenv = folder.path(".env");
    assert_eq!(
        origin_of(&loaded, "http.bind"),
        format!("{dotenv}:5 (GROUNDWORK_HTTP__BIND)")
    );
    assert_eq!(
        origin_of(&loaded, "database.url"),
        format!("{dotenv}:6 (DATABASE_URL)")
    );
    assert_eq!(loaded.config.database.url.expose(), "sqlite://a.db");
}

#[test]
fn the_proper_variable_is_stronger_than_the_customary_one() {
    let loaded = load(&with(&[
        ("DATABASE_URL", "sqlite://customary.db"),
        ("GROUNDWORK_DATABASE__URL", "sqlite://proper.db"),
    ]))
    .unwrap();
    assert_eq!(loaded.config.database.url.expose(), "sqlite://proper.db");
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = Folder::with(&[("url", "postgres://ada:s3cret@db/media\n")]);
    let sources = with(&[("GROUNDWORK_DATABASE__URL_FILE", &folder.path("url"))]);
    let loaded = load(&sources).unwrap();
    assert_eq!(
        loaded.config.database.url.expose(),
        "postgres://ada:s3cret@db/media"
    );
    assert_eq!(
        origin_of(&loaded, "database.url"),
        format!(
            "environment variable GROUNDWORK_DATABASE__URL_FILE → {}",
            folder.path("url")
        )
    );
}

#[test]
fn no_secret_shows_in_what_is_listed() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let loaded = load(&with(&[
        ("DATABASE_URL", "postgres://ada:s3cret@db/media"),
        (
            "GROUNDWORK_DATABASE__REPLICA_URL",
            "postgres://ada:s3cret@replica/media",
        ),
        ("GROUNDWORK_AUTH__KEYS", &format!("laptop:{hash}")),
    ]))
    .unwrap();
    let listed = serde_json::to_string(&loaded).unwrap() + &format!("{loaded:?}");
    assert!(!listed.contains("s3cret"), "{listed}");
    assert!(!listed.contains(hash), "{listed}");
    assert!(listed.contains("postgres://ada:***@replica/media"));
}

#[test]
fn what_is_listed_serialises_with_value_and_origin() {
    let sources = embedded().with_flag("--bind", "http.bind", "localhost:9000");
    let loaded = load(&sources).unwrap();
    let listed = serde_json::to_value(&loaded).unwrap();
    let values = listed["values"].as_array().unwrap();
    let bind = values.iter().find(|value| value["key"] == "http.bind");
    assert_eq!(
        *bind.unwrap(),
        serde_json::json!({
            "key": "http.bind",
            "value": "localhost:9000",
            "origin": {"kind": "flag", "name": "--bind"},
        })
    );
    assert_eq!(loaded.config.http.bind.to_string(), "127.0.0.1:9000");
}

#[test]
fn lists_in_variables_are_separated_by_commas() {
    let loaded = load(&with(&[(
        "GROUNDWORK_HTTP__ALLOWED_ORIGINS",
        "https://studio.example, http://localhost:5173/,",
    )]))
    .unwrap();
    assert_eq!(
        loaded.config.http.allowed_origins,
        ["https://studio.example", "http://localhost:5173"]
    );
}

#[test]
fn keys_in_a_file_open_the_way_to_the_network() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let text = format!(
        "http:\n  bind: 0.0.0.0:8000\nauth:\n  keys:\n    - {{name: laptop, sha256: {hash}}}\n"
    );
    let folder = Folder::with(&[("config/default.yaml", &text)]);
    let loaded = load(&folder.sources()).unwrap();
    assert_eq!(loaded.config.auth.find("abc").unwrap().name, "laptop");
}

/// The layers that can set a value, from weak to strong.
const LAYERS: [&str; 5] = [
    "default.yaml",
    "staging.yaml",
    ".env",
    "environment",
    "flag",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn of_any_layers_the_strongest_wins(
        set in proptest::array::uniform5(any::<bool>()),
        value in proptest::array::uniform5(1_u32..=100),
    ) {
        let yaml = |index: usize| if set[index] {
            format!("pipeline:\n  max_scenes: {}\n", value[index])
        } else {
            String::new()
        };
        let dotenv = if set[2] {
            format!("GROUNDWORK_PIPELINE__MAX_SCENES={}\n", value[2])
        } else {
            String::new()
        };
        let folder = Folder::with(&[
            ("config/default.yaml", &yaml(0)),
            ("config/staging.yaml", &yaml(1)),
            (".env", &dotenv),
        ]);
        let mut sources = folder.sources().with_variable("GROUNDWORK_ENVIRONMENT", "staging");
        if set[3] {
            sources = sources.with_variable("GROUNDWORK_PIPELINE__MAX_SCENES", value[3].to_string());
        }
        if set[4] {
            sources = sources.with_flag("flag", "pipeline.max_scenes", value[4].to_string());
        }
        let loaded = load(&sources).unwrap();
        let strongest = (0..LAYERS.len()).rev().find(|index| set[*index]);
        prop_assert_eq!(loaded.config.own.max_scenes, strongest.map_or(15, |index| value[index]));
        let origin = origin_of(&loaded, "pipeline.max_scenes");
        let place = strongest.map_or("default", |index| LAYERS[index]);
        prop_assert!(origin.contains(place), "{} is not {}", origin, place);
    }

    #[test]
    fn no_text_of_a_file_makes_it_panic(text in "\\PC*", yaml in "([a-z]{1,3}: ?|[-#\\[\\]{}&*!|>'\"%@`\\n ,]){0,20}") {
        let folder = Folder::with(&[("config/default.yaml", &yaml), (".env", &text)]);
        let _ = load(&folder.sources());
    }
}
