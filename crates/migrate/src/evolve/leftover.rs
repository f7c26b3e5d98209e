//! What entities that are generated after the migration would lack of the edited ones.

use std::collections::BTreeSet;

use super::{
    compare::compare,
    kinds::Kinds,
    model::{Entities, Entity, FieldType, Way},
};

/// What is not as it was edited.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    /// Parts of the edit that cannot be expressed.
    pub(super) refused: Vec<String>,
    /// What will be written otherwise, and means the same.
    pub(super) notes: Vec<String>,
}

/// Compares the entities as they would be generated with the edited ones.
pub(super) fn leftovers(
    given: &Entities,
    before: &Entities,
    edited: &Entities,
    kinds: &Kinds,
) -> Leftovers {
    let mut left = Leftovers::default();
    let comparison = compare(given, edited, kinds);
    for edit in &comparison.edits {
        let file = edited
            .tables
            .get(edit.table())
            .map_or("", |entity| entity.file.as_str());
        left.refused
            .push(format!("{file}: {edit}: no migration gives it"));
    }
    left.refused
        .extend(comparison.faults.iter().map(ToString::to_string));
    for (table, entity) in &edited.tables {
        if let Some(now) = given.tables.get(table) {
            left.fields(now, entity);
            left.relations(now, before.tables.get(table), entity);
        }
    }
    left
}

impl Leftovers {
    fn fields(&mut self, given: &Entity, edited: &Entity) {
        for field in &edited.fields {
            let at = format!("{}:{}", edited.file, field.line);
            for other in &field.other {
                self.refused.push(format!(
                    "{at}: {}.{} has `{other}`, which generated entities never have",
                    edited.table, field.column
                ));
            }
            let Some(now) = given.field(&field.column) else {
                continue;
            };
            if let (FieldType::Own(wanted), kind) = (&field.kind, &now.kind)
                && *kind != field.kind
            {
                let kind = match kind {
                    FieldType::Own(name) => name.name.clone(),
                    FieldType::Plain { rust, .. } => rust.clone(),
                };
                self.refused.push(format!(
                    "{at}: {}.{} would be a `{kind}` and no `{}`: the type of an id comes by a \
                     relation, or by entities.toml to the column that it identifies",
                    edited.table, field.column, wanted.name
                ));
            }
        }
        let shared = |one: &Entity, other: &Entity| -> Vec<String> {
            let fields = one
                .fields
                .iter()
                .filter(|field| other.field(&field.column).is_some());
            fields.map(|field| field.column.clone()).collect()
        };
        if shared(given, edited) != shared(edited, given) {
            self.notes.push(format!(
                "{}: the fields come in the order of the columns, and a new column is the last one",
                edited.file
            ));
        }
    }

    fn relations(&mut self, given: &Entity, before: Option<&Entity>, edited: &Entity) {
        let ends = |entity: &Entity| -> BTreeSet<String> {
            let ends = entity
                .relations
                .iter()
                .filter(|relation| relation.way == Way::OtherEnd);
            ends.map(|relation| relation.field.clone()).collect()
        };
        let (now, wanted) = (ends(given), ends(edited));
        let old = before.map(ends).unwrap_or_default();
        for relation in edited
            .relations
            .iter()
            .filter(|relation| relation.way == Way::OtherEnd)
        {
            let field = &relation.field;
            // The other end of a key that is gone goes with it.
            if !now.contains(field) && !old.contains(field) {
                self.refused.push(format!(
                    "{}:{}: `{field}` is the other end of a foreign key that no entity has by this \
                     name: write the relation (`belongs_to`) where the column is",
                    edited.file, relation.line
                ));
            }
        }
        for field in now
            .iter()
            .filter(|field| old.contains(*field) && !wanted.contains(*field))
        {
            self.notes.push(format!(
                "{}: `{field}` comes back: its foreign key is still there",
                edited.file
            ));
        }
        for relation in &edited.relations {
            let Way::Key(key) = &relation.way else {
                continue;
            };
            let same = |other: &&super::model::Relation| matches!(&other.way, Way::Key(other) if other == key);
            if let Some(now) = given
                .relations
                .iter()
                .find(same)
                .filter(|now| now.field != relation.field)
            {
                self.notes.push(format!(
                    "{}: the relation `{}` is called `{}`, after its column",
                    edited.file, relation.field, now.field
                ));
            }
        }
    }
}
