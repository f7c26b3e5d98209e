//! The text of a `CREATE TABLE` in words that the parser understands: SQLite takes any words for a
//! type, and a text in single quotes for a name. A pragma tells the types.

use groundwork_naming::Engine;
use groundwork_schema::sql::{AFTER_TYPE, Token, TokenKind, identifier, tokens};

/// Words that a constraint of the table begins with.
const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// The same text with the names of columns in double quotes, and without their types.
pub(super) fn simplified(sql: &str) -> Option<String> {
    let tokens = tokens(Engine::Sqlite, sql).ok()?;
    let tokens: Vec<Token<'_>> = (tokens.into_iter())
        .filter(|token| !token.is_blank())
        .collect();
    let open = tokens.iter().position(|token| token.is_sign("("))?;
    let mut text = words(&tokens[..=open]);
    let mut depth = 0_usize;
    let mut begin = open + 1;
    for (at, token) in tokens.iter().enumerate().skip(open + 1) {
        if depth == 0 && (token.is_sign(",") || token.is_sign(")")) {
            text.push_str(&part(&tokens[begin..at]));
            text.push_str(token.text);
            begin = at + 1;
            if token.is_sign(")") {
                break;
            }
        } else if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
            depth -= 1;
        }
    }
    Some(text)
}

/// A column or a constraint. SQLite needs no comma between constraints, so that the end of a column
/// may be some.
fn part(tokens: &[Token<'_>]) -> String {
    let Some((first, rest)) = tokens.split_first() else {
        return String::new();
    };
    if CONSTRAINTS.iter().any(|word| first.is(word)) {
        return words(tokens);
    }
    let name = match &first.kind {
        TokenKind::Text(text) => text.as_str(),
        _ => first.name().unwrap_or(first.text),
    };
    let is_end = |token: &Token<'_>| AFTER_TYPE.iter().any(|word| token.is(word));
    let end = rest.iter().position(is_end).unwrap_or(rest.len());
    format!("{} {}", identifier(name), words(&rest[end..]))
}

fn words(tokens: &[Token<'_>]) -> String {
    let words = tokens.iter().map(|token| token.text);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_and_everything_else_stays() {
        let text = "CREATE TABLE c (id integer primary key, x BLOB SUB_TYPE TEXT DEFAULT NULL, \
                    'f' native character(70) NOT NULL, [g h] , CONSTRAINT k CHECK (id > 0))";
        assert_eq!(
            simplified(text).as_deref(),
            Some(
                "CREATE TABLE c (\"id\" primary key,\"x\" DEFAULT NULL,\"f\" NOT NULL,\"g h\" ,\
                 CONSTRAINT k CHECK ( id > 0 ))"
            )
        );
    }
}
