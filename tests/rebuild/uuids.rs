//! A UUID that somebody writes by hand as a text.

use acceptance::{Engine, on_both_engines};
use groundwork_schema::table::{Column, Kind, Table};
use sea_orm_migration::SchemaManager;

use super::given::{CONVENTION, empty, execute, refused, texts};

const BOOKS: Table = Table {
    name: "books",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::optional("sequel_of", Kind::Uuid),
    ],
    primary_key: &["id"],
    checks_uuids: true,
    ..Table::DEFAULT
};

const TEXT: &str = "'00000000-0000-7000-8000-000000000001'";

/// SQLite stored it, and no query of a model, which asks for 16 bytes, ever found it.
#[on_both_engines]
async fn a_uuid_written_as_a_text_is_refused_by_name_or_understood(engine: Engine) {
    let (_scratch, database) = empty(engine).await;
    let manager = SchemaManager::new(&database);
    BOOKS.create_with(&manager, &CONVENTION).await.unwrap();
    let (id, other) = match engine {
        Engine::Sqlite => (
            "x'00000000000070008000000000000001'",
            "x'00000000000070008000000000000002'",
        ),
        Engine::Postgres => (TEXT, "'00000000-0000-7000-8000-000000000002'"),
    };
    execute(
        &database,
        &format!("INSERT INTO books VALUES ({id}, NULL), ({other}, {id})"),
    )
    .await;
    let rows = texts(&database, "SELECT CAST(count(*) AS text) FROM books").await;
    assert_eq!(rows, ["2"]);
    if engine == Engine::Sqlite {
        for (sql, name) in [
            (
                format!("INSERT INTO books VALUES ({TEXT}, NULL)"),
                "ck_books_id_uuid",
            ),
            (
                format!("UPDATE books SET sequel_of = {TEXT}"),
                "ck_books_sequel_of_uuid",
            ),
            (
                "UPDATE books SET sequel_of = x'00'".to_owned(),
                "ck_books_sequel_of_uuid",
            ),
        ] {
            let error = refused(&database, &sql).await;
            assert!(error.contains(name), "{sql}: {error}");
        }
    }
}
