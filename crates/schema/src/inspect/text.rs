//! SQL in a normal form: the same for texts that differ in blanks, line breaks and comments only.

use sqlparser::{dialect::SQLiteDialect, tokenizer::Token, tokenizer::Tokenizer};

/// The tokens of a text with one blank between them, where one belongs. A text that is no SQL stays as it is.
pub(crate) fn normal(sql: &str) -> String {
    let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, sql)
        .with_unescape(false)
        .tokenize()
    else {
        return sql.trim().to_owned();
    };
    let mut text = String::with_capacity(sql.len());
    let mut glued = true;
    for token in tokens {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_comments_do_not_matter_and_literals_do() {
        let one = normal("a  =\n'x  y' -- why\n AND \"b c\"/* */>1;");
        assert_eq!(one, normal("a = 'x  y' AND \"b c\" > 1"));
        assert_ne!(one, normal("a = 'x y' AND \"b c\" > 1"));
        assert!(one.contains("'x  y'"));
    }

    #[test]
    fn a_doubled_quote_stays_doubled() {
        assert_eq!(normal("a = 'it''s'"), "a = 'it''s'");
    }
}
