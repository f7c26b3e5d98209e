//! Statements that begin or end transactions.

use groundwork_naming::Engine;

use super::{Token, tokens};

/// The first statement of a text that begins or ends a transaction or a savepoint, as it is written;
/// `None` if there is none. Those in the body of a trigger or a routine are none: BEGIN opens it.
#[must_use]
pub fn transaction_control(engine: Engine, sql: &str) -> Option<&str> {
    let tokens = tokens(engine, sql).ok()?;
    let words: Vec<&Token<'_>> = tokens.iter().filter(|token| !token.is_blank()).collect();
    statements(&words)
        .find(|statement| controls(statement))
        .map(|statement| {
            let last = statement.last().map_or(0, |token| token.end());
            &sql[statement[0].start..last]
        })
}

/// The statements, none of them empty.
fn statements<'a, 't>(words: &'a [&'t Token<'t>]) -> impl Iterator<Item = &'a [&'t Token<'t>]> {
    let mut rest = words;
    std::iter::from_fn(move || {
        while let Some((first, others)) = rest.split_first()
            && first.is_sign(";")
        {
            rest = others;
        }
        let (statement, others) = rest.split_at(length(rest));
        rest = others;
        (!statement.is_empty()).then_some(statement)
    })
}

/// How many tokens the first statement has: up to a semicolon that no body encloses.
fn length(words: &[&Token<'_>]) -> usize {
    let has_body = words.first().is_some_and(|first| first.is("CREATE"))
        && (words.iter().take(8)).any(|word| {
            ["TRIGGER", "FUNCTION", "PROCEDURE"]
                .iter()
                .any(|it| word.is(it))
        });
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match has_body {
            true if word.is("BEGIN") || (depth > 0 && word.is("CASE")) => depth += 1,
            true if word.is("END") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && word.is_sign(";") {
            return at;
        }
    }
    words.len()
}

fn controls(statement: &[&Token<'_>]) -> bool {
    const ALWAYS: [&str; 7] = [
        "BEGIN",
        "COMMIT",
        "END",
        "ROLLBACK",
        "ABORT",
        "SAVEPOINT",
        "RELEASE",
    ];
    let is = |at: usize, word: &str| statement.get(at).is_some_and(|token| token.is(word));
    ALWAYS.iter().any(|word| is(0, word))
        || ((is(0, "START") || is(0, "PREPARE")) && is(1, "TRANSACTION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_or_ends_a_transaction_is_found_wherever_it_is() {
        for (sql, found) in [
            ("COMMIT", "COMMIT"),
            (
                "CREATE TABLE a (n int); -- now\n commit work ;BEGIN",
                "commit work",
            ),
            ("/* x */ Begin immediate;", "Begin immediate"),
            ("DELETE FROM a; END;", "END"),
            ("START TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"),
            (
                "SELECT 1; ROLLBACK TO SAVEPOINT a",
                "ROLLBACK TO SAVEPOINT a",
            ),
            ("RELEASE a", "RELEASE a"),
            ("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION 'x'"),
        ] {
            for engine in Engine::ALL {
                assert_eq!(transaction_control(engine, sql), Some(found), "{sql}");
            }
        }
    }

    #[test]
    fn a_body_a_text_and_a_name_are_none() {
        for sql in [
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM b; END; \
             SELECT 1",
            "INSERT INTO a VALUES ('x; COMMIT;')",
            "CREATE TABLE \"commit\" (\"end\" int); PREPARE p AS SELECT 1",
            "-- COMMIT\nSELECT 1",
            "",
        ] {
            for engine in Engine::ALL {
                assert_eq!(transaction_control(engine, sql), None, "{sql}");
            }
        }
        let body = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; \
                    DO $$ BEGIN COMMIT; END $$";
        assert_eq!(transaction_control(Engine::Postgres, body), None);
    }
}
