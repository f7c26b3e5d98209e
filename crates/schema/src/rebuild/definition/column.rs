//! A column within the text of its table.

use crate::rebuild::clause::{Clause, What};

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Blanks, comments and the name as written.
    pub(super) head: String,
    /// As written, with the blanks after it; may be empty.
    pub(super) kind: String,
    pub(super) clauses: Vec<Clause>,
}

impl Column {
    pub(super) fn has(&self, what: &What) -> bool {
        let same_kind =
            |clause: &Clause| std::mem::discriminant(&clause.what) == std::mem::discriminant(what);
        self.clauses.iter().any(same_kind)
    }

    pub(super) fn push(&mut self, text: &str, what: What) {
        self.clauses.push(Clause {
            name: None,
            what,
            text: text.to_owned(),
        });
    }

    /// The pieces as they were, with a blank where a new one would touch the one before it.
    pub(super) fn render(&self) -> String {
        let mut text = self.head.clone();
        let clauses = self.clauses.iter().map(|clause| clause.text.as_str());
        for piece in std::iter::once(self.kind.as_str()).chain(clauses) {
            if !piece.is_empty() && !text.ends_with(char::is_whitespace) {
                text.push(' ');
            }
            text.push_str(piece);
        }
        text
    }
}
