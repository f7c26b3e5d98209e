use std::{collections::BTreeSet, fs, path::Path};

use groundwork_naming::{Convention, Engine};
use groundwork_schema::model::Schema;
use sea_orm_migration::MigrationTrait;

use super::{
    document::document,
    finding::{Finding, Place},
    rules::{Example, both},
    *,
};

const CONVENTION: Convention = Convention {
    primary_key: "pk_{table}",
    foreign_key: "fk_{table}_{columns}_{referred_table}",
    unique: "uq_{table}_{columns}",
    check: "ck_{table}_{rule}",
    index: "ix_{table}_{columns}",
    not_null: "nn_{table}_{columns}",
};

/// The ids that a text gives on an engine.
fn ids(text: &str, engine: Engine) -> Vec<&'static str> {
    let report = sql("a.sql", text, engine, &CONVENTION);
    report
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

#[test]
fn every_rule_finds_its_bad_example_and_leaves_the_good_one_alone() {
    let mut tried = 0;
    for rule in rules::all() {
        let (Example::Sql(bad), Example::Sql(good)) = (rule.bad, rule.good) else {
            continue;
        };
        // LOCALTIMESTAMP is PostgreSQL's; the rest of both is found on each.
        let engines = match rule.engine() {
            Some(engine) => vec![engine],
            None if rule.id == "GW305" => vec![Engine::Postgres],
            None => vec![Engine::Sqlite, Engine::Postgres],
        };
        for engine in engines {
            let (found, fine) = (ids(bad, engine), ids(good, engine));
            assert!(
                found.contains(&rule.id),
                "{}, {engine:?}: {found:?}",
                rule.id
            );
            assert!(
                !fine.contains(&rule.id),
                "{}, {engine:?}: {fine:?}",
                rule.id
            );
            assert!(
                !fine.contains(&"GW310") || rule.id == "GW310",
                "{}: {fine:?}",
                rule.id
            );
        }
        tried += 1;
    }
    assert_eq!(tried, rules::all().count() - 6);
}

#[test]
fn ids_are_unique_and_in_order() {
    let ids: Vec<&str> = rules::all().map(|rule| rule.id).collect();
    assert!(ids.is_sorted_by(|one, other| one < other));
}

#[test]
fn a_statement_that_the_engine_reads_otherwise_is_no_hazard() {
    let fine = [
        (
            Engine::Postgres,
            "GW102",
            "CREATE TABLE a (id bigint);\nALTER TABLE a ADD CONSTRAINT fk_a_id_b FOREIGN KEY (id) REFERENCES b (id);",
        ),
        (
            Engine::Postgres,
            "GW108",
            "CREATE TABLE a (id bigint);\nCREATE INDEX ix_a_id ON a (id);",
        ),
        (
            Engine::Postgres,
            "GW101",
            "ALTER TABLE a ADD COLUMN at timestamptz DEFAULT now();",
        ),
        (
            Engine::Postgres,
            "GW101",
            "ALTER TABLE a ADD COLUMN word text DEFAULT 'f(x)';",
        ),
        (
            Engine::Postgres,
            "GW106",
            "CREATE TABLE a (word varchar(20));\nALTER TABLE a ALTER COLUMN word TYPE text;",
        ),
        (
            Engine::Sqlite,
            "GW306",
            "PRAGMA foreign_keys = OFF;\nBEGIN;\nCREATE TABLE n (id bigint);\nDROP TABLE a;\nALTER TABLE n RENAME TO a;\nCOMMIT;",
        ),
        (
            Engine::Sqlite,
            "GW310",
            "CREATE TRIGGER t AFTER DELETE ON a WHEN OLD.x <> 1 BEGIN DELETE FROM b; END;",
        ),
        (
            Engine::Sqlite,
            "GW308",
            "CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b; END;",
        ),
        (Engine::Postgres, "GW128", "VACUUM (FULL FALSE) a;"),
        (
            Engine::Postgres,
            "GW128",
            "CREATE MATERIALIZED VIEW public.mv AS SELECT 1 AS a WITH NO DATA;\n\
             REFRESH MATERIALIZED VIEW public.mv;",
        ),
        (
            Engine::Postgres,
            "GW120",
            "ALTER TABLE a ADD COLUMN c \"char\";",
        ),
        (
            Engine::Postgres,
            "GW310",
            "SET xmloption = content;\nALTER TABLE ONLY a REPLICA IDENTITY FULL;\n\
             ALTER TABLE ONLY a ATTACH PARTITION b FOR VALUES FROM (1) TO (2);\n\
             CREATE TYPE floats AS RANGE (subtype = double precision);\n\
             ALTER DEFAULT PRIVILEGES FOR ROLE r IN SCHEMA s GRANT SELECT ON TABLES TO p;\n\
             CREATE VIEW public.v AS SELECT 1 AS a\n  WITH CASCADED CHECK OPTION;\n\
             INSERT INTO public.a OVERRIDING SYSTEM VALUE VALUES (1);\n\
             CREATE INDEX ix_a_b ON ONLY public.a USING btree (b);\n\
             ALTER TABLE ONLY a ADD CONSTRAINT f FOREIGN KEY (b, c) REFERENCES d(b, c) ON DELETE SET NULL (c);\n\
             CREATE TEXT SEARCH CONFIGURATION c (PARSER = pg_catalog.\"default\");",
        ),
    ];
    for (engine, id, text) in fine {
        let found = ids(text, engine);
        assert!(!found.contains(&id), "{text}: {found:?}");
    }
}

#[test]
fn the_safe_form_is_no_longer_safe_without_its_last_step() {
    let bad = [
        // Not validated, so that it proves nothing.
        (
            "GW104",
            "ALTER TABLE a ADD CONSTRAINT ck_a_b CHECK (b IS NOT NULL) NOT VALID;\nALTER TABLE a ALTER COLUMN b SET NOT NULL;",
        ),
        // Only a part of the rows.
        (
            "GW301",
            "CREATE TABLE a (b bigint, CONSTRAINT fk_a_b_c FOREIGN KEY (b) REFERENCES c (id));\nCREATE INDEX ix_a_b ON a (b) WHERE b > 3;",
        ),
        (
            "GW106",
            "CREATE TABLE a (word varchar(20));\nALTER TABLE z ALTER COLUMN word TYPE text;",
        ),
    ];
    for (id, text) in bad {
        let found = ids(text, Engine::Postgres);
        assert!(found.contains(&id), "{text}: {found:?}");
    }
}

#[test]
fn a_waiver_covers_its_own_statement_and_rule_only() {
    let text = "-- lint: allow GW306: a cache\nDROP TABLE a;\nDROP TABLE b;\nDROP TABLE c; -- lint: allow(GW306, \"so too\")\n";
    let report = sql("a.sql", text, Engine::Sqlite, &CONVENTION);
    let messages: Vec<&str> = (report.findings.iter())
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(messages, ["the table b is dropped"]);
    assert_eq!(report.waived, 2);
}

#[test]
fn the_rules_about_waivers_cannot_be_waived() {
    let text = "-- lint: allow GW391: I say so\n-- lint: allow GW306\nDROP TABLE a;";
    assert_eq!(
        ids(text, Engine::Sqlite),
        ["GW306", "GW393", "GW391"],
        "the finding, and both waivers"
    );
}

/// What the tests of the formats check.
const FILE: &str = "\
SET lock_timeout = '5s';
CREATE INDEX \"ix_clips_scene_id\" ON \"clips\" (\"scene_id\");
  ALTER TABLE clips ALTER COLUMN mood DROP NOT NULL;
-- lint: allow GW306: nobody reads it
DROP TABLE takes;
";

#[test]
fn the_formats_are_as_recorded() {
    let report = sql("changes/a b.sql", FILE, Engine::Postgres, &CONVENTION);
    insta::assert_snapshot!("text", text(&report, false));
    insta::assert_snapshot!("json", format!("{:#}", json(&report)));
    let mut sarif = sarif(&report);
    sarif["runs"][0]["tool"]["driver"]["rules"] = "left out here".into();
    insta::assert_snapshot!("sarif", format!("{sarif:#}"));
    assert!(text(&report, true).contains("\u{1b}["));
}

/// What the schema of SARIF 2.1.0 requires of the objects that are written.
#[test]
fn sarif_has_what_its_schema_requires() {
    let mut report = sql("a.sql", FILE, Engine::Postgres, &CONVENTION);
    let migration = "m1_a".to_owned();
    let path = Some("/src/m1 a.rs".to_owned());
    for place in [Place::Catalog, Place::Migration { migration, path }] {
        report.findings.push(Finding {
            rule: &both::DOWN_DOES_NOTHING,
            engine: None,
            place,
            message: "x".to_owned(),
        });
    }
    let sarif = sarif(&report);
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string());
    let rules = driver["rules"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(rules.len(), rules::all().count());
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
    }
    let results = run["results"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(results.len(), report.findings.len());
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap_or(u64::MAX);
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap_or_default()));
        assert!(result["message"]["text"].is_string());
        let location = &result["locations"][0];
        let physical = &location["physicalLocation"];
        assert!(physical.is_object() || location["logicalLocations"].is_array());
        if physical.is_object() {
            assert!(physical["region"]["startLine"].as_u64() >= Some(1));
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap_or(" ");
            assert!(!uri.contains(' '), "{uri}");
        }
    }
}

#[test]
fn the_document_is_written_from_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lint.md");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        fs::write(&path, document()).ok();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == document(),
        "docs/lint.md is stale: INSTA_UPDATE=always cargo test -p groundwork-migrate document"
    );
}

/// A migration that is data.
struct Written {
    name: &'static str,
    up: &'static [&'static str],
    down: Option<&'static str>,
}

impl sea_orm_migration::MigrationName for Written {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Written {
    async fn up(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm::DbErr> {
        for sql in self.up {
            let connection = manager.get_connection();
            if sql.starts_with("SELECT") {
                let statement =
                    sea_orm::Statement::from_string(manager.get_database_backend(), *sql);
                sea_orm::ConnectionTrait::query_all_raw(connection, statement).await?;
            } else {
                sea_orm::ConnectionTrait::execute_unprepared(connection, sql).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm::DbErr> {
        match self.down {
            Some("") => Ok(()),
            Some(sql) => {
                let connection = manager.get_connection();
                sea_orm::ConnectionTrait::execute_unprepared(connection, sql).await?;
                Ok(())
            }
            None => Err(groundwork_schema::run::irreversible("it is meant so")),
        }
    }
}

const CREATE: &str = "CREATE TABLE a (id bigint NOT NULL, CONSTRAINT pk_a PRIMARY KEY (id))";

/// The ids that migrations give on both engines, with these sources.
async fn of(list: Vec<Written>, source: &str) -> Vec<&'static str> {
    let both = [Engine::Sqlite, Engine::Postgres];
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let boxed = |migration: Written| -> Box<dyn MigrationTrait> {
        fs::write(folder.path().join(format!("{}.rs", migration.name)), source).ok();
        Box::new(migration)
    };
    let list: Vec<_> = list.into_iter().map(boxed).collect();
    let report = migrations(&list, folder.path(), &CONVENTION, &both, &BTreeSet::new()).await;
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    report
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

fn create(down: Option<&'static str>) -> Written {
    Written {
        name: "m1_create_a",
        up: &[CREATE],
        down,
    }
}

fn second(up: &'static [&'static str]) -> Vec<Written> {
    let down = None;
    let name = "m2_change_a";
    vec![create(Some("DROP TABLE a")), Written { name, up, down }]
}

#[tokio::test]
async fn a_down_that_does_nothing_is_found_and_an_irreversible_one_is_not() {
    assert_eq!(of(vec![create(Some(""))], "").await, ["GW303"]);
    assert_eq!(of(vec![create(None)], "").await, [""; 0]);
    assert_eq!(of(vec![create(Some("DROP TABLE a"))], "").await, [""; 0]);
}

#[tokio::test]
async fn what_an_earlier_migration_made_is_no_longer_new() {
    let found = of(second(&["DROP TABLE a"]), "").await;
    assert_eq!(found, ["GW306"], "once, for both engines");
    let together = Written {
        name: "m1_create_a",
        up: &[CREATE, "DROP TABLE a"],
        down: None,
    };
    assert_eq!(of(vec![together], "").await, [""; 0]);
}

#[tokio::test]
async fn a_migration_waives_in_its_source_and_in_its_statements() {
    let alone = || Written {
        name: "m1_drop_a",
        up: &["DROP TABLE IF EXISTS a"],
        down: None,
    };
    let source = "  // lint: allow(GW306, \"a cache\")\n";
    assert_eq!(of(vec![alone()], source).await, [""; 0]);
    let source = "// lint: allow(GW306)\n";
    assert_eq!(of(vec![alone()], source).await, ["GW306", "GW391"]);
    let source = "// lint: allow(GW307, \"a cache\")\n";
    assert_eq!(of(vec![alone()], source).await, ["GW306", "GW392"]);
    let up = &["-- lint: allow GW306: a cache\nDROP TABLE a"];
    assert_eq!(of(second(up), "").await, [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_found() {
    let failing = second(&["CREATE TABLE"]);
    let found = of(failing, "").await;
    assert!(
        found.contains(&"GW310") && found.contains(&"GW312"),
        "{found:?}"
    );
    let found = of(second(&["SELECT id FROM a"]), "").await;
    assert_eq!(found, ["GW311"]);
    let full_text =
        &["CREATE VIRTUAL TABLE words USING fts5(text, content='a', content_rowid='id')"];
    let found = of(second(full_text), "").await;
    assert!(!found.contains(&"GW310"), "{found:?}");
    let found = of(second(&["UPDATE a SET id = id * 2"]), "").await;
    assert_eq!(found, [""; 0]);
}

#[tokio::test]
async fn a_migration_that_imports_models_is_found() {
    let list = || vec![create(Some("DROP TABLE a"))];
    assert_eq!(of(list(), "use entity::studio::scenes;").await, ["GW304"]);
    let source = "use groundwork_schema::table::Table;";
    assert_eq!(of(list(), source).await, [""; 0]);
}

#[tokio::test]
async fn concurrently_is_refused_in_a_transaction_only() {
    let found = of(second(&["CREATE INDEX ix_a_id ON a (id)"]), "").await;
    assert_eq!(found, ["GW108"]);
}

#[tokio::test]
async fn a_live_catalog_is_linted_as_its_statements_are() {
    use sea_orm::ConnectionTrait as _;
    let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let connection = match sea_orm::Database::connect(options).await {
        Ok(connection) => connection,
        Err(error) => panic!("{error}"),
    };
    let tables = "CREATE TABLE a (id bigint NOT NULL, b_id bigint, price decimal(10, 2), \
                  CONSTRAINT pk_a PRIMARY KEY (id), \
                  CONSTRAINT fk_a_b_id_a FOREIGN KEY (b_id) REFERENCES a (id)); \
                  CREATE INDEX odd ON a (price);";
    if let Err(error) = connection.execute_unprepared(tables).await {
        panic!("{error}");
    }
    let ids = async || match crate::inspect::schema(&connection).await {
        Ok(schema) => (catalog(&schema, &CONVENTION).iter())
            .map(|finding| finding.rule.id)
            .collect::<BTreeSet<_>>(),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(ids().await, BTreeSet::from(["GW209", "GW301", "GW302"]));
    let better = "CREATE INDEX ix_a_b_id ON a (b_id) WHERE b_id IS NOT NULL; DROP INDEX odd; \
                  ALTER TABLE a DROP COLUMN price";
    if let Err(error) = connection.execute_unprepared(better).await {
        panic!("{error}");
    }
    assert_eq!(ids().await, BTreeSet::new());
}

#[test]
fn an_invalid_index_of_a_live_catalog_is_found() {
    let mut schema = Schema::empty(Engine::Postgres);
    let index = |valid| groundwork_schema::model::Index {
        nulls_not_distinct: false,
        name: "ix_a_id".to_owned(),
        unique: false,
        method: "btree".to_owned(),
        keys: vec![groundwork_schema::model::IndexKey {
            of: groundwork_schema::model::IndexedBy::Column("id".to_owned()),
            descending: false,
            collation: None,
            options: None,
        }],
        include: Vec::new(),
        predicate: None,
        valid,
    };
    for (valid, expected) in [(true, 0), (false, 1)] {
        let mut table = groundwork_schema::model::Table::new("a");
        table.indexes = vec![index(valid)];
        schema.tables.insert("a".to_owned(), table);
        let found = catalog(&schema, &CONVENTION);
        let invalid = found.iter().filter(|finding| finding.rule.id == "GW129");
        assert_eq!(invalid.count(), expected);
    }
}

#[test]
fn words_that_mean_the_same_are_found_too() {
    for (id, text) in [
        ("GW128", "VACUUM (FULL, VERBOSE) a;"),
        ("GW128", "REINDEX (CONCURRENTLY false) TABLE a;"),
        ("GW120", "ALTER TABLE a ADD COLUMN c char[];"),
        ("GW127", "ALTER TABLE a ADD COLUMN c pg_catalog.varchar(9);"),
        ("GW306", "DROP DATABASE a;"),
        ("GW130", "ALTER TABLE a DETACH PARTITION b;"),
        (
            "GW103",
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0);",
        ),
        (
            "GW103",
            "CREATE DOMAIN d AS int CHECK (VALUE > 0);\nALTER TABLE a ADD COLUMN c d;",
        ),
        ("GW104", "ALTER DOMAIN d SET NOT NULL;"),
        ("GW316", "BEGIN;\nCREATE TABLE a (id bigint);"),
    ] {
        let found = ids(text, Engine::Postgres);
        assert!(found.contains(&id), "{text}: {found:?}");
        assert!(!found.contains(&"GW310"), "{text}: {found:?}");
    }
}

#[test]
fn what_is_no_sql_does_not_end_the_reading() {
    for text in [
        "\u{feff}DROP TABLE users;",
        "COPY t (id, s) FROM stdin;\n1\tit's\n\\.\n\nDROP TABLE users;",
        "SELECT it's;\nDROP TABLE users;",
        "\\connect shop\nDROP TABLE users;",
    ] {
        let report = sql("a.sql", text, Engine::Postgres, &CONVENTION);
        let dropped = report.findings.iter().find(|it| it.rule.id == "GW306");
        let Some(Place::File { line, .. }) = dropped.map(|it| &it.place) else {
            panic!("{text}: {:?}", report.findings);
        };
        assert_eq!(*line, text.lines().count() as u64, "{text}");
    }
}

#[test]
fn what_one_file_proves_the_next_one_knows() {
    let proof = "ALTER TABLE a ADD CONSTRAINT ck_a_b CHECK (b IS NOT NULL) NOT VALID;\n\
                 ALTER TABLE a VALIDATE CONSTRAINT ck_a_b;";
    let demand = "ALTER TABLE a ALTER COLUMN b SET NOT NULL;";
    let mut files = Files::new(&CONVENTION);
    files.check("1.sql", proof, Engine::Postgres);
    let report = files.check("2.sql", demand, Engine::Postgres);
    let scans = |report: &Report| report.findings.iter().any(|it| it.rule.id == "GW104");
    assert!(!scans(&report), "{:?}", report.findings);
    assert!(scans(&sql("2.sql", demand, Engine::Postgres, &CONVENTION)));
}
