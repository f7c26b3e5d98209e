//! `migrate verify`: migrations go up, down and up again.

use acceptance::{Engine, Home, Scratch, on_both_engines};
use groundwork_migrate::{
    scratch::Place,
    verify::{FindingKind, verify},
};
use groundwork_schema::run::irreversible;
use migration::CONVENTION;
use sea_orm_migration::prelude::*;

use crate::migrations::scripts;

/// What is found, one line each, without the names of the engines.
async fn found(engine: Engine, migrations: &[Box<dyn MigrationTrait>]) -> Vec<String> {
    let scratch = Scratch::empty(engine).await;
    let place = match engine {
        Engine::Sqlite => Place::Sqlite,
        Engine::Postgres => Place::Postgres(scratch.url().parse().unwrap()),
    };
    let mut names = Vec::new();
    let mut progress = |name: &str| names.push(name.to_owned());
    let findings = verify(migrations, &CONVENTION, &place, &mut progress)
        .await
        .unwrap();
    assert_eq!(names[0], migrations[0].name());
    let lines = findings.iter().map(ToString::to_string);
    lines
        .map(|line| {
            line.replace(" on SQLite: ", ": ")
                .replace(" on PostgreSQL: ", ": ")
        })
        .collect()
}

#[on_both_engines]
async fn the_migrations_of_this_workspace_are_sound_with_rows_in_every_table(engine: Engine) {
    assert_eq!(found(engine, &migration::migrations()).await, [""; 0]);
}

#[on_both_engines]
async fn a_down_that_leaves_or_forgets_something_is_named_with_the_object(engine: Engine) {
    let list = scripts(&[
        (
            "m1_create_a",
            "CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, n integer NOT NULL)",
            "DROP TABLE a",
        ),
        ("m2_index_a", "CREATE INDEX ix_a_n ON a (n)", "SELECT 1"),
    ]);
    let lines = found(engine, &list).await;
    assert_eq!(
        lines[0],
        "m2_index_a: down does not restore index ix_a_n of table a: not expected \
         (found: on n, unique false, method btree, valid true)"
    );
    assert!(
        lines[1].starts_with("m2_index_a: up fails: the second time: "),
        "{lines:?}"
    );
    assert!(lines[1].contains("already exists"), "{lines:?}");
    assert_eq!(lines.len(), 2);
}

#[on_both_engines]
async fn rows_that_are_lost_without_a_word_are_named(engine: Engine) {
    let create = (
        "m1_create_a",
        "CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, n integer, name text)",
        "DROP TABLE a",
    );
    let lossy = |name| (name, "DELETE FROM a WHERE id > 0", "SELECT 1");
    assert_eq!(
        found(engine, &scripts(&[create, lossy("m2_delete_a")])).await,
        [""; 0]
    );
    let silent = found(engine, &scripts(&[create, lossy("m2_tidy_a")])).await;
    assert_eq!(silent.len(), 1);
    assert!(
        silent[0].starts_with("m2_tidy_a: up and down lose "),
        "{silent:?}"
    );
    assert!(silent[0].contains("of 2 rows of table a"), "{silent:?}");

    let column = scripts(&[
        create,
        (
            "m2_change_a",
            "ALTER TABLE a DROP COLUMN name",
            "ALTER TABLE a ADD COLUMN name text",
        ),
    ]);
    let lost = found(engine, &column).await;
    assert!(
        lost[0].contains("up and down lose values of column name of table a"),
        "{lost:?}"
    );
}

#[on_both_engines]
async fn a_down_that_fails_is_named_and_an_irreversible_one_reported(engine: Engine) {
    let mut list = scripts(&[("m1_create_a", "CREATE TABLE a (id integer)", "DROP TABLE b")]);
    list.push(Box::new(OneWay));
    let lines = found(engine, &list).await;
    assert!(
        lines[0].starts_with("m1_create_a: down fails: "),
        "{lines:?}"
    );
    assert_eq!(
        lines[1..],
        ["m2_go_on: irreversible, as it says: what was there is not kept"]
    );
    assert!(!FindingKind::Irreversible(String::new()).is_failure());
}

struct OneWay;

impl MigrationName for OneWay {
    fn name(&self) -> &str {
        "m2_go_on"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for OneWay {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection
            .execute_unprepared("CREATE TABLE c (id integer)")
            .await
            .map(drop)
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(irreversible("what was there is not kept"))
    }
}

#[on_both_engines]
async fn a_table_whose_rows_cannot_be_made_is_named(engine: Engine) {
    let list = scripts(&[(
        "m1_create_a",
        "CREATE TABLE a (id integer NOT NULL, CONSTRAINT ck_a_never CHECK (id <> id))",
        "DROP TABLE a",
    )]);
    assert_eq!(
        found(engine, &list).await,
        ["m1_create_a: tried without rows in table a: none could be made"]
    );
}

#[tokio::test]
async fn the_command_tries_both_engines_and_touches_no_configured_database() {
    let home = Home::new(Engine::Sqlite).await;
    let server = Scratch::empty(Engine::Postgres).await;
    let sound = home.migrate(["verify", "--server", server.url()]).await;
    let count = migration::migrations().len();
    assert_eq!(
        sound.stderr,
        format!("{count} migrations: up, down and up again give the same\n")
    );
    assert_eq!((sound.code, sound.stdout.as_str()), (Some(0), ""));
    let json = home.migrate(["verify", "--json"]).await.json();
    assert_eq!(json, serde_json::json!({ "sound": true, "findings": [] }));
    assert_eq!(std::fs::read_dir(home.dir()).unwrap().count(), 0);
}
