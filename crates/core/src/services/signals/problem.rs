//! What is wrong with a line.

use std::fmt;

use serde::Serialize;

use super::article::CreateArticle;

/// How near a known key an unknown one must be for it to be suggested.
const NEAR: f64 = 0.75;

/// A line of an import that was not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineProblem {
    /// The number of the line, from 1.
    pub line: u64,
    /// The place in the line where it was noticed, in bytes from 1; `None` if it is about the line
    /// as a whole.
    pub column: Option<u64>,
    /// What kind of problem it is.
    #[serde(flatten)]
    pub kind: ProblemKind,
    /// What is wrong, for people.
    pub reason: String,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProblemKind {
    /// The line is no JSON, or no article.
    Bad,
    /// The line contradicts an earlier one.
    Conflict {
        /// The number of the earlier line.
        with: u64,
    },
    /// The external id is that of one stored article and the URL that of another.
    TwoArticles,
}

impl fmt::Display for LineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)?;
        match self.kind {
            ProblemKind::Conflict { with } => write!(f, ", in line {with}"),
            ProblemKind::Bad | ProblemKind::TwoArticles => Ok(()),
        }
    }
}

/// The column and the reason of what serde says about a line, which is read once more to learn which
/// key it is about.
pub(super) fn of_json(line: &[u8], error: &serde_json::Error) -> (u64, String) {
    // What concerns the article as a whole is noticed at its end.
    let column = match error.column() {
        0 => line.len() as u64,
        column => column as u64,
    };
    let mut json = serde_json::Deserializer::from_slice(line);
    let path = serde_path_to_error::deserialize::<_, CreateArticle>(&mut json)
        .err()
        .map(|error| error.path().to_string())
        .filter(|path| !matches!(path.as_str(), "." | "?"));
    let reason = reason(error);
    match path {
        Some(path) if error.is_data() && !reason.starts_with(&path) => {
            (column, format!("{path}: {reason}"))
        }
        _ => (column, reason),
    }
}

/// serde's message without the place, which is reported by itself, and with a suggestion for a key that
/// it does not know.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    if !message.starts_with("unknown field") {
        return reworded(message);
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let nearest = names
        .map(|known| (strsim::jaro_winkler(unknown, known), known))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    match nearest {
        Some((_, known)) => format!("unknown key {unknown:?}; did you mean {known:?}?"),
        None => reworded(message),
    }
}

/// In the words of JSON: keys, not fields.
fn reworded(message: &str) -> String {
    let message = message.replace("missing field", "missing key");
    let message = message.replace("unknown field", "unknown key");
    let quote = match message.starts_with("invalid") {
        true => "",
        false => "\"",
    };
    message.replace('`', quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(line: &str) -> (u64, String) {
        let error = serde_json::from_str::<CreateArticle>(line).unwrap_err();
        of_json(line.as_bytes(), &error)
    }

    fn article(changed: &str, to: &str) -> String {
        let line = r#"{"external_id":"a","url":"https://a.example/1","title":"T","published_at":"2026-05-01T12:00:00Z","sentiment_score":0.5,"entities":["GPT-5",{"name":"Cursor","score":-1}]}"#;
        assert!(serde_json::from_str::<CreateArticle>(line).is_ok());
        assert!(line.contains(changed), "{changed}");
        line.replace(changed, to)
    }

    #[test]
    fn a_wrong_line_is_reported_with_its_place() {
        let mut all = Vec::new();
        for (changed, to) in [
            ("\"title\":\"T\",", ""),
            ("\"title\":\"T\"", "\"title\":\" \""),
            ("\"title\":\"T\"", "\"tilte\":\"T\""),
            ("\"title\":\"T\"", "\"title\":\"T\",\"colour\":1"),
            ("\"title\":\"T\"", "\"title\":\"T\\u0000\""),
            ("\"title\":\"T\"", "\"title\":7"),
            ("\"title\":\"T\"", "\"title\":\"T"),
            ("https://a.example/1", "ftp://a.example/1"),
            ("https://a.example/1", "nowhere"),
            ("2026-05-01T12:00:00Z", "2026-05-41T12:00:00Z"),
            ("2026-05-01T12:00:00Z", "yesterday"),
            ("2026-05-01T12:00:00Z", "9999-12-31T23:00:00-05:00"),
            ("0.5", "1.01"),
            ("0.5", "1e999"),
            ("0.5", "null"),
            ("-1}", "-1.5}"),
            ("-1}", "-1,\"category\":\"person\"}"),
            ("\"Cursor\"", "\"GPT-5\""),
            ("\"GPT-5\"", "\"\""),
            ("\"GPT-5\"", "17"),
            ("]}", "]"),
            ("]}", "]} 1"),
            ("]}", "]}]"),
        ] {
            let (column, reason) = reported(&article(changed, to));
            all.push(format!("{changed} -> {to}\n  {column}: {reason}"));
        }
        insta::assert_snapshot!(all.join("\n"));
    }
}
