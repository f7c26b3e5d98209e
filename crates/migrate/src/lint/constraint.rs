//! The constraints of a table, whatever kind they are of.

use groundwork_schema::model::{Check, ForeignKey, PrimaryKey, Table, Unique};

/// A constraint of a table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Constraint<'a> {
    PrimaryKey(&'a PrimaryKey),
    Unique(&'a Unique),
    ForeignKey(&'a ForeignKey),
    Check(&'a Check),
}

/// Every constraint of a table.
pub(super) fn constraints(table: &Table) -> impl Iterator<Item = Constraint<'_>> {
    let primary_key = table.primary_key.iter().map(Constraint::PrimaryKey);
    let uniques = table.uniques.iter().map(Constraint::Unique);
    let foreign_keys = table.foreign_keys.iter().map(Constraint::ForeignKey);
    let checks = table.checks.iter().map(Constraint::Check);
    primary_key.chain(uniques).chain(foreign_keys).chain(checks)
}

impl<'a> Constraint<'a> {
    pub(super) fn name(self) -> Option<&'a str> {
        match self {
            Self::PrimaryKey(key) => key.name.as_deref(),
            Self::Unique(unique) => unique.name.as_deref(),
            Self::ForeignKey(key) => key.name.as_deref(),
            Self::Check(check) => check.name.as_deref(),
        }
    }

    /// The columns that it is over; none for a check.
    pub(super) fn columns(self) -> &'a [String] {
        match self {
            Self::PrimaryKey(key) => &key.columns,
            Self::Unique(unique) => &unique.columns,
            Self::ForeignKey(key) => &key.columns,
            Self::Check(_) => &[],
        }
    }

    /// What people call it.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::PrimaryKey(_) => "primary key",
            Self::Unique(_) => "unique constraint",
            Self::ForeignKey(_) => "foreign key",
            Self::Check(_) => "check",
        }
    }
}
