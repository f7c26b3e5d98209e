//! A column in words of both engines.

/// A column.
///
/// ```
/// use groundwork_schema::table::{Column, Kind};
///
/// const PRICE: Column = Column::required("price_cents", Kind::BigInteger)
///     .default("0")
///     .comment("With taxes.");
/// const TOTAL: Column =
///     Column::optional("total_cents", Kind::BigInteger).generated("price_cents * copies");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, in snake case.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a row may do without.
    pub presence: Presence,
    /// What a row holds that does not fill it: an SQL expression in words of both engines.
    pub default: Option<&'static str>,
    /// The SQL expression over other columns, in words of both engines, that the column is computed
    /// from and stored. No row may fill it.
    pub generated: Option<&'static str>,
    /// What it means. PostgreSQL keeps this in its catalog; SQLite has no place for it.
    pub comment: Option<&'static str>,
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

impl Column {
    /// A column that every row must fill.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self::new(name, kind, Presence::Required)
    }

    /// A column that may be left empty.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self::new(name, kind, Presence::Optional)
    }

    /// With this default, an SQL expression in words of both engines.
    #[must_use]
    pub const fn default(self, sql: &'static str) -> Self {
        Self {
            default: Some(sql),
            ..self
        }
    }

    /// Computed from other columns by an SQL expression in words of both engines, and stored.
    #[must_use]
    pub const fn generated(self, sql: &'static str) -> Self {
        Self {
            generated: Some(sql),
            ..self
        }
    }

    /// With a comment that says what it means.
    #[must_use]
    pub const fn comment(self, text: &'static str) -> Self {
        Self {
            comment: Some(text),
            ..self
        }
    }

    const fn new(name: &'static str, kind: Kind, presence: Presence) -> Self {
        Self {
            name,
            kind,
            presence,
            default: None,
            generated: None,
            comment: None,
        }
    }
}
