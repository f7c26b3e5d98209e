//! Identifiers and literals, quoted so that nothing in them can break out.

use std::fmt::Write as _;

use groundwork_naming::Engine;
use sqlparser::keywords::ALL_KEYWORDS;

use super::keywords::KEYWORDS;

/// A name in quotes, as both engines take it.
///
/// ```
/// assert_eq!(groundwork_schema::sql::identifier("order"), r#""order""#);
/// ```
#[must_use]
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names in quotes, with commas between them.
#[must_use]
pub(crate) fn identifiers<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> = (names.into_iter())
        .map(|name| identifier(name.as_ref()))
        .collect();
    quoted.join(", ")
}

/// A name without quotes if both engines read it so, and no other dialect has it as a keyword; in
/// quotes otherwise. Shipped triggers are written so.
#[must_use]
pub(crate) fn bare_identifier(name: &str) -> String {
    unless(ALL_KEYWORDS, name)
}

/// A name without quotes wherever both engines read it so, and in quotes otherwise.
#[must_use]
pub(crate) fn plain_identifier(name: &str) -> String {
    unless(KEYWORDS, name)
}

/// A name in quotes unless it is a word, and none of these keywords, which are in order.
fn unless(keywords: &[&str], name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && (name.chars()).all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let upper = name.to_ascii_uppercase();
    if is_word && keywords.binary_search(&upper.as_str()).is_err() {
        name.to_owned()
    } else {
        identifier(name)
    }
}

/// A text without backslashes and NULs as a literal that both engines read alike. For any text,
/// use `text_literal`.
#[must_use]
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Any text as a literal of one engine.
#[must_use]
pub(crate) fn text_literal(engine: Engine, text: &str) -> String {
    match engine {
        // A NUL would end the statement.
        Engine::Sqlite if text.contains('\0') => {
            format!("CAST({} AS text)", bytes_literal(engine, text.as_bytes()))
        }
        // Means the same with `standard_conforming_strings` on and off.
        Engine::Postgres if text.contains('\\') => {
            format!("E{}", literal(&text.replace('\\', r"\\")))
        }
        _ => literal(text),
    }
}

/// Bytes as a literal.
#[must_use]
pub(crate) fn bytes_literal(engine: Engine, bytes: &[u8]) -> String {
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        write!(hex, "{byte:02x}").ok();
        hex
    });
    match engine {
        Engine::Sqlite => format!("x'{hex}'"),
        Engine::Postgres => format!(r"'\x{hex}'::bytea"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_literals_cannot_break_out() {
        assert_eq!(identifier(r#"a"; DROP TABLE b"#), r#""a""; DROP TABLE b""#);
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(identifiers(["a", "b"]), r#""a", "b""#);
    }

    #[test]
    fn a_name_is_bare_only_where_it_needs_no_quotes() {
        assert_eq!(bare_identifier("storage_key"), "storage_key");
        for name in ["order", "Scenes", "a b", "1a", "", "é"] {
            assert_eq!(bare_identifier(name), identifier(name));
        }
    }

    #[test]
    fn a_keyword_of_no_engine_here_needs_no_quotes() {
        for name in ["cost", "name", "price"] {
            assert_eq!(plain_identifier(name), name);
        }
        for name in ["order", "user", "key", "a b"] {
            assert_eq!(plain_identifier(name), identifier(name));
        }
    }

    #[test]
    fn a_text_is_written_as_its_engine_reads_it() {
        assert_eq!(text_literal(Engine::Sqlite, r"a\b'c"), r"'a\b''c'");
        assert_eq!(text_literal(Engine::Postgres, r"a\b'c"), r"E'a\\b''c'");
        assert_eq!(text_literal(Engine::Sqlite, "a\0"), "CAST(x'6100' AS text)");
    }
}
