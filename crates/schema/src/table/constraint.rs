//! What the rows of a table must fulfil, in words of both engines.

use super::{ConstraintTiming, IndexKey, OnDelete, OnUpdate};

/// A reference to the rows of another table.
///
/// ```
/// use groundwork_schema::table::{ConstraintTiming, ForeignKey, OnDelete, OnUpdate};
///
/// const TO_AUTHORS: ForeignKey = ForeignKey {
///     columns: &["author_id"],
///     table: "authors",
///     referred_columns: &["id"],
///     on_delete: OnDelete::Restrict,
///     on_update: OnUpdate::Cascade,
///     timing: ConstraintTiming::DeferrableInitiallyDeferred,
/// };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ForeignKey {
    /// The referring columns.
    pub columns: &'static [&'static str],
    /// The table referred to.
    pub table: &'static str,
    /// Its columns, in the order of `columns`.
    pub referred_columns: &'static [&'static str],
    /// What becomes of a row when the one that it refers to is deleted.
    pub on_delete: OnDelete,
    /// What becomes of a row when the key that it refers to changes.
    pub on_update: OnUpdate,
    /// When it is checked.
    pub timing: ConstraintTiming,
}

/// Columns whose values may exist once only.
///
/// ```
/// use groundwork_schema::table::{IndexKey, Nulls, Unique};
///
/// // Addresses that differ in the case of letters only are one address.
/// const EMAIL: Unique = Unique {
///     keys: &[IndexKey::expression("email", "lower(email)")],
///     ..Unique::DEFAULT
/// };
/// // One room without a number for each house.
/// const ROOM: Unique = Unique {
///     columns: &["house", "number"],
///     nulls: Nulls::Equal,
///     ..Unique::DEFAULT
/// };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Unique {
    /// The columns. Left empty where `keys` say more.
    pub columns: &'static [&'static str],
    /// What may exist once only where columns alone do not say it. It is a unique index then.
    pub keys: &'static [IndexKey],
    /// An SQL condition that both engines understand; only rows that fulfil it count. `None`: all
    /// rows do.
    pub only_where: Option<&'static str>,
    /// Whether two NULLs are the same.
    pub nulls: Nulls,
    /// When it is checked. SQLite always does so at once.
    pub timing: ConstraintTiming,
}

/// Whether a NULL is the same as another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// NULLs never equal each other.
    Distinct,
    /// A NULL may exist once only, like a value: `NULLS NOT DISTINCT` of PostgreSQL 15. SQLite has
    /// no word for it, and gets a unique index over expressions that means the same.
    Equal,
}

/// A rule that every row must fulfil.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The name of the rule, a few words in snake case.
    pub rule: &'static str,
    /// What must hold.
    pub condition: Condition,
}

/// What a check demands. A NULL in an optional column passes, as SQL has it.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// The column holds one of these values.
    OneOf {
        /// A text column.
        column: &'static str,
        /// The values it may hold.
        values: &'static [&'static str],
    },
    /// The column holds exactly that many characters.
    Length {
        /// A text column.
        column: &'static str,
        /// Unicode code points.
        characters: u32,
    },
    /// The column holds at most that many characters.
    MaxLength {
        /// A text column.
        column: &'static str,
        /// Unicode code points.
        characters: u32,
    },
    /// The column holds at least that number.
    AtLeast {
        /// A column of numbers.
        column: &'static str,
        /// The least number it may hold.
        number: i64,
    },
    /// Anything else, as SQL that both engines understand.
    Sql(&'static str),
}

impl ForeignKey {
    /// A key that refuses to leave a row without the one that it refers to, checked at once. Its
    /// columns and its table are to be filled in.
    pub const DEFAULT: Self = Self {
        columns: &[],
        table: "",
        referred_columns: &[],
        on_delete: OnDelete::NoAction,
        on_update: OnUpdate::NoAction,
        timing: ConstraintTiming::Immediate,
    };
}

impl Unique {
    /// Over all rows, with distinct NULLs, checked at once. Its columns are to be filled in.
    pub const DEFAULT: Self = Self {
        columns: &[],
        keys: &[],
        only_where: None,
        nulls: Nulls::Distinct,
        timing: ConstraintTiming::Immediate,
    };
}

impl Condition {
    /// The column that it is about, where it says so.
    pub(crate) const fn column(&self) -> Option<&'static str> {
        match self {
            Self::OneOf { column, .. }
            | Self::Length { column, .. }
            | Self::MaxLength { column, .. }
            | Self::AtLeast { column, .. } => Some(column),
            Self::Sql(_) => None,
        }
    }
}
