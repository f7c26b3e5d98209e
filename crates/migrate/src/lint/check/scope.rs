//! What is known of the migration or file that is being checked.

use std::collections::BTreeSet;

use groundwork_schema::model::Table;

/// Where statements come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Origin {
    /// A migration, which the runner runs.
    Migration { is_transactional: bool },
    /// A file, which anything may run.
    File,
}

/// What the statements of one migration or file have done so far.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) is_file: bool,
    pub(super) in_transaction: bool,
    /// The statement that began the transaction which is open.
    pub(super) begun: Option<usize>,
    /// Tables that nobody else has seen yet.
    pub(super) created: BTreeSet<String>,
    /// The tables and parts of tables that were added, and by which statement.
    pub(super) added: Vec<(usize, Table)>,
    pub(super) dropped: Vec<(usize, String)>,
    pub(super) renamed: Vec<(usize, String)>,
    pub(super) views: BTreeSet<String>,
    pub(super) foreign_keys_off: bool,
    pub(super) has_lock_timeout: bool,
    /// In the transaction that is open.
    pub(super) altered: Option<String>,
    pub(super) changed_rows: Option<String>,
    pub(super) unchecked: BTreeSet<String>,
}
