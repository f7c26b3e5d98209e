//! Entities as data: what their files say, whether they were generated or edited.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// The entities of all domains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entities {
    /// By the name of the table.
    pub(crate) tables: BTreeMap<String, Entity>,
    /// The values of each enum.
    pub(crate) enums: BTreeMap<TypeName, Vec<String>>,
    /// The types of ids that are declared.
    pub(crate) ids: BTreeSet<TypeName>,
}

/// A type of a domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeName {
    pub(crate) domain: String,
    pub(crate) name: String,
}

/// The model of a table.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    /// The file, from the source folder.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) domain: String,
    pub(crate) table: String,
    pub(crate) doc: Vec<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) relations: Vec<Relation>,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) line: usize,
    /// The name of the field, without `r#`.
    pub(crate) name: String,
    pub(crate) column: String,
    pub(crate) doc: Vec<String>,
    pub(crate) kind: FieldType,
    pub(crate) is_optional: bool,
    pub(crate) is_key: bool,
    /// Whether rows are numbered by it.
    pub(crate) is_numbered: bool,
    pub(crate) is_unique: bool,
    /// The names of the unique keys that it is a part of.
    pub(crate) keys: Vec<String>,
    /// What it was called before, if its attributes say so.
    pub(crate) renamed_from: Option<String>,
    /// Attributes that generated entities never have.
    pub(crate) other: Vec<String>,
}

/// The type of a field, without `Option`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// A type of Rust or SeaORM, and the `column_type` beside it.
    Plain {
        rust: String,
        column_type: Option<String>,
    },
    /// An id or an enum.
    Own(TypeName),
}

/// A relation field.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub(crate) line: usize,
    pub(crate) field: String,
    pub(crate) way: Way,
}

/// Where a relation comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A foreign key of this table.
    Key(Key),
    /// A foreign key of another table.
    OtherEnd,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// The columns that refer, in order.
    pub columns: Vec<String>,
    /// The table that is referred to.
    #[serde(rename = "referred_table")]
    pub table: String,
    /// Its columns, in the same order.
    #[serde(rename = "referred_columns")]
    pub referred: Vec<String>,
    /// As SeaORM's attribute names it; `None` for what happens anyway.
    pub on_delete: Option<String>,
    /// The same for the change of a key.
    pub on_update: Option<String>,
}

impl Entity {
    pub(crate) fn field(&self, column: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.column == column)
    }

    /// The foreign keys of this table.
    pub(crate) fn foreign_keys(&self) -> BTreeSet<Key> {
        let keys = self.relations.iter();
        keys.filter_map(|relation| match &relation.way {
            Way::Key(key) => Some(key.clone()),
            Way::OtherEnd => None,
        })
        .collect()
    }

    pub(crate) fn key_columns(&self) -> Vec<String> {
        let fields = self.fields.iter().filter(|field| field.is_key);
        fields.map(|field| field.column.clone()).collect()
    }

    /// What may exist once only, apart from the primary key.
    pub(crate) fn uniques(&self) -> BTreeSet<Vec<String>> {
        let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut uniques = BTreeSet::new();
        for field in &self.fields {
            if field.is_unique && !field.is_key {
                uniques.insert(vec![field.column.clone()]);
            }
            for key in &field.keys {
                named.entry(key).or_default().push(field.column.clone());
            }
        }
        uniques.extend((named.into_iter()).map(|(name, columns)| in_order_of(name, columns)));
        uniques
    }
}

/// The columns in the order in which the name of their key has them; in that of the fields, if it
/// has them in none.
fn in_order_of(name: &str, columns: Vec<String>) -> Vec<String> {
    fn rest(name: &str, left: &[String]) -> Option<Vec<String>> {
        if left.is_empty() {
            return name.is_empty().then(Vec::new);
        }
        left.iter().enumerate().find_map(|(place, column)| {
            let after = name.strip_prefix(column.as_str())?;
            let after = match left.len() {
                1 => after,
                _ => after.strip_prefix('_')?,
            };
            let mut others = left.to_vec();
            others.remove(place);
            let mut ordered = vec![column.clone()];
            ordered.extend(rest(after, &others)?);
            Some(ordered)
        })
    }
    // More columns than any index has would take long to arrange.
    match columns.len() {
        ..=6 => rest(name, &columns).unwrap_or(columns),
        _ => columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_key_tells_the_order_of_its_columns() {
        let order = |name: &str, columns: &[&str]| {
            in_order_of(
                name,
                columns.iter().map(|&column| column.to_owned()).collect(),
            )
            .join(",")
        };
        assert_eq!(order("place_shelf", &["shelf", "place"]), "place,shelf");
        assert_eq!(order("a_b_a", &["a", "b_a"]), "a,b_a");
        assert_eq!(order("b_a_a", &["a", "b_a"]), "b_a,a");
        assert_eq!(order("anything", &["a", "b"]), "a,b");
    }
}
