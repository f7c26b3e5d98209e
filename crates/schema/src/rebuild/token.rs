//! The tokens of SQLite's texts, without blanks and comments.

use groundwork_naming::Engine;

use super::RebuildError;
use crate::sql::{self, Token};

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, RebuildError> {
    let found = sql::tokens(Engine::Sqlite, text).map_err(|error| RebuildError::Unreadable {
        sql: text.to_owned(),
        why: error.to_string(),
    })?;
    Ok((found.into_iter())
        .filter(|token| !token.is_blank())
        .collect())
}

/// Whether a text mentions a name, in quotes or without.
pub(super) fn mentions(sql: &str, name: &str) -> Result<bool, RebuildError> {
    Ok(tokens(sql)?.iter().any(|token| token.names(name)))
}

/// Whether an index mentions a column: among its keys, in an expression or in its condition.
pub(crate) fn index_mentions(sql: &str, column: &str) -> Result<bool, RebuildError> {
    let tokens = tokens(sql)?;
    let keys = tokens.iter().position(|token| token.is_sign("("));
    let keys = &tokens[keys.unwrap_or(tokens.len())..];
    Ok(keys.iter().any(|token| token.names(column)))
}

/// The text of an index under another name, which stands before its first `ON`.
pub(crate) fn renamed_index(sql: &str, name: &str) -> Result<String, RebuildError> {
    let tokens = tokens(sql)?;
    let on = tokens.iter().position(|token| token.is("ON"));
    let old = on.and_then(|on| tokens.get(on.checked_sub(1)?));
    let old = old.ok_or_else(|| RebuildError::Unreadable {
        sql: sql.to_owned(),
        why: "it is no index".to_owned(),
    })?;
    let (before, after) = (&sql[..old.start], &sql[old.end()..]);
    Ok(format!("{before}{}{after}", sql::identifier(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_within_a_literal_is_no_mention() {
        assert!(mentions("a > 1 AND \"B\" = 2", "b").unwrap());
        assert!(!mentions("a = 'b' -- b", "b").unwrap());
    }
}
