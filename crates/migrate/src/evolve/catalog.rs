//! Whether everything that changed in a catalog was meant to: what entities cannot say stays as it
//! is.

use std::collections::BTreeSet;

use groundwork_schema::model::{IndexedBy, Schema};

use crate::diff::{Change, Difference, Kind, Object, differences};

use super::edit::Edit;

/// The differences that no edit explains.
pub(super) fn unexplained(before: &Schema, after: &Schema, edits: &[Edit]) -> Vec<Difference> {
    let touched = Touched::by(edits);
    let about = |object: &Object| format!("{} {}", about(before, object), about(after, object));
    differences(before, after)
        .into_iter()
        .filter(|difference| !touched.explains(difference, &about(&difference.object)))
        .collect()
}

/// Whether this is the place of a column that was dropped and added: no engine keeps it.
pub(super) fn is_order(difference: &Difference) -> bool {
    matches!(&difference.change, Change::Changed { what, .. } if what == "order of columns")
}

/// What edits are about.
struct Touched {
    whole_tables: BTreeSet<String>,
    /// Tables and columns, by the old name and the new.
    columns: BTreeSet<(String, String)>,
    keys: BTreeSet<String>,
    renames: bool,
}

impl Touched {
    fn by(edits: &[Edit]) -> Self {
        let mut touched = Self {
            whole_tables: BTreeSet::new(),
            columns: BTreeSet::new(),
            keys: BTreeSet::new(),
            renames: false,
        };
        for edit in edits {
            let table = edit.table().to_owned();
            let mut add = |column: &String| {
                touched.columns.insert((table.clone(), column.clone()));
            };
            match edit {
                Edit::CreateTable { .. } | Edit::DropTable { .. } => {
                    touched.whole_tables.insert(table);
                }
                Edit::RenameTable { to, .. } => {
                    touched.whole_tables.extend([table, to.clone()]);
                    touched.renames = true;
                }
                Edit::RenameColumn { column, to, .. } => {
                    [column, to].into_iter().for_each(add);
                    touched.renames = true;
                }
                Edit::AddColumn { column, .. }
                | Edit::DropColumn { column, .. }
                | Edit::ChangeType { column, .. }
                | Edit::SetRequired { column, .. }
                | Edit::SetOptional { column, .. }
                | Edit::ChangeValues { column, .. } => add(column),
                Edit::AddUnique { columns, .. } | Edit::DropUnique { columns, .. } => {
                    columns.iter().for_each(add);
                }
                Edit::AddForeignKey { key, .. } | Edit::DropForeignKey { key, .. } => {
                    key.columns.iter().for_each(add);
                }
                Edit::ChangePrimaryKey { before, after, .. } => {
                    before.iter().chain(after).for_each(add);
                    touched.keys.insert(table);
                }
            }
        }
        touched
    }

    fn explains(&self, difference: &Difference, about: &str) -> bool {
        let object = &difference.object;
        let Some(table) = &object.table else {
            // The texts of views follow the new name.
            return self.renames && matches!(difference.change, Change::Changed { .. });
        };
        if self.whole_tables.contains(table) {
            return true;
        }
        let mentions = |text: &str| {
            let own = self.columns.iter().filter(|(own, _)| own == table);
            own.into_iter().any(|(_, column)| has_word(text, column))
        };
        match object.kind {
            Kind::Column => self.columns.contains(&(table.clone(), object.name.clone())),
            Kind::PrimaryKey => self.keys.contains(table) || (self.renames && mentions(about)),
            Kind::Trigger => self.renames && matches!(difference.change, Change::Changed { .. }),
            Kind::ForeignKey if self.renames => true,
            Kind::Unique | Kind::ForeignKey | Kind::Check | Kind::Index => mentions(about),
            _ => false,
        }
    }
}

/// The columns and expressions that an object of a table is over.
fn about(schema: &Schema, object: &Object) -> String {
    let Some(table) = object
        .table
        .as_ref()
        .and_then(|name| schema.tables.get(name))
    else {
        return String::new();
    };
    let is_it = |name: Option<&String>, about: &str| match name {
        Some(name) => *name == object.name,
        None => object.name == format!("({about})"),
    };
    let mut words: Vec<String> = Vec::new();
    match object.kind {
        Kind::PrimaryKey => words.extend(table.key_columns().iter().cloned()),
        Kind::Unique => {
            for unique in &table.uniques {
                if is_it(unique.name.as_ref(), &unique.columns.join(", ")) {
                    words.extend(unique.columns.iter().cloned());
                }
            }
        }
        Kind::ForeignKey => {
            for key in &table.foreign_keys {
                if is_it(key.name.as_ref(), &key.columns.join(", ")) {
                    words.extend(key.columns.iter().cloned());
                }
            }
        }
        Kind::Check => {
            for check in &table.checks {
                if is_it(check.name.as_ref(), &check.expression) {
                    words.push(check.expression.clone());
                }
            }
        }
        Kind::Index => {
            for index in table
                .indexes
                .iter()
                .filter(|index| index.name == object.name)
            {
                words.extend(index.keys.iter().map(|key| match &key.of {
                    IndexedBy::Column(name) | IndexedBy::Expression(name) => name.clone(),
                }));
                words.extend(index.predicate.iter().cloned());
            }
        }
        _ => {}
    }
    words.join(" ")
}

/// Whether a text has a name that is not a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}
