//! All that a table can be declared to be, and that a change can say, as the engine itself reads
//! it.

use acceptance::{Engine, on_both_engines};
use groundwork_schema::{
    alter::{Alter, Named},
    table::{
        Check, Column, Condition, ConstraintTiming, Event, ForeignKey, Index, IndexKey,
        IndexMethod, Kind, Nulls, OnDelete, OnUpdate, Partition, PartitionBy, PartitionRows,
        Partitioning, PostgresTrigger, Table, Timing, Trigger, TriggerFunction, Triggers, Unique,
    },
};
use sea_orm_migration::{SchemaManager, sea_orm::DatabaseConnection};

use super::given::{CONVENTION, empty, execute, refused, texts};

const AUTHORS: Table = Table {
    name: "authors",
    columns: &[Column::required("id", Kind::BigInteger)],
    primary_key: &["id"],
    ..Table::DEFAULT
};

pub(super) const COUNT: Triggers = Triggers {
    function: TriggerFunction {
        name: "books_count",
        body: "BEGIN UPDATE shelf SET books = books + 1; RETURN NULL; END",
    },
    triggers: &[Trigger {
        name: "books_counted",
        table: "books",
        timing: Timing::After,
        event: Event::Insert,
        when: None,
        sqlite: Some("UPDATE shelf SET books = books + 1;"),
        postgres: PostgresTrigger::ROW,
    }],
};

pub(super) const BOOKS: Table = Table {
    name: "books",
    columns: &[
        Column::required("id", Kind::BigInteger),
        Column::required("author_id", Kind::BigInteger).default("7"),
        Column::optional("editor_id", Kind::BigInteger),
        Column::required("title", Kind::Text)
            .default("'it''s' || ' new'")
            .comment("As on the cover; it's \\ long."),
        Column::required("price", Kind::BigInteger).default("5"),
        Column::required("twice", Kind::BigInteger).generated("price * 2"),
        Column::optional("shelf", Kind::Text),
        Column::optional("place", Kind::BigInteger),
        Column::required("tags", Kind::Json).default("'[]'"),
    ],
    primary_key: &["id"],
    foreign_keys: &[
        ForeignKey {
            columns: &["author_id"],
            table: "authors",
            referred_columns: &["id"],
            on_delete: OnDelete::SetDefault,
            on_update: OnUpdate::Cascade,
            timing: ConstraintTiming::DeferrableInitiallyDeferred,
        },
        ForeignKey {
            columns: &["editor_id"],
            table: "authors",
            referred_columns: &["id"],
            on_delete: OnDelete::Restrict,
            on_update: OnUpdate::Restrict,
            ..ForeignKey::DEFAULT
        },
    ],
    uniques: &[
        Unique {
            columns: &["shelf", "place"],
            nulls: Nulls::Equal,
            ..Unique::DEFAULT
        },
        Unique {
            keys: &[IndexKey::expression("title_lower", "lower(title)")],
            ..Unique::DEFAULT
        },
    ],
    indexes: &[
        Index {
            keys: &[
                IndexKey::column("author_id"),
                IndexKey::column("price").descending(),
                IndexKey::expression("title_length", "length(title)"),
            ],
            include: &["place"],
            ..Index::DEFAULT
        },
        Index {
            columns: &["tags"],
            method: IndexMethod::Gin,
            ..Index::DEFAULT
        },
    ],
    triggers: &[COUNT],
    comment: Some("What is for sale."),
    ..Table::DEFAULT
};

pub(super) async fn books(connection: &DatabaseConnection) {
    let manager = SchemaManager::new(connection);
    execute(connection, "CREATE TABLE shelf (books bigint)").await;
    AUTHORS.create_with(&manager, &CONVENTION).await.unwrap();
    BOOKS.create_with(&manager, &CONVENTION).await.unwrap();
}

/// How the engine itself describes a table, what belongs to it, and the comments.
async fn described(engine: Engine, connection: &DatabaseConnection, table: &str) -> String {
    let sql = match engine {
        Engine::Sqlite => format!(
            "SELECT sql FROM sqlite_master WHERE tbl_name = '{table}' AND sql IS NOT NULL
             ORDER BY type DESC, name"
        ),
        Engine::Postgres => format!(
            "SELECT line FROM (
                SELECT 1 AS part, attnum::int AS place, attname || ' ' || format_type(atttypid, atttypmod)
                    || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
                    || coalesce(CASE attgenerated WHEN 's' THEN ' STORED ' ELSE ' DEFAULT ' END
                                || pg_get_expr(adbin, adrelid), '')
                    || coalesce(' -- ' || col_description(attrelid, attnum), '') AS line
                FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
                UNION ALL SELECT 2, 0, conname || ' ' || pg_get_constraintdef(oid)
                FROM pg_constraint WHERE conrelid = '{table}'::regclass
                UNION ALL SELECT 3, 0, indexdef FROM pg_indexes WHERE tablename = '{table}'
                UNION ALL SELECT 4, 0, pg_get_triggerdef(oid) FROM pg_trigger
                WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal
                UNION ALL SELECT 5, 0, '-- ' || obj_description('{table}'::regclass)
                UNION ALL SELECT 6, 0, 'PARTITION BY ' || pg_get_partkeydef('{table}'::regclass)
                UNION ALL SELECT 7, 0, inhrelid::regclass || ' ' || pg_get_expr(relpartbound, inhrelid)
                FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = '{table}'::regclass
            ) AS parts WHERE line IS NOT NULL ORDER BY part, place, line"
        ),
    };
    texts(connection, &sql).await.join("\n")
}

#[on_both_engines]
async fn a_table_is_what_it_was_declared_to_be(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    books(&connection).await;
    let name = format!("declared_on_{}", format!("{engine:?}").to_lowercase());
    insta::assert_snapshot!(name, described(engine, &connection, "books").await);

    execute(
        &connection,
        "INSERT INTO shelf VALUES (0); INSERT INTO authors VALUES (1), (7)",
    )
    .await;
    execute(
        &connection,
        "INSERT INTO books (id, author_id, shelf) VALUES (1, 1, 'a')",
    )
    .await;
    let all = "SELECT id || title || price || twice FROM books";
    assert_eq!(texts(&connection, all).await, ["1it's new510"]);
    assert_eq!(
        texts(&connection, "SELECT CAST(books AS text) FROM shelf").await,
        ["1"]
    );
    for (wrong, name) in [
        (
            "INSERT INTO books (id, title, shelf) VALUES (2, 'b', 'a')",
            "uq_books_shelf_place",
        ),
        (
            "INSERT INTO books (id, title) VALUES (2, 'IT''S NEW')",
            "uq_books_title_lower",
        ),
    ] {
        let said = refused(&connection, wrong).await;
        assert!(said.contains(name), "{said}");
    }
    execute(
        &connection,
        "INSERT INTO books (id, title, shelf, place) VALUES (2, 'b', 'a', 0), (3, 'c', NULL, 0),
         (4, 'd', NULL, NULL)",
    )
    .await;
    for wrong in [
        "INSERT INTO books (id, title, shelf, place) VALUES (5, 'e', NULL, 0)",
        "INSERT INTO books (id, title) VALUES (5, 'e')",
        "INSERT INTO books (id, title, shelf, place) VALUES (5, 'e', 'a', 0)",
        "UPDATE books SET twice = 1",
    ] {
        refused(&connection, wrong).await;
    }
    if engine == Engine::Sqlite {
        execute(&connection, "PRAGMA foreign_keys = ON").await;
    }
    execute(&connection, "UPDATE authors SET id = 2 WHERE id = 1").await;
    execute(&connection, "DELETE FROM authors WHERE id = 2").await;
    let author = "SELECT CAST(author_id AS text) FROM books WHERE id = 1";
    assert_eq!(texts(&connection, author).await, ["7"]);
    execute(
        &connection,
        "INSERT INTO authors VALUES (3); UPDATE books SET editor_id = 3",
    )
    .await;
    refused(&connection, "DELETE FROM authors WHERE id = 3").await;
}

#[on_both_engines]
async fn a_dropped_table_takes_its_triggers_and_their_function_along(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    books(&connection).await;
    let manager = SchemaManager::new(&connection);
    BOOKS.drop_with(&manager).await.unwrap();
    books_again(&connection).await;
}

async fn books_again(connection: &DatabaseConnection) {
    let manager = SchemaManager::new(connection);
    BOOKS.create_with(&manager, &CONVENTION).await.unwrap();
}

const VISITS: Table = Table {
    name: "visits",
    columns: &[
        Column::required("id", Kind::BigInteger),
        Column::required("seen_at", Kind::Timestamptz),
    ],
    primary_key: &["id", "seen_at"],
    partition_by: Some(Partitioning {
        by: PartitionBy::Range,
        columns: &["seen_at"],
        partitions: &[
            Partition {
                name: "2026",
                rows: PartitionRows::Range {
                    from: "'2026-01-01Z'",
                    to: "'2027-01-01Z'",
                },
            },
            Partition {
                name: "rest",
                rows: PartitionRows::Rest,
            },
        ],
    }),
    ..Table::DEFAULT
};

#[on_both_engines]
async fn a_table_in_partitions_is_a_plain_one_on_sqlite(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    let manager = SchemaManager::new(&connection);
    VISITS.create_with(&manager, &CONVENTION).await.unwrap();
    let next = Alter::table("visits").add_partition(Partition {
        name: "2027",
        rows: PartitionRows::Range {
            from: "'2027-01-01Z'",
            to: "'2028-01-01Z'",
        },
    });
    let before = described(engine, &connection, "visits").await;
    next.clone().apply(&manager, &CONVENTION).await.unwrap();
    let name = format!("partitions_on_{}", format!("{engine:?}").to_lowercase());
    insta::assert_snapshot!(name, described(engine, &connection, "visits").await);
    execute(
        &connection,
        "INSERT INTO visits VALUES (1, '2026-05-05 00:00:00+00:00'),
         (2, '2027-05-05 00:00:00+00:00'), (3, '1999-05-05 00:00:00+00:00')",
    )
    .await;
    if engine == Engine::Postgres {
        let place = "SELECT id || ' ' || tableoid::regclass FROM visits ORDER BY id";
        assert_eq!(
            texts(&connection, place).await,
            ["1 visits_2026", "2 visits_2027", "3 visits_rest"]
        );
    }
    let back = next.reverse().unwrap();
    back.apply(&manager, &CONVENTION).await.unwrap();
    assert_eq!(described(engine, &connection, "visits").await, before);
}

const LIST: Table = Table {
    name: "moods",
    columns: &[Column::required("mood", Kind::Text)],
    primary_key: &["mood"],
    partition_by: Some(Partitioning {
        by: PartitionBy::List,
        columns: &["mood"],
        partitions: &[Partition {
            name: "calm",
            rows: PartitionRows::List(&["'calm'", "'still'"]),
        }],
    }),
    ..Table::DEFAULT
};
const HASH: Table = Table {
    name: "parts",
    columns: &[Column::required("id", Kind::BigInteger)],
    primary_key: &["id"],
    partition_by: Some(Partitioning {
        by: PartitionBy::Hash,
        columns: &["id"],
        partitions: &[
            Partition {
                name: "even",
                rows: PartitionRows::Hash {
                    modulus: 2,
                    remainder: 0,
                },
            },
            Partition {
                name: "odd",
                rows: PartitionRows::Hash {
                    modulus: 2,
                    remainder: 1,
                },
            },
        ],
    }),
    ..Table::DEFAULT
};

#[on_both_engines]
async fn rows_are_parted_by_value_and_by_hash_too(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    let manager = SchemaManager::new(&connection);
    LIST.create_with(&manager, &CONVENTION).await.unwrap();
    HASH.create_with(&manager, &CONVENTION).await.unwrap();
    execute(
        &connection,
        "INSERT INTO moods VALUES ('calm'), ('still');
         INSERT INTO parts VALUES (1), (2), (3), (4), (5), (6), (7), (8)",
    )
    .await;
    let (moods, parts) = (
        described(engine, &connection, "moods").await,
        described(engine, &connection, "parts").await,
    );
    match engine {
        Engine::Sqlite => assert!(!moods.contains("PARTITION") && !parts.contains("PARTITION")),
        Engine::Postgres => {
            assert!(
                moods.ends_with(
                    "PARTITION BY LIST (mood)\nmoods_calm FOR VALUES IN ('calm', 'still')"
                ),
                "{moods}"
            );
            assert!(
                parts.ends_with("parts_odd FOR VALUES WITH (modulus 2, remainder 1)"),
                "{parts}"
            );
        }
    }
    LIST.drop_with(&manager).await.unwrap();
    HASH.drop_with(&manager).await.unwrap();
}

#[on_both_engines]
async fn a_comment_is_changed_and_taken_back(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    books(&connection).await;
    let manager = SchemaManager::new(&connection);
    let before = described(engine, &connection, "books").await;
    let change = Alter::table("books")
        .change_comment(Some("What is for sale."), Some("What was for sale."))
        .change_column_comment("price", None, Some("In cents."))
        .change_column_comment("title", Some("As on the cover; it's \\ long."), None)
        .add_column(Column::optional("note", Kind::Text).comment("By hand."));
    change.clone().apply(&manager, &CONVENTION).await.unwrap();
    let changed = described(engine, &connection, "books").await;
    if engine == Engine::Postgres {
        for line in [
            "-- What was for sale.",
            "price bigint NOT NULL DEFAULT 5 -- In cents.",
            "note text -- By hand.",
        ] {
            assert!(
                changed.lines().any(|one| one == line),
                "{line} in {changed}"
            );
        }
        assert!(!changed.contains("cover"), "{changed}");
    }
    change
        .reverse()
        .unwrap()
        .apply(&manager, &CONVENTION)
        .await
        .unwrap();
    assert_eq!(described(engine, &connection, "books").await, before);
}

const LOANS: Table = Table {
    name: "loans",
    columns: &[
        Column::required("id", Kind::BigInteger),
        Column::required("book_id", Kind::BigInteger),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["book_id"],
        table: "books",
        referred_columns: &["id"],
        ..ForeignKey::DEFAULT
    }],
    ..Table::DEFAULT
};
const SEQUEL: ForeignKey = ForeignKey {
    columns: &["place"],
    table: "books",
    referred_columns: &["id"],
    ..ForeignKey::DEFAULT
};
const CHEAP: Check = Check {
    rule: "price",
    condition: Condition::AtLeast {
        column: "price",
        number: 0,
    },
};

/// A table gets another name, and every name that was made of it another one, also that of a key to
/// itself and that of a key of another table.
#[on_both_engines]
async fn a_renamed_table_renames_what_is_named_after_it(engine: Engine) {
    let (_scratch, connection) = empty(engine).await;
    books(&connection).await;
    let manager = SchemaManager::new(&connection);
    LOANS.create_with(&manager, &CONVENTION).await.unwrap();
    if engine == Engine::Sqlite {
        execute(&connection, "PRAGMA foreign_keys = OFF").await;
    }
    let rules = Alter::table("books")
        .add_foreign_key(SEQUEL)
        .add_check(CHEAP);
    rules.apply(&manager, &CONVENTION).await.unwrap();
    execute(
        &connection,
        "CREATE VIEW cheap AS SELECT title FROM books WHERE price < 10;
         INSERT INTO shelf VALUES (0); INSERT INTO authors VALUES (1), (7);
         INSERT INTO books (id, author_id) VALUES (1, 1); INSERT INTO loans VALUES (1, 1)",
    )
    .await;
    let before = (
        described(engine, &connection, "books").await,
        described(engine, &connection, "loans").await,
    );
    let change = Alter::table("books")
        .rename_table(
            "volumes",
            &[
                Named::PrimaryKey,
                Named::ForeignKey {
                    columns: &["author_id"],
                    table: "authors",
                },
                Named::ForeignKey {
                    columns: &["editor_id"],
                    table: "authors",
                },
                Named::ForeignKey {
                    columns: &["place"],
                    table: "books",
                },
                Named::Referring {
                    table: "loans",
                    columns: &["book_id"],
                },
                Named::Unique(&["shelf", "place"]),
                Named::Unique(&["title_lower"]),
                Named::Check("price"),
                Named::Index(&["author_id", "price", "title_length"]),
                Named::Index(&["editor_id"]),
                Named::Index(&["tags"]),
                Named::Index(&["place"]),
            ],
        )
        .add_column(Column::optional("note", Kind::Text));
    change.clone().apply(&manager, &CONVENTION).await.unwrap();
    let renamed = described(engine, &connection, "volumes").await;
    for left in ["_books_", "pk_books", "_books\"", "ON books", "\"books\""] {
        let rest = renamed.replace("books_count", "");
        assert!(!rest.contains(left), "{left} in {renamed}");
    }
    let loans = described(engine, &connection, "loans").await;
    assert!(loans.contains("fk_loans_book_id_volumes"), "{loans}");
    assert_eq!(
        texts(&connection, "SELECT title FROM cheap").await,
        ["it's new"]
    );
    execute(
        &connection,
        "INSERT INTO volumes (id, title, place) VALUES (2, 'two', 1)",
    )
    .await;
    assert_eq!(
        texts(&connection, "SELECT CAST(books AS text) FROM shelf").await,
        ["2"]
    );
    change
        .reverse()
        .unwrap()
        .apply(&manager, &CONVENTION)
        .await
        .unwrap();
    let after = (
        described(engine, &connection, "books").await,
        described(engine, &connection, "loans").await,
    );
    let in_one_line = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace(['"', ' '], "")
    };
    assert_eq!(in_one_line(&after.0), in_one_line(&before.0));
    assert_eq!(in_one_line(&after.1), in_one_line(&before.1));
}
