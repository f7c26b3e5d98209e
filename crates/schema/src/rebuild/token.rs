//! SQL taken apart into tokens that know where they stand, so that what is not changed can be kept
//! to the byte.

use sqlparser::{
    dialect::SQLiteDialect,
    tokenizer::{Location, Token as SqlToken, Tokenizer, Word},
};

use super::RebuildError;

/// A token that is neither a blank nor a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) what: What,
    /// Where it begins in its text, in bytes.
    pub(super) start: usize,
    /// Where what follows it begins, blanks included.
    pub(super) end: usize,
}

/// What a token is, as far as it matters to a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A word without quotes: a keyword, or a name.
    Bare(String),
    /// A name in quotes, without them.
    Quoted(String),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `.`
    Period,
    /// `+` or `-`
    Sign,
    /// Anything else: a literal, an operator.
    Other,
}

impl Token {
    /// Whether it is this keyword, given in capitals.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(&self.what, What::Bare(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// The name that it stands for, if it can be one.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.what {
            What::Bare(name) | What::Quoted(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it may stand for this name; SQLite tells no capital from a small letter.
    pub(super) fn names(&self, name: &str) -> bool {
        self.name()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

/// The tokens of a text.
pub(super) fn tokens(sql: &str) -> Result<Vec<Token>, RebuildError> {
    let found = Tokenizer::new(&SQLiteDialect {}, sql)
        .tokenize_with_location()
        .map_err(|error| RebuildError::Unreadable {
            sql: sql.to_owned(),
            why: error.to_string(),
        })?;
    let mut places = Places::new(sql);
    let mut tokens = Vec::with_capacity(found.len());
    for token in found {
        let (start, end) = (places.of(token.span.start), places.of(token.span.end));
        if let Some(what) = what(token.token) {
            tokens.push(Token { what, start, end });
        }
    }
    Ok(tokens)
}

/// Whether a text mentions a name, in quotes or without.
pub(super) fn mentions(sql: &str, name: &str) -> Result<bool, RebuildError> {
    Ok(tokens(sql)?.iter().any(|token| token.names(name)))
}

/// Whether an index mentions a column: among its keys, in an expression or in its condition.
pub(crate) fn index_mentions(sql: &str, column: &str) -> Result<bool, RebuildError> {
    let tokens = tokens(sql)?;
    let keys = tokens.iter().position(|token| token.what == What::Open);
    let keys = &tokens[keys.unwrap_or(tokens.len())..];
    Ok(keys.iter().any(|token| token.names(column)))
}

fn what(token: SqlToken) -> Option<What> {
    Some(match token {
        SqlToken::Whitespace(_) | SqlToken::EOF => return None,
        SqlToken::Word(Word {
            value,
            quote_style: None,
            ..
        }) => What::Bare(value),
        SqlToken::Word(Word { value, .. }) => What::Quoted(value),
        SqlToken::LParen => What::Open,
        SqlToken::RParen => What::Close,
        SqlToken::Comma => What::Comma,
        SqlToken::Period => What::Period,
        SqlToken::Plus | SqlToken::Minus => What::Sign,
        _ => What::Other,
    })
}

/// Turns lines and columns, which only grow, into bytes.
struct Places<'a> {
    rest: std::iter::Peekable<std::str::CharIndices<'a>>,
    end: usize,
    at: Location,
}

impl<'a> Places<'a> {
    fn new(sql: &'a str) -> Self {
        Self {
            rest: sql.char_indices().peekable(),
            end: sql.len(),
            at: Location::new(1, 1),
        }
    }

    fn of(&mut self, place: Location) -> usize {
        while (self.at.line, self.at.column) < (place.line, place.column) {
            match self.rest.next() {
                Some((_, '\n')) => self.at = Location::new(self.at.line + 1, 1),
                Some(_) => self.at.column += 1,
                None => return self.end,
            }
        }
        self.rest.peek().map_or(self.end, |(byte, _)| *byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_know_their_bytes() {
        let sql = "a \"b \"\" é\" -- x\r\n/* , */ [c d],`e`('it''s')";
        let found = tokens(sql).unwrap();
        let texts: Vec<&str> = found.iter().map(|t| &sql[t.start..t.end]).collect();
        assert_eq!(
            texts,
            [
                "a",
                "\"b \"\" é\"",
                "[c d]",
                ",",
                "`e`",
                "(",
                "'it''s'",
                ")"
            ]
        );
        assert_eq!(found[1].name(), Some("b \" é"));
        assert_eq!(found[2].name(), Some("c d"));
        assert!(found[0].is("A") && !found[2].is("C D"));
    }

    #[test]
    fn a_name_within_a_literal_is_no_mention() {
        assert!(mentions("a > 1 AND \"B\" = 2", "b").unwrap());
        assert!(!mentions("a = 'b' -- b", "b").unwrap());
    }
}
