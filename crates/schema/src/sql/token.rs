//! SQL cut into tokens by sqlparser. Each knows its place in the text, so that what is not changed
//! can be kept to the byte.

use std::{iter::Peekable, str::CharIndices};

use groundwork_naming::Engine;
use sqlparser::{
    dialect::{Dialect, PostgreSqlDialect, SQLiteDialect},
    tokenizer::{
        Location, Token as SqlToken, TokenWithSpan, Tokenizer, TokenizerError, Whitespace,
    },
};

/// A part of SQL. The texts of all tokens together are the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// As it is written, with its quotes.
    pub text: &'a str,
    /// Where it begins, in bytes.
    pub start: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A blank or a line break.
    Space,
    /// A comment, of one line or of several.
    Comment,
    /// A keyword, or a name without quotes.
    Word,
    /// A name in the quotes of names, without them.
    Name(String),
    /// A text in single quotes, without them.
    Text(String),
    /// Any other literal in quotes: `E'…'`, `x'…'`, `$$…$$`.
    Literal,
    /// A number.
    Number,
    /// Where a value is bound: `?`, `?2` (SQLite), `$2`. The number counts from one.
    Placeholder(Option<usize>),
    /// Anything else: an operator, a parenthesis, a comma.
    Sign,
}

impl Token<'_> {
    /// Where the next token begins, in bytes.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword, in any case. A name in quotes never is one.
    #[must_use]
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this operator, parenthesis or other sign.
    #[must_use]
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.text == sign
    }

    /// Whether it separates others only.
    #[must_use]
    pub const fn is_blank(&self) -> bool {
        matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }

    /// The name that it can be, in quotes or without.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::Word => Some(self.text),
            TokenKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it can be this name. SQLite does not distinguish capitals.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.name()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

/// The tokens of a text, blanks and comments included.
///
/// # Errors
/// Where a quote or a comment is not closed.
pub fn tokens(engine: Engine, sql: &str) -> Result<Vec<Token<'_>>, TokenizerError> {
    let found = tokens_with_span(engine, sql)?;
    let mut offsets = Offsets::new(sql);
    let starts: Vec<usize> = (found.iter())
        .map(|token| offsets.of(token.span.start))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([sql.len()]);
    let tokens = (found.into_iter().zip(starts.iter().zip(ends)))
        .filter(|(token, _)| token.token != SqlToken::EOF)
        .map(|(token, (&start, end))| Token {
            kind: kind(token.token),
            text: &sql[start..end],
            start,
        });
    Ok(tokens.collect())
}

/// The tokens of a text as sqlparser names them, with their lines and columns. What is in quotes
/// is left as it is written.
///
/// # Errors
/// Where a quote or a comment is not closed.
pub fn tokens_with_span(engine: Engine, sql: &str) -> Result<Vec<TokenWithSpan>, TokenizerError> {
    Tokenizer::new(dialect(engine), sql)
        .with_unescape(false)
        .tokenize_with_location()
}

/// The engine's SQL, as sqlparser knows it.
#[must_use]
pub fn dialect(engine: Engine) -> &'static dyn Dialect {
    match engine {
        Engine::Sqlite => &SQLiteDialect {},
        Engine::Postgres => &PostgreSqlDialect {},
    }
}

fn kind(token: SqlToken) -> TokenKind {
    match token {
        SqlToken::Whitespace(
            Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_),
        ) => TokenKind::Comment,
        SqlToken::Whitespace(_) => TokenKind::Space,
        SqlToken::Word(word) => match word.quote_style {
            None => TokenKind::Word,
            Some('[') => TokenKind::Name(word.value),
            Some(quote) => TokenKind::Name(undoubled(&word.value, quote)),
        },
        SqlToken::SingleQuotedString(text) => TokenKind::Text(undoubled(&text, '\'')),
        SqlToken::EscapedStringLiteral(_)
        | SqlToken::HexStringLiteral(_)
        | SqlToken::DollarQuotedString(_)
        | SqlToken::NationalStringLiteral(_)
        | SqlToken::UnicodeStringLiteral(_)
        | SqlToken::SingleQuotedByteStringLiteral(_) => TokenKind::Literal,
        SqlToken::Number(..) => TokenKind::Number,
        SqlToken::Placeholder(text) => placeholder(&text),
        _ => TokenKind::Sign,
    }
}

fn undoubled(text: &str, quote: char) -> String {
    text.replace(&format!("{quote}{quote}"), &quote.to_string())
}

/// `$name` is none: SeaORM binds by position.
fn placeholder(text: &str) -> TokenKind {
    let number = &text[1..];
    match number.parse() {
        Ok(number) => TokenKind::Placeholder(Some(number)),
        Err(_) if text == "?" => TokenKind::Placeholder(None),
        Err(_) => TokenKind::Sign,
    }
}

/// Turns lines and columns, which only grow, into bytes.
struct Offsets<'a> {
    rest: Peekable<CharIndices<'a>>,
    end: usize,
    at: Location,
}

impl<'a> Offsets<'a> {
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
    use proptest::prelude::*;

    use super::*;

    fn kinds(sql: &str, engine: Engine) -> Vec<(TokenKind, &str)> {
        let tokens = tokens(engine, sql).unwrap();
        (tokens.into_iter())
            .filter(|token| !token.is_blank())
            .map(|token| (token.kind, token.text))
            .collect()
    }

    fn name(text: &str) -> TokenKind {
        TokenKind::Name(text.to_owned())
    }

    #[test]
    fn strings_names_and_comments_are_whole() {
        let sql = "a1 'it''s -- no' \"b\"\"c\" /* ; ' */ ; -- '\n x";
        for engine in Engine::ALL {
            assert_eq!(
                kinds(sql, engine),
                [
                    (TokenKind::Word, "a1"),
                    (TokenKind::Text("it's -- no".to_owned()), "'it''s -- no'"),
                    (name("b\"c"), "\"b\"\"c\""),
                    (TokenKind::Sign, ";"),
                    (TokenKind::Word, "x"),
                ]
            );
        }
    }

    #[test]
    fn each_engine_has_quotes_of_its_own() {
        assert_eq!(
            kinds(r"E'a\'b' $f$ ' $f$ $$x$$ $1 ?", Engine::Postgres),
            [
                (TokenKind::Literal, r"E'a\'b'"),
                (TokenKind::Literal, "$f$ ' $f$"),
                (TokenKind::Literal, "$$x$$"),
                (TokenKind::Placeholder(Some(1)), "$1"),
                (TokenKind::Sign, "?"),
            ]
        );
        assert_eq!(
            kinds("[a'b] `c` ? ?12 $3", Engine::Sqlite),
            [
                (name("a'b"), "[a'b]"),
                (name("c"), "`c`"),
                (TokenKind::Placeholder(None), "?"),
                (TokenKind::Placeholder(Some(12)), "?12"),
                (TokenKind::Placeholder(Some(3)), "$3"),
            ]
        );
        assert_eq!(
            kinds("/* /* */ */ x", Engine::Postgres),
            [(TokenKind::Word, "x")]
        );
    }

    #[test]
    fn tokens_know_their_bytes() {
        let sql = "a \"b \"\" é\" -- x\r\n/* , */ [c d],`e`('it''s')";
        let tokens = tokens(Engine::Sqlite, sql).unwrap();
        let found: Vec<&Token<'_>> = tokens.iter().filter(|token| !token.is_blank()).collect();
        for token in &tokens {
            assert_eq!(&sql[token.start..token.end()], token.text);
        }
        assert_eq!(found[1].name(), Some("b \" é"));
        assert_eq!(found[2].name(), Some("c d"));
        assert!(found[0].is("A") && !found[2].is("C D"));
        assert!(found[3].is_sign(","));
    }

    #[test]
    fn what_is_not_closed_is_an_error_with_its_place() {
        let error = tokens(Engine::Postgres, "SELECT 1;\nSELECT 'open").unwrap_err();
        assert_eq!(error.location.line, 2);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(sql in "[a-z0-9 '\"$?\\[\\]`/*;eE\\\\\n\r-äß_]{0,40}", sqlite: bool) {
            let engine = if sqlite { Engine::Sqlite } else { Engine::Postgres };
            if let Ok(tokens) = tokens(engine, &sql) {
                let joined: String = tokens.iter().map(|token| token.text).collect();
                prop_assert_eq!(joined, sql);
            }
        }
    }
}
