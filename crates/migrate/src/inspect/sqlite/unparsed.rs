//! The constraints of a table whose text the parser does not understand, as far as SQLite's pragmas
//! and the words of the text describe them.

use std::collections::BTreeMap;

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Action, Check, ForeignKey, Timing, Unique},
    sql::{Token, normal, tokens},
};

use super::catalog::{ForeignKeyRow, KeyRow};

/// The unique constraints. Their names are not known.
pub(super) fn uniques(keys: &[KeyRow]) -> Vec<Unique> {
    let mut uniques = BTreeMap::<&str, Unique>::new();
    for key in keys.iter().filter(|key| key.is_unique && key.origin == "u") {
        let unique = uniques.entry(&key.index).or_insert_with(|| Unique {
            nulls_not_distinct: false,
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
    let mut tokens = tokens(Engine::Sqlite, sql).unwrap_or_default();
    tokens.retain(|token| !token.is_blank());
    let found = (0..tokens.len()).filter(|at| tokens[*at].is("CHECK"));
    let found = found.filter_map(|at| {
        let (start, end) = parenthesized(tokens.get(at + 1..)?)?;
        let name = match at.checked_sub(2).and_then(|two| tokens.get(two..at)) {
            Some([constraint, name]) if constraint.is("CONSTRAINT") => name.name(),
            _ => None,
        };
        Some(Check {
            name: name.map(str::to_owned),
            expression: normal(Engine::Sqlite, sql.get(start..end)?),
            valid: true,
        })
    });
    found.collect()
}

/// The bytes between the parenthesis that `tokens` begins with and the one that closes it.
fn parenthesized(tokens: &[Token<'_>]) -> Option<(usize, usize)> {
    let first = tokens.first().filter(|token| token.is_sign("("))?;
    let mut depth = 0_usize;
    for token in tokens {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") && depth <= 1 {
            return Some((first.end(), token.start));
        } else if token.is_sign(")") {
            depth -= 1;
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
