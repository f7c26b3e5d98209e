//! Texts of a document as HTML.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The members of an object; none of anything else.
pub(super) fn members(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

/// The text of a string; empty for anything else.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Paragraphs and lists of one level, which is what descriptions consist of.
pub(super) fn paragraph(html: &mut String, text: &str) {
    let (items, words): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("- "));
    let words = words.join("\n");
    for part in words.split("\n\n").filter(|part| !part.trim().is_empty()) {
        let _ = writeln!(html, "<p>{}</p>", inline(part));
    }
    if !items.is_empty() {
        html.push_str("<ul>");
        for item in items {
            let _ = write!(html, "<li>{}</li>", inline(item.trim_start_matches("- ")));
        }
        html.push_str("</ul>\n");
    }
}

/// A text with what is between backticks as code.
pub(super) fn inline(text: &str) -> String {
    let mut html = String::new();
    for (place, part) in escaped(text).split('`').enumerate() {
        match place % 2 {
            0 => html.push_str(part),
            _ => {
                let _ = write!(html, "<code>{part}</code>");
            }
        }
    }
    html
}

/// A text that is no markup.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
