//! Comma-separated values (RFC 4180), with the line ends of Unix.

/// A line.
pub(super) fn line<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    let fields: Vec<String> = fields.into_iter().map(|it| field(it.as_ref())).collect();
    fields.join(",") + "\n"
}

/// A number, or nothing. It is the shortest text that gives the same number again.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn field(text: &str) -> String {
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_field_is_quoted() {
        assert_eq!(
            line(["a", "b,c", "d\"e", "", "f\ng"]),
            "a,\"b,c\",\"d\"\"e\",,\"f\ng\"\n"
        );
        assert_eq!(number(Some(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!(number(None), "");
    }
}
