//! What is wrong with a production, with positions that an editor can jump to.

use std::fmt;

use serde::Serialize;

use super::STORYBOARD_FILE;

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, relative to the production folder.
    pub file: String,
    /// The line, from 1, where the file is a text and one line is at fault.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The field, as `scenes[2].title`, where one is at fault.
    pub field: Option<String>,
}

impl Place {
    /// A file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            column: None,
            field: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        match &self.field {
            Some(field) => write!(f, ": {field}"),
            None => Ok(()),
        }
    }
}

/// One thing that is wrong. `Display` is `file:line:column: field: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Everything that is wrong with a production, at least one thing. `Display` has a line for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    /// The first [`Problems::SHOWN`] ones, in the order of the text.
    pub list: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
}

impl Problems {
    /// The most problems that are kept in full.
    pub const SHOWN: usize = 50;

    /// A single problem with a file as a whole.
    pub fn with_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.push_file(file, message);
        problems
    }

    /// A single problem with the storyboard as a whole.
    pub fn with_storyboard(message: impl Into<String>) -> Self {
        Self::with_file(STORYBOARD_FILE, message)
    }

    /// Adds a problem.
    pub fn push(&mut self, place: Place, message: impl Into<String>) {
        if self.is_full() {
            return self.count_one_more();
        }
        self.list.push(Problem {
            place,
            message: message.into(),
        });
    }

    /// Whether further problems are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= Self::SHOWN
    }

    pub(super) fn count_one_more(&mut self) {
        self.more += 1;
    }

    /// Adds a problem with a file as a whole.
    pub fn push_file(&mut self, file: impl Into<String>, message: impl Into<String>) {
        self.push(Place::file(file), message);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// `value`, unless something is wrong.
    ///
    /// # Errors
    /// The problems, if there are any.
    pub fn none_or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.list.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}
