//! Acceptance tests: the configuration, as a user of the programs meets it. No database is opened here,
//! so one engine is enough.

use std::fs;

use acceptance::{Engine, Home, Outcome, Program};
use groundwork_core::config::Namespace;
use insta::assert_snapshot;
use serde_json::Value;

/// Runs `groundwork config …` with these variables, and no others of ours.
async fn config(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let arguments = ["config"].iter().chain(arguments);
    let mut command = home.command(Program::Groundwork, arguments);
    command
        .env_remove("GROUNDWORK_DATABASE__URL")
        .env_remove("GROUNDWORK_HTTP__BIND")
        .envs(variables.iter().copied());
    Outcome::of(&mut command).await
}

async fn listed(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    let arguments: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    config(home, &arguments, variables).await.json()
}

/// The value of a key and the kind of its origin.
fn setting<'v>(listed: &'v Value, key: &str) -> (&'v Value, &'v Value) {
    let values = listed["values"].as_array().expect("a list of values");
    let setting = values
        .iter()
        .find(|setting| setting["key"] == key)
        .unwrap_or_else(|| panic!("{key} is not listed: {listed}"));
    (&setting["value"], &setting["origin"])
}

#[tokio::test]
async fn the_program_runs_alone_in_an_empty_folder() {
    let home = Home::new(Engine::Sqlite).await;
    let listed = listed(&home, &[], &[]).await;
    let (url, origin) = setting(&listed, "database.url");
    assert_eq!(url, "sqlite://var/groundwork.db");
    assert_eq!(origin["kind"], "embedded");
    assert_eq!(listed["environment"]["name"], "development");
    assert!(!home.dir().join("var").exists(), "asking changes nothing");
}

#[tokio::test]
async fn each_layer_is_stronger_than_the_one_beneath() {
    let home = Home::new(Engine::Sqlite).await;
    let folder = home.dir().join("config");
    fs::create_dir(&folder).expect("a folder");
    let set = |scenes: u32| format!("pipeline:\n  max_scenes: {scenes}\n");
    let scenes = async |arguments: &[&str], variables: &[(&str, &str)]| {
        let listed = listed(&home, arguments, variables).await;
        let (value, origin) = setting(&listed, "pipeline.max_scenes");
        (value.as_u64().expect("a number"), origin["kind"].clone())
    };
    let staging = ("GROUNDWORK_ENVIRONMENT", "staging");
    let variable = ("GROUNDWORK_PIPELINE__MAX_SCENES", "24");

    fs::write(folder.join("default.yaml"), set(21)).expect("a file");
    assert_eq!(scenes(&[], &[]).await, (21, "file".into()));
    fs::write(folder.join("staging.yaml"), set(22)).expect("a file");
    assert_eq!(scenes(&[], &[staging]).await, (22, "file".into()));
    let dotenv = "GROUNDWORK_PIPELINE__MAX_SCENES=23\n";
    fs::write(home.dir().join(".env"), dotenv).expect("a file");
    assert_eq!(scenes(&[], &[staging]).await, (23, "dot_env".into()));
    assert_eq!(
        scenes(&[], &[staging, variable]).await,
        (24, "environment".into())
    );
    let flag = ["--set", "pipeline.max_scenes=25"];
    assert_eq!(
        scenes(&flag, &[staging, variable]).await,
        (25, "flag".into())
    );
}

#[tokio::test]
async fn no_secret_is_ever_printed() {
    let home = Home::new(Engine::Sqlite).await;
    fs::write(home.dir().join("url"), "postgres://ada:hunter2@db/media\n").expect("a file");
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let variables = [
        ("GROUNDWORK_DATABASE__URL_FILE", "url"),
        ("GROUNDWORK_AUTH__KEYS", &format!("laptop:{hash}")),
    ];
    for arguments in [&[][..], &["--json"]] {
        let text = config(&home, arguments, &variables).await.succeeded();
        assert!(text.contains("postgres://ada:***@db/media"), "{text}");
        assert!(!text.contains("hunter2") && !text.contains(hash), "{text}");
    }
    let wrong = [("DATABASE_URL", "postgres://ada:hunter2@db:port/media")];
    let text = config(&home, &[], &wrong).await.failed(78);
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn all_that_is_wrong_is_reported_at_once_with_its_place() {
    let home = Home::new(Engine::Sqlite).await;
    fs::create_dir(home.dir().join("config")).expect("a folder");
    let yaml = "database:\n  max_conections: 5\nlog:\n  format: xml\n";
    fs::write(home.dir().join("config/default.yaml"), yaml).expect("a file");
    fs::write(
        home.dir().join(".env"),
        "\nGROUNDWORK_HTTP__BIND=everywhere\n",
    )
    .expect("a file");
    let variables = [
        ("GROUNDWORK_DATABASE_URL", "sqlite://a.db"),
        ("GROUNDWORK_PIPELINE__MAX_SCENES", "many"),
    ];
    let outcome = config(&home, &[], &variables).await;
    assert_eq!(outcome.stdout, "");
    assert_snapshot!(outcome.failed(78), @r#"
    error: the configuration has 5 problems:
      config/default.yaml:2: there is no key database.max_conections; did you mean database.max_connections?
      environment variable GROUNDWORK_DATABASE_URL: it sets no key that exists; did you mean GROUNDWORK_DATABASE__URL?
      .env:2 (GROUNDWORK_HTTP__BIND): http.bind must be an IP address and a port, such as 127.0.0.1:8000; found "everywhere"
      environment variable GROUNDWORK_PIPELINE__MAX_SCENES: pipeline.max_scenes must be a whole number from 1 to 10000; found "many"
      config/default.yaml:4: log.format must be text or json; found the text "xml"
    "#);
}

/// What Kubernetes puts into every pod beside a service that is called `groundwork`.
const INJECTED: [(&str, &str); 7] = [
    ("GROUNDWORK_SERVICE_HOST", "10.0.0.1"),
    ("GROUNDWORK_SERVICE_PORT", "8000"),
    ("GROUNDWORK_PORT", "tcp://10.0.0.1:8000"),
    ("GROUNDWORK_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
    ("GROUNDWORK_PORT_8000_TCP_PROTO", "tcp"),
    ("GROUNDWORK_PORT_8000_TCP_PORT", "8000"),
    ("GROUNDWORK_PORT_8000_TCP_ADDR", "10.0.0.1"),
];

#[tokio::test]
async fn variables_that_an_orchestrator_injects_are_no_more_than_a_warning() {
    let home = Home::new(Engine::Sqlite).await;
    let outcome = config(&home, &["--json"], &INJECTED).await;
    let warned = outcome.stderr.clone();
    let listed = outcome.json();
    assert_eq!(listed["warnings"].as_array().map(Vec::len), Some(7));
    for (variable, _) in INJECTED {
        assert!(warned.contains(variable), "{variable} is named: {warned}");
    }
    for program in [Program::Groundwork, Program::Migrate] {
        let arguments = match program {
            Program::Groundwork => ["doctor", "--json"],
            _ => ["status", "--json"],
        };
        let mut command = home.command(program, arguments);
        let outcome = Outcome::of(command.envs(INJECTED)).await;
        assert_ne!(outcome.code, Some(78), "{outcome:?}");
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(said.contains("GROUNDWORK_SERVICE_HOST"), "{said}");
    }
}

#[tokio::test]
async fn without_a_key_the_server_stays_on_this_machine() {
    let home = Home::new(Engine::Sqlite).await;
    let mut command = home.command(Program::Groundwork, ["serve", "--bind", "0.0.0.0:0"]);
    let text = Outcome::of(&mut command).await.failed(78);
    assert!(
        text.contains("auth.keys") && text.contains("http.bind"),
        "{text}"
    );
    assert!(!home.dir().join("var").exists(), "nothing was opened");
}

#[tokio::test]
async fn both_programs_read_the_same_configuration() {
    let home = Home::new(Engine::Sqlite).await;
    let wrong = ("GROUNDWORK_LOG__FORMAT", "xml");
    let fault = "environment variable GROUNDWORK_LOG__FORMAT: log.format must be text or json";
    for (program, arguments) in [
        (Program::Groundwork, &["studio", "list"][..]),
        (Program::Migrate, &["status"]),
    ] {
        let mut command = home.command(program, arguments);
        let text = Outcome::of(command.env(wrong.0, wrong.1)).await.failed(78);
        assert!(text.contains(fault), "{program:?}: {text}");
    }
}

#[tokio::test]
async fn an_environment_must_exist_and_production_always_does() {
    let home = Home::new(Engine::Sqlite).await;
    let listed = listed(&home, &["--environment", "production"], &[]).await;
    assert_eq!(setting(&listed, "database.migrate_on_start").0, false);
    let text = config(&home, &["--environment", "prodction"], &[])
        .await
        .failed(78);
    assert!(text.contains("did you mean production?"), "{text}");
}

/// The text of a file of the folder `config/` of the repository.
fn of_the_repository(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../config");
    fs::read_to_string(format!("{folder}/{name}")).expect("a file of the repository")
}

#[tokio::test]
async fn the_files_of_the_repository_are_those_that_are_embedded() {
    let home = Home::new(Engine::Sqlite).await;
    let defaults = config(&home, &["--defaults"], &[]).await.succeeded();
    let advice = "write it anew: `cargo run -- config --defaults > config/default.yaml`";
    assert_eq!(defaults, of_the_repository("default.yaml"), "{advice}");
    for name in ["production", "test"] {
        let embedded = Namespace::new("groundwork").embedded(name);
        let advice = format!("crates/core/src/config/{name}.yaml and config/{name}.yaml differ");
        assert_eq!(
            embedded,
            [of_the_repository(&format!("{name}.yaml"))],
            "{advice}"
        );
    }
}

#[tokio::test]
async fn the_schema_of_the_repository_is_current() {
    let home = Home::new(Engine::Sqlite).await;
    let printed = config(&home, &["--schema"], &[]).await.json();
    let kept: Value = serde_json::from_str(&of_the_repository("schema.json")).expect("JSON");
    let advice = "write it anew: `cargo run -- config --schema > config/schema.json`";
    assert_eq!(printed, kept, "{advice}");
    for file in ["default.yaml", "production.yaml", "test.yaml"] {
        let text = of_the_repository(file);
        let first = text.lines().next();
        assert_eq!(
            first,
            Some("# yaml-language-server: $schema=./schema.json"),
            "{file}"
        );
    }
}

#[tokio::test]
async fn migrate_leaves_the_sections_of_the_server_alone() {
    let home = Home::new(Engine::Sqlite).await;
    for (variable, code) in [
        ("GROUNDWORK_PIPELINE__MAX_SCENES", 0),
        ("GROUNDWORK_PIPLINE__MAX_SCENES", 78),
    ] {
        let mut command = home.command(Program::Migrate, ["status"]);
        let outcome = Outcome::of(command.env(variable, "20")).await;
        match code {
            0 => drop(outcome.succeeded()),
            code => drop(outcome.failed(code)),
        }
    }
}
