//! Databases of other origin become the first migration.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_migrate::{
    adopt::{self, AdoptError},
    diff::differences,
    inspect,
};

use super::{connect, rich, run};

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
        let baseline = adopt::baseline(&connection).await.unwrap();
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

#[on_both_engines]
async fn what_is_not_supported_is_named_and_left_out(engine: Engine) {
    let (odd, expected) = match engine {
        Engine::Sqlite => (
            "CREATE VIEW v AS SELECT 1 AS a;
             CREATE TRIGGER silent INSTEAD OF DELETE ON v BEGIN SELECT 1; END",
            "trigger of a view silent",
        ),
        Engine::Postgres => ("CREATE SEQUENCE free", "sequence free"),
    };
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    run(&connection, music(engine)).await;
    run(&connection, odd).await;
    let baseline = adopt::baseline(&connection).await.unwrap();
    let named: Vec<String> = (baseline.unsupported.iter())
        .map(|other| format!("{} {}", other.kind, other.name))
        .collect();
    assert_eq!(named, [expected]);
    assert!(
        !baseline
            .statements
            .iter()
            .any(|sql| sql.contains("INSTEAD OF") || sql.contains("SEQUENCE"))
    );
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
    let baseline = adopt::baseline(&connection).await.unwrap();
    assert_eq!(baseline.statements.len(), 2, "{:?}", baseline.statements);
    assert_eq!(baseline.unsupported, []);
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
    let baseline = adopt::baseline(&connection).await.unwrap();
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
async fn what_cannot_be_replayed_is_refused_with_the_statement(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    assert!(matches!(
        adopt::baseline(&connection).await,
        Err(AdoptError::Empty)
    ));
    if engine == Engine::Postgres {
        run(&connection, "CREATE SEQUENCE free").await;
        run(
            &connection,
            "CREATE TABLE t (n bigint DEFAULT nextval('free'))",
        )
        .await;
        let refused = adopt::baseline(&connection).await;
        let Err(AdoptError::Refused { statement, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert!(statement.starts_with("CREATE TABLE \"t\""), "{statement}");
        assert_eq!(
            connection.get_database_backend(),
            sea_orm::DbBackend::Postgres
        );
    }
}
