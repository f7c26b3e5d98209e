//! Every column of PostgreSQL's catalogs, with what is done about it: a list that a test holds
//! against a server's own, so that what a new version brings is found there, and not by a loss.

mod database;
mod programs;
mod relations;
mod texts;
mod types;

use Treatment::{Flag, Ignored, Name, Named, Said};

/// A catalog and its columns.
pub struct Catalog {
    /// Its name, as in `pg_class`.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, Treatment)],
}

/// What is done about a column of a catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It is part of the name of an object.
    Name,
    /// It is compared as it is.
    Flag,
    /// It is compared as part of a statement, or of what the server's functions say.
    Said,
    /// Objects that differ in it cannot be written; each is named.
    Named,
    /// It is left out, for this reason.
    Ignored(&'static str),
}

/// A number that is another one in each database.
const NUMBER: Treatment = Ignored("a number of this database");
/// Whoever owns an object.
const OWNER: Treatment =
    Ignored("roles belong to the server: a scratch database has its own owner");
/// What follows from something else that is compared.
const FOLLOWS: Treatment = Ignored("follows from what is compared");
/// Where and how rows are stored.
const STORAGE: Treatment = Ignored("how this server stores the rows");
/// What the planner knows.
const STATISTICS: Treatment = Ignored("statistics about rows");
/// What belongs to the whole server.
const SERVER: Treatment = Ignored("belongs to the server, not to a schema");

/// Every catalog.
pub fn catalogs() -> impl Iterator<Item = &'static Catalog> {
    [
        relations::CATALOGS,
        types::CATALOGS,
        programs::CATALOGS,
        texts::CATALOGS,
        database::CATALOGS,
    ]
    .into_iter()
    .flatten()
}

/// The columns of a catalog that are compared as they are.
pub(super) fn flags(catalog: &str) -> impl Iterator<Item = &'static str> {
    let columns = catalogs().filter(move |known| known.name == catalog);
    let columns = columns.flat_map(|known| known.columns);
    columns.filter_map(|(column, treatment)| (*treatment == Flag).then_some(*column))
}
