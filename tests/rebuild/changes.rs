//! Each kind of change does what it says, and nothing else.

use std::collections::BTreeSet;

use acceptance::{Engine, on_both_engines};
use groundwork_schema::{
    alter::Alter,
    table::{Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Table, Unique},
};
use sea_orm_migration::sea_orm::DatabaseConnection;

use super::given::{
    CONVENTION, DatabaseSnapshot, change, down, empty, execute, library, migrations, refused,
    require_sound, texts, up,
};

const PAGES: Check = Check {
    rule: "pages",
    condition: Condition::Sql("\"pages in it\" <> ''"),
};
const TITLE: Unique = Unique {
    columns: &["title"],
    ..Unique::DEFAULT
};
const NOTE_AND_PRICE: Unique = Unique {
    columns: &["note", "price"],
    ..Unique::DEFAULT
};
const SUBTITLE: Unique = Unique {
    columns: &["subtitle"],
    only_where: Some("subtitle <> ''"),
    ..Unique::DEFAULT
};
const LOANS_TO_AUTHORS: ForeignKey = ForeignKey {
    columns: &["author_id"],
    table: "authors",
    referred_columns: &["id"],
    on_delete: OnDelete::NoAction,
    ..ForeignKey::DEFAULT
};

/// Changes that leave every value of every row as it is.
fn changes_of_rules() -> Vec<(&'static str, Alter)> {
    let books = || Alter::table("books");
    vec![
        ("required", books().set_required("price")),
        ("optional", books().set_optional("title")),
        (
            "default",
            books()
                .set_default("price", "2.5")
                .set_default("note", "'a' || 'b'"),
        ),
        (
            "no_default",
            books().drop_default("price").drop_default("pages in it"),
        ),
        ("check", books().add_check(PAGES)),
        ("no_check", books().drop_check("price")),
        ("unique", books().add_unique(NOTE_AND_PRICE)),
        ("no_unique", books().drop_unique(TITLE)),
        (
            "no_unique_index",
            books().drop_unique(SUBTITLE).add_check(PAGES),
        ),
        (
            "foreign_key",
            books()
                .drop_foreign_key(&["author_id"], "authors")
                .add_foreign_key(LOANS_TO_AUTHORS),
        ),
        (
            "no_foreign_key",
            books().drop_foreign_key(&["sequel_of"], "books"),
        ),
        (
            "index",
            books()
                .add_index(Index {
                    columns: &["note"],
                    ..Index::DEFAULT
                })
                .drop_index(&["author_id"])
                .drop_check("price"),
        ),
        (
            "no_alias_of_the_rowid",
            Alter::table("authors").set_optional("name"),
        ),
        (
            "without_rowid",
            Alter::table("loans").add_check(Check {
                rule: "days",
                condition: Condition::AtLeast {
                    column: "days",
                    number: 1,
                },
            }),
        ),
        (
            "key_without_rowid",
            Alter::table("loans").change_primary_key(&["reader", "book_id"]),
        ),
        (
            "strict",
            Alter::table("codes").add_unique(Unique {
                columns: &["amount"],
                ..Unique::DEFAULT
            }),
        ),
        (
            "hidden_rowid",
            Alter::table("notes").add_check(Check {
                rule: "text",
                condition: Condition::Sql("text <> ''"),
            }),
        ),
    ]
}

#[tokio::test]
async fn a_change_of_rules_keeps_every_row_and_every_other_object() {
    for (name, alter) in changes_of_rules() {
        let (_scratch, connection) = library().await;
        let before = DatabaseSnapshot::of(&connection).await;
        change(&connection, vec![alter])
            .await
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let after = DatabaseSnapshot::of(&connection).await;
        require_sound(&connection).await;
        assert_eq!(after.rows, before.rows, "{name}");
        let changed: Vec<String> = differences(&before, &after);
        insta::assert_snapshot!(format!("changed_{name}"), changed.join("\n"));
    }
}

/// The lines that only one of two snapshots has, below the name of their object.
fn differences(before: &DatabaseSnapshot, after: &DatabaseSnapshot) -> Vec<String> {
    let mut lines = Vec::new();
    let names: BTreeSet<&String> = before.objects.keys().chain(after.objects.keys()).collect();
    for name in names {
        let text =
            |snapshot: &DatabaseSnapshot| snapshot.objects.get(name).cloned().unwrap_or_default();
        let (old, new) = (text(before), text(after));
        if old != new {
            lines.push(name.clone());
            for (one, other, sign) in [(&old, &new, '-'), (&new, &old, '+')] {
                let only = one
                    .lines()
                    .filter(|line| !other.lines().any(|o| o == *line));
                lines.extend(only.map(|line| format!("{sign} {line}")));
            }
        }
    }
    lines
}

#[tokio::test]
async fn columns_come_and_go_with_what_uses_them() {
    let (_scratch, connection) = library().await;
    execute(
        &connection,
        "DROP VIEW cheap; DROP VIEW \"cheap names\"; DROP TRIGGER tr_books_update",
    )
    .await;
    let before = DatabaseSnapshot::of(&connection).await;
    let alter = Alter::table("books")
        .drop_column("shout")
        .drop_column("sequel_of")
        .add_column(Column::optional("mood", Kind::Text))
        .add_column_with_default(Column::required("copies", Kind::BigInteger), "1 + 1")
        .add_column_filled(Column::required("slug", Kind::Text), "lower(title) || id");
    execute(&connection, "DROP TRIGGER tr_loans_insert").await;
    change(&connection, vec![alter]).await.unwrap();
    require_sound(&connection).await;
    let after = DatabaseSnapshot::of(&connection).await;
    insta::assert_snapshot!("columns", differences(&before, &after).join("\n"));
    assert_eq!(
        after.rows["books"],
        [
            "rowid 1; id 10; author_id 1; title 'Engines'; subtitle NULL; price 3.5; twice 7.0; pages in it '12'; note NULL; mood NULL; copies 2; slug 'engines10'",
            "rowid 3; id 30; author_id 2; title ''; subtitle 'of ''it'''; price 0.0; twice 0.0; pages in it NULL; note NULL; mood NULL; copies 2; slug '30'",
            "rowid 4; id 40; author_id 2; title 'Ünïcode 💡'; subtitle ''; price 9.75; twice 19.5; pages in it '7'; note NULL; mood NULL; copies 2; slug 'Ünïcode 💡40'",
        ]
    );
    let rest = |snapshot: DatabaseSnapshot| {
        snapshot
            .rows
            .into_iter()
            .filter(|(name, _)| name != "books")
            .collect::<Vec<_>>()
    };
    assert_eq!(rest(after), rest(before));
}

#[tokio::test]
async fn what_sqlite_can_do_by_itself_is_left_to_it() {
    let (_scratch, connection) = library().await;
    let alter = Alter::table("books")
        .add_column_with_default(Column::required("copies", Kind::BigInteger), "1")
        .rename_column("note", "remark")
        .drop_column("remark");
    change(&connection, vec![alter]).await.unwrap();
    require_sound(&connection).await;
    let text = &DatabaseSnapshot::of(&connection).await.objects["table books"];
    // Nothing else of the text has changed, not even the qualified name in the check.
    assert!(text.contains("CHECK (books.price >= 0)"), "{text}");
    assert!(
        text.contains("copies") && !text.contains("remark"),
        "{text}"
    );
}

#[tokio::test]
async fn a_renamed_column_is_renamed_wherever_it_is_used() {
    let (_scratch, connection) = library().await;
    // SQLite itself refuses where a trigger knows the name by way of a view.
    execute(
        &connection,
        "DROP TRIGGER tr_cheap; DROP TRIGGER tr_books_update",
    )
    .await;
    let alter = Alter::table("books")
        .drop_check("price")
        .rename_column("title", "name of it")
        .set_optional("name of it");
    change(&connection, vec![alter]).await.unwrap();
    require_sound(&connection).await;
    let snapshot = DatabaseSnapshot::of(&connection).await;
    for used in [
        "table books",
        "index ix_books_lower",
        "view cheap",
        "trigger tr_books_insert",
    ] {
        let text = &snapshot.objects[used];
        assert!(text.contains("\"name of it\""), "{used}: {text}");
    }
    assert_eq!(snapshot.rows["cheap"].len(), 3);
}

#[tokio::test]
async fn triggers_neither_fire_during_a_rebuild_nor_are_lost_by_it() {
    let (_scratch, connection) = library().await;
    let log = "SELECT count(*) || '' FROM log";
    let before = texts(&connection, log).await;
    change(&connection, vec![Alter::table("books").add_check(PAGES)])
        .await
        .unwrap();
    assert_eq!(texts(&connection, log).await, before);
    execute(&connection, "UPDATE books SET title = 'New' WHERE id = 10; DELETE FROM books WHERE id = 30; INSERT INTO cheap (title) VALUES ('c')").await;
    let lines = texts(
        &connection,
        "SELECT line FROM log ORDER BY rowid DESC LIMIT 5",
    )
    .await;
    assert_eq!(lines[..2], ["cheap c", "delete "], "{lines:?}");
    assert!(lines[2].starts_with("update "), "{lines:?}");
}

#[tokio::test]
async fn cascades_work_after_a_rebuild_of_the_parent() {
    let (_scratch, connection) = library().await;
    let authors = Alter::table("authors").set_optional("name");
    change(
        &connection,
        vec![authors, Alter::table("books").drop_check("price")],
    )
    .await
    .unwrap();
    execute(&connection, "DELETE FROM authors WHERE id = 2").await;
    assert_eq!(
        texts(&connection, "SELECT title FROM books").await,
        ["Engines"]
    );
    assert_eq!(texts(&connection, "SELECT reader FROM loans").await, ["me"]);
    let error = refused(&connection, "INSERT INTO loans VALUES (99, 'x', 1)").await;
    assert!(error.contains("FOREIGN KEY"), "{error}");
}

#[tokio::test]
async fn a_number_once_given_is_never_given_again() {
    let (_scratch, connection) = library().await;
    change(
        &connection,
        vec![Alter::table("authors").set_optional("name")],
    )
    .await
    .unwrap();
    execute(&connection, "INSERT INTO authors (name) VALUES ('next')").await;
    let id = texts(
        &connection,
        "SELECT id || '' FROM authors WHERE name = 'next'",
    )
    .await;
    assert_eq!(id, ["10"], "9 was given and deleted");
    assert_eq!(
        texts(&connection, "SELECT name FROM sqlite_sequence").await,
        ["authors"]
    );
}

const STEPS: Table = Table {
    name: "steps",
    columns: &[
        Column::required("id", Kind::BigInteger),
        Column::required("stage", Kind::Text),
        Column::optional("run_id", Kind::BigInteger),
        Column::optional("amount", Kind::Text),
    ],
    primary_key: &["id"],
    checks: &[Check {
        rule: "stage",
        condition: Condition::OneOf {
            column: "stage",
            values: &["draft", "done"],
        },
    }],
    ..Table::DEFAULT
};
const RUNS: Table = Table {
    name: "runs",
    columns: &[Column::required("id", Kind::BigInteger)],
    primary_key: &["id"],
    ..Table::DEFAULT
};
pub(super) const TO_RUNS: ForeignKey = ForeignKey {
    columns: &["run_id"],
    table: "runs",
    referred_columns: &["id"],
    on_delete: OnDelete::Cascade,
    ..ForeignKey::DEFAULT
};

/// Two tables, made the same way on both engines, with rows.
pub(super) async fn steps(connection: &DatabaseConnection) {
    let engine = connection.get_database_backend().try_into().unwrap();
    for table in [RUNS, STEPS] {
        for statement in table.create(&CONVENTION, engine) {
            execute(connection, &statement).await;
        }
    }
    execute(
        connection,
        "INSERT INTO runs VALUES (1), (2);
         INSERT INTO steps VALUES (1, 'draft', 1, '12'), (2, 'done', 2, '-3'), (3, 'done', NULL, NULL)",
    )
    .await;
}

#[on_both_engines]
async fn every_change_works_on_both_engines_and_can_be_taken_back(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    steps(&connection).await;
    let stage_and_run = Unique {
        columns: &["stage", "run_id"],
        ..Unique::DEFAULT
    };
    let one_draft = Unique {
        columns: &["run_id"],
        only_where: Some("stage = 'draft'"),
        ..Unique::DEFAULT
    };
    let amount = Check {
        rule: "amount",
        condition: Condition::AtLeast {
            column: "amount",
            number: -3,
        },
    };
    let there = Alter::table("steps")
        .change_type("amount", Kind::BigInteger)
        .set_required_filling("amount", "0")
        .add_check(amount)
        .set_default("stage", "'draft'")
        .add_foreign_key(TO_RUNS)
        .add_unique(stage_and_run)
        .add_unique(one_draft)
        .change_primary_key(&["id", "stage"])
        .drop_check("stage")
        .add_column_filled(Column::required("mood", Kind::Text), "stage || 'y'")
        .rename_column("mood", "temper")
        .add_index(Index {
            columns: &["temper"],
            ..Index::DEFAULT
        });
    let back = Alter::table("steps")
        .drop_index(&["temper"])
        .drop_column("temper")
        .add_check(STEPS.checks[0])
        .change_primary_key(&["id"])
        .drop_unique(one_draft)
        .drop_unique(stage_and_run)
        .drop_foreign_key(&["run_id"], "runs")
        .drop_index(&["run_id"])
        .drop_default("stage")
        .drop_check("amount")
        .set_optional("amount")
        .change_type("amount", Kind::Text);
    let list = migrations("", vec![there], vec![back]);
    up(&connection, &list).await.unwrap();
    let all =
        "SELECT CAST(id AS text) || stage || CAST(amount AS text) || temper FROM steps ORDER BY id";
    assert_eq!(
        texts(&connection, all).await,
        ["1draft12drafty", "2done-3doney", "3done0doney"]
    );
    execute(
        &connection,
        "INSERT INTO steps (id, amount, temper) VALUES (4, 5, 'x')",
    )
    .await;
    execute(
        &connection,
        "INSERT INTO steps (id, stage, amount, temper) VALUES (1, 'other', 5, 'x')",
    )
    .await;
    for wrong in [
        "INSERT INTO steps (id, stage, amount, temper) VALUES (1, 'other', 5, 'x')",
        "INSERT INTO steps (id, amount, temper) VALUES (5, -4, 'x')",
        "INSERT INTO steps (id, amount, temper) VALUES (5, NULL, 'x')",
        "INSERT INTO steps (id, amount, temper, run_id) VALUES (5, 1, 'x', 9)",
        "INSERT INTO steps (id, stage, amount, temper, run_id) VALUES (5, 'done', 1, 'x', 2)",
        "INSERT INTO steps (id, stage, amount, temper, run_id) VALUES (5, 'draft', 1, 'x', 1)",
        "INSERT INTO steps (id, amount) VALUES (5, 1)",
    ] {
        refused(&connection, wrong).await;
    }
    execute(
        &connection,
        "DELETE FROM steps WHERE stage = 'other' OR id = 4",
    )
    .await;
    execute(&connection, "DELETE FROM runs WHERE id = 2").await;
    assert_eq!(
        texts(&connection, all).await.len(),
        2,
        "the deletion cascades"
    );
    down(&connection, &list).await.unwrap();
    let all = "SELECT CAST(id AS text) || stage || coalesce(amount, '-') FROM steps ORDER BY id";
    assert_eq!(texts(&connection, all).await, ["1draft12", "3done0"]);
    execute(
        &connection,
        "INSERT INTO steps VALUES (7, 'done', 99, NULL), (8, 'done', 99, 'x')",
    )
    .await;
    refused(
        &connection,
        "INSERT INTO steps VALUES (7, 'draft', NULL, NULL)",
    )
    .await;
    refused(
        &connection,
        "INSERT INTO steps VALUES (9, 'other', NULL, NULL)",
    )
    .await;
}
