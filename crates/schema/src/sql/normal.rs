//! SQL in a normal form: the same for texts that differ in blanks, line breaks and comments only.

use groundwork_naming::Engine;
use sqlparser::tokenizer::Token;

use super::{
    TokenKind, plain_identifier,
    token::{tokens, tokens_with_span},
};

/// The tokens of a text with one blank between them, where one belongs. A text that is no SQL
/// stays as it is.
#[must_use]
pub fn normal(engine: Engine, sql: &str) -> String {
    let Ok(tokens) = tokens_with_span(engine, sql) else {
        return sql.trim().to_owned();
    };
    let mut text = String::with_capacity(sql.len());
    let mut glued = true;
    for token in tokens.into_iter().map(|token| token.token) {
        if matches!(token, Token::Whitespace(_) | Token::EOF) {
            continue;
        }
        let closes = matches!(
            token,
            Token::Comma | Token::RParen | Token::Period | Token::SemiColon
        );
        if !glued && !closes {
            text.push(' ');
        }
        text.push_str(&token.to_string());
        glued = matches!(token, Token::LParen | Token::Period);
    }
    text.truncate(text.trim_end_matches(';').len());
    text
}

/// The normal form, with no name in quotes that needs none.
#[must_use]
pub(crate) fn unquoted(engine: Engine, sql: &str) -> String {
    let normal = normal(engine, sql);
    let Ok(tokens) = tokens(engine, &normal) else {
        return normal;
    };
    let bare = tokens.iter().map(|token| match &token.kind {
        TokenKind::Name(name) => plain_identifier(name),
        _ => token.text.to_owned(),
    });
    bare.collect()
}

/// The first word of a statement, in capitals.
#[must_use]
pub(crate) fn verb(sql: &str) -> String {
    let normal = normal(Engine::Sqlite, sql);
    let word = normal.split([' ', '(']).next().unwrap_or_default();
    word.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_comments_do_not_matter_and_literals_do() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let one = normal(engine, "a  =\n'x  y' -- why\n AND \"b c\"/* */>1;");
            assert_eq!(one, normal(engine, "a = 'x  y' AND \"b c\" > 1"));
            assert_ne!(one, normal(engine, "a = 'x y' AND \"b c\" > 1"));
            assert!(one.contains("'x  y'"));
        }
    }

    #[test]
    fn what_is_in_quotes_stays_as_it_is() {
        assert_eq!(normal(Engine::Sqlite, "a = 'it''s'"), "a = 'it''s'");
        let body = "AS $$ BEGIN\n  x; -- y\nEND $$";
        assert_eq!(normal(Engine::Postgres, body), body);
    }

    #[test]
    fn a_name_means_the_same_with_quotes_as_without() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let quoted = unquoted(engine, "ALTER TABLE \"t\" RENAME COLUMN \"a\" TO \"order\"");
            assert_eq!(quoted, "ALTER TABLE t RENAME COLUMN a TO \"order\"");
            assert_ne!(unquoted(engine, "'a'"), unquoted(engine, "a"));
        }
    }

    #[test]
    fn the_first_word_is_found_behind_comments() {
        assert_eq!(verb("-- a\n/* b */ select(1)"), "SELECT");
        assert_eq!(verb(""), "");
    }
}
