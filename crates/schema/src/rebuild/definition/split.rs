//! The parts between the parentheses of a `CREATE TABLE`.

use crate::sql::Token;

/// A column or a constraint within the parentheses.
pub(super) struct Item {
    pub(super) tokens: std::ops::Range<usize>,
    /// In bytes, with all blanks and comments up to the next one.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What the commas of the outermost parentheses separate, and which token closes them.
pub(super) fn split(tokens: &[Token<'_>], open: usize) -> Option<(Vec<Item>, usize)> {
    let (mut depth, mut items, mut first) = (0_usize, Vec::new(), open + 1);
    for (position, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        let ends = depth == 0 || (depth == 1 && token.is_sign(","));
        if ends {
            items.push(Item {
                tokens: first..position,
                start: tokens[first - 1].end(),
                end: token.start,
            });
            first = position + 1;
        }
        if depth == 0 {
            return Some((items, position));
        }
    }
    None
}

pub(super) fn is_constraint(tokens: &[Token<'_>]) -> bool {
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]
        .iter()
        .any(|keyword| tokens.first().is_some_and(|token| token.is(keyword)))
}
