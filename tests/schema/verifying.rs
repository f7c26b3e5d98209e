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

/// The rows that are made up begin alike, which a person's do not: no fault, and no end either.
#[on_both_engines]
async fn what_made_up_rows_break_is_tried_without_and_the_rest_is_tried_too(engine: Engine) {
    let list = scripts(&[
        (
            "m1_create_t",
            "CREATE TABLE t (id bigint CONSTRAINT pk_t PRIMARY KEY, a text NOT NULL)",
            "DROP TABLE t",
        ),
        (
            "m2_index_a",
            "CREATE UNIQUE INDEX ix_a ON t (substr(a, 1, 3))",
            "DROP INDEX ix_a",
        ),
        (
            "m3_bad_down",
            "CREATE TABLE u (id bigint CONSTRAINT pk_u PRIMARY KEY)",
            "SELECT 1",
        ),
        (
            "m4_require",
            "ALTER TABLE t ADD COLUMN b text NOT NULL",
            "ALTER TABLE t DROP COLUMN b",
        ),
    ]);
    let lines = found(engine, &list).await;
    let expected = [
        "m2_index_a: tried without rows, since those that were made up do not fit: ",
        "m3_bad_down: down does not restore table u: not expected",
        "m3_bad_down: up fails: the second time: ",
        "m4_require: up fails: ",
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{lines:#?}");
    }
}

/// One bad way back after the other, and none hides the rest.
#[on_both_engines]
async fn every_bad_down_is_named_in_one_run(engine: Engine) {
    let mut list = Vec::new();
    for n in 0..12 {
        let (create, drop): (String, &str) = match n % 4 {
            0 => (format!("CREATE TABLE t{n} (id bigint)"), "SELECT 1"),
            1 => (
                format!("CREATE TABLE t{n} (id bigint)"),
                "DROP TABLE nothing",
            ),
            2 => (format!("CREATE VIEW v{n} AS SELECT {n} AS n"), "SELECT 1"),
            _ => (
                format!("CREATE INDEX ix_t{n} ON t{} (id)", n - 3),
                "SELECT 1",
            ),
        };
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        list.push((leak(format!("m{n:02}_bad")), leak(create), drop));
    }
    let lines = found(engine, &scripts(&list)).await;
    for (name, ..) in &list {
        let named = lines
            .iter()
            .any(|line| line.starts_with(&format!("{name}: down ")));
        assert!(named, "{name}: {lines:#?}");
    }
}

#[on_both_engines]
async fn what_comes_after_a_migration_that_always_fails_is_listed(engine: Engine) {
    let list = scripts(&[
        ("m1_create_t", "CREATE TABLE t (id bigint)", "DROP TABLE t"),
        (
            "m2_break",
            "ALTER TABLE nothing ADD COLUMN a text",
            "SELECT 1",
        ),
        ("m3_create_u", "CREATE TABLE u (id bigint)", "DROP TABLE u"),
        ("m4_create_v", "CREATE TABLE v (id bigint)", "DROP TABLE v"),
    ]);
    let lines = found(engine, &list).await;
    assert!(lines[0].starts_with("m2_break: up fails: "), "{lines:#?}");
    assert_eq!(
        lines[1..],
        [
            "m3_create_u: not tried: it comes after m2_break, which fails",
            "m4_create_v: not tried: it comes after m2_break, which fails",
        ]
    );
}

#[on_both_engines]
async fn a_dropped_column_comes_back_as_the_last_one(engine: Engine) {
    let create = (
        "m1_create_t",
        "CREATE TABLE t (id bigint CONSTRAINT pk_t PRIMARY KEY, b text, c text, d text)",
        "DROP TABLE t",
    );
    let drop = (
        "m2_drop_b",
        "ALTER TABLE t DROP COLUMN b",
        "ALTER TABLE t ADD COLUMN b text",
    );
    let next = (
        "m3_index_t",
        "CREATE INDEX ix_t_b ON t (d)",
        "DROP INDEX ix_t_b",
    );
    let sound = found(engine, &scripts(&[create, drop, next])).await;
    assert_eq!(sound, [""; 0]);
    let reordered = (
        "m2_drop_b",
        "ALTER TABLE t DROP COLUMN b",
        "DROP TABLE t; CREATE TABLE t (id bigint CONSTRAINT pk_t PRIMARY KEY, d text, c text, b text)",
    );
    let lines = found(engine, &scripts(&[create, reordered])).await;
    assert!(lines[0].contains("order of columns"), "{lines:#?}");
}

/// What fills a NULL, or writes a number as a text, loses nothing.
#[on_both_engines]
async fn a_filled_column_is_no_loss(engine: Engine) {
    let list = scripts(&[
        (
            "m1_create_t",
            "CREATE TABLE t (id bigint CONSTRAINT pk_t PRIMARY KEY, n bigint, word text)",
            "DROP TABLE t",
        ),
        (
            "m2_fill_n",
            "UPDATE t SET n = 1 WHERE n IS NULL; UPDATE t SET word = '' WHERE word IS NULL",
            "SELECT 1",
        ),
    ]);
    assert_eq!(found(engine, &list).await, [""; 0]);
}

#[tokio::test]
async fn a_changed_collation_does_not_end_the_walk() {
    let list = scripts(&[
        (
            "m1_create_t",
            "CREATE TABLE t (id bigint CONSTRAINT pk_t PRIMARY KEY, name text NOT NULL)",
            "DROP TABLE t",
        ),
        (
            "m2_collate",
            "ALTER TABLE t ALTER name TYPE text COLLATE \"C\"",
            "ALTER TABLE t ALTER name TYPE text COLLATE \"default\"",
        ),
        ("m3_create_u", "CREATE TABLE u (id bigint)", "SELECT 1"),
    ]);
    let lines = found(Engine::Postgres, &list).await;
    assert!(
        lines.iter().all(|line| line.starts_with("m3_create_u: ")),
        "{lines:#?}"
    );
    assert!(!lines.is_empty());
}

#[tokio::test]
async fn an_extension_or_a_sequence_that_is_left_is_named() {
    let list = scripts(&[
        ("m1_extend", "CREATE EXTENSION citext", "SELECT 1"),
        ("m2_number", "CREATE SEQUENCE numbers", "SELECT 1"),
    ]);
    let lines = found(Engine::Postgres, &list).await;
    for expected in [
        "m1_extend: down does not restore extension citext: not expected",
        "m2_number: down does not restore sequence numbers: not expected",
    ] {
        let named = lines.iter().any(|line| line.starts_with(expected));
        assert!(named, "{expected}: {lines:#?}");
    }
}

#[tokio::test]
async fn two_keys_on_one_column_are_two() {
    let list = scripts(&[
        (
            "m1_create",
            "CREATE TABLE medias (id INTEGER PRIMARY KEY);
             CREATE TABLE users (id INTEGER PRIMARY KEY,
                avatar_id INTEGER REFERENCES medias(id) ON DELETE CASCADE,
                FOREIGN KEY (avatar_id) REFERENCES medias(id) ON DELETE SET NULL)",
            "DROP TABLE users; DROP TABLE medias",
        ),
        (
            "m2_name",
            "ALTER TABLE users ADD COLUMN fqn TEXT NOT NULL DEFAULT ''",
            "CREATE TABLE users_no (id INTEGER PRIMARY KEY,
                avatar_id INTEGER REFERENCES medias(id) ON DELETE SET NULL);
             INSERT INTO users_no SELECT id, avatar_id FROM users; DROP TABLE users;
             ALTER TABLE users_no RENAME TO users",
        ),
    ]);
    let lines = found(Engine::Sqlite, &list).await;
    assert!(
        lines[0].starts_with("m2_name: down does not restore foreign key (avatar_id)"),
        "{lines:#?}"
    );
}

/// Sixty tables, each with keys, checks and an index, of which every third changes another one.
fn sixty() -> Vec<Box<dyn MigrationTrait>> {
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let mut list = Vec::new();
    for n in 0..60 {
        let up = if n % 3 == 2 {
            format!(
                "ALTER TABLE t{} ADD COLUMN extra_{n} text NOT NULL DEFAULT 'x'",
                n - 1
            )
        } else {
            let parent = if n % 3 == 1 { n - 1 } else { n };
            format!(
                "CREATE TABLE t{n} (id bigint CONSTRAINT pk_t{n} PRIMARY KEY,
                    parent_id bigint, name text NOT NULL, mood text, code text NOT NULL,
                    amount double precision, seen_at timestamp NOT NULL, is_on boolean,
                    CONSTRAINT fk_t{n}_parent FOREIGN KEY (parent_id) REFERENCES t{parent} (id),
                    CONSTRAINT uq_t{n}_name UNIQUE (name),
                    CONSTRAINT ck_t{n}_mood CHECK (mood IN ('calm', 'loud')),
                    CONSTRAINT ck_t{n}_code CHECK (length(code) = 7));
                 CREATE INDEX ix_t{n}_parent ON t{n} (parent_id)"
            )
        };
        let down = if n % 3 == 2 {
            format!("ALTER TABLE t{} DROP COLUMN extra_{n}", n - 1)
        } else {
            format!("DROP TABLE t{n}")
        };
        list.push((leak(format!("m{n:02}_step")), leak(up), leak(down)));
    }
    scripts(&list)
}

#[tokio::test]
async fn sixty_sound_migrations_are_found_sound_on_postgres() {
    assert_eq!(found(Engine::Postgres, &sixty()).await, [""; 0]);
}

#[tokio::test]
async fn one_engine_can_be_tried_alone() {
    let home = Home::new(Engine::Sqlite).await;
    let alone = home.migrate(["verify", "--engine", "postgres"]).await;
    assert_eq!(alone.code, Some(2));
    assert!(alone.stderr.contains("add --server"), "{}", alone.stderr);
    let server = Scratch::empty(Engine::Postgres).await;
    let args = ["verify", "--engine", "postgres", "--server", server.url()];
    let sound = home.migrate(args).await;
    assert_eq!(sound.code, Some(0), "{}", sound.stderr);
    assert!(!sound.stderr.contains("SQLite: "), "{}", sound.stderr);
}
