//! A text of SQL, cut into its statements.

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

/// The statements of a text, in order.
///
/// # Errors
/// Where and why it is not even a sequence of words.
pub(super) fn split(engine: Engine, sql: &str) -> Result<Vec<ParsedStatement>, (Location, String)> {
    let tokens = tokens_with_span(engine, sql).map_err(|error| (error.location, error.message))?;
    let mut splitter = Splitter {
        engine,
        statements: Vec::new(),
        current: OpenStatement::default(),
    };
    for token in tokens {
        splitter.take(token);
    }
    splitter.finish();
    Ok(splitter.statements)
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
        let parsed = parse(self.engine, &text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_a_part_of_its_statement() {
        let sql = "CREATE TRIGGER t AFTER DELETE ON a BEGIN\n  SELECT CASE 1 WHEN 1 THEN 2 END;\n  \
                   DELETE FROM b;\nEND;\nSELECT 1; -- behind\n-- before\nSELECT 2";
        let statements = split(Engine::Sqlite, sql).unwrap_or_default();
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
        assert_eq!(split(Engine::Postgres, sql).unwrap_or_default().len(), 2);
    }

    #[test]
    fn a_text_that_is_no_sql_says_where() {
        let error = split(Engine::Postgres, "SELECT 1;\nSELECT 'open").err();
        assert_eq!(error.map(|(at, _)| at.line), Some(2));
    }
}
