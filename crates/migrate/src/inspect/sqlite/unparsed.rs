//! The constraints of a table whose text the parser does not understand, as far as SQLite's pragmas
//! and the words of the text describe them.

use std::collections::BTreeMap;

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Action, Check, ForeignKey, Timing, Unique},
    text::normal,
};
use sqlparser::{
    dialect::SQLiteDialect,
    tokenizer::{Token, Tokenizer},
};

use super::catalog::{ForeignKeyRow, KeyRow};

/// The unique constraints. Their names are not known.
pub(super) fn uniques(keys: &[KeyRow]) -> Vec<Unique> {
    let mut uniques = BTreeMap::<&str, Unique>::new();
    for key in keys.iter().filter(|key| key.is_unique && key.origin == "u") {
        let unique = uniques.entry(&key.index).or_insert_with(|| Unique {
            name: None,
            columns: Vec::new(),
            timing: Timing::Immediate,
        });
        unique.columns.extend(key.name.clone());
    }
    uniques.into_values().collect()
}

/// The foreign keys. Their names are not known, nor when they are checked.
pub(super) fn foreign_keys(rows: Vec<ForeignKeyRow>) -> Vec<ForeignKey> {
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    for row in rows {
        if keys.last().is_none_or(|(id, _)| *id != row.id) {
            let key = ForeignKey {
                name: None,
                columns: Vec::new(),
                table: row.referred_table,
                referred_columns: Vec::new(),
                on_delete: action(&row.on_delete),
                on_update: action(&row.on_update),
                timing: Timing::Immediate,
                valid: true,
            };
            keys.push((row.id, key));
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(row.name);
            key.referred_columns.extend(row.referred_name);
        }
    }
    keys.into_iter().map(|(_, key)| key).collect()
}

fn action(words: &str) -> Action {
    match words {
        "RESTRICT" => Action::Restrict,
        "CASCADE" => Action::Cascade,
        "SET NULL" => Action::SetNull,
        "SET DEFAULT" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

/// The checks, found by their words: an optional `CONSTRAINT name`, `CHECK`, and parentheses.
pub(super) fn checks(sql: &str) -> Vec<Check> {
    let tokens = Tokenizer::new(&SQLiteDialect {}, sql)
        .with_unescape(false)
        .tokenize()
        .unwrap_or_default();
    let tokens: Vec<Token> = (tokens.into_iter())
        .filter(|token| !matches!(token, Token::Whitespace(_) | Token::EOF))
        .collect();
    let found = (0..tokens.len()).filter_map(|at| {
        let inside = parenthesized(tokens.get(at + 1..)?).filter(|_| is(&tokens[at], "CHECK"))?;
        let words: Vec<String> = inside.iter().map(ToString::to_string).collect();
        let name = match tokens.get(at.checked_sub(2)?..at)? {
            [constraint, Token::Word(name)] if is(constraint, "CONSTRAINT") => {
                Some(name.value.clone())
            }
            _ => None,
        };
        Some(Check {
            name,
            expression: normal(Engine::Sqlite, &words.join(" ")),
            valid: true,
        })
    });
    found.collect()
}

fn is(token: &Token, keyword: &str) -> bool {
    matches!(token, Token::Word(word)
        if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
}

/// The tokens between the parenthesis that `tokens` begins with and the one that closes it.
fn parenthesized(tokens: &[Token]) -> Option<&[Token]> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::LParen => depth += 1,
            Token::RParen if depth <= 1 => return tokens.get(1..at).filter(|_| depth == 1),
            Token::RParen => depth -= 1,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_of_a_text_is_found_and_nothing_else() {
        let statement = r#"CREATE TABLE "a check" (
            "check" text NOT NULL DEFAULT 'CHECK (x IN (''no''))', -- CHECK (y IN ('no'))
            "kind" text CHECK ("kind" IN ('a', 'b')),
            CONSTRAINT "ck_status" CHECK ("status" IN ('on', 'off')),
            CONSTRAINT "ck_len" CHECK (length("status") < (9))
        )"#;
        let found: Vec<(Option<String>, String)> = (checks(statement).into_iter())
            .map(|check| (check.name, check.expression))
            .collect();
        let expected = [
            (None, r#""kind" IN ('a', 'b')"#),
            (Some("ck_status"), r#""status" IN ('on', 'off')"#),
            (Some("ck_len"), r#"length ("status") < (9)"#),
        ];
        let expected = expected.map(|(name, text)| (name.map(str::to_owned), text.to_owned()));
        assert_eq!(found, expected);
    }
}
