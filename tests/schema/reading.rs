//! What is read from a catalog.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_migrate::{diff::differences, inspect};
use groundwork_schema::model::{Action, Schema};

use super::{connect, rich, run, shown};

#[on_both_engines]
async fn a_rich_schema_is_read_whole(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    assert_eq!(
        inspect::schema(&connection).await.unwrap(),
        Schema::empty(engine)
    );
    run(&connection, rich(engine)).await;
    let schema = inspect::schema(&connection).await.unwrap();
    assert_eq!(schema.unsupported, [], "everything has its place");
    insta::assert_snapshot!(format!("rich_{engine:?}").to_lowercase(), shown(&schema));
}

#[on_both_engines]
async fn the_same_statements_give_the_same_schema(engine: Engine) {
    let mut schemas = Vec::new();
    for _ in 0..2 {
        let scratch = Scratch::empty(engine).await;
        let connection = connect(&scratch).await;
        run(&connection, rich(engine)).await;
        schemas.push(inspect::schema(&connection).await.unwrap());
    }
    assert_eq!(schemas[0], schemas[1]);
    assert_eq!(differences(&schemas[0], &schemas[1]), []);
}

#[tokio::test]
async fn what_the_model_has_no_place_for_is_named_on_sqlite() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE VIEW v AS SELECT 1 AS a;
         CREATE TRIGGER silent INSTEAD OF DELETE ON v BEGIN SELECT 1; END;
         CREATE TABLE t (a text CONSTRAINT uq_t_a UNIQUE ON CONFLICT REPLACE);",
    )
    .await;
    let schema = inspect::schema(&connection).await.unwrap();
    let named: Vec<String> = (schema.unsupported.iter())
        .map(|other| format!("{} {}", other.kind, other.name))
        .collect();
    assert_eq!(named, ["an ON CONFLICT of table t"]);
    let said: Vec<String> = schema.catalog.keys().map(ToString::to_string).collect();
    assert_eq!(said, ["table t", "trigger silent of table v"]);
    assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["t"]);
}

/// The parser does not know `NOT GLOB`.
#[tokio::test]
async fn a_table_that_the_parser_does_not_understand_keeps_its_constraints() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE TABLE a (id text NOT NULL PRIMARY KEY);
         CREATE TABLE t (
             a_id text REFERENCES a ON DELETE CASCADE,
             b text UNIQUE,
             CONSTRAINT ck_t_b CHECK (b NOT GLOB '*[^a-z]*')
         );",
    )
    .await;
    let schema = inspect::schema(&connection).await.unwrap();
    assert_eq!(schema.unsupported.len(), 1, "{:?}", schema.unsupported);
    let table = &schema.tables["t"];
    assert_eq!(table.uniques[0].columns, ["b"]);
    let key = &table.foreign_keys[0];
    assert_eq!(
        (&*key.columns[0], &*key.table, &*key.referred_columns[0]),
        ("a_id", "a", "id")
    );
    assert_eq!(key.on_delete, Action::Cascade);
    let check = &table.checks[0];
    assert_eq!(check.name.as_deref(), Some("ck_t_b"));
    assert_eq!(check.expression, "b NOT GLOB '*[^a-z]*'");
}

#[tokio::test]
async fn columns_are_spelled_as_the_table_spells_them() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE TABLE a (Id text NOT NULL PRIMARY KEY, B_id text REFERENCES a (iD), UNIQUE (b_ID));",
    )
    .await;
    let schema = inspect::schema(&connection).await.unwrap();
    let table = &schema.tables["a"];
    assert_eq!(table.uniques[0].columns, ["B_id"]);
    assert_eq!(table.foreign_keys[0].columns, ["B_id"]);
}

/// Entities are made of them all the same.
#[tokio::test]
async fn partitioned_tables_and_domains_are_read_as_far_as_the_model_goes() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE DOMAIN email AS varchar(80) CHECK (value LIKE '%@%');
         CREATE TABLE parts (id bigint NOT NULL, contact email, CONSTRAINT pk_parts PRIMARY KEY (id))
             PARTITION BY RANGE (id);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2);",
    )
    .await;
    let schema = inspect::schema(&connection).await.unwrap();
    assert!(schema.tables.is_empty());
    assert_eq!(schema.domains["email"], "character varying(80)");
    let parts = &schema.partitioned_tables["parts"];
    let kinds: Vec<&str> = parts.columns.iter().map(|column| &*column.kind).collect();
    assert_eq!(kinds, ["bigint", "email"]);
    assert_eq!(parts.key_columns(), ["id"]);
}

/// An index over the text of a table's rows, which triggers keep current.
const FULL_TEXT: &str = "
    CREATE TABLE notes (id integer CONSTRAINT pk_notes PRIMARY KEY, text text NOT NULL);
    CREATE VIRTUAL TABLE note_words USING fts5 (text, content='notes', content_rowid='id');
    CREATE TRIGGER notes_inserted AFTER INSERT ON notes BEGIN
        INSERT INTO note_words (rowid, text) VALUES (NEW.id, NEW.text);
    END;";

#[tokio::test]
async fn a_virtual_table_is_read_without_what_it_keeps_its_content_in() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    run(&connection, FULL_TEXT).await;
    let schema = inspect::schema(&connection).await.unwrap();
    assert_eq!(schema.unsupported, []);
    assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["notes"]);
    assert_eq!(
        schema.virtual_tables.keys().collect::<Vec<_>>(),
        ["note_words"]
    );
    assert_eq!(schema.tables["notes"].triggers.len(), 1);
}

#[tokio::test]
async fn a_virtual_table_that_differs_is_reported() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let connection = connect(&scratch).await;
    run(&connection, FULL_TEXT).await;
    let before = inspect::schema(&connection).await.unwrap();
    run(
        &connection,
        "DROP TABLE note_words;
         CREATE VIRTUAL TABLE note_words USING fts5 (text, tokenize='ascii');",
    )
    .await;
    let other = inspect::schema(&connection).await.unwrap();
    let differing = differences(&before, &other);
    assert_eq!(differing.len(), 1, "{differing:?}");
    assert!(
        differing[0].to_string().contains("note_words"),
        "{}",
        differing[0]
    );
    run(&connection, "DROP TABLE note_words").await;
    let without = inspect::schema(&connection).await.unwrap();
    assert_eq!(differences(&before, &without).len(), 1);
    assert_eq!(differences(&without, &before).len(), 1);
}

#[tokio::test]
async fn what_the_model_has_no_place_for_is_named_on_postgres() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let connection = connect(&scratch).await;
    run(
        &connection,
        "CREATE DOMAIN positive AS integer CHECK (value > 0);
         CREATE SEQUENCE free;
         CREATE TABLE parts (id integer) PARTITION BY RANGE (id);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2);
         CREATE TABLE secret (id integer);
         CREATE POLICY nobody ON secret;
         CREATE RULE quiet AS ON INSERT TO secret DO INSTEAD NOTHING;
         CREATE TABLE rooms (during int4range, EXCLUDE USING gist (during WITH &&));",
    )
    .await;
    let schema = inspect::schema(&connection).await.unwrap();
    let named: Vec<String> = (schema.unsupported.iter())
        .map(|other| format!("{} {}", other.kind, other.name))
        .collect();
    assert_eq!(
        named,
        [
            "domain positive",
            "exclusion constraint rooms_during_excl",
            "partition parts_1",
            "partitioned table parts",
            "row security policy nobody",
            "rule quiet",
            "sequence free",
        ]
    );
}
