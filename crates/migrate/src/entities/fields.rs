//! The names of a model's fields.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_schema::model::Table;
use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::Ident;

use super::names;

/// The field of each column of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    names: BTreeMap<String, String>,
}

impl Fields {
    /// Names the fields: like their columns where that can be, with a number behind where two
    /// columns would have the same (`"userId"` and `user_id`). A column that is written as a field
    /// is goes first.
    pub(super) fn of(table: &Table) -> Self {
        let is_plain = |column: &&str| names::snake(column) == **column;
        let columns = table.columns.iter().map(|column| column.name.as_str());
        let (plain, others): (Vec<&str>, Vec<&str>) = columns.partition(is_plain);
        let mut taken = BTreeSet::new();
        let mut fields = BTreeMap::new();
        for column in plain.into_iter().chain(others) {
            let name = names::snake(column);
            let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
            let mut candidates = std::iter::once(name.clone()).chain(numbered);
            // SeaORM makes a variant of each field: `a_1` and `a1` would be one.
            let free = candidates.find(|name| taken.insert(name.to_upper_camel_case()));
            fields.insert(column.to_owned(), free.unwrap_or(name));
        }
        Self { names: fields }
    }

    /// The name of a column's field, without `r#`.
    pub(super) fn name(&self, column: &str) -> String {
        let known = self.names.get(column);
        known.cloned().unwrap_or_else(|| column.to_snake_case())
    }

    /// The field of a column.
    pub(super) fn ident(&self, column: &str) -> Ident {
        names::ident(&self.name(column))
    }

    /// Whether the field of a column is a raw identifier, such as `r#type`.
    pub(super) fn is_raw(&self, column: &str) -> bool {
        self.ident(column).to_string().starts_with("r#")
    }

    /// The name of the column that an attribute must say, because the field has another one.
    pub(super) fn column_name<'a>(&self, column: &'a str) -> Option<&'a str> {
        let field = self.ident(column).to_string();
        (field.trim_start_matches("r#") != column).then_some(column)
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.names.values()
    }
}

#[cfg(test)]
mod tests {
    use groundwork_schema::model::Column;

    use super::*;

    fn fields(columns: &[&str]) -> Vec<String> {
        let mut table = Table::new("t");
        table.columns = columns
            .iter()
            .map(|name| Column::new(*name, "text"))
            .collect();
        let fields = Fields::of(&table);
        let names = columns.iter().map(|name| fields.ident(name).to_string());
        names.collect()
    }

    #[test]
    fn columns_that_would_have_one_field_are_numbered() {
        assert_eq!(fields(&["userId", "user_id"]), ["user_id_2", "user_id"]);
        assert_eq!(fields(&["a_1", "a1"]), ["a_1", "a1_2"]);
    }

    #[test]
    fn what_is_no_identifier_becomes_one() {
        let odd = ["2xl_16", "gen", "self", "err", "###", "Größe (cm)", "a²"];
        assert_eq!(
            fields(&odd),
            [
                "n2xl_16",
                "r#gen",
                "self_",
                "err_value",
                "column",
                "größe_cm",
                "a"
            ]
        );
    }
}
