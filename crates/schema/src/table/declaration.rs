//! A table in words of both engines.

/// A table, its constraints and its indexes.
///
/// ```
/// use groundwork_naming::{Convention, Engine};
/// use groundwork_schema::table::{Check, Column, Condition, Kind, Table, Unique};
/// # const CONVENTION: Convention = Convention {
/// #     primary_key: "pk_{table}",
/// #     foreign_key: "fk_{table}_{columns}_{referred_table}",
/// #     unique: "uq_{table}_{columns}",
/// #     check: "ck_{table}_{rule}",
/// #     index: "ix_{table}_{columns}",
/// #     not_null: "nn_{table}_{columns}",
/// # };
///
/// const BOOKS: Table = Table {
///     name: "books",
///     columns: &[
///         Column::required("id", Kind::Uuid),
///         Column::required("isbn", Kind::Text),
///         Column::required("stock", Kind::BigInteger),
///     ],
///     primary_key: &["id"],
///     foreign_keys: &[],
///     uniques: &[Unique { columns: &["isbn"], only_where: None }],
///     checks: &[Check {
///         rule: "stock",
///         condition: Condition::AtLeast { column: "stock", number: 0 },
///     }],
///     indexes: &[],
/// };
///
/// // A migration calls `BOOKS.create_with(manager, &CONVENTION)`.
/// for engine in Engine::ALL {
///     let sql = BOOKS.create(&CONVENTION, engine).concat();
///     assert!(sql.contains(r#"CONSTRAINT "uq_books_isbn" UNIQUE ("isbn")"#));
///     assert!(sql.contains(r#"CONSTRAINT "ck_books_stock" CHECK ("stock" >= 0)"#));
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Plural, in snake case.
    pub name: &'static str,
    /// In the order in which the table shows them.
    pub columns: &'static [Column],
    /// The columns of the primary key; they must be required.
    pub primary_key: &'static [&'static str],
    /// Each gets an index of its own, unless a key or an index over the whole table starts with
    /// its columns.
    pub foreign_keys: &'static [ForeignKey],
    /// What may exist once only.
    pub uniques: &'static [Unique],
    /// What every row must fulfil.
    pub checks: &'static [Check],
    /// Indexes beyond those of keys.
    pub indexes: &'static [Index],
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, in snake case.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a row may do without.
    pub presence: Presence,
}

/// Whether a row may leave a column empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// `NOT NULL`.
    Required,
    /// The column may hold NULL.
    Optional,
}

/// What a column holds. These are the types that both engines give back as they were stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A UUID; 16 bytes on SQLite.
    Uuid,
    /// Text of any length.
    Text,
    /// A signed integer of 64 bits.
    BigInteger,
    /// A number that the engine gives to each new row, for a primary key of one column: SQLite's
    /// `INTEGER PRIMARY KEY`, an identity column on PostgreSQL.
    Numbered,
    /// A floating point number of 64 bits.
    Double,
    /// True or false.
    Boolean,
    /// An instant with its offset; always UTC here.
    Timestamptz,
    /// JSON, kept parsed where the engine can (`jsonb`).
    Json,
    /// Bytes.
    Blob,
}

/// A reference to the rows of another table.
#[derive(Clone, Copy, Debug)]
pub struct ForeignKey {
    /// The referring columns.
    pub columns: &'static [&'static str],
    /// The table referred to.
    pub table: &'static str,
    /// Its columns, in the order of `columns`.
    pub referred_columns: &'static [&'static str],
    /// What becomes of a row when the one that it refers to goes.
    pub on_delete: OnDelete,
}

/// What becomes of a row when the one that it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// It goes too.
    Cascade,
    /// It stays, and refers to nothing.
    SetNull,
    /// The deletion is refused.
    NoAction,
}

/// Columns whose values may exist once only. NULLs never equal each other.
#[derive(Clone, Copy, Debug)]
pub struct Unique {
    /// The columns.
    pub columns: &'static [&'static str],
    /// An SQL condition that both engines understand; only rows that fulfil it count. `None`: all
    /// rows do.
    pub only_where: Option<&'static str>,
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

/// An index that does not restrict what a table may hold.
#[derive(Clone, Copy, Debug)]
pub struct Index {
    /// The columns.
    pub columns: &'static [&'static str],
    /// An SQL condition that both engines understand; only rows that fulfil it are indexed.
    /// `None`: all are.
    pub only_where: Option<&'static str>,
}

impl Column {
    /// A column that every row must fill.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            presence: Presence::Required,
        }
    }

    /// A column that may be left empty.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            presence: Presence::Optional,
        }
    }
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
