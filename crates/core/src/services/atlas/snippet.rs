//! The part of a text that shows why it was found.

use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    query::Query,
    words::{self, Word},
};

/// The most characters of a snippet, and of what it shows before the first match.
const SHOWN: usize = 240;
const BEFORE: usize = 60;

/// A part of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SnippetPart)]
pub struct Part {
    /// The text.
    #[schema(example = "lamp")]
    pub text: String,
    /// Whether this is what was looked for.
    pub is_match: bool,
}

/// The text around its first match, as parts that follow each other; `…` where something is left
/// out. Lines become one.
#[must_use]
pub fn of(text: &str, query: &Query) -> Vec<Part> {
    let matches = matches(query, &words::of(text));
    let first = matches.first().map_or(0, |range| range.start);
    let shown = window(text, first);
    let mut parts = Vec::new();
    let mut push = |range: Range<usize>, is_match| {
        let range = range.start.max(shown.start)..range.end.min(shown.end);
        if !range.is_empty() {
            let text = text[range].replace('\n', " ");
            parts.push(Part { text, is_match });
        }
    };
    let mut done = shown.start;
    for range in matches {
        push(done..range.start, false);
        done = done.max(range.end);
        push(range, true);
    }
    push(done..text.len(), false);
    if shown.start > 0
        && let Some(first) = parts.first_mut()
    {
        first.text.insert(0, '…');
    }
    if shown.end < text.len()
        && let Some(last) = parts.last_mut()
    {
        last.text.push('…');
    }
    parts
}

/// Where in the text the words that were looked for are, in order, without overlaps.
fn matches(query: &Query, words: &[Word]) -> Vec<Range<usize>> {
    let written: Vec<&str> = words.iter().map(|word| word.written.as_str()).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    for place in 0..words.len() {
        let longest = query
            .all
            .iter()
            .filter(|term| term.is_at(&written, place))
            .map(|term| term.words.len())
            .max();
        let Some(length) = longest else { continue };
        let range = words[place].range.start..words[place + length - 1].range.end;
        match found.last_mut().filter(|last| range.start < last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => found.push(range),
        }
    }
    found
}

/// At most [`SHOWN`] characters, from a little before this place on, cut between words if it can be.
fn window(text: &str, first: usize) -> Range<usize> {
    if text.chars().count() <= SHOWN {
        return 0..text.len();
    }
    let before = text[..first].char_indices().rev().nth(BEFORE - 1);
    let start = before.map_or(0, |(at, _)| {
        let blank = text[at..first].find(char::is_whitespace);
        blank.map_or(at, |blank| at + blank + 1)
    });
    let rest = &text[start..];
    let end = rest
        .char_indices()
        .nth(SHOWN)
        .map_or(text.len(), |(length, _)| {
            let cut = rest[..length].rfind(char::is_whitespace);
            start + cut.filter(|&cut| start + cut > first).unwrap_or(length)
        });
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, query: &str) -> String {
        let parts = of(text, &Query::parse(query).unwrap());
        let mark = |part: &Part| match part.is_match {
            true => format!("[{}]", part.text),
            false => part.text.clone(),
        };
        parts.iter().map(mark).collect()
    }

    #[test]
    fn what_was_looked_for_is_marked() {
        assert_eq!(
            marked("The sea,\nthe Sea level", "sea"),
            "The [sea], the [Sea] level"
        );
        assert_eq!(marked("A sea level", "\"sea level\""), "A [sea level]");
        assert_eq!(marked("A sea level", "sea \"sea level\""), "A [sea level]");
        assert_eq!(marked("un café", "CAFE -tea"), "un [café]");
        assert_eq!(marked("glaciers", "glac*"), "[glaciers]");
        assert_eq!(marked("don't", "don't"), "[don't]");
        assert_eq!(marked("日本語", "本"), "日[本]語");
    }

    #[test]
    fn a_long_text_is_shown_around_its_first_match() {
        let text = format!("{}needle {}", "hay ".repeat(200), "straw ".repeat(200));
        let shown = marked(&text, "needle");
        assert!(
            shown.starts_with("…hay ") && shown.ends_with("straw…"),
            "{shown}"
        );
        assert!(shown.contains(" [needle] "));
        assert!(shown.chars().count() <= SHOWN + 4);
    }

    proptest::proptest! {
        #[test]
        fn a_snippet_is_a_part_of_its_text(text in "(\\PC{0,6}|a |日|\n){0,120}", word in "[a-z日]") {
            if let Ok(query) = Query::parse(&word) {
                let parts = of(&text, &query);
                let shown: String = parts.iter().map(|part| part.text.as_str()).collect();
                let shown = shown.trim_start_matches('…').trim_end_matches('…').to_owned();
                proptest::prop_assert!(text.replace('\n', " ").contains(&shown));
            }
        }
    }
}
