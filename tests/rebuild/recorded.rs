//! Changes that are recorded without their database do the same when the record is executed.

use acceptance::{Engine, on_both_engines};
use groundwork_migrate::inspect;
use groundwork_schema::{
    alter::Alter,
    record,
    table::{Check, Column, Condition, ForeignKey, Kind, OnDelete, Unique},
};
use sea_orm_migration::MigrationTrait;

use super::given::{DatabaseSnapshot, LIBRARY, empty, execute, migrations, up};

const BOTH: &str = "CREATE TABLE p (id bigint NOT NULL, CONSTRAINT pk_p PRIMARY KEY (id));
    CREATE TABLE t (id bigint NOT NULL, n text, word text DEFAULT 'x', CONSTRAINT pk_t PRIMARY KEY (id))";

/// Most kinds of changes, on a table that both engines can make.
fn changes() -> Vec<Alter> {
    let alter = Alter::table("t")
        .change_type("n", Kind::BigInteger)
        .set_required_filling("n", "0")
        .drop_default("word")
        .add_check(Check {
            rule: "n",
            condition: Condition::AtLeast {
                column: "n",
                number: 0,
            },
        })
        .add_unique(Unique {
            columns: &["word"],
            ..Unique::DEFAULT
        })
        .add_unique(Unique {
            columns: &["n"],
            only_where: Some("word IS NULL"),
            ..Unique::DEFAULT
        })
        .add_foreign_key(ForeignKey {
            columns: &["n"],
            table: "p",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        })
        .add_column_filled(Column::required("more", Kind::Text), "word")
        .rename_column("more", "other")
        .set_optional("other")
        .drop_column("word")
        .change_primary_key(&["id", "n"]);
    vec![alter]
}

#[on_both_engines]
async fn what_is_recorded_makes_the_same_schema_as_the_migration(engine: Engine) {
    let list = migrations(BOTH, changes(), Vec::new());
    let (_there, done) = empty(engine).await;
    up(&done, &list).await.unwrap();
    execute(&done, "DROP TABLE seaql_migrations").await;
    let (_here, replayed) = empty(engine).await;
    execute(&replayed, &recorded(engine, &list).await).await;
    let (done, replayed) = (
        inspect::schema(&done).await,
        inspect::schema(&replayed).await,
    );
    assert_eq!(done.unwrap(), replayed.unwrap());
}

#[tokio::test]
async fn a_recorded_rebuild_makes_the_same_catalog_to_the_byte() {
    let books = Alter::table("books")
        .drop_check("price")
        .set_optional("title");
    let authors = Alter::table("authors").set_optional("name");
    let list = migrations(LIBRARY, vec![books, authors], Vec::new());
    let (_there, done) = empty(Engine::Sqlite).await;
    up(&done, &list).await.unwrap();
    let (_here, replayed) = empty(Engine::Sqlite).await;
    execute(&replayed, "PRAGMA foreign_keys = OFF").await;
    execute(&replayed, &recorded(Engine::Sqlite, &list).await).await;
    assert_eq!(
        DatabaseSnapshot::of(&done).await,
        DatabaseSnapshot::of(&replayed).await
    );
}

/// What the migrations would execute, which is recorded without a database.
async fn recorded(engine: Engine, list: &[Box<dyn MigrationTrait>]) -> String {
    let mut text = String::new();
    for recording in record::up(list, engine).await {
        assert_eq!(recording.outcome, record::Outcome::Complete);
        assert_eq!(recording.reads, None);
        text.push_str(&recording.text());
    }
    // Savepoints need a transaction around them.
    format!("BEGIN; {text} COMMIT")
}
