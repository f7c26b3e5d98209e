//! `migrate lint`, as a pipeline runs it.

use std::fs;

use acceptance::{Engine, Home, Outcome, on_both_engines};
use serde_json::Value;

use super::{connect_to, run};

/// Locks a table while an index is made; each engine has a word of its own in it.
fn hazardous(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "PRAGMA foreign_keys = ON;\n\
             ALTER TABLE scenes ADD COLUMN mood text NOT NULL;\n\
             DROP TABLE keyframes;\n"
        }
        Engine::Postgres => {
            "CREATE INDEX ix_scenes_description ON scenes (description);\n\
             ALTER TABLE scenes ALTER COLUMN description TYPE varchar(10);\n\
             DROP TABLE keyframes;\n"
        }
    }
}

fn harmless(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "PRAGMA foreign_keys = ON;\nALTER TABLE scenes ADD COLUMN mood text;\n",
        Engine::Postgres => {
            "SET lock_timeout = '3s';\nALTER TABLE scenes ADD COLUMN mood text;\n\
             SELECT '1'::bigint;\n"
        }
    }
}

async fn lint(home: &Home, sql: &str, arguments: &[&str]) -> Outcome {
    fs::write(home.dir().join("changes.sql"), sql).unwrap();
    let arguments = [&["lint", "changes.sql"], arguments].concat();
    home.migrate(arguments).await
}

/// The ids of what was found.
fn rules(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    let rules = findings.iter().map(|finding| &finding["rule"]);
    rules.map(|rule| rule.as_str().unwrap()).collect()
}

fn parsed(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

#[on_both_engines]
async fn a_file_is_looked_at_for_the_engine_whose_words_it_has(engine: Engine) {
    let home = Home::new(engine).await;
    let found = lint(&home, hazardous(engine), &[]).await;
    assert_eq!(found.code, Some(1), "{found:?}");
    let name = format!("lint_{engine:?}").to_lowercase();
    insta::assert_snapshot!(name, format!("{}---\n{}", found.stdout, found.stderr));

    let clean = lint(&home, harmless(engine), &[]).await;
    assert_eq!(
        (clean.code, clean.stdout.as_str()),
        (Some(0), ""),
        "{clean:?}"
    );
    assert!(
        clean.stderr.ends_with("0 errors, 0 warnings, 0 waived\n"),
        "{}",
        clean.stderr
    );
}

#[tokio::test]
async fn a_file_that_could_be_for_either_engine_needs_the_flag() {
    let home = Home::new(Engine::Sqlite).await;
    let output = lint(&home, "DROP TABLE keyframes;", &[]).await.failed(2);
    assert_eq!(
        output,
        "error: changes.sql does not say for which engine it is: add --engine sqlite or \
         --engine postgres\n"
    );
    for engine in ["sqlite", "postgres"] {
        let output = lint(
            &home,
            "DROP TABLE keyframes;",
            &["--engine", engine, "--json"],
        )
        .await;
        let report = parsed(&output);
        assert_eq!(report["findings"][0]["engine"], engine);
        assert!(rules(&report).contains(&"GW306"), "{report}");
    }
    let missing = home.migrate(["lint", "nowhere.sql"]).await.failed(2);
    assert!(missing.contains("cannot read nowhere.sql"), "{missing}");
    fs::write(home.dir().join("changes.sql"), b"\xff\xfe").unwrap();
    let binary = home.migrate(["lint", "changes.sql"]).await.failed(65);
    assert!(binary.contains("changes.sql"), "{binary}");
}

#[on_both_engines]
async fn a_waiver_needs_a_reason(engine: Engine) {
    let home = Home::new(engine).await;
    let begin = harmless(engine);
    let with = |waiver: &str| format!("{begin}{waiver}\nDROP TABLE keyframes;\n");
    let waived = lint(&home, &with("-- lint: allow GW306: a cache"), &["--json"]).await;
    let report = parsed(&waived);
    assert_eq!((waived.code, &report["waived"]), (Some(0), &Value::from(1)));
    assert_eq!(rules(&report), [""; 0]);

    let without = lint(&home, &with("-- lint: allow GW306"), &["--json"]).await;
    assert_eq!(without.code, Some(1));
    let report = parsed(&without);
    assert!(
        rules(&report).contains(&"GW306") && rules(&report).contains(&"GW391"),
        "{report}"
    );
}

#[on_both_engines]
async fn warnings_fail_only_where_they_are_denied(engine: Engine) {
    let home = Home::new(engine).await;
    // A waiver that matches nothing is a warning.
    let sql = format!("-- lint: allow GW306: nothing\n{}", harmless(engine));
    let warned = lint(&home, &sql, &["--json"]).await;
    let report = parsed(&warned);
    assert_eq!(rules(&report), ["GW392"]);
    assert_eq!(
        (warned.code, &report["warnings"]),
        (Some(0), &Value::from(1))
    );
    let denied = lint(&home, &sql, &["--deny", "warnings"]).await;
    assert_eq!(denied.code, Some(1));
}

#[tokio::test]
async fn the_migrations_of_this_project_have_no_hazard() {
    let home = Home::new(Engine::Sqlite).await;
    for format in ["text", "json", "sarif"] {
        let clean = home.migrate(["lint", "--deny", "warnings", "--format", format]);
        let clean = clean.await;
        assert_eq!(clean.code, Some(0), "{clean:?}");
    }
}

#[on_both_engines]
async fn the_live_catalog_is_held_against_the_convention(engine: Engine) {
    let home = Home::new(engine).await;
    let _ = home.migrate(["up"]).await.succeeded();
    let live = ["lint", "--live", "--deny", "warnings", "--json"];
    let clean = home.migrate(live).await;
    assert_eq!(clean.code, Some(0), "{clean:?}");
    let connection = connect_to(&home).await;
    run(
        &connection,
        "CREATE TABLE moods (id bigint CONSTRAINT primary_of_moods PRIMARY KEY, scene_id bigint)",
    )
    .await;
    connection.close().await.unwrap();
    let drifted = home.migrate(live).await;
    assert_eq!(drifted.code, Some(1), "{drifted:?}");
    let report = parsed(&drifted);
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty());
    for finding in findings {
        assert_eq!(finding["place"]["kind"], "catalog");
        assert!(
            finding["message"].as_str().unwrap().contains("moods"),
            "{finding}"
        );
    }
    let without = home.migrate(["lint", "--json"]).await;
    assert_eq!(without.code, Some(0), "the migrations are what they were");
}

#[on_both_engines]
async fn sarif_is_what_its_schema_asks_for(engine: Engine) {
    let home = Home::new(engine).await;
    let found = lint(&home, hazardous(engine), &["--format", "sarif"]).await;
    assert_eq!(found.code, Some(1));
    let log = parsed(&found);
    sarif::require(&log);
    let first = &log["runs"][0];
    let results = first["results"].as_array().unwrap();
    let as_json = lint(&home, hazardous(engine), &["--format", "json"]).await;
    assert_eq!(results.len(), rules(&parsed(&as_json)).len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            first["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "changes.sql");
    }

    // Migrations and a live catalog have places of other shapes.
    let connection = connect_to(&home).await;
    let moods = "CREATE TABLE moods (id bigint CONSTRAINT primary_of_moods PRIMARY KEY)";
    run(&connection, moods).await;
    connection.close().await.unwrap();
    let live = home.migrate(["lint", "--live", "--format", "sarif"]).await;
    let log = parsed(&live);
    assert_ne!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
    sarif::require(&log);
}

/// What the JSON schema of SARIF 2.1.0
/// (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json>)
/// asks of the objects that a report has: no property beyond these, the required ones, their types.
mod sarif {
    use serde_json::Value;
    use url::Url;

    enum Kind {
        Text,
        Uri,
        Reference,
        AtLeast(i64),
        OneOf(&'static [&'static str]),
        Object(&'static str),
        List(&'static str),
    }
    use Kind::{AtLeast, List, Object, OneOf, Reference, Text, Uri};

    const LEVELS: Kind = OneOf(&["none", "note", "warning", "error"]);

    /// The properties of an object, and how many of them, from the first, it must have.
    fn shape(object: &str) -> (usize, &'static [(&'static str, Kind)]) {
        match object {
            "log" => (
                2,
                &[
                    ("version", OneOf(&["2.1.0"])),
                    ("runs", List("run")),
                    ("$schema", Uri),
                ],
            ),
            "run" => (
                1,
                &[
                    ("tool", Object("tool")),
                    (
                        "columnKind",
                        OneOf(&["utf16CodeUnits", "unicodeCodePoints"]),
                    ),
                    ("results", List("result")),
                ],
            ),
            "tool" => (1, &[("driver", Object("component"))]),
            "component" => (
                1,
                &[("name", Text), ("version", Text), ("rules", List("rule"))],
            ),
            "rule" => (
                1,
                &[
                    ("id", Text),
                    ("name", Text),
                    ("shortDescription", Object("message")),
                    ("fullDescription", Object("message")),
                    ("help", Object("message")),
                    ("defaultConfiguration", Object("configuration")),
                ],
            ),
            "configuration" => (0, &[("level", LEVELS)]),
            "message" => (1, &[("text", Text)]),
            "result" => (
                1,
                &[
                    ("message", Object("message")),
                    ("ruleId", Text),
                    ("ruleIndex", AtLeast(-1)),
                    ("level", LEVELS),
                    ("locations", List("location")),
                ],
            ),
            "location" => (
                0,
                &[
                    ("physicalLocation", Object("physical")),
                    ("logicalLocations", List("logical")),
                ],
            ),
            "physical" => (
                1,
                &[
                    ("artifactLocation", Object("artifact")),
                    ("region", Object("region")),
                ],
            ),
            "artifact" => (0, &[("uri", Reference)]),
            "region" => (0, &[("startLine", AtLeast(1)), ("startColumn", AtLeast(1))]),
            "logical" => (0, &[("fullyQualifiedName", Text), ("kind", Text)]),
            other => panic!("no shape is known for {other}"),
        }
    }

    /// Fails unless a log is of the shape.
    pub(super) fn require(log: &Value) {
        object("log", log);
    }

    fn object(name: &str, value: &Value) {
        let members = value.as_object();
        let members = members.unwrap_or_else(|| panic!("{name} is no object: {value}"));
        let (required, properties) = shape(name);
        for (property, _) in &properties[..required] {
            assert!(members.contains_key(*property), "{name} lacks {property}");
        }
        for (member, value) in members {
            let known = properties.iter().find(|(property, _)| property == member);
            let (_, kind) = known.unwrap_or_else(|| panic!("{name} has no {member}"));
            assert!(is(kind, value), "{member} of {name} cannot be {value}");
        }
    }

    fn is(kind: &Kind, value: &Value) -> bool {
        match kind {
            Text => value.is_string(),
            Uri => value.as_str().is_some_and(|text| Url::parse(text).is_ok()),
            Reference => value.as_str().is_some_and(|text| {
                let base = Url::parse("file:///base/").unwrap();
                !text.contains(' ') && base.join(text).is_ok()
            }),
            AtLeast(least) => value.as_i64().is_some_and(|number| number >= *least),
            OneOf(values) => value.as_str().is_some_and(|text| values.contains(&text)),
            Object(name) => {
                object(name, value);
                true
            }
            List(name) => value.as_array().is_some_and(|items| {
                items.iter().for_each(|item| object(name, item));
                true
            }),
        }
    }
}
