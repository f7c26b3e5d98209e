//! A migration's own transaction, and the session that the next one finds.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::error::{DomainError, Kind};
use groundwork_schema::run::{Goal, RunError};
use rstest::rstest;
use sea_orm_migration::prelude::*;

use super::{
    connect, down, execute, names, open, running::ONE, running::THREE, running::TWO, scripts,
    tables, texts, up,
};

#[on_both_engines]
async fn a_migration_that_ends_its_transaction_is_refused_before_it_runs(
    engine: Engine,
    #[values(
        "CREATE TABLE two (n bigint); COMMIT; SELECT wrong",
        "BEGIN; CREATE TABLE two (n bigint); COMMIT",
        "SAVEPOINT a; CREATE TABLE two (n bigint); ROLLBACK TO a",
        "CREATE TABLE two (n bigint); /* now */ end"
    )]
    sql: &'static str,
) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let list = scripts(&[ONE, (TWO.0, sql, "DROP TABLE two")]);
    let refused = up(&connection, &list, Goal::All).await.unwrap_err();
    assert!(
        matches!(&refused, RunError::TransactionControl { migration, .. } if migration == TWO.0),
        "{refused:?}"
    );
    assert_eq!(refused.kind(), Kind::Invalid);
    assert_eq!(tables(&connection).await, ["one", "seaql_migrations"]);
    // The way back likewise.
    let list = scripts(&[(ONE.0, ONE.1, "DROP TABLE one; COMMIT")]);
    let refused = down(&connection, &list, Goal::All).await.unwrap_err();
    assert!(
        matches!(&refused, RunError::TransactionControl { .. }),
        "{refused:?}"
    );
    assert_eq!(tables(&connection).await, ["one", "seaql_migrations"]);
}

/// Ends its transaction by a statement that is not known before it has asked the database.
struct Commits {
    fails: bool,
}

impl MigrationName for Commits {
    fn name(&self) -> &'static str {
        TWO.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Commits {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = connection.get_database_backend();
        let question = sea_orm::Statement::from_string(backend, "SELECT count(*) FROM live");
        // Whatever is recorded without the database does not have this table.
        if connection.query_one_raw(question).await.is_ok() {
            let sql = "CREATE TABLE two (n bigint); COMMIT";
            connection.execute_unprepared(sql).await?;
        }
        match self.fails {
            true => connection
                .execute_unprepared("SELECT wrong")
                .await
                .map(drop),
            false => Ok(()),
        }
    }
}

#[on_both_engines]
async fn nothing_was_kept_is_said_only_if_it_is_true(
    engine: Engine,
    #[values(false, true)] fails: bool,
) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    execute(&connection, "CREATE TABLE live (n bigint)").await;
    let mut list = scripts(&[ONE]);
    list.push(Box::new(Commits { fails }));
    let error = up(&connection, &list, Goal::All).await.unwrap_err();
    assert!(
        matches!(error, RunError::EndedTransaction { .. }),
        "{error:?}"
    );
    let message = error.to_string();
    assert!(message.contains("is kept"), "{message}");
    assert!(!message.contains("nothing of it was kept"), "{message}");
    // It tells the truth: the table is there, and no record.
    assert_eq!(
        tables(&connection).await,
        ["live", "one", "seaql_migrations", "two"]
    );
    let applied = texts(&connection, "SELECT version FROM seaql_migrations").await;
    assert_eq!(applied, [ONE.0]);
}

const LEAVES: &[(&str, &str)] = &[
    (
        "SELECT pg_catalog.set_config('search_path', '', false)",
        "search_path",
    ),
    ("SET search_path = pg_catalog", "search_path"),
    ("SET ROLE pg_monitor", "role"),
    ("SET client_encoding = 'LATIN1'", "client_encoding"),
    ("SET statement_timeout = 1", "statement_timeout"),
    ("SET lock_timeout = '7h'", "lock_timeout"),
    ("SET app.tenant = 'one'", "app.tenant"),
    ("SET TimeZone = 'Asia/Tokyo'", "TimeZone"),
];

#[tokio::test]
async fn nothing_of_a_session_reaches_the_next_migration_on_postgres() {
    for (sql, setting) in LEAVES {
        let scratch = Scratch::empty(Engine::Postgres).await;
        let connection = connect(&scratch).await;
        // What the connection itself was given stays.
        execute(&connection, "SET work_mem = '7MB'").await;
        let shown = format!("SELECT coalesce(current_setting('{setting}', true), '')");
        let before = texts(&connection, &shown).await;
        let noted = format!("CREATE TABLE three AS {shown} AS value");
        let noted: &'static str = noted.leak();
        let list = scripts(&[
            (ONE.0, ONE.1, ONE.2),
            (TWO.0, sql, "SELECT 1"),
            (THREE.0, noted, "DROP TABLE three"),
        ]);
        let done = up(&connection, &list, Goal::All).await;
        let done = done.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(done.steps.len(), 3, "{sql}");
        let found = texts(&connection, "SELECT value FROM public.three").await;
        // The runner's own limit of migrations, or what it was before.
        let expected = match *setting {
            "lock_timeout" => vec!["3s".to_owned()],
            _ => before,
        };
        assert_eq!(found, expected, "{sql}");
        assert_eq!(texts(&connection, "SHOW work_mem").await, ["7MB"], "{sql}");
    }
}

#[on_both_engines]
async fn a_temporary_table_is_not_there_for_the_next_migration(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let list = scripts(&[
        (
            ONE.0,
            "CREATE TEMPORARY TABLE draft (n bigint); INSERT INTO draft VALUES (1)",
            "SELECT 1",
        ),
        (TWO.0, "CREATE TABLE draft (n bigint)", "DROP TABLE draft"),
        (THREE.0, "INSERT INTO draft VALUES (3)", "SELECT 1"),
    ]);
    up(&connection, &list, Goal::All).await.unwrap();
    assert_eq!(tables(&connection).await, ["draft", "seaql_migrations"]);
    let rows = "SELECT CAST(n AS varchar) FROM draft";
    assert_eq!(texts(&connection, rows).await, ["3"]);
}

#[tokio::test]
async fn a_pragma_is_not_there_for_the_next_migration_on_sqlite() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    let list = scripts(&[
        (
            ONE.0,
            "PRAGMA ignore_check_constraints = ON; PRAGMA case_sensitive_like = ON",
            "SELECT 1",
        ),
        (
            TWO.0,
            "CREATE TABLE two (n bigint CHECK (n > 0), \
                 matches bigint); INSERT INTO two VALUES (1, 'A' LIKE 'a')",
            "DROP TABLE two",
        ),
    ]);
    up(&connection, &list, Goal::All).await.unwrap();
    let found = texts(&connection, "SELECT CAST(matches AS text) FROM two").await;
    assert_eq!(found, ["1"]);
    let broken = scripts(&[
        (
            ONE.0,
            "PRAGMA ignore_check_constraints = ON; PRAGMA case_sensitive_like = ON",
            "SELECT 1",
        ),
        (
            TWO.0,
            "CREATE TABLE two (n bigint CHECK (n > 0), \
                 matches bigint); INSERT INTO two VALUES (1, 'A' LIKE 'a')",
            "DROP TABLE two",
        ),
        (THREE.0, "INSERT INTO two VALUES (0, 0)", "SELECT 1"),
    ]);
    let refused = up(&connection, &broken, Goal::All).await.unwrap_err();
    assert!(format!("{refused:?}").contains("CHECK"), "{refused:?}");
}

/// A database in memory is its connection, which must not be replaced.
#[rstest]
#[tokio::test]
async fn a_database_in_memory_stays_and_loses_what_is_temporary() {
    let connection = open("sqlite::memory:".to_owned(), 1).await;
    let list = scripts(&[
        (
            ONE.0,
            "CREATE TABLE one (n bigint); CREATE TEMPORARY TABLE draft (n bigint)",
            "SELECT 1",
        ),
        (TWO.0, "CREATE TABLE draft (n bigint)", "SELECT 1"),
        (
            THREE.0,
            "INSERT INTO draft SELECT count(*) FROM one",
            "SELECT 1",
        ),
    ]);
    let report = up(&connection, &list, Goal::All).await.unwrap();
    assert_eq!(names(&report), [ONE.0, TWO.0, THREE.0]);
    assert_eq!(
        tables(&connection).await,
        ["draft", "one", "seaql_migrations"]
    );
}
