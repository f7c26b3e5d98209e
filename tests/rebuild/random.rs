//! Changes in any combination and order: each is made whole or not at all.

use acceptance::Numbers;
use groundwork_schema::{
    alter::Alter,
    table::{Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Unique},
};

use super::given::{DatabaseSnapshot, Step, library, require_sound, up};

const TABLES: [&str; 5] = ["books", "authors", "loans", "codes", "notes"];
const COLUMNS: [&str; 12] = [
    "id",
    "title",
    "price",
    "note",
    "sequel_of",
    "subtitle",
    "name",
    "born",
    "days",
    "label",
    "text",
    "pages in it",
];
const LISTS: [&[&str]; 6] = [
    &["id"],
    &["title"],
    &["note", "price"],
    &["reader", "book_id"],
    &["label"],
    &["born"],
];

/// Adds one change to those of a table.
fn one_more(alter: Alter, numbers: &mut Numbers) -> Alter {
    let (column, list) = (numbers.one_of(&COLUMNS), numbers.one_of(&LISTS));
    match numbers.below(17) {
        0 => alter.set_required(column),
        1 => alter.set_optional(column),
        2 => alter.set_default(column, numbers.one_of(&["'x'", "1", "1 + 1"])),
        3 => alter.drop_default(column),
        4 => alter.add_check(Check {
            rule: numbers.one_of(&["one", "two"]),
            condition: Condition::Sql(numbers.one_of(&["price >= 0", "title <> ''", "born > 0"])),
        }),
        5 => alter.drop_check(numbers.one_of(&["price", "born", "one"])),
        6 => alter.add_unique(Unique {
            columns: list,
            ..Unique::DEFAULT
        }),
        7 => alter.drop_unique(Unique {
            columns: list,
            ..Unique::DEFAULT
        }),
        8 => alter.add_foreign_key(ForeignKey {
            columns: &["sequel_of"],
            table: numbers.one_of(&["books", "authors"]),
            referred_columns: &["id"],
            on_delete: OnDelete::SetNull,
            ..ForeignKey::DEFAULT
        }),
        9 => alter.drop_foreign_key(&["sequel_of"], "books"),
        10 => alter.change_primary_key(list),
        11 => alter.add_index(Index {
            columns: list,
            ..Index::DEFAULT
        }),
        12 => alter.drop_column(column),
        13 => alter.add_column_filled(Column::required("fresh", Kind::Text), "'new'"),
        14 => alter.add_column(Column::optional("other", Kind::BigInteger)),
        15 => alter.rename_column(column, numbers.one_of(&["renamed", "note"])),
        _ => alter.change_type(
            column,
            numbers.one_of(&[Kind::Text, Kind::Double, Kind::BigInteger]),
        ),
    }
}

#[tokio::test]
async fn random_changes_lose_nothing_that_they_are_not_about() {
    let (mut made, mut refused) = (0, 0);
    for seed in 0..30 {
        let mut numbers = Numbers(seed);
        let (_scratch, connection) = library().await;
        let mut list = super::given::migrations(super::given::LIBRARY, Vec::new(), Vec::new());
        list.truncate(1);
        for number in 0..6 {
            let table = numbers.one_of(&TABLES);
            let mut alter = Alter::table(table);
            for _ in 0..=numbers.below(2) {
                alter = one_more(alter, &mut numbers);
            }
            let case = format!("seed {seed}, {number}: {alter:?}");
            let before = DatabaseSnapshot::of(&connection).await;
            list.push(Box::new(Step {
                name: Box::leak(format!("m20260103_00000{number}_random").into_boxed_str()),
                sql: "",
                up: vec![alter],
                down: Vec::new(),
            }));
            let outcome = up(&connection, &list).await;
            require_sound(&connection).await;
            let after = DatabaseSnapshot::of(&connection).await;
            match outcome {
                Err(_) => {
                    list.pop();
                    assert_eq!(after, before, "{case}");
                    refused += 1;
                }
                Ok(()) => {
                    require_rest(table, &before, &after, &case);
                    made += 1;
                }
            }
        }
    }
    // Either is tried often enough.
    assert!(made > 25 && refused > 25, "{made} made, {refused} refused");
}

/// Whether everything but the changed table is what it was, and that table has its rows and
/// triggers.
fn require_rest(table: &str, before: &DatabaseSnapshot, after: &DatabaseSnapshot, case: &str) {
    let is_view = |name: &str| before.objects.contains_key(&format!("view {name}"));
    for (name, rows) in &before.rows {
        let now = &after.rows[name];
        if name == table {
            assert_eq!(now.len(), rows.len(), "{case}");
        } else if !is_view(name) && name != "sqlite_sequence" {
            assert_eq!(now, rows, "{case}: {name}");
        }
    }
    for name in before.objects.keys() {
        let must_stay = ["table ", "view ", "trigger "]
            .iter()
            .any(|kind| name.starts_with(kind));
        assert!(
            !must_stay || after.objects.contains_key(name),
            "{case}: {name} is gone"
        );
    }
}
