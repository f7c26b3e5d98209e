//! The engine that a text of SQL is for, as far as its words show it.

use super::{script, statements::split};
use groundwork_naming::Engine;

/// What only one engine takes, as words of a statement in a row. Names of types are none of it:
/// SQLite takes any.
const MARKS: &[(Engine, &[&str])] = &[
    (Engine::Sqlite, &["pragma"]),
    (Engine::Sqlite, &["autoincrement"]),
    (Engine::Sqlite, &["without", "rowid"]),
    (Engine::Sqlite, &["insert", "or"]),
    (Engine::Sqlite, &["update", "or"]),
    (Engine::Sqlite, &["virtual", "table"]),
    (Engine::Sqlite, &["begin", "immediate"]),
    (Engine::Sqlite, &["sqlite_master"]),
    (Engine::Sqlite, &["sqlite_schema"]),
    (Engine::Postgres, &["alter", "column"]),
    (Engine::Postgres, &["alter", "type"]),
    (Engine::Postgres, &["add", "constraint"]),
    (Engine::Postgres, &["drop", "constraint"]),
    (Engine::Postgres, &["validate", "constraint"]),
    (Engine::Postgres, &["concurrently"]),
    (Engine::Postgres, &["create", "extension"]),
    (Engine::Postgres, &["create", "function"]),
    (Engine::Postgres, &["create", "or", "replace"]),
    (Engine::Postgres, &["create", "schema"]),
    (Engine::Postgres, &["create", "sequence"]),
    (Engine::Postgres, &["create", "type"]),
    (Engine::Postgres, &["create", "domain"]),
    (Engine::Postgres, &["create", "materialized", "view"]),
    (Engine::Postgres, &["identity"]),
    (Engine::Postgres, &["lock_timeout"]),
    (Engine::Postgres, &["statement_timeout"]),
    (Engine::Postgres, &["plpgsql"]),
    (Engine::Postgres, &["truncate"]),
    (Engine::Postgres, &["using", "btree"]),
    (Engine::Postgres, &["using", "gin"]),
    (Engine::Postgres, &["using", "gist"]),
    (Engine::Postgres, &["::"]),
    (Engine::Postgres, &["from", "stdin"]),
    (Engine::Postgres, &["owner", "to"]),
    (Engine::Postgres, &["search_path"]),
];

/// The engine whose words a text has, and which ones; `None` if it has none, or those of both.
#[must_use]
pub(crate) fn engine(text: &str) -> Option<(Engine, String)> {
    let found = |engine| {
        let text = &script::sql(engine, text);
        let words = words(engine, text);
        let mark = (MARKS.iter().filter(|(of, _)| *of == engine)).find(|(_, mark)| {
            words
                .iter()
                .any(|own| own.windows(mark.len()).any(|at| at == *mark))
        });
        mark.map(|(engine, mark)| (*engine, mark.join(" ").to_uppercase()))
    };
    match (found(Engine::Sqlite), found(Engine::Postgres)) {
        (Some(one), None) | (None, Some(one)) => Some(one),
        _ => None,
    }
}

/// The words of each statement, as an engine reads them.
fn words(engine: Engine, text: &str) -> Vec<Vec<String>> {
    let (statements, _) = split(engine, text);
    statements.into_iter().map(|own| own.words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str) -> Option<Engine> {
        engine(text).map(|(engine, _)| engine)
    }

    #[test]
    fn a_text_with_the_words_of_one_engine_is_for_it() {
        for text in [
            "PRAGMA foreign_keys = OFF",
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
            "CREATE TABLE t (id text PRIMARY KEY) WITHOUT ROWID;",
            "SELECT 1; INSERT OR IGNORE INTO t VALUES (1)",
        ] {
            assert_eq!(guessed(text), Some(Engine::Sqlite), "{text}");
        }
        for text in [
            "CREATE INDEX CONCURRENTLY a ON t (n)",
            "ALTER TABLE t ALTER COLUMN n SET NOT NULL",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0) NOT VALID;",
            "UPDATE t SET n = '1'::bigint",
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN; x; END $$",
        ] {
            assert_eq!(guessed(text), Some(Engine::Postgres), "{text}");
        }
    }

    #[test]
    fn a_text_that_could_be_for_both_is_left_open() {
        for text in [
            "",
            "DROP TABLE t",
            "CREATE TABLE t (n bigint, at timestamptz)",
            "INSERT INTO t VALUES ('PRAGMA', 'CONCURRENTLY') -- AUTOINCREMENT",
            "PRAGMA foreign_keys = OFF; ALTER TABLE t ALTER COLUMN n SET NOT NULL",
        ] {
            assert_eq!(guessed(text), None, "{text}");
        }
    }

    #[test]
    fn the_words_that_decide_are_reported() {
        let guess = engine("create table t (id text) without  rowid");
        assert_eq!(guess, Some((Engine::Sqlite, "WITHOUT ROWID".to_owned())));
    }
}
