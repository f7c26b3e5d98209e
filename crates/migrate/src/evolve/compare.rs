//! What the edits of entities are: two models compared, after renames are known.

use std::collections::BTreeSet;

use super::{
    edit::Edit,
    kinds::Kinds,
    model::{Entities, Entity, Field, FieldType, Way},
    read::Fault,
};

/// The edits, and the fields that no column can be.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) edits: Vec<Edit>,
    pub(crate) faults: Vec<Fault>,
}

/// How the edited entities differ from the current ones.
pub(crate) fn compare(current: &Entities, edited: &Entities, kinds: &Kinds) -> Comparison {
    let mut comparison = Comparison::default();
    for (table, entity) in &edited.tables {
        match current.tables.get(table) {
            Some(before) => {
                let pair = Pair {
                    current,
                    edited,
                    kinds,
                    before,
                    after: entity,
                };
                pair.compare(&mut comparison);
            }
            None => comparison.create(entity, edited, kinds),
        }
    }
    for table in current
        .tables
        .keys()
        .filter(|table| !edited.tables.contains_key(*table))
    {
        comparison.edits.push(Edit::DropTable {
            table: table.clone(),
        });
    }
    comparison
}

impl Comparison {
    fn create(&mut self, entity: &Entity, edited: &Entities, kinds: &Kinds) {
        for field in &entity.fields {
            if let Err(message) = kinds.holds(edited, entity, field) {
                self.fault(entity, field, message);
            }
        }
        if entity.key_columns().is_empty() {
            self.faults.push(Fault {
                file: entity.file.clone(),
                line: entity.line,
                message: "no field is #[sea_orm(primary_key)]".to_owned(),
            });
        }
        self.edits.push(Edit::CreateTable {
            table: entity.table.clone(),
            columns: entity
                .fields
                .iter()
                .map(|field| field.column.clone())
                .collect(),
        });
    }

    fn fault(&mut self, entity: &Entity, field: &Field, message: String) {
        self.faults.push(Fault {
            file: entity.file.clone(),
            line: field.line,
            message: format!("{}.{} {message}", entity.table, field.column),
        });
    }
}

/// A table before and after.
struct Pair<'a> {
    current: &'a Entities,
    edited: &'a Entities,
    kinds: &'a Kinds,
    before: &'a Entity,
    after: &'a Entity,
}

impl Pair<'_> {
    fn compare(&self, comparison: &mut Comparison) {
        let table = || self.after.table.clone();
        for field in &self.before.fields {
            if self.after.field(&field.column).is_none() {
                let column = field.column.clone();
                comparison.edits.push(Edit::DropColumn {
                    table: table(),
                    column,
                });
            }
        }
        for field in &self.after.fields {
            match self.before.field(&field.column) {
                Some(before) => self.field(before, field, comparison),
                None => self.added(field, comparison),
            }
        }
        self.primary_key(comparison);
        self.uniques(comparison);
        self.foreign_keys(comparison);
    }

    fn added(&self, field: &Field, comparison: &mut Comparison) {
        match self.kinds.holds(self.edited, self.after, field) {
            Ok(holds) => comparison.edits.push(Edit::AddColumn {
                table: self.after.table.clone(),
                column: field.column.clone(),
                holds,
                required: !field.is_optional,
            }),
            Err(message) => comparison.fault(self.after, field, message),
        }
    }

    fn field(&self, before: &Field, after: &Field, comparison: &mut Comparison) {
        let (table, column) = (self.after.table.clone(), after.column.clone());
        if before.is_numbered != after.is_numbered && before.is_key && after.is_key {
            let message = "cannot begin or cease to number rows: write that migration by hand";
            comparison.fault(self.after, after, message.to_owned());
            return;
        }
        let values = |entities: &Entities, field: &Field| match &field.kind {
            FieldType::Own(name) => entities.enums.get(name).cloned().unwrap_or_default(),
            FieldType::Plain { .. } => Vec::new(),
        };
        let (old, new) = (values(self.current, before), values(self.edited, after));
        if before.kind != after.kind {
            // What the current entities hold is known, in words at least.
            let holds = self.kinds.holds(self.current, self.before, before);
            let holds = holds.unwrap_or_else(|_| described(&before.kind));
            match self.kinds.holds(self.edited, self.after, after) {
                Ok(now) if now != holds => comparison.edits.push(Edit::ChangeType {
                    table: table.clone(),
                    column: column.clone(),
                    before: holds,
                    after: now,
                }),
                Ok(_) => {}
                Err(message) => return comparison.fault(self.after, after, message),
            }
        }
        if old != new {
            let (table, column) = (table.clone(), column.clone());
            let (before, after) = (old, new);
            comparison.edits.push(Edit::ChangeValues {
                table,
                column,
                before,
                after,
            });
        }
        comparison
            .edits
            .extend(match (before.is_optional, after.is_optional) {
                (true, false) => Some(Edit::SetRequired { table, column }),
                (false, true) => Some(Edit::SetOptional { table, column }),
                _ => None,
            });
    }

    fn primary_key(&self, comparison: &mut Comparison) {
        let (before, after) = (self.before.key_columns(), self.after.key_columns());
        let set = |columns: &[String]| columns.iter().cloned().collect::<BTreeSet<String>>();
        if set(&before) == set(&after) {
            return;
        }
        if after.is_empty() {
            comparison.faults.push(Fault {
                file: self.after.file.clone(),
                line: self.after.line,
                message: "no field is #[sea_orm(primary_key)]".to_owned(),
            });
            return;
        }
        let table = self.after.table.clone();
        comparison.edits.push(Edit::ChangePrimaryKey {
            table,
            before,
            after,
        });
    }

    fn uniques(&self, comparison: &mut Comparison) {
        let (before, after) = (self.before.uniques(), self.after.uniques());
        let table = || self.after.table.clone();
        // The order of columns says nothing about what may exist once only.
        let same = |one: &Vec<String>, all: &BTreeSet<Vec<String>>| {
            let set: BTreeSet<&String> = one.iter().collect();
            all.iter()
                .any(|other| other.iter().collect::<BTreeSet<_>>() == set)
        };
        for columns in before.iter().filter(|columns| !same(columns, &after)) {
            comparison.edits.push(Edit::DropUnique {
                table: table(),
                columns: columns.clone(),
            });
        }
        for columns in after.iter().filter(|columns| !same(columns, &before)) {
            comparison.edits.push(Edit::AddUnique {
                table: table(),
                columns: columns.clone(),
            });
        }
    }

    fn foreign_keys(&self, comparison: &mut Comparison) {
        let (before, after) = (self.before.foreign_keys(), self.after.foreign_keys());
        let table = || self.after.table.clone();
        let dropped = before.difference(&after).cloned();
        let dropped = dropped.map(|key| Edit::DropForeignKey {
            table: table(),
            key,
        });
        comparison.edits.extend(dropped);
        let added = after.difference(&before).cloned();
        let added = added.map(|key| Edit::AddForeignKey {
            table: table(),
            key,
        });
        comparison.edits.extend(added);
    }
}

/// The type of a field in words, where no kind of column is known.
fn described(kind: &FieldType) -> String {
    match kind {
        FieldType::Plain { rust, column_type } => match column_type {
            Some(column_type) => format!("{rust} ({column_type})"),
            None => rust.clone(),
        },
        FieldType::Own(name) => name.name.clone(),
    }
}

/// The current entities with a column under another name.
pub(crate) fn rename_column(entities: &mut Entities, table: &str, from: &str, to: &str) {
    let swap = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    for (name, entity) in &mut entities.tables {
        let is_own = name == table;
        for field in entity.fields.iter_mut().filter(|_| is_own) {
            swap(&mut field.column);
        }
        if is_own {
            rename_keys(entity, from, to);
        }
        for relation in &mut entity.relations {
            if let Way::Key(key) = &mut relation.way {
                if is_own {
                    key.columns.iter_mut().for_each(swap);
                }
                if key.table == table {
                    key.referred.iter_mut().for_each(swap);
                }
            }
        }
    }
}

/// Keys of several columns are named after them.
fn rename_keys(entity: &mut Entity, from: &str, to: &str) {
    let uniques = entity.uniques();
    for columns in uniques.iter().filter(|columns| columns.len() > 1) {
        if !columns.iter().any(|column| column == from)
            && !columns.iter().any(|column| column == to)
        {
            continue;
        }
        let old = columns
            .iter()
            .map(|column| if column == to { from } else { column.as_str() });
        let old = old.collect::<Vec<_>>().join("_");
        let new = columns
            .iter()
            .map(|column| if column == from { to } else { column.as_str() });
        let new = new.collect::<Vec<_>>().join("_");
        for field in &mut entity.fields {
            for key in field.keys.iter_mut().filter(|key| **key == old) {
                new.clone_into(key);
            }
        }
    }
}

/// The current entities with a table under another name.
pub(crate) fn rename_table(entities: &mut Entities, from: &str, to: &str) {
    if let Some(mut entity) = entities.tables.remove(from) {
        to.clone_into(&mut entity.table);
        entities.tables.insert(to.to_owned(), entity);
    }
    for entity in entities.tables.values_mut() {
        for relation in &mut entity.relations {
            if let Way::Key(key) = &mut relation.way
                && key.table == from
            {
                to.clone_into(&mut key.table);
            }
        }
    }
}
