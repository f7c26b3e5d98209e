//! `migrate adopt`, as a project uses it that has its own program: the committed baselines are what
//! it writes, and compiled into the program `downstream`, which goes on with them.
//!
//! To write them anew: `UPDATE_ADOPTED=1 cargo xtask test -- adopted`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use acceptance::{Engine, Outcome, Scratch, on_both_engines};
use groundwork_migrate::{diff::differences, inspect};
use groundwork_schema::model::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::{connect, rich, run};

const NAME: &str = "m19700101_000000_adopt_schema";

/// An empty list of migrations, as a new project has it.
const LIST: &str = "\
//! Migrations.

pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![]
}
";

/// The same with the baseline.
const LIST_WITH_BASELINE: &str = "\
//! Migrations.

pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m19700101_000000_adopt_schema::Migration),
    ]
}

mod m19700101_000000_adopt_schema;
";

/// Something that the model of a schema has no place for, and something that cannot be adopted, with
/// why.
fn odd(engine: Engine) -> (&'static str, Value) {
    match engine {
        Engine::Sqlite => (
            "CREATE TRIGGER no_more INSTEAD OF INSERT ON cheap_books BEGIN
                 SELECT raise(ABORT, 'no more');
             END",
            json!([]),
        ),
        Engine::Postgres => (
            "CREATE SEQUENCE free; CREATE TYPE pair AS (a int, b int); CREATE TABLE pairs OF pair",
            json!([{
                "kind": "table",
                "name": "pairs",
                "table": "pairs",
                "what": null,
                "reason": "`adopt` does not write objects of this kind",
            }]),
        ),
    }
}

/// A project with an empty list of migrations, and a database of other origin.
struct Project {
    scratch: Scratch,
    sources: TempDir,
    before: Schema,
}

impl Project {
    async fn new(engine: Engine) -> Self {
        let scratch = Scratch::empty(engine).await;
        let connection = connect(&scratch).await;
        run(&connection, rich(engine)).await;
        run(&connection, odd(engine).0).await;
        let publisher = "INSERT INTO publishers (name) VALUES ('Ann')";
        run(&connection, publisher).await;
        let before = inspect::schema(&connection).await.unwrap();
        connection.close().await.unwrap();
        let sources = tempfile::tempdir().unwrap();
        fs::write(sources.path().join("lib.rs"), LIST).unwrap();
        Self {
            scratch,
            sources,
            before,
        }
    }

    /// Runs the program before the baseline is part of it.
    async fn without_baseline(&self, arguments: &[&str]) -> Outcome {
        downstream(&self.scratch, self.sources.path(), "none", arguments).await
    }

    /// Runs the program that has it, on a database.
    async fn with_baseline(&self, scratch: &Scratch, arguments: &[&str]) -> Outcome {
        let list = match scratch.engine() {
            Engine::Sqlite => "adopted_from_sqlite",
            Engine::Postgres => "adopted_from_postgres",
        };
        downstream(scratch, self.sources.path(), list, arguments).await
    }

    async fn schema(&self) -> Schema {
        let connection = connect(&self.scratch).await;
        inspect::schema(&connection).await.unwrap()
    }
}

async fn downstream(scratch: &Scratch, sources: &Path, list: &str, arguments: &[&str]) -> Outcome {
    let mode = match scratch.engine() {
        Engine::Sqlite => "?mode=rwc",
        Engine::Postgres => "",
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_downstream"));
    command
        .args(arguments)
        .arg(format!("--database-url={}{mode}", scratch.url()))
        .env("SOURCES_OF_THE_TEST", sources)
        .env("MIGRATIONS_OF_THE_TEST", list)
        .current_dir(sources)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    Outcome::of(&mut command).await
}

/// The baseline that is compiled into the program.
fn committed(engine: Engine) -> PathBuf {
    let folder = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/adopted/{folder}/{NAME}.rs"))
}

#[on_both_engines]
async fn adopt_writes_a_baseline_registers_it_and_marks_it_applied(engine: Engine) {
    let project = Project::new(engine).await;
    let (_, left_out) = odd(engine);
    let adopted = project.without_baseline(&["adopt", "--json"]).await;
    let named = match engine {
        Engine::Sqlite => "",
        Engine::Postgres => "left out: table pairs: `adopt` does not write objects of this kind\n",
    };
    assert_eq!(
        adopted.stderr,
        format!(
            "{named}adopted {} tables; {NAME} is marked applied\n",
            project.before.tables.len()
        )
    );
    let file = project.sources.path().join(format!("{NAME}.rs"));
    let mut report = adopted.json();
    let statements = report["statements"].take().as_u64().unwrap();
    assert!(statements > 10, "{statements}");
    assert_eq!(
        report,
        json!({
            "migration": NAME,
            "file": file,
            "engine": match engine { Engine::Sqlite => "sqlite", Engine::Postgres => "postgres" },
            "tables": project.before.tables.len(),
            "statements": null,
            "unsupported": left_out,
        })
    );

    let written = fs::read_to_string(file).unwrap();
    if std::env::var_os("UPDATE_ADOPTED").is_some() {
        fs::write(committed(engine), &written).unwrap();
    }
    let compiled = fs::read_to_string(committed(engine)).unwrap();
    assert_eq!(written, compiled, "UPDATE_ADOPTED=1 writes it anew");
    let list = fs::read_to_string(project.sources.path().join("lib.rs")).unwrap();
    assert_eq!(list, LIST_WITH_BASELINE);
    assert_eq!(
        project.schema().await,
        project.before,
        "it is only looked at"
    );
}

#[on_both_engines]
async fn a_program_with_the_baseline_goes_on_with_the_adopted_database_and_makes_equal_ones(
    engine: Engine,
) {
    let project = Project::new(engine).await;
    let output = project.without_baseline(&["adopt"]).await.succeeded();
    assert!(output.ends_with(&format!("{NAME}.rs\n")), "{output}");

    let status = project.with_baseline(&project.scratch, &["status", "--json"]);
    let status = status.await.json();
    assert_eq!(status[0]["migration"], NAME);
    assert_eq!(status[0]["state"], "applied");
    let up = project.with_baseline(&project.scratch, &["up"]).await;
    assert_eq!(
        up.stderr,
        format!(
            "recorded the SQL of {NAME}, applied earlier\nnothing to do\nthe schema is up to date\n"
        )
    );
    let check = project.with_baseline(&project.scratch, &["check"]).await;
    assert_eq!((check.code, check.stdout.as_str()), (Some(0), ""));

    let new = Scratch::empty(engine).await;
    let _ = project.with_baseline(&new, &["up"]).await.succeeded();
    let made = inspect::schema(&connect(&new).await).await.unwrap();
    let mut before = project.before.clone();
    if engine == Engine::Postgres {
        before.tables.remove("pairs");
        before
            .catalog
            .retain(|object, _| object.table.as_deref() != Some("pairs"));
    }
    assert_eq!(differences(&before, &made), []);
    assert_eq!(made, before);

    let back = project.with_baseline(&new, &["down"]).await.failed(65);
    assert!(back.contains("it is what was there before"), "{back}");
}

#[on_both_engines]
async fn what_cannot_be_adopted_is_reported_and_nothing_is_written(engine: Engine) {
    let project = Project::new(engine).await;
    let _ = project.without_baseline(&["adopt"]).await.succeeded();
    let again = project.without_baseline(&["adopt", "once_more"]).await;
    let output = again.failed(65);
    assert!(
        output.contains(&format!("has applied {NAME} already")),
        "{output}"
    );

    let sources = tempfile::tempdir().unwrap();
    fs::write(sources.path().join("lib.rs"), LIST).unwrap();
    let empty = Scratch::empty(engine).await;
    let refused = downstream(&empty, sources.path(), "none", &["adopt"]).await;
    let output = refused.failed(65);
    assert!(
        output.contains("no tables: begin with `migrate new`"),
        "{output}"
    );
    assert_eq!(fs::read_dir(sources.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn new_writes_a_migration_and_reports_it_as_json() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let sources = tempfile::tempdir().unwrap();
    fs::write(sources.path().join("lib.rs"), LIST).unwrap();
    let new = ["new", "create_captions", "--json"];
    let written = downstream(&scratch, sources.path(), "none", &new).await;
    assert_eq!(
        written.stderr,
        "write its up and its down, then run `migrate up`\n"
    );
    let name = "m19700101_000000_create_captions";
    let file = sources.path().join(format!("{name}.rs"));
    assert_eq!(written.json(), json!({ "migration": name, "file": file }));
    let source = fs::read_to_string(file).unwrap();
    assert!(source.contains(r#"name: "captions""#), "{source}");
    let list = fs::read_to_string(sources.path().join("lib.rs")).unwrap();
    assert!(list.contains(&format!("Box::new({name}::Migration),")));
}
