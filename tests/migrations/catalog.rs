//! What the live catalog says about the schema that the migrations make.

use std::collections::BTreeSet;

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_schema::run::Goal;
use migration::CONVENTION;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DatabaseConnection, DbBackend, Statement},
};

use super::{connect, down, migrated, tables, texts, up};

#[on_both_engines]
async fn every_step_down_takes_back_what_its_step_up_made(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations = migration::migrations();
    // The history itself comes with the first step and stays.
    up(&connection, &migrations, Goal::Steps(1)).await.unwrap();
    down(&connection, &migrations, Goal::All).await.unwrap();

    let mut before = vec![catalog(&connection).await];
    for _ in &migrations {
        up(&connection, &migrations, Goal::Steps(1)).await.unwrap();
        before.push(catalog(&connection).await);
    }
    let newest = before.pop().unwrap();
    for expected in before.iter().rev() {
        down(&connection, &migrations, Goal::Steps(1))
            .await
            .unwrap();
        assert_eq!(&catalog(&connection).await, expected);
    }
    assert_eq!(tables(&connection).await, ["seaql_migrations"]);
    up(&connection, &migrations, Goal::All).await.unwrap();
    assert_eq!(catalog(&connection).await, newest);
}

#[on_both_engines]
async fn every_constraint_and_index_is_named_by_the_convention(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    for table in tables(&connection).await {
        let found = names_of(&connection, &table).await;
        let expected = expected_names(&connection, &table).await;
        assert!(!expected.is_empty(), "{table} has a key");
        let (checks, others): (BTreeSet<_>, BTreeSet<_>) = found
            .into_iter()
            .partition(|name| name.starts_with(&CONVENTION.check(&table, "")));
        assert_eq!(others, expected, "{table}");
        assert!(checks.iter().all(|name| name.len() <= 63), "{checks:?}");
    }
}

#[on_both_engines]
async fn every_foreign_key_has_an_index(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    let mut keys = 0;
    for table in tables(&connection).await {
        let indexes = indexes(&connection, &table).await;
        for key in foreign_keys(&connection, &table).await {
            keys += 1;
            let served =
                |index: &Index| !index.is_partial && index.columns.starts_with(&key.columns);
            assert!(indexes.iter().any(served), "{table}: {:?}", key.columns);
        }
    }
    assert_ne!(keys, 0, "the schema has foreign keys");
}

#[tokio::test]
async fn both_engines_have_the_same_constraints_and_indexes() {
    let mut names = Vec::new();
    for engine in Engine::ALL {
        let (_scratch, connection) = migrated(engine).await;
        let mut all = Vec::new();
        for table in tables(&connection).await {
            all.extend(names_of(&connection, &table).await);
        }
        names.push(all);
    }
    assert_eq!(names[0], names[1]);
    insta::assert_snapshot!("names_of_constraints_and_indexes", names[0].join("\n"));
}

struct ForeignKey {
    columns: Vec<String>,
    table: String,
}

struct Index {
    columns: Vec<String>,
    is_unique: bool,
    is_partial: bool,
}

/// Everything that the engine's catalog holds of the schema, in one order.
pub(super) async fn catalog(connection: &DatabaseConnection) -> Vec<String> {
    let sql = match connection.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1"
        }
        _ => {
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' '
                    || is_nullable || ' ' || coalesce(column_default, '')
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL
             SELECT 'constraint ' || conrelid::regclass || '.' || conname || ' '
                    || pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL
             SELECT pg_get_functiondef(oid) FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace
             ORDER BY 1"
        }
    };
    texts(connection, sql).await
}

/// The names of a table's constraints and indexes, as the catalog has them. On SQLite, where a
/// nameless constraint is possible, it must have none. Full-text indexes are not among them: each
/// engine has its own kind.
pub(super) async fn names_of(connection: &DatabaseConnection, table: &str) -> BTreeSet<String> {
    if connection.get_database_backend() != DbBackend::Sqlite {
        let sql = format!(
            "SELECT conname::text FROM pg_constraint
             WHERE conrelid = '{table}'::regclass AND contype IN ('p', 'u', 'f', 'c')
             UNION SELECT indexname::text FROM pg_indexes
             WHERE tablename = '{table}' AND indexdef NOT LIKE '%USING gin%'"
        );
        return texts(connection, &sql).await.into_iter().collect();
    }
    let sql = format!("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'");
    let definition = texts(connection, &sql).await.remove(0);
    let count = |words: &str| definition.matches(words).count();
    let constraints: usize = ["PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "CHECK"]
        .into_iter()
        .map(count)
        .sum();
    assert_eq!(count("CONSTRAINT \""), constraints, "{definition}");
    assert_eq!(count("REFERENCES"), count("FOREIGN KEY"), "{definition}");
    let sql = format!("SELECT name FROM pragma_index_list('{table}') WHERE origin = 'c'");
    let indexes = texts(connection, &sql).await;
    definition
        .split("CONSTRAINT \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .chain(indexes)
        .collect()
}

/// The names that the convention gives to what the catalog describes by its columns: all but checks.
async fn expected_names(connection: &DatabaseConnection, table: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::from([CONVENTION.primary_key(table)]);
    for key in foreign_keys(connection, table).await {
        let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
        names.insert(CONVENTION.foreign_key(table, &columns, &key.table));
    }
    let primary_key = primary_key(connection, table).await;
    for index in indexes(connection, table).await {
        let columns: Vec<&str> = index.columns.iter().map(String::as_str).collect();
        if columns == primary_key {
            continue;
        }
        names.insert(if index.is_unique {
            CONVENTION.unique(table, &columns)
        } else {
            CONVENTION.index(table, &columns)
        });
    }
    names
}

async fn primary_key(connection: &DatabaseConnection, table: &str) -> Vec<String> {
    let sql = match connection.get_database_backend() {
        DbBackend::Sqlite => {
            format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk")
        }
        _ => format!(
            "SELECT attname::text FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS k (n, i)
             JOIN pg_attribute ON attrelid = '{table}'::regclass AND attnum = k.n
             WHERE conrelid = '{table}'::regclass AND contype = 'p' ORDER BY k.i"
        ),
    };
    texts(connection, &sql).await
}

async fn foreign_keys(connection: &DatabaseConnection, table: &str) -> Vec<ForeignKey> {
    let sql = match connection.get_database_backend() {
        DbBackend::Sqlite => format!(
            r#"SELECT "table" AS referred, group_concat("from", ',') AS columns
               FROM (SELECT * FROM pragma_foreign_key_list('{table}') ORDER BY id, seq)
               GROUP BY id"#
        ),
        _ => format!(
            "SELECT confrelid::regclass::text AS referred, (
                 SELECT string_agg(attname, ',' ORDER BY i)
                 FROM unnest(conkey) WITH ORDINALITY AS k (n, i)
                 JOIN pg_attribute ON attrelid = conrelid AND attnum = k.n
             ) AS columns
             FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'"
        ),
    };
    rows(connection, &sql)
        .await
        .iter()
        .map(|row| ForeignKey {
            columns: columns(row),
            table: row.try_get("", "referred").unwrap(),
        })
        .collect()
}

async fn indexes(connection: &DatabaseConnection, table: &str) -> Vec<Index> {
    let sql = match connection.get_database_backend() {
        DbBackend::Sqlite => format!(
            "SELECT \"unique\" > 0 AS is_unique, partial > 0 AS is_partial, (
                 SELECT group_concat(name, ',') FROM (
                     SELECT name FROM pragma_index_info(list.name) ORDER BY seqno)
             ) AS columns
             FROM pragma_index_list('{table}') AS list"
        ),
        _ => format!(
            "SELECT indisunique AS is_unique, indpred IS NOT NULL AS is_partial, (
                 SELECT string_agg(attname, ',' ORDER BY i)
                 FROM unnest(indkey::int2[]) WITH ORDINALITY AS k (n, i)
                 JOIN pg_attribute ON attrelid = indrelid AND attnum = k.n
             ) AS columns
             FROM pg_index
             WHERE indrelid = '{table}'::regclass AND indexprs IS NULL"
        ),
    };
    rows(connection, &sql)
        .await
        .iter()
        .map(|row| Index {
            columns: columns(row),
            is_unique: row.try_get("", "is_unique").unwrap(),
            is_partial: row.try_get("", "is_partial").unwrap(),
        })
        .collect()
}

async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_all_raw(statement).await.unwrap()
}

fn columns(row: &sea_orm::QueryResult) -> Vec<String> {
    let joined: String = row.try_get("", "columns").unwrap();
    joined.split(',').map(str::to_owned).collect()
}
