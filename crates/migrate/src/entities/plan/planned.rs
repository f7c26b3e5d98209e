//! What is to be generated.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_schema::model::Schema;

/// Everything that is to be generated.
#[derive(Debug)]
pub(in crate::entities) struct Plan {
    /// The domains, by name.
    pub(in crate::entities) domains: Vec<PlannedDomain>,
    /// The tables, without the columns that the type map ignores.
    pub(in crate::entities) schema: Schema,
    /// The domain of each table.
    pub(in crate::entities) domain_of: BTreeMap<String, String>,
    /// The types that the type map gives to columns, by table and column.
    pub(in crate::entities) types: BTreeMap<(String, String), OwnType>,
    /// What the type map says about tables and columns.
    pub(in crate::entities) docs: BTreeMap<String, String>,
}

/// A domain and the types that are declared in it.
#[derive(Debug)]
pub(in crate::entities) struct PlannedDomain {
    pub(in crate::entities) name: String,
    pub(in crate::entities) tables: BTreeSet<String>,
    pub(in crate::entities) ids: BTreeMap<String, Id>,
    pub(in crate::entities) enums: BTreeMap<String, Enum>,
}

/// The newtype of a column's ids.
#[derive(Clone, Debug)]
pub(in crate::entities) struct Id {
    pub(in crate::entities) table: String,
    pub(in crate::entities) column: String,
}

/// An enum and the columns that have it.
#[derive(Clone, Debug)]
pub(in crate::entities) struct Enum {
    /// Its values, as the check lists them.
    pub(in crate::entities) values: Vec<String>,
    /// `table.column`, in the order of the type map.
    pub(in crate::entities) columns: Vec<String>,
}

/// A type that a column has by the type map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::entities) struct OwnType {
    pub(in crate::entities) domain: String,
    pub(in crate::entities) name: String,
    pub(in crate::entities) is_id: bool,
}
