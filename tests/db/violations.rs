//! A violation names its constraint, the same on both engines.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::db::{Database, DbError, UnitOfWork, Violation, ViolationKind};
use sea_orm::{ConnectionTrait, DbErr, SqlErr, TransactionTrait};

use super::given::{number, opened};

const SCHEMA: [&str; 8] = [
    "CREATE TABLE parents (
        id bigint NOT NULL, name varchar(40) NOT NULL, size bigint,
        CONSTRAINT pk_parents PRIMARY KEY (id),
        CONSTRAINT uq_parents_name UNIQUE (name),
        CONSTRAINT ck_parents_size_is_positive CHECK (size > 0))",
    "CREATE UNIQUE INDEX uq_parents_double_size ON parents ((size * 2))",
    "CREATE TABLE children (
        id bigint NOT NULL, parent_id bigint NOT NULL, friend_id bigint, place bigint NOT NULL,
        CONSTRAINT pk_children PRIMARY KEY (id),
        CONSTRAINT uq_children_parent_id_place UNIQUE (parent_id, place),
        CONSTRAINT fk_children_parent_id_parents FOREIGN KEY (parent_id) REFERENCES parents (id),
        CONSTRAINT fk_children_friend_id_parents FOREIGN KEY (friend_id) REFERENCES parents (id)
            ON DELETE RESTRICT)",
    "CREATE UNIQUE INDEX uq_children_eldest ON children (parent_id) WHERE place < 10",
    "CREATE TABLE pairs (a bigint NOT NULL, b bigint NOT NULL, CONSTRAINT pk_pairs PRIMARY KEY (a, b))",
    "CREATE TABLE notes (
        id bigint NOT NULL, a bigint, b bigint, later_id bigint,
        CONSTRAINT pk_notes PRIMARY KEY (id),
        CONSTRAINT fk_notes_a_b_pairs FOREIGN KEY (a, b) REFERENCES pairs (a, b) ON DELETE CASCADE,
        CONSTRAINT fk_notes_later_id_parents FOREIGN KEY (later_id) REFERENCES parents (id)
            DEFERRABLE INITIALLY DEFERRED)",
    "INSERT INTO parents VALUES (1, 'Ann', 1), (2, 'Ben', NULL), (3, 'Cid', 3)",
    "INSERT INTO children VALUES (1, 1, 2, 1), (2, 1, NULL, 20), (9, 1, NULL, 40)",
];

async fn families(scratch: &Scratch) -> Database {
    let db = opened(scratch).await;
    let work = db.begin().await.unwrap();
    for sql in SCHEMA {
        work.execute_unprepared(sql).await.unwrap();
    }
    work.commit().await.unwrap();
    db
}

/// A statement that is refused, why, and a statement like it that is not.
struct Case {
    refused: &'static str,
    kind: ViolationKind,
    constraint: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    admitted: &'static str,
}

use ViolationKind::{Check, ForeignKey, NotNull, Unique};

const CASES: [Case; 13] = [
    Case {
        refused: "INSERT INTO parents VALUES (1, 'Dan', 5)",
        kind: Unique,
        constraint: "pk_parents",
        table: "parents",
        columns: &["id"],
        admitted: "INSERT INTO parents VALUES (4, 'Dan', 5)",
    },
    Case {
        refused: "INSERT INTO parents VALUES (4, 'Ann', 5)",
        kind: Unique,
        constraint: "uq_parents_name",
        table: "parents",
        columns: &["name"],
        admitted: "INSERT INTO parents VALUES (4, 'Anna', 5)",
    },
    Case {
        refused: "UPDATE parents SET size = 3 WHERE id = 1",
        kind: Unique,
        constraint: "uq_parents_double_size",
        table: "parents",
        columns: &[],
        admitted: "UPDATE parents SET size = 4 WHERE id = 1",
    },
    Case {
        refused: "UPDATE children SET place = 40 WHERE id = 2",
        kind: Unique,
        constraint: "uq_children_parent_id_place",
        table: "children",
        columns: &["parent_id", "place"],
        admitted: "UPDATE children SET place = 11 WHERE id = 2",
    },
    Case {
        refused: "UPDATE children SET place = 2 WHERE id = 2",
        kind: Unique,
        constraint: "uq_children_eldest",
        table: "children",
        columns: &["parent_id"],
        admitted: "UPDATE children SET place = 12 WHERE id = 2",
    },
    Case {
        refused: "UPDATE parents SET size = 0 WHERE id = 1",
        kind: Check,
        constraint: "ck_parents_size_is_positive",
        table: "parents",
        columns: &[],
        admitted: "UPDATE parents SET size = 2 WHERE id = 1",
    },
    Case {
        refused: "INSERT INTO parents VALUES (4, NULL, 1)",
        kind: NotNull,
        constraint: "nn_parents_name",
        table: "parents",
        columns: &["name"],
        admitted: "INSERT INTO parents VALUES (4, 'Dan', NULL)",
    },
    Case {
        refused: "INSERT INTO children VALUES (3, 9, 1, 30)",
        kind: ForeignKey,
        constraint: "fk_children_parent_id_parents",
        table: "children",
        columns: &["parent_id"],
        admitted: "INSERT INTO children VALUES (3, 3, 1, 30)",
    },
    Case {
        refused: "INSERT INTO children VALUES (3, 1, 9, 30) RETURNING id",
        kind: ForeignKey,
        constraint: "fk_children_friend_id_parents",
        table: "children",
        columns: &["friend_id"],
        admitted: "INSERT INTO children VALUES (3, 1, NULL, 30) RETURNING id",
    },
    Case {
        refused: "UPDATE children SET friend_id = 9",
        kind: ForeignKey,
        constraint: "fk_children_friend_id_parents",
        table: "children",
        columns: &["friend_id"],
        admitted: "UPDATE children SET friend_id = 3",
    },
    Case {
        refused: "DELETE FROM parents WHERE id = 1",
        kind: ForeignKey,
        constraint: "fk_children_parent_id_parents",
        table: "children",
        columns: &["parent_id"],
        admitted: "DELETE FROM parents WHERE id = 3",
    },
    Case {
        refused: "DELETE FROM parents WHERE id = 2",
        kind: ForeignKey,
        constraint: "fk_children_friend_id_parents",
        table: "children",
        columns: &["friend_id"],
        admitted: "DELETE FROM parents WHERE id = 3",
    },
    Case {
        refused: "INSERT INTO notes (id, a, b) VALUES (1, 1, 2)",
        kind: ForeignKey,
        constraint: "fk_notes_a_b_pairs",
        table: "notes",
        columns: &["a", "b"],
        admitted: "INSERT INTO notes (id, a, b) VALUES (1, 1, NULL)",
    },
];

impl Case {
    fn check(&self, engine: Engine, violation: &Violation) {
        let of = self.refused;
        assert_eq!(violation.kind, self.kind, "{of}");
        assert_eq!(violation.constraint, self.constraint, "{of}");
        assert_eq!(violation.table, self.table, "{of}");
        // PostgreSQL names the columns that are referred to when a row is still referred to, and
        // the expression where a key is one.
        let differs = engine == Engine::Postgres
            && (self.refused.starts_with("DELETE") || self.columns.is_empty());
        if !differs {
            assert_eq!(violation.columns, self.columns, "{of}");
        }
    }
}

#[on_both_engines]
async fn each_violation_is_named_and_its_counterpart_is_admitted(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = families(&scratch).await;
    for case in CASES {
        let work = db.begin().await.unwrap();
        let error = work.execute_unprepared(case.refused).await.unwrap_err();
        let violation = work.violation(&error);
        case.check(
            engine,
            &violation.unwrap_or_else(|| panic!("{}: {error}", case.refused)),
        );
        drop(work);
        let work = db.begin().await.unwrap();
        work.execute_unprepared(case.admitted).await.unwrap();
        drop(work);
    }
}

#[on_both_engines]
async fn a_violation_inside_a_savepoint_is_named_by_the_unit_which_goes_on(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = families(&scratch).await;
    let work = db.begin().await.unwrap();
    for case in CASES {
        let savepoint = work.begin().await.unwrap();
        let error = savepoint
            .execute_unprepared(case.refused)
            .await
            .unwrap_err();
        case.check(engine, &savepoint.violation(&error).unwrap());
        savepoint.rollback().await.unwrap();
        case.check(engine, &work.violation(&error).unwrap());
    }
    work.execute_unprepared("DELETE FROM children WHERE id = 2")
        .await
        .unwrap();
    work.commit().await.unwrap();
    let left = number(&db.reader(), "SELECT count(*) FROM children")
        .await
        .unwrap();
    assert_eq!(left, 2);
}

#[on_both_engines]
async fn the_error_itself_is_what_plain_seaorm_gives(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = families(&scratch).await;
    let plain = sea_orm::Database::connect(scratch.url()).await.unwrap();
    for case in CASES {
        let work = db.begin().await.unwrap();
        let ours = work.execute_unprepared(case.refused).await.unwrap_err();
        drop(work);
        let theirs = plain.execute_unprepared(case.refused).await.unwrap_err();
        assert_eq!(ours.to_string(), theirs.to_string());
        assert_eq!(ours.sql_err(), theirs.sql_err());
    }
    let work = db.begin().await.unwrap();
    let twice = work.execute_unprepared(CASES[0].refused).await.unwrap_err();
    assert!(matches!(
        twice.sql_err(),
        Some(SqlErr::UniqueConstraintViolation(_))
    ));
}

#[on_both_engines]
async fn what_is_no_violation_is_none(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = families(&scratch).await;
    let work = db.begin().await.unwrap();
    let error = work
        .execute_unprepared("SELECT * FROM nowhere")
        .await
        .unwrap_err();
    assert_eq!(work.violation(&error), None);
    assert_eq!(work.violation(&DbErr::RecordNotInserted), None);
}

async fn refer_to_nobody(db: &Database) -> UnitOfWork {
    let work = db.begin().await.unwrap();
    work.execute_unprepared("INSERT INTO notes (id, later_id) VALUES (1, 9)")
        .await
        .unwrap();
    work
}

#[on_both_engines]
async fn a_violation_at_the_commit_is_named_and_nothing_is_stored(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = families(&scratch).await;
    let error = refer_to_nobody(&db).await.commit().await.unwrap_err();
    assert!(matches!(error, DbError::Violated { .. }), "{error:?}");
    let violation = error.violation().unwrap();
    assert_eq!(violation.constraint, "fk_notes_later_id_parents");
    assert_eq!(violation.columns, ["later_id"]);
    let work = refer_to_nobody(&db).await;
    work.execute_unprepared("INSERT INTO parents VALUES (9, 'Ida', 8)")
        .await
        .unwrap();
    work.commit().await.unwrap();
    let stored = number(&db.reader(), "SELECT count(*) FROM notes")
        .await
        .unwrap();
    assert_eq!(stored, 1);
}

/// The search for a foreign key begins with the newest rows; here the oldest one is at fault.
#[tokio::test]
async fn a_foreign_key_of_an_old_row_among_many_is_found() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let db = families(&scratch).await;
    let work = db.begin().await.unwrap();
    work.execute_unprepared(
        "WITH RECURSIVE i(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM i WHERE n < 60100) \
         INSERT INTO children SELECT n, 3, NULL, n FROM i",
    )
    .await
    .unwrap();
    let error = work
        .execute_unprepared("DELETE FROM parents WHERE id = 1")
        .await
        .unwrap_err();
    let violation = work.violation(&error).unwrap();
    assert_eq!(violation.constraint, "fk_children_parent_id_parents");
    work.execute_unprepared("DELETE FROM children WHERE parent_id = 1")
        .await
        .unwrap();
    work.execute_unprepared("DELETE FROM parents WHERE id = 1")
        .await
        .unwrap();
    work.commit().await.unwrap();
}
