//! A text of SQL, cut into its statements.

use std::borrow::Cow;

use sqlparser::{
    ast::Statement,
    parser::Parser,
    tokenizer::{Location, Token, TokenWithSpan, Whitespace},
};

use groundwork_naming::Engine;
use groundwork_schema::sql::{dialect, tokens_with_span};

/// A statement of a text.
#[derive(Debug)]
pub(super) struct ParsedStatement {
    /// As it is written, without the comments before it.
    pub(super) text: String,
    /// Where it begins.
    pub(super) start: Location,
    /// Its words and signs, without comments; words that are not quoted in small letters.
    pub(super) words: Vec<String>,
    /// The one-line comments before it, within it, and behind it on its last line.
    pub(super) comments: Vec<Comment>,
    /// What it means, or why that is not known.
    pub(super) parsed: Result<Statement, String>,
}

/// A comment of one line.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) text: String,
    pub(super) start: Location,
}

/// Where and why a part of a text is not even a sequence of words.
pub(super) type Unreadable = (Location, String);

/// The statements of a text, in order, and the parts that cannot be read: each from a quote that is
/// not closed to the end of its statement. What comes after is read again.
pub(super) fn split(engine: Engine, sql: &str) -> (Vec<ParsedStatement>, Vec<Unreadable>) {
    let mut text = Cow::Borrowed(sql);
    let mut unreadable = Vec::new();
    let tokens = loop {
        match tokens_with_span(engine, &text) {
            Ok(tokens) => break tokens,
            Err(error) => {
                let at = stray_quote(engine, &text, error.location);
                unreadable.push((at, error.message));
                text = Cow::Owned(without_statement(&text, at));
            }
        }
    };
    let mut splitter = Splitter {
        engine,
        statements: Vec::new(),
        current: OpenStatement::default(),
    };
    for token in tokens {
        splitter.take(token);
    }
    splitter.finish();
    (splitter.statements, unreadable)
}

/// The quote that has no partner. A quote too many makes a text of what is between two others, so
/// it is the one that opens the first text over the end of a statement, if there is one.
fn stray_quote(engine: Engine, text: &str, open: Location) -> Location {
    let before = &text[..offset(text, open)];
    let tokens = tokens_with_span(engine, before).unwrap_or_default();
    let is_odd = |token: &&TokenWithSpan| match &token.token {
        Token::SingleQuotedString(text) => text.contains(";\n"),
        _ => false,
    };
    tokens
        .iter()
        .find(is_odd)
        .map_or(open, |token| token.span.start)
}

/// The text without what is from a place to the end of the statement, line breaks aside.
fn without_statement(text: &str, at: Location) -> String {
    let begin = offset(text, at);
    let end = text[begin..]
        .find(";\n")
        .map_or(text.len(), |end| begin + end);
    let breaks = text[begin..end].chars().filter(|c| *c == '\n');
    let breaks: String = breaks.collect();
    format!("{}{breaks}{}", &text[..begin], &text[end..])
}

/// The byte at a place.
fn offset(text: &str, at: Location) -> usize {
    let mut lines = text.split_inclusive('\n');
    let wanted = usize::try_from(at.line.saturating_sub(1)).unwrap_or(usize::MAX);
    let before: usize = lines.by_ref().take(wanted).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    let column = usize::try_from(at.column.saturating_sub(1)).unwrap_or(usize::MAX);
    let within = line
        .char_indices()
        .nth(column)
        .map_or(line.len(), |(byte, _)| byte);
    before + within
}

/// Cuts at semicolons that no body encloses.
struct Splitter {
    engine: Engine,
    statements: Vec<ParsedStatement>,
    current: OpenStatement,
}

/// A statement whose end has not come yet.
#[derive(Default)]
struct OpenStatement {
    text: String,
    start: Option<Location>,
    words: Vec<String>,
    comments: Vec<Comment>,
    /// How many BEGIN and CASE wait for their END.
    depth: usize,
}

impl Splitter {
    fn take(&mut self, token: TokenWithSpan) {
        let TokenWithSpan { token, span } = token;
        match token {
            Token::EOF => {}
            Token::Whitespace(Whitespace::SingleLineComment { comment, prefix }) => {
                self.comment(Comment {
                    text: comment.trim().to_owned(),
                    start: span.start,
                });
                if self.current.start.is_some() {
                    self.current.text.push_str(&format!("{prefix}{comment}"));
                }
            }
            Token::Whitespace(blank) => {
                if self.current.start.is_some() {
                    self.current.text.push_str(&blank.to_string());
                }
            }
            Token::SemiColon if self.current.depth == 0 => self.finish(),
            token => self.current.push(&token, span.start),
        }
    }

    /// A comment after a statement on its last line belongs to it.
    fn comment(&mut self, comment: Comment) {
        let behind = (self.statements.last_mut())
            .filter(|last| self.current.start.is_none() && last.last_line() == comment.start.line);
        match behind {
            Some(last) => last.comments.push(comment),
            None => self.current.comments.push(comment),
        }
    }

    fn finish(&mut self) {
        let open = std::mem::take(&mut self.current);
        let Some(start) = open.start else {
            self.current.comments = open.comments;
            return;
        };
        let text = open.text.trim_end().to_owned();
        let parsed = parse(self.engine, &text).or_else(|why| {
            let plain = simplified(&text).filter(|_| self.engine == Engine::Postgres);
            plain.map_or(Err(why), |plain| parse(self.engine, &plain))
        });
        self.statements.push(ParsedStatement {
            text,
            start,
            words: open.words,
            comments: open.comments,
            parsed,
        });
    }
}

impl OpenStatement {
    fn push(&mut self, token: &Token, start: Location) {
        self.start.get_or_insert(start);
        let text = token.to_string();
        self.text.push_str(&text);
        let word = match token {
            Token::Word(word) if word.quote_style.is_none() => text.to_lowercase(),
            Token::Word(word) => word.value.to_lowercase(),
            _ => text,
        };
        let has_body = self.words.first().is_some_and(|first| first == "create")
            && (self.words.iter().take(6))
                .any(|word| ["trigger", "function", "procedure"].contains(&word.as_str()));
        match word.as_str() {
            "begin" if has_body => self.depth += 1,
            "case" if self.depth > 0 => self.depth += 1,
            "end" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.words.push(word);
    }
}

impl ParsedStatement {
    fn last_line(&self) -> u64 {
        self.start.line + self.text.matches('\n').count() as u64
    }

    /// Whether it begins with these words.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        self.words.len() >= words.len()
            && words
                .iter()
                .zip(&self.words)
                .all(|(one, other)| one == other)
    }

    /// Whether it has an option, in parentheses or before them, that is not switched off:
    /// `VACUUM FULL`, `VACUUM (FULL)`, but not `VACUUM (FULL FALSE)`.
    pub(super) fn has_option(&self, option: &str) -> bool {
        let mut places = self
            .words
            .iter()
            .enumerate()
            .filter(|(_, word)| *word == option);
        places.any(|(at, _)| {
            let value = self.words.get(at + 1).map_or("", String::as_str);
            !["false", "off", "0", "'false'", "'off'", "no"].contains(&value)
        })
    }

    /// The name that comes after a number of words, without its schema.
    pub(super) fn name_after(&self, words: usize) -> Option<&str> {
        let mut rest = (self.words.iter().skip(words)).map(String::as_str);
        let skipped = ["if", "not", "exists", "concurrently", "only"];
        let mut name = rest.by_ref().find(|word| !skipped.contains(word))?;
        while rest.next() == Some(".") {
            name = rest.next()?;
        }
        Some(name)
    }

    /// Whether it has this word, or a name in quotes that equals it.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }
}

fn parse(engine: Engine, text: &str) -> Result<Statement, String> {
    let mut statements =
        Parser::parse_sql(dialect(engine), text).map_err(|error| error.to_string())?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        _ => Err("it is not one statement".to_owned()),
    }
}

/// A statement without what the parser does not know and no rule is about: `CREATE INDEX … ON
/// ONLY`, `ON DELETE SET NULL (column)`, `OVERRIDING SYSTEM VALUE`. `None` if there is nothing of it.
fn simplified(text: &str) -> Option<String> {
    let mut plain = text.replacen(" ON ONLY ", " ON ", 1);
    for values in ["SYSTEM", "USER"] {
        plain = plain.replacen(&format!(" OVERRIDING {values} VALUE "), " ", 1);
    }
    for action in ["SET NULL (", "SET DEFAULT ("] {
        while let Some(at) = plain.find(action) {
            let open = at + action.len() - 1;
            let close = plain[open..].find(')')?;
            plain.replace_range(open..=open + close, "");
        }
    }
    (plain != text).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_a_part_of_its_statement() {
        let sql = "CREATE TRIGGER t AFTER DELETE ON a BEGIN\n  SELECT CASE 1 WHEN 1 THEN 2 END;\n  \
                   DELETE FROM b;\nEND;\nSELECT 1; -- behind\n-- before\nSELECT 2";
        let statements = split(Engine::Sqlite, sql).0;
        let starts: Vec<u64> = statements
            .iter()
            .map(|statement| statement.start.line)
            .collect();
        assert_eq!(starts, [1, 5, 7]);
        assert!(statements[0].text.ends_with("END"));
        assert_eq!(statements[1].comments[0].text, "behind");
        assert_eq!(statements[2].comments[0].text, "before");
    }

    #[test]
    fn a_body_in_dollars_is_a_part_of_its_statement() {
        let sql =
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN; x; END $$; SELECT 1";
        assert_eq!(split(Engine::Postgres, sql).0.len(), 2);
    }

    #[test]
    fn a_text_that_is_no_sql_says_where() {
        let (_, errors) = split(Engine::Postgres, "SELECT 1;\nSELECT 'open");
        let lines: Vec<u64> = errors.iter().map(|(at, _)| at.line).collect();
        assert_eq!(lines, [2]);
    }

    #[test]
    fn what_comes_after_a_quote_too_many_is_read() {
        let sql = "SELECT it's;\nSELECT 'a';\nDROP TABLE b;\nSELECT 'c'";
        let (statements, errors) = split(Engine::Postgres, sql);
        let lines: Vec<u64> = statements.iter().map(|own| own.start.line).collect();
        assert_eq!(lines, [1, 2, 3, 4]);
        assert_eq!(errors.len(), 1);
        assert!(statements[2].begins(&["drop", "table", "b"]));
    }
}
