//! What the checks of a program look at.

use groundwork_core::{config::Config, db::Database};

/// What the checks of a program look at.
#[derive(Debug)]
pub struct Subject<'a, S = ()> {
    /// The configuration, which is sound.
    pub config: &'a Config<S>,
    /// The database.
    pub database: DatabaseState<'a>,
}

/// Whether the database could be opened.
#[derive(Clone, Copy, Debug)]
pub enum DatabaseState<'a> {
    /// It is open.
    Open(&'a Database),
    /// Its file does not exist yet (SQLite); the first use creates it.
    Missing,
    /// It could not be opened; the report says why.
    Unavailable,
}
