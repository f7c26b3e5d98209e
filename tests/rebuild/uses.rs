//! A column is not dropped while something uses it, however its name is written there.

use acceptance::{Engine, on_both_engines};
use groundwork_schema::{alter::Alter, run::RunError};
use rstest::rstest;

use super::given::{down, empty, migrations, texts, up};

const BOOKS: &str = "CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL,
     price double precision NOT NULL); INSERT INTO books VALUES (1, 'Tide', 9.5), (2, 'Reef', 12.25);";

fn with(sql: &str) -> &'static str {
    Box::leak(format!("{BOOKS}{sql}").into_boxed_str())
}

fn source(error: &RunError) -> String {
    match error {
        RunError::Failed { source, .. } => source.to_string(),
        other => panic!("{other:?}"),
    }
}

fn drop_price() -> Vec<Alter> {
    vec![Alter::table("books").drop_column("price")]
}

/// The function that a trigger of PostgreSQL runs.
const FUNCTION: &str = "CREATE TABLE log (line text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO log VALUES (NEW.title || new.\"price\"); RETURN NULL; END $$;
    CREATE TRIGGER noted AFTER INSERT ON books FOR EACH ROW EXECUTE FUNCTION note()";

#[rstest]
#[case::a_view_that_quotes(
    "CREATE VIEW shelf AS SELECT \"id\", \"price\" FROM \"books\" WHERE \"price\" > 0",
    "shelf"
)]
#[case::a_view_over_a_view(
    "CREATE VIEW every AS SELECT * FROM books; CREATE VIEW shelf AS SELECT \"price\" FROM every",
    "shelf"
)]
#[case::a_bare_view("CREATE VIEW shelf AS SELECT price FROM books", "shelf")]
#[case::a_trigger_that_quotes(
    "CREATE TABLE log (line text); CREATE TRIGGER noted AFTER INSERT ON log BEGIN
     UPDATE books SET title = \"price\"; END",
    "noted"
)]
#[case::a_bare_trigger(
    "CREATE TABLE log (line text); CREATE TRIGGER noted AFTER INSERT ON log BEGIN
     UPDATE books SET title = price; END",
    "noted"
)]
#[case::a_column_of_the_row(
    "CREATE TABLE log (line text); CREATE TRIGGER noted AFTER INSERT ON books BEGIN
     INSERT INTO log VALUES (NEW.\"price\"); END",
    "noted"
)]
#[case::a_generated_column("ALTER TABLE books ADD COLUMN twice AS (\"price\" * 2)", "twice")]
#[case::a_bare_generated_column("ALTER TABLE books ADD COLUMN twice AS (price * 2)", "twice")]
#[tokio::test]
async fn a_column_that_is_used_stays_on_sqlite(#[case] sql: &str, #[case] user: &str) {
    let (_scratch, connection) = empty(Engine::Sqlite).await;
    let list = migrations(with(sql), drop_price(), Vec::new());
    let error = source(&up(&connection, &list).await.unwrap_err());
    assert!(error.contains(user), "{error}");
    let prices = texts(&connection, "SELECT CAST(price AS text) FROM books").await;
    assert_eq!(prices, ["9.5", "12.25"]);
}

#[rstest]
#[case::a_view("CREATE VIEW shelf AS SELECT price FROM books", "shelf")]
#[case::a_generated_column(
    "ALTER TABLE books ADD COLUMN twice double precision GENERATED ALWAYS AS (price * 2) STORED",
    "twice"
)]
#[case::a_trigger_of_the_column(
    "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER noted AFTER UPDATE OF price ON books FOR EACH ROW EXECUTE FUNCTION nothing()",
    "noted"
)]
#[case::the_function_of_a_trigger(FUNCTION, "the trigger noted, in its function note")]
#[tokio::test]
async fn a_column_that_is_used_stays_on_postgres(#[case] sql: &str, #[case] user: &str) {
    let (_scratch, connection) = empty(Engine::Postgres).await;
    let list = migrations(with(sql), drop_price(), Vec::new());
    let error = up(&connection, &list).await.unwrap_err();
    let mut said = source(&error);
    if !said.contains(user) {
        // What depends on it is in the detail of PostgreSQL's error.
        said = format!("{error:?}");
    }
    assert!(said.contains(user), "{said}");
    let prices = texts(&connection, "SELECT CAST(price AS text) FROM books").await;
    assert_eq!(prices, ["9.5", "12.25"]);
}

/// A renamed column is written into views as it is written in the migration.
#[on_both_engines]
async fn a_renamed_column_that_a_view_uses_stays(engine: Engine) {
    for view in [
        "CREATE VIEW shelf AS SELECT id, title, price FROM books WHERE price > 0",
        "CREATE VIEW shelf AS SELECT \"id\", \"title\", \"price\" FROM books WHERE \"price\" > 0",
    ] {
        for name in ["cost", "the cost"] {
            let (_scratch, connection) = empty(engine).await;
            let rename = vec![Alter::table("books").rename_column("price", name)];
            let back = vec![Alter::table("books").rename_column(name, "price")];
            let list = migrations(with(view), rename, back);
            up(&connection, &list).await.unwrap();
            let mut longer = list;
            longer.push(Box::new(super::given::Step {
                name: "m20260103_000000_drop_cost",
                sql: "",
                up: vec![Alter::table("books").drop_column(name)],
                down: Vec::new(),
            }));
            let error = up(&connection, &longer).await.unwrap_err();
            assert!(format!("{error:?}").contains("shelf"), "{error:?}");
            longer.pop();
            down(&connection, &longer).await.unwrap();
            let shelf = "SELECT title || price FROM shelf ORDER BY id";
            assert_eq!(texts(&connection, shelf).await, ["Tide9.5", "Reef12.25"]);
        }
    }
    if engine == Engine::Sqlite {
        let (_scratch, connection) = empty(engine).await;
        let rename = vec![Alter::table("books").rename_column("price", "cost")];
        let view = "CREATE VIEW shelf AS SELECT title, price FROM books";
        up(&connection, &migrations(with(view), rename, Vec::new()))
            .await
            .unwrap();
        let text = "SELECT sql FROM sqlite_master WHERE name = 'shelf'";
        assert_eq!(
            texts(&connection, text).await,
            ["CREATE VIEW shelf AS SELECT title, cost FROM books"]
        );
    }
}

/// A word in quotes that is no name of this column holds nobody up.
#[tokio::test]
async fn a_column_that_nobody_uses_goes() {
    for sql in [
        "CREATE TABLE fees (price double); CREATE VIEW shelf AS SELECT \"price\" FROM fees",
        "CREATE VIEW shelf AS SELECT title, 'price' AS \"word\" FROM books -- \"price\"",
        "CREATE TABLE fees (price double); CREATE TRIGGER noted AFTER INSERT ON fees BEGIN
         UPDATE fees SET price = \"price\" + 1; END",
        "ALTER TABLE books ADD COLUMN twice AS (id * 2)",
    ] {
        let (_scratch, connection) = empty(Engine::Sqlite).await;
        let list = migrations(with(sql), drop_price(), Vec::new());
        up(&connection, &list).await.unwrap();
    }
    let (_scratch, connection) = empty(Engine::Sqlite).await;
    let computed = "ALTER TABLE books ADD COLUMN twice AS (price * 2);
         ALTER TABLE books ADD COLUMN more AS (twice + price)";
    let together = vec![
        Alter::table("books")
            .drop_column("price")
            .drop_column("more")
            .drop_column("twice"),
    ];
    let list = migrations(with(computed), together, Vec::new());
    up(&connection, &list).await.unwrap();
    let columns = "SELECT group_concat(name) FROM pragma_table_xinfo('books')";
    assert_eq!(texts(&connection, columns).await, ["id,title"]);
}
