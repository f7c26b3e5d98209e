//! Tables that are new, and those that are gone.

use std::collections::BTreeSet;

use groundwork_schema::table::{ForeignKey, OnDelete, Table};

use super::{Planner, unique};
use crate::evolve::{
    edit::Edit,
    error::EvolveError,
    model::{Entity, Key},
    order,
    restore::Restorer,
    step::{Call, Step, leaked, leaked_list, leaked_parts},
};

impl Planner<'_, '_> {
    /// The tables that are new, those that are referred to first. Keys in a circle come afterwards.
    pub(super) fn create_tables(
        &mut self,
        edits: &[Edit],
        up: &mut Vec<Step>,
        down: &mut Vec<Step>,
    ) -> Result<(), EvolveError> {
        let new: BTreeSet<&str> = (edits.iter())
            .filter_map(|edit| match edit {
                Edit::CreateTable { table, .. } => Some(table.as_str()),
                _ => None,
            })
            .collect();
        let mut made: BTreeSet<String> = BTreeSet::new();
        let mut later = Vec::new();
        for table in order::referred_first(self.edited) {
            let Some(entity) = self
                .edited
                .tables
                .get(&table)
                .filter(|_| new.contains(table.as_str()))
            else {
                continue;
            };
            made.insert(table.clone());
            let is_there =
                |key: &Key| !new.contains(key.table.as_str()) || made.contains(&key.table);
            let (now, postponed): (Vec<Key>, Vec<Key>) =
                entity.foreign_keys().into_iter().partition(is_there);
            let created = self.table(entity, &now)?;
            up.push(Step::Create(created));
            down.insert(0, Step::Drop(leaked(&table)));
            let keys: Vec<ForeignKey> = postponed
                .iter()
                .filter_map(|key| self.key(&table, key))
                .collect();
            if !keys.is_empty() {
                later.push((leaked(&table), keys));
            }
        }
        for (table, keys) in later {
            let back = keys.iter().rev().flat_map(|key| {
                [
                    Call::DropForeignKey(key.columns, key.table),
                    Call::DropIndex(key.columns),
                ]
            });
            down.insert(0, Step::Alter(table, back.collect()));
            up.push(Step::Alter(
                table,
                keys.into_iter().map(Call::AddForeignKey).collect(),
            ));
        }
        Ok(())
    }

    fn table(&mut self, entity: &Entity, keys: &[Key]) -> Result<Table, EvolveError> {
        let mut columns = Vec::new();
        let mut checks = Vec::new();
        for field in &entity.fields {
            columns.push(self.column(entity, field));
            checks.extend(self.check_of(field, &field.column));
        }
        let foreign_keys = keys.iter().filter_map(|key| self.key(&entity.table, key));
        let foreign_keys: Vec<ForeignKey> = foreign_keys.collect();
        let uniques = entity.uniques();
        let uniques = uniques.iter().map(|columns| unique(columns));
        Ok(Table {
            name: leaked(&entity.table),
            columns: leaked_parts(columns),
            primary_key: leaked_list(&entity.key_columns()),
            foreign_keys: leaked_parts(foreign_keys),
            uniques: leaked_parts(uniques.collect()),
            checks: leaked_parts(checks),
            ..Table::DEFAULT
        })
    }

    /// A foreign key in the words of `Table`.
    pub(super) fn key(&mut self, table: &str, key: &Key) -> Option<ForeignKey> {
        let mut action = |event: &str, name: Option<&String>| {
            let action = name.map_or(Some(OnDelete::NoAction), |name| action_of(name));
            if action.is_none() {
                self.problems.push(format!(
                    "the foreign key {table} ({}) to {}: no engine has {event} = \"{}\"",
                    key.columns.join(", "),
                    key.table,
                    name.map_or("", String::as_str)
                ));
            }
            action
        };
        Some(ForeignKey {
            columns: leaked_list(&key.columns),
            table: leaked(&key.table),
            referred_columns: leaked_list(&key.referred),
            on_delete: action("on_delete", key.on_delete.as_ref())?,
            on_update: action("on_update", key.on_update.as_ref())?,
            ..ForeignKey::DEFAULT
        })
    }

    /// The tables that are gone, those that refer to others first.
    pub(super) fn drop_tables(
        &mut self,
        edits: &[Edit],
        up: &mut Vec<Step>,
        down: &mut Vec<Step>,
        reasons: &mut Vec<String>,
    ) {
        let gone: BTreeSet<&str> = (edits.iter())
            .filter_map(|edit| match edit {
                Edit::DropTable { table } => Some(table.as_str()),
                _ => None,
            })
            .collect();
        let order: Vec<String> = order::referred_first(self.current)
            .into_iter()
            .rev()
            .collect();
        for table in order.iter().filter(|table| gone.contains(table.as_str())) {
            let Some(model) = self.schema.tables.get(table) else {
                continue;
            };
            up.push(Step::Drop(leaked(table)));
            let restorer = Restorer::new(self.schema, self.convention, self.kinds, model);
            match restorer.table() {
                Ok((created, rest)) => {
                    if !rest.is_empty() {
                        down.insert(0, Step::Alter(created.name, rest));
                    }
                    down.insert(0, Step::Create(created));
                }
                Err(why) => reasons.push(format!("table {table} cannot be made again: {why}")),
            }
        }
    }
}

/// What SeaORM's attributes call an action.
fn action_of(name: &str) -> Option<OnDelete> {
    Some(match name {
        "NoAction" => OnDelete::NoAction,
        "Restrict" => OnDelete::Restrict,
        "Cascade" => OnDelete::Cascade,
        "SetNull" => OnDelete::SetNull,
        "SetDefault" => OnDelete::SetDefault,
        _ => return None,
    })
}
