use groundwork_naming::Engine;
use sea_orm::{ConnectionTrait as _, Statement, TransactionTrait as _};
use sea_orm_migration::prelude::*;

use super::{Cause, Outcome, down, rendered, up};
use crate::sql::verb;

/// A migration that is a function.
struct Written {
    name: &'static str,
    sql: &'static [&'static str],
}

impl MigrationName for Written {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Written {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for sql in self.sql {
            if verb(sql) == "SELECT" {
                let statement = Statement::from_string(manager.get_database_backend(), *sql);
                let rows = connection.query_all_raw(statement).await?;
                connection
                    .execute_unprepared(&format!("INSERT INTO t VALUES ({})", rows.len()))
                    .await?;
            } else {
                connection.execute_unprepared(sql).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("t").to_owned())
            .await
    }
}

/// A migration that binds values within a transaction of its own, or panics.
struct Odd {
    panics: bool,
}

impl MigrationName for Odd {
    fn name(&self) -> &str {
        "odd"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Odd {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        assert!(!self.panics, "as asked");
        let inner = manager.get_connection().begin().await?;
        let insert = Query::insert()
            .into_table("t")
            .columns(["a"])
            .values_panic(["it's".into()])
            .to_owned();
        inner.execute(&insert).await?;
        inner.commit().await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

fn list(sql: &'static [&'static str]) -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Written { name: "first", sql })]
}

#[tokio::test]
async fn statements_are_noted_and_taken_back_on_both_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let migrations = list(&["CREATE TABLE t (a text)", "CREATE INDEX i ON t (a)"]);
        let up = up(&migrations, engine).await.remove(0);
        assert_eq!(
            up.statements,
            ["CREATE TABLE t (a text)", "CREATE INDEX i ON t (a)"]
        );
        assert_eq!((&up.reads, &up.outcome), (&None, &Outcome::Complete));
        assert_eq!(
            up.text(),
            "CREATE TABLE t (a text);\nCREATE INDEX i ON t (a);\n"
        );
        let down = down(&migrations, engine).await.remove(0);
        assert_eq!(down.statements, [r#"DROP TABLE "t""#]);
        assert_eq!(down.outcome, Outcome::Complete);
    }
}

#[tokio::test]
async fn values_are_in_place_and_transactions_are_savepoints() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut migrations = list(&["CREATE TABLE t (a text)"]);
        migrations.push(Box::new(Odd { panics: false }));
        // Whether or not it is tried out.
        assert_eq!(
            up(&migrations, engine).await,
            rendered(&migrations, engine).await
        );
        let odd = up(&migrations, engine).await.remove(1);
        let insert = r#"INSERT INTO "t" ("a") VALUES ('it''s')"#;
        let (begin, commit) = match engine {
            Engine::Sqlite => ("SAVEPOINT s1", "RELEASE SAVEPOINT s1"),
            Engine::Postgres => ("BEGIN", "COMMIT"),
        };
        assert_eq!(odd.statements, [begin, insert, commit]);
        assert_eq!(odd.is_transactional, engine == Engine::Sqlite);
    }
}

#[tokio::test]
async fn a_query_is_recorded() {
    let migrations = || list(&["CREATE TABLE t (a text)", "SELECT a FROM t", "DROP TABLE t"]);
    let there = up(&migrations(), Engine::Sqlite).await.remove(0);
    assert_eq!(there.reads.as_deref(), Some("SELECT a FROM t"));
    let expected = [
        "CREATE TABLE t (a text)",
        "INSERT INTO t VALUES (0)",
        "DROP TABLE t",
    ];
    assert_eq!(there.statements, expected);
    assert_eq!(there, rendered(&migrations(), Engine::Sqlite).await[0]);
    let not = up(&migrations(), Engine::Postgres).await.remove(0);
    assert_eq!(not.reads.as_deref(), Some("SELECT a FROM t"));
    assert_eq!(not.statements, ["CREATE TABLE t (a text)"]);
    assert_eq!(not.outcome, Outcome::Complete);
    assert!(not.checksum(Engine::Postgres).is_some());
}

#[tokio::test]
async fn what_fails_or_panics_is_recorded_and_so_is_what_comes_after() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let odd = up(&[Box::new(Odd { panics: true })], engine)
            .await
            .remove(0);
        assert_eq!(
            odd.outcome,
            Outcome::Failed {
                cause: Cause::Panicked,
                message: "Migration Error: it panicked: as asked".to_owned()
            }
        );
        assert_eq!(odd.checksum(engine), None);
    }
    let mut migrations = list(&["CREATE TABLE t ("]);
    migrations.push(Box::new(Odd { panics: false }));
    let recordings = up(&migrations, Engine::Sqlite).await;
    assert!(!recordings[0].outcome.is_complete());
    let after = recordings[1].outcome.failure();
    assert_eq!(after, Some("it comes after first, which fails"));
}

#[tokio::test]
async fn a_checksum_depends_on_the_statements_and_not_on_how_they_are_written() {
    let of = async |sql| up(&list(sql), Engine::Sqlite).await[0].checksum(Engine::Sqlite);
    let one = of(&["CREATE TABLE t (a text)"]).await;
    assert_eq!(one, of(&["CREATE TABLE t (\n  a text -- why\n)"]).await);
    assert_ne!(one, of(&["CREATE TABLE t (b text)"]).await);
    assert_ne!(
        one,
        of(&["CREATE TABLE t (a text)", "CREATE INDEX i ON t (a)"]).await
    );
}
