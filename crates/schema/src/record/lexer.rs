//! SQL cut into tokens: just enough to tell text, comments and placeholders from the rest.

use groundwork_naming::Engine;

/// A piece of SQL. All pieces together are the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Blanks and comments.
    Space,
    /// A keyword, a name without quotes, a number.
    Word,
    /// A string, or a name in quotes, with them.
    Quoted,
    /// Where a value is bound: `?`, `?2` (SQLite), `$2`. The number counts from one.
    Placeholder(Option<usize>),
    /// A single character of anything else.
    Sign,
}

/// Cuts a text; what is not closed goes to its end.
pub(crate) fn tokens(sql: &str, engine: Engine) -> impl Iterator<Item = Token<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (kind, length) = first_token(rest, first, engine);
        let (text, after) = rest.split_at(length);
        rest = after;
        Some(Token { kind, text })
    })
}

fn first_token(sql: &str, first: char, engine: Engine) -> (Kind, usize) {
    let bytes = sql.as_bytes();
    let second = bytes.get(1).copied();
    match (first, engine) {
        ('-', _) if second == Some(b'-') => (Kind::Space, sql.find('\n').unwrap_or(sql.len())),
        ('/', _) if second == Some(b'*') => (Kind::Space, block_comment(sql, engine)),
        ('e' | 'E', Engine::Postgres) if second == Some(b'\'') => {
            (Kind::Quoted, 1 + quoted(&sql[1..], b'\'', true))
        }
        ('\'' | '"', _) => (Kind::Quoted, quoted(sql, bytes[0], false)),
        ('`', Engine::Sqlite) => (Kind::Quoted, quoted(sql, b'`', false)),
        ('[', Engine::Sqlite) => (Kind::Quoted, sql.find(']').map_or(sql.len(), |end| end + 1)),
        ('?', Engine::Sqlite) => placeholder(sql),
        ('$', _) if second.is_some_and(|second| second.is_ascii_digit()) => placeholder(sql),
        ('$', Engine::Postgres) => match dollar_quoted(sql) {
            Some(length) => (Kind::Quoted, length),
            None => (Kind::Sign, 1),
        },
        _ if first.is_whitespace() => (Kind::Space, run(sql, char::is_whitespace)),
        _ if is_word(first) => (Kind::Word, run(sql, |c| is_word(c) || c == '$')),
        _ => (Kind::Sign, first.len_utf8()),
    }
}

/// The length of the text's beginning that consists of such characters.
fn run(sql: &str, belongs: impl Fn(char) -> bool) -> usize {
    sql.find(|c| !belongs(c)).unwrap_or(sql.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn placeholder(sql: &str) -> (Kind, usize) {
    let digits = run(&sql[1..], |c| c.is_ascii_digit());
    let number = sql[1..=digits].parse().ok();
    (Kind::Placeholder(number), 1 + digits)
}

/// A doubled quote stands for one; with `escapes`, so does one after a backslash.
fn quoted(sql: &str, quote: u8, escapes: bool) -> usize {
    let bytes = sql.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == b'\\' && escapes {
            at += 2;
        } else if bytes[at] != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    bytes.len()
}

/// PostgreSQL's comments nest.
fn block_comment(sql: &str, engine: Engine) -> usize {
    let bytes = sql.as_bytes();
    let (mut depth, mut at) = (1, 2);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"*/" if depth == 1 => return at + 2,
            b"*/" => depth -= 1,
            b"/*" if engine == Engine::Postgres => depth += 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    bytes.len()
}

/// `$tag$ … $tag$`; `None` if the dollar opens no such text.
fn dollar_quoted(sql: &str) -> Option<usize> {
    let tag = 1 + run(&sql[1..], is_word);
    if sql.as_bytes().get(tag) != Some(&b'$') {
        return None;
    }
    let opening = &sql[..=tag];
    let body = &sql[opening.len()..];
    Some(
        body.find(opening)
            .map_or(sql.len(), |end| end + 2 * opening.len()),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(sql: &str, engine: Engine) -> Vec<(Kind, &str)> {
        tokens(sql, engine)
            .filter(|token| token.kind != Kind::Space)
            .map(|token| (token.kind, token.text))
            .collect()
    }

    #[test]
    fn strings_names_and_comments_are_whole() {
        let sql = "a1 'it''s -- no' \"b\"\"c\" /* ; ' */ ; -- '\n x";
        for engine in [Engine::Sqlite, Engine::Postgres] {
            assert_eq!(
                kinds(sql, engine),
                [
                    (Kind::Word, "a1"),
                    (Kind::Quoted, "'it''s -- no'"),
                    (Kind::Quoted, "\"b\"\"c\""),
                    (Kind::Sign, ";"),
                    (Kind::Word, "x"),
                ]
            );
        }
    }

    #[test]
    fn each_engine_has_quotes_of_its_own() {
        assert_eq!(
            kinds(r"E'a\'b' $f$ ' $f$ $$x$$ $1 ?", Engine::Postgres),
            [
                (Kind::Quoted, r"E'a\'b'"),
                (Kind::Quoted, "$f$ ' $f$"),
                (Kind::Quoted, "$$x$$"),
                (Kind::Placeholder(Some(1)), "$1"),
                (Kind::Sign, "?"),
            ]
        );
        assert_eq!(
            kinds("[a'b] `c` ? ?12 $3", Engine::Sqlite),
            [
                (Kind::Quoted, "[a'b]"),
                (Kind::Quoted, "`c`"),
                (Kind::Placeholder(None), "?"),
                (Kind::Placeholder(Some(12)), "?12"),
                (Kind::Placeholder(Some(3)), "$3"),
            ]
        );
        assert_eq!(
            kinds("/* /* */ */ x", Engine::Postgres),
            [(Kind::Word, "x")]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost(sql in "[a-z0-9 '\"$?\\[\\]`/*;eE\\\\\n-äß_]{0,40}", sqlite: bool) {
            let engine = if sqlite { Engine::Sqlite } else { Engine::Postgres };
            let joined: String = tokens(&sql, engine).map(|token| token.text).collect();
            prop_assert_eq!(joined, sql);
        }
    }
}
