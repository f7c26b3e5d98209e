//! The rows that speak of files, told as data: the store knows no domain.

/// Where the rows about files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The table with one row for each file, such as `artifacts`.
    pub table: &'static str,
    /// Its column that holds the [`StorageKey`] as text, unique.
    pub key_column: &'static str,
    /// The table that its triggers put the keys of removed rows into, such as `file_trash`; its
    /// columns are `storage_key` (the primary key) and `trashed_at`.
    pub trash_table: &'static str,
}
