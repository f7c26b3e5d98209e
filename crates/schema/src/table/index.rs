//! An index in words of both engines.

/// An index that does not restrict what a table may hold.
///
/// ```
/// use groundwork_schema::table::{Index, IndexKey, IndexMethod};
///
/// // Named `ix_{table}_author_id`.
/// const BY_AUTHOR: Index = Index { columns: &["author_id"], ..Index::DEFAULT };
/// // Named `ix_{table}_author_id_title_lower`.
/// const BY_TITLE: Index = Index {
///     keys: &[
///         IndexKey::column("author_id").descending(),
///         IndexKey::expression("title_lower", "lower(title)"),
///     ],
///     include: &["price_cents"],
///     ..Index::DEFAULT
/// };
/// const BY_TAG: Index =
///     Index { columns: &["tags"], method: IndexMethod::Gin, ..Index::DEFAULT };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Index {
    /// The columns, each in ascending order. Left empty where `keys` say more.
    pub columns: &'static [&'static str],
    /// What it is ordered by where columns alone do not say it.
    pub keys: &'static [IndexKey],
    /// How PostgreSQL organises it. SQLite has one way, [`IndexMethod::Btree`].
    pub method: IndexMethod,
    /// Columns that are carried along, so that a query finds them in the index (PostgreSQL). Where
    /// SQLite should find them there too, name them last among the columns.
    pub include: &'static [&'static str],
    /// An SQL condition that both engines understand; only rows that fulfil it are indexed.
    /// `None`: all are.
    pub only_where: Option<&'static str>,
}

/// A part of what an index is ordered by.
#[derive(Clone, Copy, Debug)]
pub struct IndexKey {
    /// A column; of an expression, the words that stand for it in the name of the index.
    pub name: &'static str,
    /// The SQL expression, in words of both engines. `None`: the column itself.
    pub expression: Option<&'static str>,
    /// Whether the order is descending.
    pub is_descending: bool,
    /// An operator class other than the type's default one, such as `gin_trgm_ops` (PostgreSQL).
    pub class: Option<&'static str>,
}

/// How PostgreSQL organises an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndexMethod {
    /// A sorted tree, for equality, ranges and order.
    #[default]
    Btree,
    /// A hash, for equality.
    Hash,
    /// An inverted index, for values within values: words, elements of arrays, keys of JSON.
    Gin,
    /// A tree of areas, for what is near or overlaps.
    Gist,
    /// A summary of each range of blocks, for large tables in their natural order.
    Brin,
}

impl Index {
    /// Over all rows, a sorted tree that carries nothing along. Its columns are to be filled in.
    pub const DEFAULT: Self = Self {
        columns: &[],
        keys: &[],
        method: IndexMethod::Btree,
        include: &[],
        only_where: None,
    };

    /// An index over a whole table.
    pub(crate) const fn over(columns: &'static [&'static str]) -> Self {
        Self {
            columns,
            ..Self::DEFAULT
        }
    }

    /// The words for its keys, in its name.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        words(self.columns, self.keys)
    }
}

impl IndexKey {
    /// A column, in ascending order.
    #[must_use]
    pub const fn column(name: &'static str) -> Self {
        Self {
            name,
            expression: None,
            is_descending: false,
            class: None,
        }
    }

    /// An SQL expression in words of both engines; `name` stands for it in the name of the index.
    #[must_use]
    pub const fn expression(name: &'static str, sql: &'static str) -> Self {
        Self {
            expression: Some(sql),
            ..Self::column(name)
        }
    }

    /// In descending order.
    #[must_use]
    pub const fn descending(self) -> Self {
        Self {
            is_descending: true,
            ..self
        }
    }

    /// With an operator class of PostgreSQL other than the type's default one.
    #[must_use]
    pub const fn class(self, name: &'static str) -> Self {
        Self {
            class: Some(name),
            ..self
        }
    }
}

impl IndexMethod {
    /// The word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Btree => "btree",
            Self::Hash => "hash",
            Self::Gin => "gin",
            Self::Gist => "gist",
            Self::Brin => "brin",
        }
    }
}

/// The words for the keys of an index, or of a rule that is one.
pub(crate) fn words(
    columns: &'static [&'static str],
    keys: &'static [IndexKey],
) -> Vec<&'static str> {
    let of_keys = keys.iter().map(|key| key.name);
    columns.iter().copied().chain(of_keys).collect()
}
