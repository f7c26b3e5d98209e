//! Databases of other origin become the first migration.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_migrate::{
    adopt::{self, AdoptError},
    diff::differences,
    inspect,
};

use super::{connect, origins::checked, rich, run};

fn music(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => include_str!("../samples/schemas/music_sqlite.sql"),
        Engine::Postgres => include_str!("../samples/schemas/music_postgres.sql"),
    }
}

fn trade(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => include_str!("../samples/schemas/trade_sqlite.sql"),
        Engine::Postgres => include_str!("../samples/schemas/trade_postgres.sql"),
    }
}

#[on_both_engines]
async fn schemas_of_other_origin_are_replayed_equal(engine: Engine) {
    for sql in [music(engine), trade(engine), rich(engine)] {
        let original = Scratch::empty(engine).await;
        let connection = connect(&original).await;
        run(&connection, sql).await;
        let before = inspect::schema(&connection).await.unwrap();
        assert_eq!(before.unsupported, []);
        let baseline = adopt::baseline(&connection, None).await.unwrap();
        assert_eq!(baseline.tables, before.tables.len());
        assert_eq!(
            inspect::schema(&connection).await.unwrap(),
            before,
            "it is only looked at"
        );

        let copy = Scratch::empty(engine).await;
        let copy = connect(&copy).await;
        for statement in &baseline.statements {
            run(&copy, statement).await;
        }
        let replayed = inspect::schema(&copy).await.unwrap();
        assert_eq!(differences(&before, &replayed), []);
    }
}

/// Collations of an application's own are not there when migrations run.
#[tokio::test]
async fn what_sqlite_refuses_is_named_and_left_out_with_all_that_needs_it() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let mut options = sea_orm::ConnectOptions::new(format!("{}?mode=rwc", scratch.url()));
    options
        .max_connections(1)
        .map_sqlx_sqlite_opts(|options| options.collation("unicase", |a, b| a.cmp(b)));
    let connection = sea_orm::Database::connect(options).await.unwrap();
    run(
        &connection,
        "CREATE TABLE kept (id integer PRIMARY KEY, word text);
         CREATE TABLE words (id integer PRIMARY KEY, word text COLLATE unicase UNIQUE);
         CREATE INDEX kept_word ON kept (word COLLATE unicase);
         CREATE VIEW plain AS SELECT word FROM kept;
         CREATE VIEW sorted AS SELECT word FROM Words ORDER BY word;
         CREATE TRIGGER noted AFTER INSERT ON WORDS BEGIN DELETE FROM kept; END",
    )
    .await;
    connection.close().await.unwrap();
    let connection = connect(&scratch).await;
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    let named: Vec<String> = (baseline.left_out.iter())
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        named,
        [
            "view sorted: it needs table words",
            "trigger noted of table WORDS: it needs table words",
            "index kept_word of table kept: (code: 257) no such collation sequence: unicase",
            "table words: (code: 257) no such collation sequence: unicase",
        ]
    );
    assert_eq!(checked(&connection, &baseline, None).await, [""; 0]);
    run(&connection, "DROP VIEW plain").await;
    let found = checked(&connection, &baseline, None).await;
    assert_eq!(found.len(), 1, "{found:#?}");
}

/// Types of several words, and names in other letters or in the quotes of texts.
#[tokio::test]
async fn what_sqlite_takes_is_read_whole() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE TABLE parents (id integer PRIMARY KEY, big UNSIGNED BIG INT, 'f' native character(70));
         CREATE TABLE kids (
             id integer PRIMARY KEY, note BLOB SUB_TYPE TEXT DEFAULT NULL, parent int NOT NULL,
             CONSTRAINT kids_id CHECK (id > 0),
             CONSTRAINT kids_parent FOREIGN KEY (Parent) REFERENCES parents (id) ON DELETE CASCADE);
         CREATE INDEX kids_note ON KIDS (note);
         CREATE TRIGGER kids_kept BEFORE DELETE ON Kids BEGIN SELECT raise(ABORT, 'kept'); END;
         CREATE VIEW named AS SELECT id FROM kids;
         CREATE TRIGGER named_kept INSTEAD OF DELETE ON NAMED BEGIN SELECT 1; END",
    )
    .await;
    let schema = inspect::schema(&connection).await.unwrap();
    assert_eq!(schema.unsupported, []);
    let (parents, kids) = (&schema.tables["parents"], &schema.tables["kids"]);
    assert_eq!(parents.columns[2].name, "f");
    assert_eq!(parents.columns[1].kind, "unsigned big int");
    assert_eq!(kids.columns[1].kind, "blob sub_type text");
    assert_eq!(kids.foreign_keys[0].name.as_deref(), Some("kids_parent"));
    assert_eq!(kids.checks[0].name.as_deref(), Some("kids_id"));
    assert_eq!(kids.triggers.len(), 1);
    assert_eq!(kids.indexes.len(), 1);
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    assert_eq!(baseline.left_out, []);
    assert_eq!(checked(&connection, &baseline, None).await, [""; 0]);
    for (by_hand, named) in [
        ("DROP TRIGGER kids_kept", "trigger kids_kept of table kids"),
        (
            "DROP TRIGGER named_kept",
            "trigger named_kept of table named",
        ),
        ("DROP INDEX kids_note", "index kids_note of table kids"),
    ] {
        let before = checked(&connection, &baseline, None).await.len();
        run(&connection, by_hand).await;
        let found = checked(&connection, &baseline, None).await;
        assert_eq!(found.len(), before + 1, "{found:#?}");
        assert!(found.iter().any(|line| line.contains(named)), "{found:#?}");
    }
}

/// What the reader does not understand is compared as it is written, and so never called equal.
#[tokio::test]
async fn a_table_that_cannot_be_read_is_compared_by_its_text() {
    let mut schemas = Vec::new();
    for pattern in ["*[^a-z]*", "*[^0-9]*"] {
        for conflict in ["REPLACE", "IGNORE"] {
            let scratch = Scratch::empty(Engine::Sqlite).await;
            let connection = connect(&scratch).await;
            let sql = format!(
                "CREATE TABLE t (a text UNIQUE ON CONFLICT {conflict}, b text CHECK (b NOT GLOB '{pattern}'))"
            );
            run(&connection, &sql).await;
            schemas.push(inspect::schema(&connection).await.unwrap());
        }
    }
    for (at, one) in schemas.iter().enumerate() {
        for (other_at, other) in schemas.iter().enumerate() {
            assert_eq!(differences(one, other).is_empty(), at == other_at);
        }
    }
}

#[tokio::test]
async fn a_database_of_views_or_virtual_tables_alone_is_adopted() {
    for sql in [
        "CREATE VIEW one AS SELECT 1 AS n",
        "CREATE VIRTUAL TABLE words USING fts5 (text)",
    ] {
        let scratch = Scratch::empty(Engine::Sqlite).await;
        let connection = connect(&scratch).await;
        run(&connection, sql).await;
        let baseline = adopt::baseline(&connection, None).await.unwrap();
        assert_eq!(baseline.statements, [sql]);
        assert_eq!(baseline.left_out, []);
    }
}

#[tokio::test]
async fn a_full_text_index_is_adopted_on_sqlite() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE TABLE notes (id integer CONSTRAINT pk_notes PRIMARY KEY, text text NOT NULL);
         CREATE VIRTUAL TABLE note_words USING fts5 (text, content='notes', content_rowid='id');",
    )
    .await;
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    assert_eq!(baseline.statements.len(), 2, "{:?}", baseline.statements);
    assert_eq!(baseline.left_out, []);
}

#[tokio::test]
async fn full_text_indexes_are_adopted_on_postgres() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE TABLE notes (
             id bigint CONSTRAINT pk_notes PRIMARY KEY, text text NOT NULL,
             search tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED);
         CREATE INDEX ix_notes_search ON notes USING gin (search);
         CREATE INDEX ix_notes_text ON notes USING gin (to_tsvector('simple', text));",
    )
    .await;
    let before = inspect::schema(&connection).await.unwrap();
    assert_eq!(before.unsupported, []);
    let search = &before.tables["notes"].columns[2];
    assert!(search.generated.as_ref().is_some_and(|it| it.stored));
    let baseline = adopt::baseline(&connection, None).await.unwrap();
    let copy = Scratch::empty(Engine::Postgres).await;
    let copy = connect(&copy).await;
    for statement in &baseline.statements {
        run(&copy, statement).await;
    }
    assert_eq!(
        differences(&before, &inspect::schema(&copy).await.unwrap()),
        []
    );
    run(&copy, "DROP INDEX ix_notes_text").await;
    let without = inspect::schema(&copy).await.unwrap();
    assert_eq!(differences(&before, &without).len(), 1);
}

#[on_both_engines]
async fn an_empty_database_is_refused(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    assert!(matches!(
        adopt::baseline(&connection, None).await,
        Err(AdoptError::Empty)
    ));
}
