//! Compares what a database stores with the outcomes that the load reported.

use std::collections::BTreeMap;

use acceptance::load::{CHILDREN, TABLES, UnitOutcome};
use groundwork_core::db::{Database, Engine};
use sea_orm::{ConnectionTrait, Statement};

/// What is wrong with a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Acknowledged, and not there.
    Lost(i64),
    /// Taken back or refused, and there all the same.
    NotTakenBack(i64),
    /// There with so many children, which is not all of them.
    Half(i64, i64),
    /// SQLite finds the file damaged.
    Damaged(String),
}

/// Creates the tables of the load.
pub(crate) async fn prepare(url: &str) {
    let db = open(url).await;
    let work = db.begin().await.unwrap();
    for sql in TABLES {
        work.execute_unprepared(sql).await.unwrap();
    }
    work.commit().await.unwrap();
    db.close().await.unwrap();
}

/// Opens the database, as the next process does, and compares.
pub(crate) async fn compare(url: &str, outcomes: &[UnitOutcome]) -> Vec<Wrong> {
    let db = open(url).await;
    let stored = families(&db).await;
    let mut wrong = compare_rows(&stored, outcomes);
    if db.engine() == Engine::Sqlite {
        let check = rows(&db, "SELECT integrity_check FROM pragma_integrity_check").await;
        let lines = check.iter().map(|row| row.try_get_by_index(0).unwrap());
        let damages = lines.filter(|line: &String| line != "ok");
        wrong.extend(damages.map(Wrong::Damaged));
    }
    db.close().await.unwrap();
    wrong
}

/// The same, and fails if something is wrong.
pub(crate) async fn require_right(url: &str, outcomes: &[UnitOutcome]) {
    let wrong = compare(url, outcomes).await;
    assert!(wrong.is_empty(), "{} are wrong: {wrong:?}", wrong.len());
}

fn compare_rows(stored: &BTreeMap<i64, i64>, outcomes: &[UnitOutcome]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for outcome in outcomes {
        match *outcome {
            UnitOutcome::Stored(id) if !stored.contains_key(&id) => wrong.push(Wrong::Lost(id)),
            UnitOutcome::TakenBack(id) | UnitOutcome::Refused(id, _)
                if stored.contains_key(&id) =>
            {
                wrong.push(Wrong::NotTakenBack(id));
            }
            _ => {}
        }
    }
    let halves = stored.iter().filter(|(_, children)| **children != CHILDREN);
    wrong.extend(halves.map(|(id, children)| Wrong::Half(*id, *children)));
    wrong
}

/// Each parent with the number of its children.
async fn families(db: &Database) -> BTreeMap<i64, i64> {
    let sql =
        "SELECT id, (SELECT count(*) FROM children WHERE parent_id = parents.id) FROM parents";
    let rows = rows(db, sql).await;
    rows.iter()
        .map(|row| {
            let number = |index| row.try_get_by_index(index).unwrap();
            (number(0), number(1))
        })
        .collect()
}

async fn rows(db: &Database, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(db.engine().backend(), sql);
    db.reader().query_all_raw(statement).await.unwrap()
}

async fn open(url: &str) -> Database {
    let config = groundwork_test::database_config(url);
    Database::open(&config, migration::CONVENTION)
        .await
        .unwrap()
}

#[test]
fn everything_that_can_be_wrong_is_found() {
    let stored = BTreeMap::from([
        (1, CHILDREN),
        (2, CHILDREN),
        (3, CHILDREN - 1),
        (4, CHILDREN),
    ]);
    let why = String::new;
    let outcomes = [
        UnitOutcome::Stored(1),
        UnitOutcome::TakenBack(2),
        UnitOutcome::Refused(4, why()),
        UnitOutcome::Stored(5),
        UnitOutcome::TakenBack(6),
        UnitOutcome::Refused(7, why()),
        UnitOutcome::Unknown(8, why()),
    ];
    let expected = [
        Wrong::NotTakenBack(2),
        Wrong::NotTakenBack(4),
        Wrong::Lost(5),
        Wrong::Half(3, CHILDREN - 1),
    ];
    assert_eq!(compare_rows(&stored, &outcomes), expected);
}
