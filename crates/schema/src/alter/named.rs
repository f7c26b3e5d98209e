//! What is named after a table, and gets another name with it.

use groundwork_naming::Convention;

/// Something that the convention names after a table.
#[derive(Clone, Copy, Debug)]
pub enum Named {
    /// Its primary key.
    PrimaryKey,
    /// A foreign key of it.
    ForeignKey {
        /// The referring columns.
        columns: &'static [&'static str],
        /// The table referred to, by its name before.
        table: &'static str,
    },
    /// A foreign key of another table that refers to it.
    Referring {
        /// The other table.
        table: &'static str,
        /// The referring columns.
        columns: &'static [&'static str],
    },
    /// A unique rule, by the words in its name: the columns.
    Unique(&'static [&'static str]),
    /// The check that upholds a rule.
    Check(&'static str),
    /// An index, by the words in its name: the columns.
    Index(&'static [&'static str]),
}

/// What one name becomes.
pub(super) struct Renaming {
    /// The table that it is in; `None`: the renamed one.
    pub(super) table: Option<&'static str>,
    pub(super) is_index: bool,
    pub(super) before: String,
    pub(super) after: String,
}

impl Named {
    /// What its name becomes when a table gets another name.
    pub(super) fn renaming(&self, convention: &Convention, from: &str, to: &str) -> Renaming {
        let name = |table: &str| match *self {
            Self::PrimaryKey => convention.primary_key(table),
            Self::ForeignKey {
                columns,
                table: referred,
            } => {
                // A key of the table to itself; taken back, it still says the name before.
                let is_own = referred == from || referred == to;
                let referred = if is_own { table } else { referred };
                convention.foreign_key(table, columns, referred)
            }
            Self::Referring {
                table: other,
                columns,
            } => convention.foreign_key(other, columns, table),
            Self::Unique(words) => convention.unique(table, words),
            Self::Check(rule) => convention.check(table, rule),
            Self::Index(words) => convention.index(table, words),
        };
        Renaming {
            table: match *self {
                Self::Referring { table, .. } => Some(table),
                _ => None,
            },
            is_index: matches!(self, Self::Index(_) | Self::Unique(_)),
            before: name(from),
            after: name(to),
        }
    }
}
