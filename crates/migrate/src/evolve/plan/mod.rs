//! From edits to the steps of a migration.

mod columns;
mod tables;

use std::collections::BTreeMap;

use groundwork_naming::Convention;
use groundwork_schema::{model::Schema, table::Unique};

use super::{
    decide::Decider,
    edit::Edit,
    error::EvolveError,
    kinds::Kinds,
    model::{Entities, Entity},
    order,
    rename::named_after,
    restore::Restorer,
    step::{Call, Step, WayBack, leaked, leaked_list, leaked_parts},
    way_back::TableEdits,
};

/// A migration before it is proven.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) up: Vec<Step>,
    pub(crate) down: WayBack,
    /// What is lost on the way up.
    pub(crate) losses: Vec<String>,
    pub(crate) edits: Vec<Edit>,
}

/// What a draft is made from.
pub(crate) struct Planner<'a, 'd> {
    /// The schema before the migration.
    pub(crate) before: &'a Schema,
    /// The same with tables under their new names.
    pub(crate) schema: &'a Schema,
    pub(crate) current: &'a Entities,
    pub(crate) edited: &'a Entities,
    pub(crate) kinds: &'a Kinds,
    pub(crate) convention: &'a Convention,
    pub(crate) decider: &'a mut Decider<'d>,
    /// What cannot be made.
    pub(crate) problems: Vec<String>,
}

impl Planner<'_, '_> {
    /// Plans the edits.
    ///
    /// # Errors
    /// [`EvolveError`] for what is not decided, and for what cannot be made.
    pub(crate) fn draft(mut self, edits: Vec<Edit>) -> Result<Draft, EvolveError> {
        let mut up = Vec::new();
        let mut down: Vec<Step> = Vec::new();
        let mut reasons = Vec::new();
        for edit in &edits {
            if let Edit::RenameTable { table, to } = edit {
                let named = leaked_parts(named_after(self.before, self.convention, table));
                let (from, to) = (leaked(table), leaked(to));
                up.push(Step::Alter(from, vec![Call::RenameTable(to, named)]));
                down.insert(0, Step::Alter(to, vec![Call::RenameTable(from, named)]));
            }
        }
        self.create_tables(&edits, &mut up, &mut down)?;
        for table in order::referred_first(self.edited) {
            let Some(entries) = self.alter(&table, &edits)? else {
                continue;
            };
            let (calls, back) = entries.ordered();
            if !calls.is_empty() {
                let name = leaked(&table);
                up.push(Step::Alter(name, calls));
                match back {
                    Ok(back) if back.is_empty() => {}
                    Ok(back) => down.insert(0, Step::Alter(name, back)),
                    Err(why) => reasons.push(why),
                }
            }
        }
        self.drop_tables(&edits, &mut up, &mut down, &mut reasons);
        if !self.problems.is_empty() {
            return Err(EvolveError::Inexpressible(self.problems));
        }
        self.decider.finish()?;
        let down = match reasons.is_empty() {
            true => WayBack::Steps(down),
            false => WayBack::None(reasons.join("; ")),
        };
        let losses = losses(&edits);
        Ok(Draft {
            up,
            down,
            losses,
            edits,
        })
    }

    /// The changes of one table; `None` if there are none.
    fn alter(&mut self, table: &str, edits: &[Edit]) -> Result<Option<TableEdits>, EvolveError> {
        let own: Vec<&Edit> = edits.iter().filter(|edit| edit.table() == table).collect();
        let is_new = own
            .iter()
            .any(|edit| matches!(edit, Edit::CreateTable { .. }));
        let (Some(entity), Some(model)) =
            (self.edited.tables.get(table), self.schema.tables.get(table))
        else {
            return Ok(None);
        };
        if is_new || own.is_empty() {
            return Ok(None);
        }
        let restorer = Restorer::new(self.schema, self.convention, self.kinds, model);
        let mut entries = TableEdits::new(model, &own);
        entries.rename_what_is_named_after_columns(&restorer);
        for edit in own {
            self.edit(edit, entity, &restorer, &mut entries)?;
        }
        Ok(Some(entries))
    }

    fn edit(
        &mut self,
        edit: &Edit,
        entity: &Entity,
        restorer: &Restorer<'_>,
        entries: &mut TableEdits,
    ) -> Result<(), EvolveError> {
        let table = entity.table.as_str();
        match edit {
            Edit::AddColumn { column, .. } => self.add_column(entity, column, entries)?,
            Edit::DropColumn { column, .. } => self.drop_column(column, restorer, entries)?,
            Edit::RenameColumn { column, to, .. } => entries.rename(column, to),
            Edit::ChangeType {
                column,
                before,
                after,
                ..
            } => {
                self.change_type(entity, column, [before, after], restorer, entries);
            }
            Edit::SetRequired { column, .. } => self.require(entity, column, entries)?,
            Edit::SetOptional { column, .. } => entries.set_optional(column),
            Edit::AddUnique { columns, .. } => entries.add_unique(unique(columns)),
            Edit::DropUnique { columns, .. } => {
                if let Err(why) = entries.drop_unique(columns, self.convention) {
                    self.problems.push(format!("{edit}: {why}"));
                }
            }
            Edit::ChangePrimaryKey { after, .. } => entries.change_primary_key(after),
            Edit::AddForeignKey { key, .. } => {
                if let Some(key) = self.key(table, key) {
                    entries.add_foreign_key(key, &self.convention.index(table, key.columns));
                }
            }
            Edit::DropForeignKey { key, .. } => {
                let renamed_back = entries.key_before(key);
                let expected = self.convention.foreign_key(
                    table,
                    leaked_list(&renamed_back.columns),
                    &renamed_back.table,
                );
                let is_there = entries.model.foreign_keys.iter().any(|key| {
                    key.columns == renamed_back.columns
                        && key.name.as_ref().is_none_or(|name| *name == expected)
                });
                if !is_there {
                    self.problems.push(format!(
                        "{edit}: the constraint is not named as the convention has it (`{expected}`)"
                    ));
                } else if let Some(key) = self.key(table, &renamed_back) {
                    entries.drop_foreign_key(key, restorer);
                }
            }
            Edit::ChangeValues {
                column,
                before,
                after,
                ..
            } => {
                self.change_values(entity, column, [before, after], entries);
            }
            Edit::CreateTable { .. } | Edit::DropTable { .. } | Edit::RenameTable { .. } => {}
        }
        Ok(())
    }
}

/// What edits lose, in words.
pub(crate) fn losses(edits: &[Edit]) -> Vec<String> {
    let losses = edits.iter().filter_map(|edit| match edit {
        Edit::DropTable { table } => Some(format!("table {table} with its rows")),
        Edit::DropColumn { table, column } => {
            Some(format!("column {table}.{column} with its values"))
        }
        _ => None,
    });
    losses.collect()
}

fn unique(columns: &[String]) -> Unique {
    Unique {
        columns: leaked_list(columns),
        ..Unique::DEFAULT
    }
}

/// What was renamed in a table, by the new name.
pub(in crate::evolve) fn renamed(edits: &[&Edit]) -> BTreeMap<String, String> {
    let renamed = edits.iter().filter_map(|edit| match edit {
        Edit::RenameColumn { column, to, .. } => Some((to.clone(), column.clone())),
        _ => None,
    });
    renamed.collect()
}
