//! A table in words of both engines.

use super::{Check, Column, ForeignKey, Index, Partitioning, Triggers, Unique};

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
///     uniques: &[Unique { columns: &["isbn"], ..Unique::DEFAULT }],
///     checks: &[Check {
///         rule: "stock",
///         condition: Condition::AtLeast { column: "stock", number: 0 },
///     }],
///     ..Table::DEFAULT
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
    /// What is done when its rows change.
    pub triggers: &'static [Triggers<'static>],
    /// What it is for. PostgreSQL keeps this in its catalog; SQLite has no place for it.
    pub comment: Option<&'static str>,
    /// How it is split on PostgreSQL; `None`: it is in one piece.
    pub partition_by: Option<Partitioning>,
    /// Whether SQLite refuses a UUID that is written as a text, by a check of each column of UUIDs
    /// (`ck_books_id_uuid`). It takes any value otherwise, and no query of a model finds that row.
    /// PostgreSQL's type needs no check.
    pub checks_uuids: bool,
}

impl Table {
    /// A table without anything. Its name, its columns and its primary key are to be filled in.
    pub const DEFAULT: Self = Self {
        name: "",
        columns: &[],
        primary_key: &[],
        foreign_keys: &[],
        uniques: &[],
        checks: &[],
        indexes: &[],
        triggers: &[],
        comment: None,
        partition_by: None,
        checks_uuids: false,
    };
}
