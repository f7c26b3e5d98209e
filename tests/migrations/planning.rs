//! What would be run, shown without running it.

use std::{fs, process::Stdio};

use acceptance::{Engine, Home, Outcome, Scratch, on_both_engines};
use groundwork_core::error::{DomainError, Kind};
use groundwork_schema::run::{self, Direction, Goal, RunError, Settings, Span};
use rstest::rstest;
use sea_orm::{DatabaseConnection, DbBackend};
use sea_orm_migration::prelude::*;
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::{catalog::catalog, connect, down, execute, scripts, settings, texts, up};

const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

/// Runs a script as its reader would: with `psql`, or with `sqlite3`.
pub(super) async fn run_script(scratch: &Scratch, script: &str) -> Outcome {
    let mut command = match scratch.engine() {
        Engine::Postgres => {
            let mut command = Command::new(psql());
            command.args(["-X", "-q", "-f", "-", scratch.url()]);
            command
        }
        Engine::Sqlite => {
            let mut command = Command::new("sqlite3");
            command.arg(scratch.dir().join("groundwork.db"));
            command
        }
    };
    let spawned = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = spawned.unwrap_or_else(|error| panic!("{error}: {command:?} is needed"));
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(script.as_bytes()).await.unwrap();
    drop(stdin);
    process.wait_with_output().await.unwrap().into()
}

/// On the PATH, or where Debian keeps it.
fn psql() -> std::path::PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let newest = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut debian: Vec<_> = newest
        .map(|entry| entry.unwrap().path().join("bin"))
        .collect();
    debian.sort();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .map(|folder| folder.join("psql"))
        .find(|program| program.is_file())
        .expect("psql is installed")
}

/// The history without its times.
pub(super) async fn history(connection: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT version || ' ' || coalesce(checksum, '-') || ' ' || coalesce(program, '-')
                      || ' ' || coalesce(rendered_sql, '-')
               FROM seaql_migrations ORDER BY version";
    texts(connection, sql).await
}

#[on_both_engines]
async fn the_script_leaves_what_up_and_down_leave(engine: Engine) {
    let ran = Home::new(engine).await;
    let _ = ran.migrate(["up"]).await.succeeded();
    let by_script = Scratch::empty(engine).await;
    let home = Home::new(Engine::Sqlite).await;
    let script = home
        .migrate(["plan", "--sql", "--engine", name(engine)])
        .await;
    let outcome = run_script(&by_script, &script.succeeded()).await;
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));

    let expected = super::open(ran.database_url().to_owned(), 1).await;
    let found = connect(&by_script).await;
    assert_eq!(catalog(&found).await, catalog(&expected).await);
    assert_eq!(history(&found).await, history(&expected).await);
    found.close().await.unwrap();

    // Half of the way back, and half of that forth again.
    let arguments = [
        "plan",
        "--sql",
        "--down",
        "--to",
        "create_scenes",
        "--engine",
        name(engine),
    ];
    let script = home.migrate(arguments).await.succeeded();
    assert_eq!(run_script(&by_script, &script).await.code, Some(0));
    let migrations = migration::migrations();
    down(&expected, &migrations, Goal::To("create_scenes"))
        .await
        .unwrap();
    let found = connect(&by_script).await;
    assert_eq!(catalog(&found).await, catalog(&expected).await);
    found.close().await.unwrap();
    let arguments = [
        "plan",
        "--sql",
        "--from",
        "create_scenes",
        "--to",
        "create_keyframes",
        "--engine",
        name(engine),
    ];
    let script = home.migrate(arguments).await.succeeded();
    assert_eq!(run_script(&by_script, &script).await.code, Some(0));
    up(&expected, &migrations, Goal::To("create_keyframes"))
        .await
        .unwrap();
    let found = connect(&by_script).await;
    assert_eq!(catalog(&found).await, catalog(&expected).await);
    // And the program carries on where the script ended.
    up(&found, &migrations, Goal::All).await.unwrap();
}

/// Statements with bodies, comments at their ends, odd texts and bound values.
struct Odd;

impl MigrationName for Odd {
    fn name(&self) -> &'static str {
        "m20260102_000000_odd"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Odd {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let trigger = match manager.get_database_backend() {
            DbBackend::Sqlite => {
                "CREATE TRIGGER tr AFTER INSERT ON notes BEGIN
                     UPDATE notes SET n = n * 2 WHERE n = new.n; SELECT 'a;b';
                 END -- of the trigger"
            }
            _ => {
                "CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $body$
                 BEGIN UPDATE notes SET n = n * 2 WHERE n = new.n; RETURN NULL; END $body$;
                 CREATE TRIGGER tr AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION twice() -- it"
            }
        };
        connection.execute_unprepared(trigger).await?;
        let insert = Query::insert()
            .into_table("notes")
            .columns(["n", "note", "bytes", "at"])
            .values_panic([
                (-7).into(),
                "it's \\ :x $1 ? -- \n\"ü\"".into(),
                vec![0_u8, 255].into(),
                chrono::DateTime::from_timestamp(1_800_000_000, 250_000_000).into(),
            ])
            .to_owned();
        connection.execute(&insert).await.map(drop)
    }
}

#[on_both_engines]
async fn texts_with_bodies_and_bound_values_survive_the_script(engine: Engine) {
    let migrations = || {
        let (bytes, instant) = match engine {
            Engine::Sqlite => ("blob", "timestamp_with_timezone_text"),
            Engine::Postgres => ("bytea", "timestamptz"),
        };
        let create = format!("CREATE TABLE notes (n int, note text, bytes {bytes}, at {instant})");
        let create: &'static str = create.leak();
        let mut list = scripts(&[("m20260101_000000_create_notes", create, "DROP TABLE notes")]);
        list.push(Box::new(Odd));
        list
    };
    let rows =
        "SELECT CAST(n AS text) || note || CAST(bytes AS text) || CAST(at AS text) FROM notes";
    let (ran, by_script) = (Scratch::empty(engine).await, Scratch::empty(engine).await);
    let expected = connect(&ran).await;
    up(&expected, &migrations(), Goal::All).await.unwrap();

    let steps = run::plan(&migrations(), Direction::Up, Span::default(), engine)
        .await
        .unwrap();
    let script = run::script(&steps, &migrations(), engine, &settings()).unwrap();
    let outcome = run_script(&by_script, &script).await;
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{script}"
    );
    let found = connect(&by_script).await;
    assert_eq!(catalog(&found).await, catalog(&expected).await);
    assert_eq!(history(&found).await, history(&expected).await);
    let hex = rows.replace("CAST(bytes AS text)", "'' || length(bytes)");
    assert_eq!(texts(&found, &hex).await, texts(&expected, &hex).await);
    assert!(texts(&found, &hex).await[0].starts_with("-14it's \\ :x $1 ? -- \n\"ü\"2"));
}

#[on_both_engines]
async fn a_script_stops_at_its_first_error_and_keeps_whole_migrations(engine: Engine) {
    let home = Home::new(Engine::Sqlite).await;
    let script = home
        .migrate(["plan", "--sql", "--engine", name(engine)])
        .await
        .succeeded();
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    // In the way of the third migration's last index.
    execute(
        &connection,
        "CREATE TABLE t (n int); CREATE INDEX ix_artifacts_project_id_kind ON t (n)",
    )
    .await;
    connection.close().await.unwrap();
    let outcome = run_script(&scratch, &script).await;
    assert_ne!(outcome.code, Some(0));
    let connection = connect(&scratch).await;
    let applied = texts(
        &connection,
        "SELECT version FROM seaql_migrations ORDER BY 1",
    )
    .await;
    assert_eq!(
        applied,
        [
            "m20261120_100000_create_projects",
            "m20261120_101000_create_scenes"
        ]
    );
}

#[tokio::test]
async fn rows_that_would_refer_to_nothing_stop_the_script_on_sqlite() {
    let migrations = scripts(&[
        (
            "m20260101_000000_create_family",
            "CREATE TABLE parents (id bigint PRIMARY KEY);
             CREATE TABLE children (parent bigint REFERENCES parents (id))",
            "",
        ),
        (
            "m20260102_000000_add_orphans",
            "INSERT INTO children VALUES (1)",
            "",
        ),
    ]);
    let steps = run::plan(&migrations, Direction::Up, Span::default(), Engine::Sqlite)
        .await
        .unwrap();
    let script = run::script(&steps, &migrations, Engine::Sqlite, &settings()).unwrap();
    let scratch = Scratch::empty(Engine::Sqlite).await;
    assert_ne!(run_script(&scratch, &script).await.code, Some(0));
    let connection = connect(&scratch).await;
    let rows = texts(&connection, "SELECT CAST(count(*) AS text) FROM children").await;
    assert_eq!(rows, ["0"]);
}

/// Asks before it acts.
struct Asks;

impl MigrationName for Asks {
    fn name(&self) -> &'static str {
        "m20260102_000000_ask"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Asks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let select = Query::select().column("n").from("one").to_owned();
        let count = connection.query_all(&select).await?.len();
        let sql = format!("INSERT INTO one VALUES ({count})");
        connection.execute_unprepared(&sql).await.map(drop)
    }
}

#[tokio::test]
async fn a_migration_that_reads_data_is_named_as_such() {
    let mut migrations = scripts(&[super::running::ONE]);
    migrations.push(Box::new(Asks));
    let plan = async |engine| {
        run::plan(&migrations, Direction::Up, Span::default(), engine)
            .await
            .unwrap()
    };
    let steps = plan(Engine::Postgres).await;
    assert_eq!(
        steps[1].recording.reads.as_deref(),
        Some(r#"SELECT "n" FROM "one""#)
    );
    let error = run::script(&steps, &migrations, Engine::Postgres, &settings()).unwrap_err();
    assert!(
        matches!(&error, RunError::Unplannable { migration, .. } if migration == "m20260102_000000_ask")
    );
    assert_eq!(error.kind(), Kind::Invalid);

    // SQLite is at hand, so that the answer of an otherwise empty database is known.
    let steps = plan(Engine::Sqlite).await;
    let script = run::script(&steps, &migrations, Engine::Sqlite, &settings()).unwrap();
    assert!(script.contains("INSERT INTO one VALUES (1)"), "{script}");
    assert!(
        script.contains("-- for a database without other rows: it asks SELECT"),
        "{script}"
    );
}

#[on_both_engines]
async fn a_dry_run_shows_the_statements_and_changes_not_a_byte(engine: Engine) {
    let home = Home::new(engine).await;
    let _ = home.migrate(["up", "-n", "2"]).await.succeeded();
    let before = bytes(&home).await;
    let shown = home
        .migrate(["up", "--dry-run", "-n", "1"])
        .await
        .succeeded();
    assert!(
        shown.starts_with("-- up m20261120_102000_create_artifacts\nCREATE TABLE"),
        "{shown}"
    );
    assert!(!shown.contains("create_keyframes"));
    let shown = home
        .migrate(["down", "--dry-run", "--all"])
        .await
        .succeeded();
    assert!(
        shown.contains("-- down m20261120_101000_create_scenes\nDROP TABLE"),
        "{shown}"
    );
    let shown = home.migrate(["redo", "--dry-run", "--json"]).await.json();
    let directions: Vec<_> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["direction"])
        .collect();
    assert_eq!(directions, ["down", "up"]);
    let _ = home.migrate(["status"]).await.succeeded();
    assert_eq!(bytes(&home).await, before);
}

#[tokio::test]
async fn a_dry_run_before_there_is_a_database_creates_none() {
    let home = Home::new(Engine::Sqlite).await;
    let shown = home.migrate(["up", "--dry-run"]).await.succeeded();
    assert_eq!(
        shown.matches("-- up ").count(),
        migration::migrations().len()
    );
    assert_eq!(fs::read_dir(home.dir()).unwrap().count(), 0);
}

/// Everything in the database: its files, or its catalog and its history.
async fn bytes(home: &Home) -> Vec<Vec<u8>> {
    if home.database_url().starts_with("sqlite") {
        let mut files: Vec<_> = fs::read_dir(home.dir())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        return files.iter().map(|path| fs::read(path).unwrap()).collect();
    }
    let connection = super::open(home.database_url().to_owned(), 1).await;
    let mut all = catalog(&connection).await;
    let rows = "SELECT CAST(h AS text) || h.xmin || h.ctid FROM seaql_migrations AS h ORDER BY 1";
    all.extend(texts(&connection, rows).await);
    all.into_iter().map(String::into_bytes).collect()
}

#[rstest]
#[case::both(&["plan", "--sql", "--json"], 2)]
#[case::no_such_name(&["plan", "--to", "create_scnes"], 2)]
#[case::no_such_engine(&["plan", "--engine", "mysql"], 2)]
#[tokio::test]
async fn what_cannot_be_planned_is_reported(#[case] arguments: &[&str], #[case] code: i32) {
    let home = Home::new(Engine::Sqlite).await;
    let _ = home.migrate(arguments).await.failed(code);
}

#[on_both_engines]
async fn the_statements_for_one_migration_do_not_grow_with_the_history(engine: Engine) {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    let scratch = Scratch::empty(engine).await;
    let mut connection = connect(&scratch).await;
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    connection.set_metric_callback(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let many: Vec<(&'static str, &'static str, &'static str)> = (0..120)
        .map(|n| {
            let name: &'static str = format!("m20260101_{n:06}_create_t{n}").leak();
            let sql: &'static str = format!("CREATE TABLE t{n} (n int)").leak();
            (name, sql, "SELECT 1")
        })
        .collect();
    let list = scripts(&many);
    let settings = Settings { ..settings() };
    let mut used = Vec::new();
    for steps in [40, 80] {
        let before = count.load(Ordering::Relaxed);
        run::up(&connection, &list, Goal::Steps(steps), &settings)
            .await
            .unwrap();
        used.push(count.load(Ordering::Relaxed) - before);
    }
    let per_migration = |statements: usize, steps: usize| statements.div_ceil(steps);
    assert!(
        per_migration(used[1], 80) <= per_migration(used[0], 40),
        "{used:?}"
    );
    assert!(used[0] > 40, "they are counted: {used:?}");
}
