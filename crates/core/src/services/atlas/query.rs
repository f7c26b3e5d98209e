//! What people search with: one syntax, and its translation into the language of each engine.
//!
//! | written | finds segments that hold |
//! |---|---|
//! | `sea level` | both words, anywhere |
//! | `"sea level"` | the words next to each other, in this order |
//! | `glac*` | a word that begins so |
//! | `"sea lev"*` | the phrase, whose last word begins so |
//! | `-tide`, `-"high tide"`, `-tid*` | none of that |
//!
//! Nothing else has a meaning of its own: any other sign separates words, and a word that it takes
//! apart (`don't`, `e-mail`, `3.14`) is looked for as a phrase. What counts as a word, and that case
//! and accents do not matter, is described in [`words`]. Every text is a query; one without a word to
//! look for is refused. What reaches an engine holds lowercase ASCII letters and digits in quotes,
//! so that no input is ever syntax there.

use super::{AtlasError, words};

/// The longest query, in bytes.
pub const MAX_QUERY_BYTES: usize = 1_000;
/// The most words of a query.
pub const MAX_QUERY_WORDS: usize = 32;
/// So many letters are the beginning of a large part of all words.
const SHORT_BEGINNING: usize = 3;

/// A query, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What a segment must hold; never empty.
    pub all: Vec<Term>,
    /// What it must not hold.
    pub none: Vec<Term>,
}

/// A word, or several next to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As [`words`] writes them; never empty.
    pub words: Vec<String>,
    /// Whether the last word need only begin so.
    pub is_prefix: bool,
}

impl Query {
    /// Takes a query apart.
    ///
    /// # Errors
    /// [`AtlasError::InvalidValue`] if it has no word to look for, or is too long.
    pub fn parse(text: &str) -> Result<Self, AtlasError> {
        let invalid = |expected: String| AtlasError::InvalidValue {
            field: "q",
            expected,
        };
        if text.len() > MAX_QUERY_BYTES {
            let length = text.len();
            return Err(invalid(format!(
                "has {length} bytes; at most {MAX_QUERY_BYTES} are allowed"
            )));
        }
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (part, after) = Part::split_off(rest);
            query.add(&part);
            rest = after.trim_start();
        }
        if query.all.is_empty() {
            return Err(invalid(
                "must name at least one word to look for".to_owned(),
            ));
        }
        let words: usize = query.terms().map(|term| term.words.len()).sum();
        if words > MAX_QUERY_WORDS {
            return Err(invalid(format!(
                "has {words} words; at most {MAX_QUERY_WORDS} are allowed"
            )));
        }
        Ok(query)
    }

    /// The query for FTS5.
    #[must_use]
    pub fn to_fts5(&self) -> String {
        let all: Vec<String> = self.all.iter().map(Term::to_fts5).collect();
        let mut query = format!("({})", all.join(" AND "));
        for term in &self.none {
            query.push_str(" NOT ");
            query.push_str(&term.to_fts5());
        }
        query
    }

    /// The query as a `tsquery` of PostgreSQL, as far as an index answers it without looking at the
    /// rows: the words of a phrase, but not that they are next to each other. For that there are
    /// [`phrases`](Self::phrases).
    #[must_use]
    pub fn to_tsquery(&self) -> String {
        let all = self.all.iter().map(Term::to_tsquery);
        let none = self.none.iter().filter(|term| !term.is_phrase());
        let none = none.map(|term| format!("!{}", term.to_tsquery()));
        all.chain(none).collect::<Vec<_>>().join(" & ")
    }

    /// Whether it has beginnings so short that they are those of a large part of all words, which an
    /// index has to gather one by one.
    #[must_use]
    pub fn has_short_beginnings(&self) -> bool {
        self.terms().any(Term::is_short_beginning)
    }

    /// The phrases as patterns of `LIKE`, and whether a segment's words, between two blanks, must fit.
    #[must_use]
    pub fn phrases(&self) -> Vec<(bool, String)> {
        let mut patterns = self.patterns();
        let is_phrase: Vec<bool> = self.terms().map(Term::is_phrase).collect();
        let mut is_phrase = is_phrase.into_iter();
        patterns.retain(|_| is_phrase.next().unwrap_or_default());
        patterns
    }

    /// The whole query in patterns, as [`phrases`](Self::phrases) are.
    #[must_use]
    pub fn patterns(&self) -> Vec<(bool, String)> {
        let all = self.all.iter().map(|term| (true, term.to_pattern()));
        let none = self.none.iter().map(|term| (false, term.to_pattern()));
        all.chain(none).collect()
    }

    fn terms(&self) -> impl Iterator<Item = &Term> {
        self.all.iter().chain(&self.none)
    }

    fn add(&mut self, part: &Part<'_>) {
        let words: Vec<String> = (words::of(part.text).into_iter())
            .map(|word| word.written)
            .collect();
        if words.is_empty() {
            return;
        }
        let term = Term {
            words,
            is_prefix: part.is_prefix,
        };
        match part.is_excluded {
            true => self.none.push(term),
            false => self.all.push(term),
        }
    }
}

impl Term {
    fn to_fts5(&self) -> String {
        let prefix = if self.is_prefix { " *" } else { "" };
        format!("\"{}\"{prefix}", self.words.join(" "))
    }

    fn is_phrase(&self) -> bool {
        self.words.len() > 1
    }

    fn to_tsquery(&self) -> String {
        let quoted: Vec<String> = self.words.iter().map(|word| format!("'{word}'")).collect();
        let prefix = if self.is_prefix { ":*" } else { "" };
        format!("({}{prefix})", quoted.join(" & "))
    }

    fn is_short_beginning(&self) -> bool {
        let last = self.words.last();
        self.is_prefix && last.is_some_and(|word| word.len() <= SHORT_BEGINNING)
    }

    /// Words are letters and digits, none of which means anything in a pattern.
    fn to_pattern(&self) -> String {
        let end = if self.is_prefix { "%" } else { " %" };
        format!("% {}{end}", self.words.join(" "))
    }

    /// Whether these words of a text, from this place on, are the term.
    pub(super) fn is_at<T: AsRef<str>>(&self, words: &[T], place: usize) -> bool {
        let Some(found) = words.get(place..place + self.words.len()) else {
            return false;
        };
        let last = self.words.len() - 1;
        self.words
            .iter()
            .zip(found)
            .enumerate()
            .all(|(at, (word, found))| {
                let found = found.as_ref();
                found == word || (at == last && self.is_prefix && found.starts_with(word.as_str()))
            })
    }
}

/// A part of a query, before its words are known.
#[derive(Debug, PartialEq, Eq)]
struct Part<'a> {
    text: &'a str,
    is_prefix: bool,
    is_excluded: bool,
}

impl<'a> Part<'a> {
    /// The first part of a text that does not begin with a blank, and what follows it.
    fn split_off(text: &'a str) -> (Self, &'a str) {
        let (is_excluded, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if let Some(quoted) = text.strip_prefix(is_quote) {
            let (phrase, rest) = match quoted.find(is_quote) {
                Some(end) => {
                    let after = &quoted[end..];
                    let quote = after.chars().next().map_or(0, char::len_utf8);
                    (&quoted[..end], &after[quote..])
                }
                None => (quoted, ""),
            };
            let (is_prefix, rest) = match rest.strip_prefix('*') {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            let part = Self {
                text: phrase,
                is_prefix,
                is_excluded,
            };
            return (part, rest);
        }
        let end = text
            .find(|c: char| c.is_whitespace() || is_quote(c))
            .unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let part = Self {
            text: word,
            is_prefix: word.ends_with('*'),
            is_excluded,
        };
        (part, rest)
    }
}

/// The straight quotation mark, and those that text programs put in its place.
fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '«' | '»')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_becomes_both_languages() {
        for (text, fts5, tsquery) in [
            ("sea level", r#"("sea" AND "level")"#, "('sea') & ('level')"),
            (
                r#""Sea Level" rise"#,
                r#"("sea level" AND "rise")"#,
                "('sea' & 'level') & ('rise')",
            ),
            ("glac*", r#"("glac" *)"#, "('glac':*)"),
            (r#""sea lev"*"#, r#"("sea lev" *)"#, "('sea' & 'lev':*)"),
            (
                "sea -tide -\"high tide\"",
                r#"("sea") NOT "tide" NOT "high tide""#,
                "('sea') & !('tide')",
            ),
            ("don't", r#"("don t")"#, "('don' & 't')"),
            (
                "NEAR(a b, 2)",
                r#"("near a" AND "b" AND "zn2")"#,
                "('near' & 'a') & ('b') & ('zn2')",
            ),
            (r#""open"#, r#"("open")"#, "('open')"),
            ("“sea level”", r#"("sea level")"#, "('sea' & 'level')"),
            (
                "a\"b\"c",
                r#"("a" AND "b" AND "c")"#,
                "('a') & ('b') & ('c')",
            ),
        ] {
            let query = Query::parse(text).unwrap();
            assert_eq!(query.to_fts5(), fts5, "{text}");
            assert_eq!(query.to_tsquery(), tsquery, "{text}");
        }
    }

    #[test]
    fn a_phrase_is_a_pattern_too() {
        let query = Query::parse("\"sea lev\"* rise ti* -fog -\"high tide\"").unwrap();
        let pattern = |fits: bool, text: &str| (fits, text.to_owned());
        let phrases = [pattern(true, "% sea lev%"), pattern(false, "% high tide %")];
        assert_eq!(query.phrases(), phrases);
        let all = [
            pattern(true, "% sea lev%"),
            pattern(true, "% rise %"),
            pattern(true, "% ti%"),
            pattern(false, "% fog %"),
            pattern(false, "% high tide %"),
        ];
        assert_eq!(query.patterns(), all);
    }

    #[test]
    fn a_query_without_a_word_to_look_for_is_refused() {
        for text in ["", "  ", "-tide", "\"\"", "* ( ) ' ;", "-", "\"", "--"] {
            assert!(Query::parse(text).is_err(), "{text}");
        }
        assert!(Query::parse(&"a ".repeat(MAX_QUERY_WORDS)).is_ok());
        assert!(Query::parse(&"a ".repeat(MAX_QUERY_WORDS + 1)).is_err());
        assert!(Query::parse(&"a".repeat(MAX_QUERY_BYTES + 1)).is_err());
    }

    proptest::proptest! {
        /// Whatever is asked, an engine gets words in quotes and its own signs around them.
        #[test]
        fn nothing_of_a_query_is_syntax(text in "[\\PC\"*()'-]{0,60}") {
            if let Ok(query) = Query::parse(&text) {
                let is_word = |word: &str| {
                    word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                };
                for term in query.terms() {
                    proptest::prop_assert!(!term.words.is_empty());
                    proptest::prop_assert!(term.words.iter().all(|word| is_word(word)));
                }
            }
        }
    }
}
