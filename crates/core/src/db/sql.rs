//! Statements as texts: what their first words say about them, and the few that are written here.

use sea_orm::{DbBackend, DbErr, Statement, Values};

/// A statement for SQLite with its values.
pub(super) fn sqlite(
    sql: impl Into<String>,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql.into(), values)
}

/// The values of a statement, as they are bound.
pub(super) fn values(statement: &Statement) -> Values {
    let values = statement.values.as_ref();
    values.map_or_else(|| Values(Vec::new()), Clone::clone)
}

/// Takes back everything since a savepoint, and the savepoint itself: a `ROLLBACK TO` alone would
/// leave it open and make every later one slower.
pub(super) fn undo(savepoint: u32) -> String {
    format!("ROLLBACK TO SAVEPOINT s{savepoint}; RELEASE SAVEPOINT s{savepoint}")
}

/// Keeps a savepoint's changes, as part of what is around it.
pub(super) fn keep(savepoint: u32) -> String {
    format!("RELEASE SAVEPOINT s{savepoint}")
}

/// Refuses a statement that would end the transaction behind the unit's back, or leave a reader in
/// one.
pub(super) fn refuse_transaction_control(sql: &str) -> Result<(), DbErr> {
    let mut words = words(sql);
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    let ends = match first.as_str() {
        "BEGIN" | "START" | "COMMIT" | "END" | "ABORT" => true,
        "ROLLBACK" => !words.any(|word| word.eq_ignore_ascii_case("TO")),
        _ => false,
    };
    if ends {
        let problem = format!("{first} is not for a statement: use begin, commit and rollback");
        return Err(DbErr::Custom(problem));
    }
    Ok(())
}

/// Whether a statement may change rows: only then can it violate a constraint.
pub(super) fn may_write(sql: &str) -> bool {
    begins_with(sql, &["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"])
}

/// Whether a text surely changes nothing.
pub(super) fn only_reads(sql: &str) -> bool {
    is_single(sql) && begins_with(sql, &["SELECT", "VALUES", "EXPLAIN"])
}

/// Whether a text surely is one read and nothing else. What looks like a change inside a literal
/// counts as one.
pub(super) fn is_read(sql: &str) -> bool {
    const CHANGES: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"];
    let is_plain_with = || {
        let text = sql.to_ascii_uppercase();
        begins_with(sql, &["WITH"]) && !CHANGES.iter().any(|change| text.contains(change))
    };
    only_reads(sql) || (is_single(sql) && is_plain_with())
}

/// Whether a text may change more than rows: the schema, a setting, or the transaction itself. What
/// looks like it inside a literal counts too.
pub(super) fn has_side_effects(sql: &str) -> bool {
    const USUAL: [&str; 11] = [
        "SELECT",
        "VALUES",
        "EXPLAIN",
        "INSERT",
        "UPDATE",
        "DELETE",
        "REPLACE",
        "WITH",
        "SAVEPOINT",
        "RELEASE",
        "ROLLBACK",
    ];
    sql.split(';')
        .filter(|statement| !statement.trim().is_empty())
        .any(|statement| !begins_with(statement, &USUAL))
}

fn begins_with(sql: &str, verbs: &[&str]) -> bool {
    let first = words(sql).next().unwrap_or_default();
    verbs.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

/// Whether a text is surely one statement: a semicolon may only end it.
pub(super) fn is_single(text: &str) -> bool {
    !text.trim_end().trim_end_matches(';').contains(';')
}

/// What a statement does to which table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) table: String,
    pub(super) deletes: bool,
}

/// The table that a simple statement changes; `None` where its first words do not say.
pub(super) fn target(sql: &str) -> Option<Target> {
    let mut words = words(sql).map(str::to_owned).peekable();
    let verb = words.next()?.to_ascii_uppercase();
    if words
        .peek()
        .is_some_and(|word| word.eq_ignore_ascii_case("OR"))
    {
        words.nth(1);
    }
    match verb.as_str() {
        "INSERT" | "REPLACE" => words
            .next()
            .filter(|word| word.eq_ignore_ascii_case("INTO"))?,
        "DELETE" => words
            .next()
            .filter(|word| word.eq_ignore_ascii_case("FROM"))?,
        "UPDATE" => String::new(),
        _ => return None,
    };
    let mut name = words.next()?;
    if let Some((before, _)) = name.split_once('(') {
        name = before.to_owned();
    }
    let name = name.rsplit('.').next().unwrap_or_default();
    Some(Target {
        table: name.trim_matches(['"', '`', '[', ']', '\'']).to_owned(),
        deletes: verb == "DELETE",
    })
}

/// A statement in a few words: what it does, and to which table.
pub(super) fn summary(sql: &str) -> String {
    let mut words = words(sql);
    let verb = words.next().unwrap_or_default().to_ascii_uppercase();
    match (verb.as_str(), target(sql)) {
        ("INSERT" | "REPLACE", Some(Target { table, .. })) => format!("{verb} INTO {table}"),
        ("DELETE", Some(Target { table, .. })) => format!("{verb} FROM {table}"),
        (_, Some(Target { table, .. })) => format!("{verb} {table}"),
        ("SELECT", None) => {
            let table = words
                .skip_while(|word| !word.eq_ignore_ascii_case("FROM"))
                .nth(1);
            let table = table.map(|table| table.trim_matches(['"', '`', '[', ']', '(', ')', ',']));
            table.map_or(verb, |table| format!("SELECT FROM {table}"))
        }
        (_, None) => match words.next().map(masked) {
            Some(second) => format!("{verb} {second}"),
            None => verb,
        },
    }
}

/// A text of statements with a question mark for every literal in it.
pub(super) fn masked(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql.chars().peekable();
    let mut in_a_name = false;
    while let Some(next) = rest.next() {
        if next == '\'' {
            skip_literal(&mut rest);
            text.push('?');
        } else if next == '"' {
            text.push(next);
            for next in rest.by_ref() {
                text.push(next);
                if next == '"' {
                    break;
                }
            }
        } else if next.is_ascii_digit() && !in_a_name {
            while rest
                .next_if(|next| next.is_ascii_alphanumeric() || *next == '.')
                .is_some()
            {}
            text.push('?');
        } else {
            text.push(next);
        }
        in_a_name = next.is_alphanumeric() || matches!(next, '_' | '$' | '?' | '"');
    }
    text
}

/// Skips to behind the end of a literal; two quotes in it are an escaped one.
fn skip_literal(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(next) = rest.next() {
        if next == '\'' && rest.next_if_eq(&'\'').is_none() {
            return;
        }
    }
}

/// An identifier as both engines quote it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split([' ', '\t', '\r', '\n', ';'])
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_transaction_is_refused_and_savepoints_are_not() {
        for sql in ["COMMIT", "begin immediate", " ROLLBACK;", "END TRANSACTION"] {
            assert!(refuse_transaction_control(sql).is_err(), "{sql}");
        }
        for sql in ["SAVEPOINT a", "ROLLBACK TO a", "RELEASE a", "SELECT 1", ""] {
            assert!(refuse_transaction_control(sql).is_ok(), "{sql}");
        }
    }

    #[test]
    fn a_read_is_known_from_a_change() {
        for sql in [
            "SELECT 1",
            "with a as (select 1) select * from a;",
            "VALUES (1)",
        ] {
            assert!(is_read(sql), "{sql}");
        }
        for sql in [
            "WITH a AS (DELETE FROM b RETURNING c) SELECT * FROM a",
            "SELECT 1; DROP TABLE a",
            "PRAGMA user_version = 1",
            "INSERT INTO a VALUES (1)",
        ] {
            assert!(!is_read(sql), "{sql}");
        }
    }

    #[test]
    fn a_statement_is_summarised_without_its_values() {
        let text = "INSERT INTO t1 VALUES ('it''s', 17, 0xff, $1, ?2, \"n 1\", x'ab', -1.5e3)";
        let expected = "INSERT INTO t1 VALUES (?, ?, ?, $1, ?2, \"n 1\", x?, -?)";
        assert_eq!(masked(text), expected);
        assert_eq!(masked("SELECT 'never closed"), "SELECT ?");
        for (sql, expected) in [
            (text, "INSERT INTO t1"),
            ("update \"scenes\" set a = 1", "UPDATE scenes"),
            (
                "SELECT a, b FROM \"scenes\" WHERE c = 'x'",
                "SELECT FROM scenes",
            ),
            ("SELECT 1", "SELECT"),
            ("PRAGMA 'secret'", "PRAGMA ?"),
            ("", ""),
        ] {
            assert_eq!(summary(sql), expected);
        }
    }

    #[test]
    fn the_first_words_of_a_simple_statement_name_its_table() {
        let table = |sql| target(sql).map(|target| target.table);
        for sql in [
            r#"INSERT INTO "scenes" ("id") VALUES (?)"#,
            "INSERT OR IGNORE INTO scenes(id) VALUES (1)",
            "replace into main.scenes values (1)",
            "UPDATE [scenes] SET id = 1",
            "DELETE\nFROM `scenes` WHERE id = 1",
        ] {
            assert_eq!(table(sql).as_deref(), Some("scenes"), "{sql}");
        }
        assert_eq!(
            table("WITH x AS (SELECT 1) INSERT INTO scenes SELECT 1"),
            None
        );
        assert!(target("DELETE FROM scenes").is_some_and(|target| target.deletes));
    }
}
