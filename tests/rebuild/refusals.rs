//! A change that cannot be made leaves everything as it was, and says why.

use acceptance::{Engine, on_both_engines};
use groundwork_core::error::{self, DomainError};
use groundwork_schema::{
    alter::Alter,
    run::RunError,
    table::{Check, Column, Condition, ForeignKey, Kind, OnDelete, Unique},
};
use sea_orm_migration::{MigratorTrait, prelude::*};

use super::given::{
    DatabaseSnapshot, change, empty, execute, library, migrations, require_sound, up,
};

fn source(error: &RunError) -> String {
    match error {
        RunError::Failed { source, .. } => source.to_string(),
        other => panic!("{other:?}"),
    }
}

#[on_both_engines]
async fn rows_that_break_a_new_rule_are_counted(engine: Engine) {
    let t = || Alter::table("t");
    let cases = [
        (t().set_required("n"), "1 row of t violates nn_t_n"),
        (
            t().add_column(Column::required("m", Kind::Text)),
            "5 rows of t violate nn_t_m",
        ),
        (
            t().add_check(Check {
                rule: "n",
                condition: Condition::AtLeast {
                    column: "n",
                    number: 3,
                },
            }),
            "2 rows of t violate ck_t_n",
        ),
        (
            t().add_unique(Unique {
                columns: &["word"],
                ..Unique::DEFAULT
            }),
            "4 rows of t violate uq_t_word",
        ),
        (
            t().add_unique(Unique {
                columns: &["word"],
                only_where: Some("n > 1"),
                ..Unique::DEFAULT
            }),
            "2 rows of t violate uq_t_word",
        ),
        (
            t().add_foreign_key(ForeignKey {
                columns: &["n"],
                table: "p",
                referred_columns: &["id"],
                on_delete: OnDelete::Cascade,
                ..ForeignKey::DEFAULT
            }),
            "3 rows of t violate fk_t_n_p",
        ),
        (
            t().set_required_filling("n", "NULL"),
            "1 row of t violates nn_t_n",
        ),
    ];
    for (alter, expected) in cases {
        let (_scratch, connection) = empty(engine).await;
        let create = "CREATE TABLE p (id bigint PRIMARY KEY); INSERT INTO p VALUES (1);
             CREATE TABLE t (id bigint PRIMARY KEY, n bigint, word text);
             INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'a'), (3, 3, 'b'), (4, 4, 'b'), (5, NULL, 'c')";
        let list = migrations(
            create,
            vec![
                Alter::table("t").add_column(Column::optional("extra", Kind::Text)),
                alter,
            ],
            Vec::new(),
        );
        let error = up(&connection, &list).await.unwrap_err();
        assert!(
            source(&error).ends_with(expected),
            "{expected}: {}",
            source(&error)
        );
        assert_eq!(error.kind(), error::Kind::Invalid);
        let extra = "SELECT extra FROM t";
        assert!(
            connection.execute_unprepared(extra).await.is_err(),
            "nothing of it was kept"
        );
        execute(&connection, "INSERT INTO t VALUES (6, NULL, 'c')").await;
    }
}

#[tokio::test]
async fn a_value_that_cannot_become_the_new_type_is_counted_on_sqlite() {
    let (_scratch, connection) = library().await;
    let before = DatabaseSnapshot::of(&connection).await;
    for (kind, expected) in [
        (
            Kind::BigInteger,
            "3 rows of books violate the type bigint of title",
        ),
        (
            Kind::Double,
            "3 rows of books violate the type double of title",
        ),
        (
            Kind::Uuid,
            "3 rows of books violate the type uuid_text of title",
        ),
        (
            Kind::Boolean,
            "3 rows of books violate the type boolean of title",
        ),
        (
            Kind::Json,
            "3 rows of books violate the type jsonb_text of title",
        ),
        (
            Kind::Timestamptz,
            "3 rows of books violate the type timestamp_with_timezone_text of title",
        ),
    ] {
        let alter = Alter::table("books").change_type("title", kind);
        let error = source(&change(&connection, vec![alter]).await.unwrap_err());
        assert!(error.ends_with(expected), "{error}");
    }
    assert_eq!(DatabaseSnapshot::of(&connection).await, before);
    require_sound(&connection).await;
}

#[tokio::test]
async fn what_would_break_a_view_a_trigger_or_another_table_is_refused() {
    let (_scratch, connection) = library().await;
    let before = DatabaseSnapshot::of(&connection).await;
    let books = || Alter::table("books");
    for (alter, expected) in [
        (
            books().drop_column("price"),
            "the generated column twice uses it",
        ),
        (
            books().drop_column("author_id"),
            "error in view cheap after drop column: no such column: b.author_id",
        ),
        (
            books().drop_column("sequel_of"),
            "a trigger of loans (tr_loans_insert) would not work any more",
        ),
        (
            books().change_primary_key(&["title"]),
            "foreign key mismatch",
        ),
        (
            books().set_optional("id"),
            "the table books has id in its primary key",
        ),
        (
            books().drop_check("prise"),
            "the table books has no check ck_books_prise",
        ),
        (
            books().set_required("pages"),
            "the table books has no column pages",
        ),
        (
            books().drop_unique(Unique {
                columns: &["note"],
                ..Unique::DEFAULT
            }),
            "the table books has no index uq_books_note",
        ),
        (
            books().drop_foreign_key(&["author_id"], "books"),
            "the table books has no foreign key from author_id to books",
        ),
        (
            books()
                .drop_default("price")
                .add_column(Column::optional("note", Kind::Text)),
            "the table books has a column note already",
        ),
        (
            Alter::table("boks").drop_check("price"),
            "there is no table boks",
        ),
    ] {
        let error = source(&change(&connection, vec![alter]).await.unwrap_err());
        assert!(error.contains(expected), "{expected}: {error}");
        assert_eq!(
            DatabaseSnapshot::of(&connection).await,
            before,
            "{expected}"
        );
        require_sound(&connection).await;
    }
}

#[tokio::test]
async fn a_definition_that_cannot_be_read_is_refused() {
    let (_scratch, connection) = empty(Engine::Sqlite).await;
    let create = "CREATE TABLE odd (a int CHECK (a > 0), UNIQUE (a) CHECK (a < 9))";
    let list = migrations(
        create,
        vec![Alter::table("odd").set_required("a")],
        Vec::new(),
    );
    let error = source(&up(&connection, &list).await.unwrap_err());
    assert!(
        error.contains("the definition of a table cannot be read"),
        "{error}"
    );
    assert!(error.ends_with(create), "{error}");
}

#[tokio::test]
async fn a_connection_that_upholds_foreign_keys_is_refused() {
    struct Migrator;
    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            migrations(
                "CREATE TABLE t (a int)",
                vec![Alter::table("t").set_required("a")],
                Vec::new(),
            )
        }
    }
    let (_scratch, connection) = empty(Engine::Sqlite).await;
    let error = Migrator::up(&connection, None)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("run migrations through groundwork_schema::run"),
        "{error}"
    );
}
