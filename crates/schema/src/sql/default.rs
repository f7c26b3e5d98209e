//! Defaults of columns.

/// A default as both engines take it: anything but a literal is in parentheses.
pub(crate) fn default(sql: &str) -> String {
    if is_literal(sql.trim()) {
        sql.trim().to_owned()
    } else {
        format!("({sql})")
    }
}

/// Whether this is a single literal.
pub(crate) fn is_literal(sql: &str) -> bool {
    const WORDS: [&str; 6] = [
        "NULL",
        "TRUE",
        "FALSE",
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
    ];
    let text = (sql.strip_prefix('\'')).and_then(|rest| rest.strip_suffix('\''));
    let is_number = |sql: &str| {
        sql.starts_with(|c: char| c.is_ascii_digit() || c == '-') && sql.parse::<f64>().is_ok()
    };
    text.is_some_and(|inner| !inner.replace("''", "").contains('\''))
        || is_number(sql)
        || WORDS.iter().any(|word| sql.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literals_are_without_parentheses() {
        for literal in [
            "'draft'",
            "'it''s'",
            "''",
            "1",
            "-1.5",
            "NULL",
            "current_timestamp",
        ] {
            assert_eq!(default(literal), literal);
        }
        for expression in ["'a' || 'b'", "1 + 1", "lower('A')", "infinity"] {
            assert_eq!(default(expression), format!("({expression})"));
        }
    }
}
