//! A migration of PostgreSQL outside of a transaction.

use acceptance::{Engine, Scratch};
use groundwork_schema::{
    alter::Alter,
    run::{self, Direction, Goal, Span},
    table::{Check, Column, Condition, Kind},
};
use migration::CONVENTION;
use sea_orm_migration::prelude::*;

use super::{
    catalog::catalog,
    connect, execute,
    planning::{history, run_script},
    scripts, settings, texts, up,
};

/// Changes a table, and makes an index that does not lock it.
struct Concurrent;

impl MigrationName for Concurrent {
    fn name(&self) -> &'static str {
        "m20260102_000000_change_notes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Concurrent {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Alter::table("notes")
            .add_column_filled(Column::required("more", Kind::Text), "'x'")
            .set_required_filling("n", "0")
            .add_check(Check {
                rule: "n",
                condition: Condition::AtLeast {
                    column: "n",
                    number: 0,
                },
            })
            .apply(manager, &CONVENTION)
            .await?;
        let sql = "CREATE INDEX CONCURRENTLY ix_notes_n ON notes (n)";
        let connection = manager.get_connection();
        connection.execute_unprepared(sql).await.map(drop)
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let create = "CREATE TABLE notes (n bigint)";
    let mut list = scripts(&[("m20260101_000000_create_notes", create, "DROP TABLE notes")]);
    list.push(Box::new(Concurrent));
    list
}

#[tokio::test]
async fn its_script_is_one_that_psql_takes_and_leaves_what_up_leaves() {
    let engine = Engine::Postgres;
    let (ran, by_script) = (Scratch::empty(engine).await, Scratch::empty(engine).await);
    let expected = connect(&ran).await;
    up(&expected, &migrations(), Goal::All).await.unwrap();

    let (list, postgres) = (migrations(), Engine::Postgres);
    let steps = run::plan(&list, Direction::Up, Span::default(), postgres).await;
    let steps = steps.unwrap();
    assert!(!steps[1].recording.is_transactional);
    let script = run::script(&steps, &list, postgres, &settings()).unwrap();
    assert!(!script.contains("SAVEPOINT"), "{script}");
    let outcome = run_script(&by_script, &script).await;
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{script}"
    );
    let found = connect(&by_script).await;
    assert_eq!(catalog(&found).await, catalog(&expected).await);
    assert_eq!(history(&found).await, history(&expected).await);
}

#[tokio::test]
async fn rows_that_break_a_rule_are_counted_and_the_rest_can_be_run_again() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    up(&connection, &migrations(), Goal::Steps(1))
        .await
        .unwrap();
    execute(&connection, "INSERT INTO notes VALUES (1), (-1), (-2)").await;
    let refused = up(&connection, &migrations(), Goal::All).await.unwrap_err();
    let mut message = refused.to_string();
    let mut source = std::error::Error::source(&refused);
    while let Some(error) = source {
        message = format!("{message}: {error}");
        source = error.source();
    }
    assert!(
        message.contains("ck_notes_n") && message.contains('2'),
        "{message}"
    );
    let applied = texts(&connection, "SELECT version FROM seaql_migrations").await;
    assert_eq!(applied, ["m20260101_000000_create_notes"]);

    // Outside of a transaction what was done before remains, as its author has chosen.
    execute(
        &connection,
        "DELETE FROM notes WHERE n < 0; ALTER TABLE notes DROP COLUMN more",
    )
    .await;
    up(&connection, &migrations(), Goal::All).await.unwrap();
}
