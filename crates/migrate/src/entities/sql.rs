//! SQL cut into tokens, as far as reading a constraint's expression needs it.

use std::{iter::Peekable, str::Chars};

/// A token of SQL. Numbers count as words; comments and spaces are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or a name without quotes, as written.
    Word(String),
    /// A name in double quotes or backticks, without them.
    Name(String),
    /// A text in single quotes, without them.
    Text(String),
    /// PostgreSQL's `::`.
    Cast,
    /// Any other character.
    Symbol(char),
}

impl Token {
    /// Whether this is the keyword, in any case. A quoted name never is one.
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Cuts SQL into tokens. What is not closed ends with the text.
pub(super) fn tokenize(sql: &str) -> Vec<Token> {
    let mut chars = sql.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(char) = chars.next() {
        match char {
            '\'' => tokens.push(Token::Text(quoted(&mut chars, '\''))),
            '"' | '`' => tokens.push(Token::Name(quoted(&mut chars, char))),
            '-' if chars.next_if_eq(&'-').is_some() => {
                while chars.next_if(|&char| char != '\n').is_some() {}
            }
            '/' if chars.next_if_eq(&'*').is_some() => skip_comment(&mut chars),
            ':' if chars.next_if_eq(&':').is_some() => tokens.push(Token::Cast),
            _ if char.is_whitespace() => {}
            _ if is_word(char) => {
                let mut word = String::from(char);
                while let Some(char) = chars.next_if(|&char| is_word(char)) {
                    word.push(char);
                }
                tokens.push(Token::Word(word));
            }
            _ => tokens.push(Token::Symbol(char)),
        }
    }
    tokens
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_' || char == '$'
}

/// The text up to the closing quote; a doubled quote is a quote.
fn quoted(chars: &mut Peekable<Chars<'_>>, quote: char) -> String {
    let mut text = String::new();
    while let Some(char) = chars.next() {
        if char == quote && chars.next_if_eq(&quote).is_none() {
            break;
        }
        text.push(char);
    }
    text
}

fn skip_comment(chars: &mut Peekable<Chars<'_>>) {
    while let Some(char) = chars.next() {
        if char == '*' && chars.next_if_eq(&'/').is_some() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_comments_and_casts_are_told_apart() {
        let tokens = tokenize(
            r#"a /* 'x' */ "b""c" -- 'y'
            'd''e'::text = 1"#,
        );
        assert_eq!(
            tokens,
            [
                Token::Word("a".to_owned()),
                Token::Name("b\"c".to_owned()),
                Token::Text("d'e".to_owned()),
                Token::Cast,
                Token::Word("text".to_owned()),
                Token::Symbol('='),
                Token::Word("1".to_owned()),
            ]
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(sql in ".*") {
            tokenize(&sql);
        }

        #[test]
        fn a_quoted_text_survives(text in ".*") {
            let sql = format!("'{}'", text.replace('\'', "''"));
            prop_assert_eq!(tokenize(&sql), [Token::Text(text)]);
        }
    }
}
