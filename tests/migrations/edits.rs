//! What the history knows of applied migrations, and what becomes of those that were edited.

use acceptance::{Engine, Home, Scratch, on_both_engines};
use groundwork_core::error::{DomainError, Kind};
use groundwork_schema::run::{self, Event, Goal, Order, RepairAction, RunError, Settings, State};
use migration::CONVENTION;
use sea_orm::DbBackend;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use super::{
    connect, down, execute, names,
    running::{ONE, THREE, TWO},
    scripts, settings, texts, up,
};

/// As [`TWO`], written otherwise.
const TWO_REFORMATTED: (&str, &str, &str) = (
    TWO.0,
    "-- The second.\nCREATE TABLE two (\n    n bigint NOT NULL /* a number */\n);",
    TWO.2,
);
/// As [`TWO`], with another column.
const TWO_EDITED: (&str, &str, &str) = (TWO.0, "CREATE TABLE two (n text NOT NULL)", TWO.2);

#[on_both_engines]
async fn the_history_says_what_was_executed_and_by_whom(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations = scripts(&[ONE, TWO]);
    let settings = Settings {
        program: Some("studio 1.2.3"),
        ..settings()
    };
    run::up(&connection, &migrations, Goal::All, &settings)
        .await
        .unwrap();
    let status = run::status(&connection, &migrations).await.unwrap();
    let applied = status[1].applied.as_ref().unwrap();
    assert_eq!(applied.program.as_deref(), Some("studio 1.2.3"));
    assert!(applied.took.is_some());
    assert_eq!(applied.checksum.as_ref().map(String::len), Some(64));
    let rendered = texts(
        &connection,
        "SELECT rendered_sql FROM seaql_migrations ORDER BY version",
    )
    .await;
    assert_eq!(rendered[1], "CREATE TABLE two (n bigint NOT NULL);\n");
}

#[on_both_engines]
async fn comments_and_blanks_are_no_edit(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE, TWO]), Goal::All)
        .await
        .unwrap();
    let reformatted = scripts(&[ONE, TWO_REFORMATTED, THREE]);
    let report = up(&connection, &reformatted, Goal::All).await.unwrap();
    assert_eq!(names(&report), [THREE.0]);
    assert!(
        run::repairs(&connection, &reformatted)
            .await
            .unwrap()
            .is_empty()
    );
}

#[on_both_engines]
async fn an_edit_is_refused_with_both_texts_until_it_is_accepted(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE, TWO]), Goal::All)
        .await
        .unwrap();
    let edited = scripts(&[ONE, TWO_EDITED, THREE]);
    for error in [
        up(&connection, &edited, Goal::All).await.unwrap_err(),
        down(&connection, &edited, Goal::All).await.unwrap_err(),
        run::preview(
            &connection,
            &edited,
            run::Direction::Up,
            Goal::All,
            &settings(),
        )
        .await
        .unwrap_err(),
        run::examine(&connection, &edited).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), Kind::Invalid);
        insta::assert_snapshot!("edited", error);
    }
    let status = run::status(&connection, &edited).await.unwrap();
    let states: Vec<State> = status.iter().map(|status| status.state).collect();
    assert_eq!(states, [State::Applied, State::Changed, State::Pending]);

    let planned = run::repairs(&connection, &edited).await.unwrap();
    let done = run::repair(&connection, &edited, &settings())
        .await
        .unwrap();
    assert_eq!(planned, done);
    assert!(matches!(&done[..], [repair] if matches!(repair.action, RepairAction::Accept(_))));
    let report = up(&connection, &edited, Goal::All).await.unwrap();
    assert_eq!(names(&report), [THREE.0]);
    assert!(
        run::repair(&connection, &edited, &settings())
            .await
            .unwrap()
            .is_empty()
    );
}

#[on_both_engines]
async fn redo_is_for_what_is_being_written(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE, TWO]), Goal::All)
        .await
        .unwrap();
    let edited = scripts(&[ONE, TWO_EDITED]);
    let report = run::redo(&connection, &edited, 1, &settings())
        .await
        .unwrap();
    assert_eq!(names(&report), [TWO.0, TWO.0]);
    // What is not taken back must be as it was.
    let older = scripts(&[(ONE.0, "CREATE TABLE one (n text)", ONE.2), TWO_EDITED]);
    let error = run::redo(&connection, &older, 1, &settings())
        .await
        .unwrap_err();
    assert!(matches!(&error, RunError::Changed { changes } if changes[0].migration == ONE.0));
}

#[on_both_engines]
async fn a_migration_before_the_last_applied_one_is_named_unless_asked_for(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE, THREE]), Goal::All)
        .await
        .unwrap();
    let migrations = scripts(&[ONE, TWO, THREE]);
    let error = up(&connection, &migrations, Goal::All).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "m20260102_000000_create_two came before m20260103_000000_create_three, which is applied \
         already; give it a newer timestamp, or run `migrate up --out-of-order` if the order does \
         not matter"
    );
    assert_eq!(error.kind(), Kind::Invalid);
    let status = run::status(&connection, &migrations).await.unwrap();
    assert_eq!(status[1].state, State::OutOfOrder);
    let settings = Settings {
        order: Order::Any,
        ..settings()
    };
    let report = run::up(&connection, &migrations, Goal::All, &settings)
        .await
        .unwrap();
    assert_eq!(names(&report), [TWO.0]);
}

#[on_both_engines]
async fn a_lost_migration_is_forgotten_only_deliberately(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE, TWO, THREE]), Goal::All)
        .await
        .unwrap();
    let without = scripts(&[ONE, THREE]);
    let status = run::status(&connection, &without).await.unwrap();
    assert_eq!(status[2].state, State::Missing);
    assert_eq!(status[2].migration, TWO.0);
    run::repair(&connection, &without, &settings())
        .await
        .unwrap();
    let report = up(&connection, &without, Goal::All).await.unwrap();
    assert!(report.steps.is_empty());

    // What is newer than the program is not its to forget.
    let older = scripts(&[ONE]);
    let error = run::repair(&connection, &older, &settings())
        .await
        .unwrap_err();
    assert!(matches!(error, RunError::Newer { .. }), "{error:?}");
}

/// SeaORM's own runner, with the first two migrations.
struct Plain;

impl MigratorTrait for Plain {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        scripts(&[ONE, TWO])
    }
}

#[on_both_engines]
async fn what_seaorm_applied_is_recorded_by_the_next_run(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    Plain::up(&connection, None).await.unwrap();
    let migrations = scripts(&[ONE, TWO, THREE]);
    let status = run::status(&connection, &migrations).await.unwrap();
    assert!(status[1].applied.as_ref().unwrap().checksum.is_none());
    let planned = run::repairs(&connection, &migrations).await.unwrap();
    assert!(
        planned
            .iter()
            .all(|repair| repair.action == RepairAction::Record)
    );
    assert_eq!(planned.len(), 2);

    let recorded = std::sync::Mutex::new(Vec::new());
    let settings = Settings {
        progress: &|event| {
            if let Event::Recorded { migration } = event {
                recorded.lock().unwrap().push(migration.to_owned());
            }
        },
        ..Settings::new(&CONVENTION)
    };
    run::up(&connection, &migrations, Goal::All, &settings)
        .await
        .unwrap();
    assert_eq!(*recorded.lock().unwrap(), [ONE.0, TWO.0]);
    let edited = scripts(&[ONE, TWO_EDITED, THREE]);
    assert!(up(&connection, &edited, Goal::All).await.is_err());

    // And SeaORM's own runner still can go on, both ways.
    struct More;
    impl MigratorTrait for More {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            let four = ("m20260104_000000_create_four", "SELECT 1", "SELECT 1");
            scripts(&[ONE, TWO, THREE, four])
        }
    }
    More::up(&connection, None).await.unwrap();
    More::down(&connection, Some(2)).await.unwrap();
    let pending = run::pending(&connection, &migrations).await.unwrap();
    assert_eq!(pending, [THREE.0]);
}

#[on_both_engines]
async fn status_needs_no_right_but_to_read_the_history(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations = scripts(&[ONE, TWO]);
    up(&connection, &migrations, Goal::Steps(1)).await.unwrap();
    let forbid = match connection.get_database_backend() {
        DbBackend::Sqlite => "PRAGMA query_only = ON",
        _ => "SET default_transaction_read_only = on",
    };
    execute(&connection, forbid).await;
    let status = run::status(&connection, &migrations).await.unwrap();
    assert_eq!(status[0].state, State::Applied);
    run::repairs(&connection, &migrations).await.unwrap();
    assert!(
        up(&connection, &migrations, Goal::All).await.is_err(),
        "it is forbidden"
    );
}

#[on_both_engines]
async fn the_command_reports_edits_and_repairs_them(engine: Engine) {
    let home = Home::new(engine).await;
    let _ = home.migrate(["up", "-n", "2"]).await.succeeded();
    let connection = super::open(home.database_url().to_owned(), 1).await;
    let first = "m20261120_100000_create_projects";
    let forge = format!(
        "UPDATE seaql_migrations SET checksum = 'old', rendered_sql = 'CREATE TABLE projects (id int);'
         WHERE version = '{first}'"
    );
    execute(&connection, &forge).await;
    connection.close().await.unwrap();

    for arguments in [
        ["up", "--wait=5"],
        ["down", "--wait=5"],
        ["up", "--dry-run"],
    ] {
        let output = home.migrate(arguments).await.failed(65);
        assert!(
            output.contains("\n-CREATE TABLE projects (id int);\n"),
            "{output}"
        );
        assert!(output.contains("\n+CREATE TABLE \"projects\""), "{output}");
    }
    let status = home.migrate(["status", "--json"]).await;
    assert_eq!(status.code, Some(65));
    assert!(status.stdout.contains("\"changed\""));
    let dry = home.migrate(["repair", "--dry-run", "--json"]).await.json();
    assert_eq!(dry[0]["migration"], first);
    assert_eq!(dry[0]["action"], "accept");
    assert_eq!(dry[0]["applied"], "CREATE TABLE projects (id int);");
    assert!(dry[0]["present"].as_str().unwrap().contains("\"projects\""));
    let repaired = home.migrate(["repair"]).await.succeeded();
    assert!(
        repaired.starts_with(&format!("accept {first}\n")),
        "{repaired}"
    );
    let _ = home.migrate(["up"]).await.succeeded();
    assert_eq!(home.migrate(["repair", "--json"]).await.succeeded(), "[]\n");
}
