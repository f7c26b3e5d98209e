//! How migrations are run.

use std::{sync::Mutex, time::Duration};

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::error::{DomainError, Kind};
use groundwork_schema::run::{self, Event, Goal, RunError, Settings};
use migration::CONVENTION;
use sea_orm_migration::{prelude::*, sea_orm::TransactionTrait};

use super::{
    INDEX_ONE, connect, connect_with, down, execute, names, scripts, settings, tables, texts, up,
};

pub(super) const ONE: (&str, &str, &str) = (
    "m20260101_000000_create_one",
    "CREATE TABLE one (n bigint NOT NULL); INSERT INTO one VALUES (1)",
    "DROP TABLE one",
);
pub(super) const TWO: (&str, &str, &str) = (
    "m20260102_000000_create_two",
    "CREATE TABLE two (n bigint NOT NULL)",
    "DROP TABLE two",
);
pub(super) const THREE: (&str, &str, &str) = (
    "m20260103_000000_create_three",
    "CREATE TABLE three (n bigint NOT NULL)",
    "DROP TABLE three",
);
/// Makes a table, fills it, and only then fails.
const BROKEN: (&str, &str, &str) = (
    "m20260102_000000_create_two",
    "CREATE TABLE two (n bigint NOT NULL); INSERT INTO two VALUES (1); SELECT wrong",
    "DROP TABLE two",
);

#[on_both_engines]
async fn a_failing_migration_leaves_nothing_and_can_be_retried(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;

    let error = up(&connection, &scripts(&[ONE, BROKEN]), Goal::All)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, RunError::Failed { migration, .. } if migration == BROKEN.0),
        "{error:?}"
    );
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!(tables(&connection).await, ["one", "seaql_migrations"]);

    let report = up(&connection, &scripts(&[ONE, TWO]), Goal::All)
        .await
        .unwrap();
    assert_eq!(names(&report), [TWO.0]);
    assert_eq!(
        tables(&connection).await,
        ["one", "seaql_migrations", "two"]
    );
}

#[on_both_engines]
async fn a_first_migration_that_fails_leaves_an_empty_database(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[BROKEN]), Goal::All)
        .await
        .unwrap_err();
    assert!(tables(&connection).await.is_empty());
}

#[on_both_engines]
async fn a_migration_that_panics_fails_like_any_other(engine: Engine) {
    /// As sea-query does on SQLite for what that engine cannot alter.
    struct Panics;
    impl MigrationName for Panics {
        fn name(&self) -> &'static str {
            "m20260102_000000_panic"
        }
    }
    #[async_trait::async_trait]
    impl MigrationTrait for Panics {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            let sql = "CREATE TABLE two (n bigint NOT NULL)";
            manager.get_connection().execute_unprepared(sql).await?;
            panic!("SQLite cannot do this");
        }
    }
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let mut migrations = scripts(&[ONE]);
    migrations.push(Box::new(Panics));
    let error = up(&connection, &migrations, Goal::All).await.unwrap_err();
    let RunError::Failed {
        migration, source, ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(migration, "m20260102_000000_panic");
    assert!(
        source
            .to_string()
            .ends_with("it panicked: SQLite cannot do this"),
        "{source}"
    );
    assert_eq!(tables(&connection).await, ["one", "seaql_migrations"]);
}

#[on_both_engines]
async fn a_down_that_fails_leaves_everything(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let (name, sql, _) = ONE;
    let migrations = scripts(&[(name, sql, "DROP TABLE one; SELECT wrong")]);
    up(&connection, &migrations, Goal::All).await.unwrap();
    let error = down(&connection, &migrations, Goal::All).await.unwrap_err();
    assert!(matches!(error, RunError::Failed { .. }), "{error:?}");
    assert_eq!(tables(&connection).await, ["one", "seaql_migrations"]);
    assert!(
        run::pending(&connection, &migrations)
            .await
            .unwrap()
            .is_empty()
    );
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn eight_at_once_run_each_migration_once(engine: Engine) {
    const DOUBLE: &str = "UPDATE one SET n = n * 2";
    let scratch = Scratch::empty(engine).await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let connection = connect(&scratch).await;
        tasks.push(tokio::spawn(async move {
            let migrations = scripts(&[
                ONE,
                ("m20260102_000000_double", DOUBLE, ""),
                ("m20260103_000000_double_again", DOUBLE, ""),
                ("m20260104_000000_double_once_more", DOUBLE, ""),
            ]);
            let report = up(&connection, &migrations, Goal::All).await.unwrap();
            report.steps.len()
        }));
    }
    let mut run = 0;
    for task in tasks {
        run += task.await.unwrap();
    }
    assert_eq!(run, 4);
    let connection = connect(&scratch).await;
    assert_eq!(
        texts(&connection, "SELECT CAST(n AS text) FROM one").await,
        ["8"]
    );
}

#[on_both_engines]
async fn goals_are_reached_and_not_passed(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations = scripts(&[ONE, TWO, THREE]);

    let report = up(&connection, &migrations, Goal::Steps(1)).await.unwrap();
    assert_eq!(names(&report), [ONE.0]);
    let report = up(&connection, &migrations, Goal::To("create_two"))
        .await
        .unwrap();
    assert_eq!(names(&report), [TWO.0]);
    let report = up(&connection, &migrations, Goal::To(ONE.0)).await.unwrap();
    assert!(report.steps.is_empty());
    let report = up(&connection, &migrations, Goal::All).await.unwrap();
    assert_eq!(names(&report), [THREE.0]);
    let report = run::redo(&connection, &migrations, 2, &settings())
        .await
        .unwrap();
    assert_eq!(names(&report), [THREE.0, TWO.0, TWO.0, THREE.0]);
    let report = down(&connection, &migrations, Goal::To(TWO.0))
        .await
        .unwrap();
    assert_eq!(names(&report), [THREE.0]);
    let report = down(&connection, &migrations, Goal::Steps(1))
        .await
        .unwrap();
    assert_eq!(names(&report), [TWO.0]);
    let report = down(&connection, &migrations, Goal::All).await.unwrap();
    assert_eq!(names(&report), [ONE.0]);
    assert_eq!(tables(&connection).await, ["seaql_migrations"]);
}

#[tokio::test]
async fn a_goal_that_does_not_exist_gets_a_suggestion() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    let migrations = scripts(&[ONE, TWO]);
    let error = up(&connection, &migrations, Goal::To("create_tow"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no migration create_tow; did you mean m20260102_000000_create_two?"
    );
    assert_eq!(error.kind(), Kind::Usage);
}

#[on_both_engines]
async fn waiting_too_long_is_refused_and_may_be_tried_again(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let holder = connect(&scratch).await;
    let transaction = holder.begin().await.unwrap();
    let sql = match engine {
        Engine::Sqlite => "CREATE TABLE held (n bigint)",
        Engine::Postgres => "SELECT pg_advisory_xact_lock(hashtextextended('seaql_migrations', 0))",
    };
    transaction.execute_unprepared(sql).await.unwrap();

    let connection = connect(&scratch).await;
    if engine == Engine::Sqlite {
        execute(&connection, "PRAGMA busy_timeout = 10").await;
    }
    let waits = Mutex::new(0);
    let settings = Settings {
        acquire_timeout: Duration::from_millis(1_200),
        progress: &|event| {
            if matches!(event, Event::Waiting) {
                *waits.lock().unwrap() += 1;
            }
        },
        ..Settings::new(&CONVENTION)
    };
    let migrations = scripts(&[ONE]);
    let error = run::up(&connection, &migrations, Goal::All, &settings)
        .await
        .unwrap_err();
    assert!(matches!(error, RunError::Busy { .. }), "{error:?}");
    assert_eq!(error.kind(), Kind::Conflict);
    assert_eq!(*waits.lock().unwrap(), 1);

    transaction.rollback().await.unwrap();
    up(&connection, &migrations, Goal::All).await.unwrap();
}

#[tokio::test]
async fn rebuilding_a_table_on_sqlite_keeps_the_rows_that_refer_to_it() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    let migrations = scripts(&[
        (
            "m20260101_000000_create_family",
            "CREATE TABLE parents (id bigint PRIMARY KEY);
             CREATE TABLE children (parent bigint REFERENCES parents (id) ON DELETE CASCADE);
             INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1)",
            "",
        ),
        (
            "m20260102_000000_rebuild_parents",
            "CREATE TABLE rebuilt (id bigint PRIMARY KEY, name text);
             INSERT INTO rebuilt (id) SELECT id FROM parents;
             DROP TABLE parents; ALTER TABLE rebuilt RENAME TO parents",
            "",
        ),
    ]);
    up(&connection, &migrations, Goal::All).await.unwrap();
    let children = texts(&connection, "SELECT CAST(parent AS text) FROM children").await;
    assert_eq!(children, ["1"]);
    let foreign_keys = texts(
        &connection,
        "SELECT CAST(foreign_keys AS text) FROM pragma_foreign_keys",
    )
    .await;
    assert_eq!(foreign_keys, ["1"], "they are upheld again");
}

#[tokio::test]
async fn rows_that_would_refer_to_nothing_are_refused_on_sqlite_too() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    let family = (
        "m20260101_000000_create_family",
        "CREATE TABLE parents (id bigint PRIMARY KEY);
         CREATE TABLE children (parent bigint REFERENCES parents (id))",
        "DROP TABLE children; DROP TABLE parents",
    );
    let orphan = (
        "m20260102_000000_add_orphans",
        "INSERT INTO children VALUES (1), (2)",
        "",
    );
    let error = up(&connection, &scripts(&[family, orphan]), Goal::All)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "m20260102_000000_add_orphans would leave rows that refer to nothing: \
         2 of children to parents; it was rolled back, nothing of it was kept"
    );
    let count = texts(&connection, "SELECT CAST(count(*) AS text) FROM children").await;
    assert_eq!(count, ["0"]);
}

#[tokio::test]
async fn a_pool_of_several_is_refused_on_sqlite() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect_with(&scratch, 2).await;
    let error = up(&connection, &scripts(&[ONE]), Goal::All)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        RunError::SharedConnection { connections: 2 }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_can_be_built_concurrently_and_once_on_postgres() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let connection = connect(&scratch).await;
        tasks.push(tokio::spawn(async move {
            let mut migrations = scripts(&[ONE]);
            migrations.push(Box::new(INDEX_ONE));
            let report = up(&connection, &migrations, Goal::All).await.unwrap();
            report.steps.len()
        }));
    }
    let mut run = 0;
    for task in tasks {
        run += task.await.unwrap();
    }
    assert_eq!(run, 2);
}
