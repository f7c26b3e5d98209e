//! What the studio's texts may hold. One rule per text, the same for a storyboard's file and for a
//! caller of the service.

use std::fmt;

use serde_json::{Map, Value};

/// What a text may hold. Every text is free of NUL, which PostgreSQL cannot store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRule {
    /// The most Unicode scalar values.
    pub max_chars: usize,
    /// Whether there must be something else than white space.
    pub content: Content,
    /// Whether it may span lines.
    pub lines: Lines,
}

/// Whether a text may be blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Blank texts are refused.
    Required,
    /// The empty text is fine.
    Optional,
}

/// Whether a text may span lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// A single line: control characters are refused, so that a list on a terminal stays a list.
    One,
    /// Any number of lines.
    Many,
}

/// A project's title: one line, 1 to 200 characters.
pub const TITLE: TextRule = TextRule {
    max_chars: 200,
    content: Content::Required,
    lines: Lines::One,
};
/// A project's style: one line, 1 to 50 characters.
pub const STYLE: TextRule = TextRule {
    max_chars: 50,
    content: Content::Required,
    lines: Lines::One,
};
/// A project's prompt: 1 to 20,000 characters.
pub const PROMPT: TextRule = TextRule {
    max_chars: 20_000,
    content: Content::Required,
    lines: Lines::Many,
};
/// What happens in a scene: 1 to 10,000 characters.
pub const DESCRIPTION: TextRule = TextRule {
    max_chars: 10_000,
    content: Content::Required,
    lines: Lines::Many,
};
/// A scene's prompt for its start, its end or its motion: up to 10,000 characters, may be empty.
pub const SCENE_PROMPT: TextRule = TextRule {
    max_chars: 10_000,
    content: Content::Optional,
    lines: Lines::Many,
};
/// A client's own words for what went wrong or for an operation of its provider.
pub const NOTE: TextRule = TextRule {
    max_chars: 10_000,
    content: Content::Optional,
    lines: Lines::Many,
};

/// How long a scene or a clip may last: 1 ms to 1 hour.
pub const DURATION_MS: std::ops::RangeInclusive<i64> = 1..=3_600_000;

/// The most bytes that a style guide may take as JSON text.
pub const STYLE_GUIDE_MAX_BYTES: usize = 256 * 1024;

/// The most attempts at a clip.
pub const MAX_ATTEMPT: i64 = 1_000_000;

/// Whether a key or a text of the object contains U+0000, which PostgreSQL cannot store.
#[must_use]
pub fn has_nul(object: &Map<String, Value>) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(within),
            Value::Object(members) => has_nul(members),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    let mut members = object.iter();
    members.any(|(key, value)| key.contains('\0') || within(value))
}

impl TextRule {
    /// Whether the text keeps the rule.
    ///
    /// # Errors
    /// The first [`TextFault`].
    pub fn check(self, text: &str) -> Result<(), TextFault> {
        // The bytes bound the characters from above: only a text that may be too long is counted.
        if text.len() > self.max_chars {
            let chars = text.chars().count();
            if chars > self.max_chars {
                return Err(TextFault::TooLong {
                    chars,
                    max_chars: self.max_chars,
                });
            }
        }
        if self.content == Content::Required && text.trim().is_empty() {
            return Err(TextFault::Blank);
        }
        if text.contains('\0') {
            return Err(TextFault::Nul);
        }
        if self.lines == Lines::One
            && let Some(control) = text.chars().find(|c| c.is_control())
        {
            return Err(TextFault::Control(control));
        }
        Ok(())
    }
}

/// How a text breaks its rule. `Display` continues a sentence that names the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Longer than allowed.
    TooLong {
        /// How long it is, in characters.
        chars: usize,
        /// The most characters allowed.
        max_chars: usize,
    },
    /// Nothing, or white space only.
    Blank,
    /// Contains U+0000.
    Nul,
    /// Contains a control character (a line break, for example) where a single line is expected.
    Control(char),
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { chars, max_chars } => {
                write!(f, "has {chars} characters; at most {max_chars} are allowed")
            }
            Self::Blank => f.write_str("must not be blank"),
            Self::Nul => f.write_str("contains a NUL character (U+0000), which cannot be stored"),
            Self::Control(control) => write!(
                f,
                "must be a single line without control characters, but contains U+{:04X}",
                u32::from(*control)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_at_its_limit_is_admitted_and_one_beyond_it_is_not() {
        assert_eq!(STYLE.check(&"é".repeat(50)), Ok(()));
        assert_eq!(
            STYLE.check(&"é".repeat(51)),
            Err(TextFault::TooLong {
                chars: 51,
                max_chars: 50
            })
        );
    }

    #[test]
    fn blank_nul_and_control_characters_are_refused_where_the_rule_says_so() {
        assert_eq!(TITLE.check(" \t"), Err(TextFault::Blank));
        assert_eq!(SCENE_PROMPT.check(""), Ok(()));
        assert_eq!(PROMPT.check("a\0b"), Err(TextFault::Nul));
        assert_eq!(TITLE.check("a\nb"), Err(TextFault::Control('\n')));
        assert_eq!(PROMPT.check("a\nb"), Ok(()));
    }
}
