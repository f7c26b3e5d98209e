//! A value as it was written, before anybody knows what it should be.

/// A value as it was written, and the line where.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) raw: Raw,
    /// From 1; `None` for what has no lines: variables and flags.
    pub(super) line: Option<usize>,
}

#[derive(Clone)]
pub(super) enum Raw {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// Text of a variable or a flag, which may stand for a value of any type.
    Word(String),
    List(Vec<Node>),
    Section(Vec<(String, Node)>),
}

impl Node {
    /// A value of a variable or a flag.
    pub(super) fn word(text: impl Into<String>) -> Self {
        Self {
            raw: Raw::Word(text.into()),
            line: None,
        }
    }

    /// The text, if it is one and is not empty.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.raw {
            Raw::Text(text) | Raw::Word(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        match &self.raw {
            Raw::Null => true,
            Raw::Word(text) => text.is_empty(),
            _ => false,
        }
    }

    /// What was found, for a message.
    pub(super) fn describe(&self) -> String {
        match &self.raw {
            Raw::Null => "nothing".to_owned(),
            Raw::Boolean(value) => value.to_string(),
            Raw::Integer(value) => value.to_string(),
            Raw::Float(value) => format!("{value:?}"),
            Raw::Text(text) => format!("the text {}", shortened(text)),
            Raw::Word(text) => shortened(text),
            Raw::List(_) => "a list".to_owned(),
            Raw::Section(_) => "a section".to_owned(),
        }
    }

    /// What was found, for a message about a secret: nothing of its text.
    pub(super) fn describe_secret(&self) -> String {
        match &self.raw {
            Raw::Text(text) | Raw::Word(text) => {
                format!("a text of {} characters (not shown)", text.chars().count())
            }
            Raw::Integer(_) | Raw::Float(_) => "a number (not shown)".to_owned(),
            _ => self.describe(),
        }
    }
}

/// The text in quotes, cut where it is too long for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
