//! What is to be generated.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_schema::model::Schema;

use crate::entities::{
    column_type::Kind,
    fields::Fields,
    rust_type::{Casts, RustType},
};

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
    /// How each column is read and written, by table and column.
    pub(in crate::entities) columns: BTreeMap<(String, String), PlannedColumn>,
    /// The fields of each table's model.
    pub(in crate::entities) fields: BTreeMap<String, Fields>,
    /// What was decided without the type map, and what has no entity.
    pub(in crate::entities) warnings: Vec<String>,
    /// What the type map says about tables and columns.
    pub(in crate::entities) docs: BTreeMap<String, String>,
}

impl Plan {
    /// How a column is read and written.
    pub(in crate::entities) fn column(&self, table: &str, column: &str) -> Option<&PlannedColumn> {
        self.columns.get(&(table.to_owned(), column.to_owned()))
    }

    /// The fields of a table's model.
    pub(in crate::entities) fn fields(&self, table: &str) -> Fields {
        self.fields.get(table).cloned().unwrap_or_default()
    }
}

impl PlannedDomain {
    /// Whether a column of it is read as `Loose`.
    pub(in crate::entities) fn has_loose(&self, plan: &Plan) -> bool {
        let columns = plan.columns.iter();
        let mut loose = columns.filter(|(_, column)| column.rust == RustType::Loose);
        loose.any(|((table, _), _)| self.tables.contains(table))
    }
}

/// How a column is read and written.
#[derive(Clone, Debug)]
pub(in crate::entities) struct PlannedColumn {
    /// What it holds.
    pub(in crate::entities) kind: Kind,
    /// What it is read as, or what is inside of its id or enum.
    pub(in crate::entities) rust: RustType,
    pub(in crate::entities) casts: Casts,
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
    /// What is inside of it.
    pub(in crate::entities) rust: RustType,
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
    /// What is inside of it.
    pub(in crate::entities) rust: RustType,
}
