//! The changes of one table, each with what takes it back, in an order in which every engine can
//! make them.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model,
    table::{Check, Column, Condition, ForeignKey, Index, Kind, Unique},
};

use super::{
    edit::Edit,
    model::Key,
    plan::renamed,
    restore::{Restorer, rule_of},
    step::{Call, leaked, leaked_list},
};
use crate::entities::value_list;

/// When in a migration a change is made. Before columns are renamed, everything has its old name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    DropForeignKey,
    DropUnique,
    DropIndex,
    DropCheck,
    DropColumn,
    Rename,
    AddColumn,
    Type,
    Presence,
    PrimaryKey,
    AddCheck,
    AddUnique,
    AddIndex,
    AddForeignKey,
}

struct Entry {
    phase: Phase,
    up: Vec<Call>,
    down: Result<Vec<Call>, String>,
}

/// The changes of one table.
pub(super) struct TableEdits {
    pub(super) model: model::Table,
    entries: Vec<Entry>,
    /// The old names of columns by the new ones.
    renamed: BTreeMap<String, String>,
    added: BTreeSet<String>,
    dropped: BTreeSet<String>,
}

impl TableEdits {
    pub(super) fn new(model: &model::Table, edits: &[&Edit]) -> Self {
        let columns = |wanted: fn(&Edit) -> Option<&String>| {
            edits
                .iter()
                .filter_map(|edit| wanted(edit).cloned())
                .collect()
        };
        Self {
            model: model.clone(),
            entries: Vec::new(),
            renamed: renamed(edits),
            added: columns(|edit| match edit {
                Edit::AddColumn { column, .. } => Some(column),
                _ => None,
            }),
            dropped: columns(|edit| match edit {
                Edit::DropColumn { column, .. } => Some(column),
                _ => None,
            }),
        }
    }

    /// The calls of `up` in their order, and those of `down`, or why there are none.
    pub(super) fn ordered(mut self) -> (Vec<Call>, Result<Vec<Call>, String>) {
        self.entries.sort_by_key(|entry| entry.phase);
        let up = self
            .entries
            .iter()
            .flat_map(|entry| entry.up.clone())
            .collect();
        let mut down = Vec::new();
        for entry in self.entries.into_iter().rev() {
            match entry.down {
                Ok(calls) => down.extend(calls),
                Err(why) => return (up, Err(why)),
            }
        }
        (up, Ok(down))
    }

    fn push(&mut self, phase: Phase, up: Vec<Call>, down: Vec<Call>) {
        let down = Ok(down);
        self.entries.push(Entry { phase, up, down });
    }

    /// What a column was called before.
    pub(super) fn column_before(&self, column: &str) -> String {
        self.renamed
            .get(column)
            .cloned()
            .unwrap_or_else(|| column.to_owned())
    }

    fn columns_before(&self, columns: &[String]) -> Vec<String> {
        columns
            .iter()
            .map(|column| self.column_before(column))
            .collect()
    }

    /// What columns are called afterwards.
    fn columns_after(&self, columns: &[String]) -> Vec<String> {
        let after = |column: &String| {
            let new = self.renamed.iter().find(|(_, old)| *old == column);
            new.map_or_else(|| column.clone(), |(new, _)| new.clone())
        };
        columns.iter().map(after).collect()
    }

    /// A foreign key of this table with the names that its columns had.
    pub(super) fn key_before(&self, key: &Key) -> Key {
        let is_own = key.table == self.model.name;
        Key {
            columns: self.columns_before(&key.columns),
            referred: match is_own {
                true => self.columns_before(&key.referred),
                false => key.referred.clone(),
            },
            ..key.clone()
        }
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let (from, to) = (leaked(from), leaked(to));
        self.push(
            Phase::Rename,
            vec![Call::RenameColumn(from, to)],
            vec![Call::RenameColumn(to, from)],
        );
    }

    /// Constraints and indexes keep their names when a column is renamed: those that the convention
    /// names after it are made anew.
    pub(super) fn rename_what_is_named_after_columns(&mut self, restorer: &Restorer<'_>) {
        let renamed: BTreeSet<String> = self.renamed.values().cloned().collect();
        for column in &renamed {
            for call in restorer.named_after(column) {
                self.make_anew(&call, column, &renamed, restorer);
            }
        }
    }

    fn make_anew(
        &mut self,
        call: &Call,
        column: &str,
        renamed: &BTreeSet<String>,
        restorer: &Restorer<'_>,
    ) {
        let owned = |columns: &[&str]| -> Vec<String> {
            columns.iter().map(|&column| column.to_owned()).collect()
        };
        let columns = match call {
            Call::AddUnique(unique) => owned(unique.columns),
            Call::AddIndex(index) => owned(index.columns),
            Call::AddForeignKey(key) => owned(key.columns),
            _ => return,
        };
        // What goes with a dropped column comes back with it; and of two renamed columns in one key,
        // the first is enough.
        let first = columns.iter().find(|column| renamed.contains(*column));
        if columns.iter().any(|column| self.dropped.contains(column))
            || first.is_none_or(|first| first != column)
        {
            return;
        }
        let after = leaked_list(&self.columns_after(&columns));
        match *call {
            Call::AddUnique(unique) => {
                let new = Unique {
                    columns: after,
                    ..unique
                };
                self.push(
                    Phase::DropUnique,
                    vec![Call::DropUnique(unique)],
                    vec![Call::AddUnique(unique)],
                );
                self.push(
                    Phase::AddUnique,
                    vec![Call::AddUnique(new)],
                    vec![Call::DropUnique(new)],
                );
            }
            Call::AddIndex(index) => {
                let new = Index {
                    columns: after,
                    ..index
                };
                self.push(
                    Phase::DropIndex,
                    vec![Call::DropIndex(index.columns)],
                    vec![Call::AddIndex(index)],
                );
                self.push(
                    Phase::AddIndex,
                    vec![Call::AddIndex(new)],
                    vec![Call::DropIndex(after)],
                );
            }
            Call::AddForeignKey(key) => {
                let referred = owned(key.referred_columns);
                let referred_columns = match key.table == self.model.name {
                    true => leaked_list(&self.columns_after(&referred)),
                    false => key.referred_columns,
                };
                let new = ForeignKey {
                    columns: after,
                    referred_columns,
                    ..key
                };
                let back = restorer.added_again(key);
                let mut again = vec![Call::AddForeignKey(new)];
                if back.len() > 1 {
                    again.push(Call::DropIndex(after));
                }
                let drop = vec![Call::DropForeignKey(key.columns, key.table)];
                self.push(Phase::DropForeignKey, drop, back);
                let drop = vec![Call::DropForeignKey(after, key.table)];
                self.push(Phase::AddForeignKey, again, drop);
            }
            _ => {}
        }
    }

    pub(super) fn add_column(&mut self, column: Column, value: Option<&'static str>) {
        let up = match value {
            Some(value) => Call::AddColumnFilled(column, value),
            None => Call::AddColumn(column),
        };
        self.push(
            Phase::AddColumn,
            vec![up],
            vec![Call::DropColumn(column.name)],
        );
    }

    /// A check of a new column goes with it.
    pub(super) fn add_check_of_new(&mut self, check: Check) {
        self.push(Phase::AddCheck, vec![Call::AddCheck(check)], Vec::new());
    }

    pub(super) fn drop_column(&mut self, column: &str, down: Result<Vec<Call>, String>) {
        let up = vec![Call::DropColumn(leaked(column))];
        let phase = Phase::DropColumn;
        self.entries.push(Entry { phase, up, down });
    }

    pub(super) fn set_required(&mut self, column: &str, value: Option<&'static str>) {
        let column = leaked(column);
        let up = match value {
            Some(value) => Call::SetRequiredFilling(column, value),
            None => Call::SetRequired(column),
        };
        self.push(Phase::Presence, vec![up], vec![Call::SetOptional(column)]);
    }

    pub(super) fn set_optional(&mut self, column: &str) {
        let column = leaked(column);
        self.push(
            Phase::Presence,
            vec![Call::SetOptional(column)],
            vec![Call::SetRequired(column)],
        );
    }

    pub(super) fn change_type(
        &mut self,
        column: &str,
        kind: Kind,
        value: Option<&str>,
        back: Result<Kind, String>,
    ) {
        let column = leaked(column);
        let up = match value {
            Some(sql) => Call::ChangeTypeUsing(column, kind, leaked(sql)),
            None => Call::ChangeType(column, kind),
        };
        let down = back.map(|kind| vec![Call::ChangeType(column, kind)]);
        let (phase, up) = (Phase::Type, vec![up]);
        self.entries.push(Entry { phase, up, down });
    }

    /// Other values in a column of text.
    pub(super) fn convert_values(&mut self, column: &str, sql: &str) {
        let up = vec![Call::ChangeTypeUsing(
            leaked(column),
            Kind::Text,
            leaked(sql),
        )];
        self.push(Phase::Type, up, Vec::new());
    }

    pub(super) fn add_unique(&mut self, unique: Unique) {
        // It goes with a column that is new.
        let down = match self.has_new(unique.columns) {
            true => Vec::new(),
            false => vec![Call::DropUnique(unique)],
        };
        self.push(Phase::AddUnique, vec![Call::AddUnique(unique)], down);
    }

    /// # Errors
    /// Why it cannot be dropped.
    pub(super) fn drop_unique(
        &mut self,
        columns: &[String],
        convention: &Convention,
    ) -> Result<(), String> {
        if columns.iter().any(|column| self.dropped.contains(column)) {
            return Ok(());
        }
        let before: BTreeSet<String> = self.columns_before(columns).into_iter().collect();
        let found = self
            .model
            .uniques
            .iter()
            .find(|unique| unique.columns.iter().cloned().collect::<BTreeSet<_>>() == before);
        let Some(found) = found else {
            return Err("it is a unique index, which `Alter` does not drop".to_owned());
        };
        let columns = leaked_list(&found.columns);
        let expected = convention.unique(&self.model.name, columns);
        if found.name.as_ref().is_some_and(|name| *name != expected) {
            return Err(format!(
                "the constraint is not named as the convention has it (`{expected}`)"
            ));
        }
        // One that is made anew for a new name is dropped already.
        let is_dropped = |entry: &Entry| {
            entry
                .up
                .iter()
                .any(|call| matches!(call, Call::DropUnique(known) if known.columns == columns))
        };
        if self.entries.iter().any(is_dropped) {
            let after = self.columns_after(&found.columns);
            self.entries.retain(|entry| {
                !entry
                    .up
                    .iter()
                    .any(|call| matches!(call, Call::AddUnique(new) if new.columns == after))
            });
            return Ok(());
        }
        let unique = Unique {
            columns,
            ..Unique::DEFAULT
        };
        self.push(
            Phase::DropUnique,
            vec![Call::DropUnique(unique)],
            vec![Call::AddUnique(unique)],
        );
        Ok(())
    }

    pub(super) fn change_primary_key(&mut self, after: &[String]) {
        let before = leaked_list(self.model.key_columns());
        let after = leaked_list(after);
        self.push(
            Phase::PrimaryKey,
            vec![Call::ChangePrimaryKey(after)],
            vec![Call::ChangePrimaryKey(before)],
        );
    }

    pub(super) fn add_foreign_key(&mut self, key: ForeignKey, index: &str) {
        let has_index = self.model.indexes.iter().any(|known| known.name == index);
        let mut down = Vec::new();
        if !self.has_new(key.columns) {
            down.push(Call::DropForeignKey(key.columns, key.table));
            if !has_index {
                down.push(Call::DropIndex(key.columns));
            }
        }
        self.push(Phase::AddForeignKey, vec![Call::AddForeignKey(key)], down);
    }

    /// A key in old names.
    pub(super) fn drop_foreign_key(&mut self, key: ForeignKey, restorer: &Restorer<'_>) {
        if key
            .columns
            .iter()
            .any(|column| self.dropped.contains(*column))
        {
            return;
        }
        // One that is made anew for a new name is dropped already.
        let is_dropped = |entry: &Entry| {
            entry.up.iter().any(|call| matches!(call, Call::DropForeignKey(columns, table) if *columns == key.columns && *table == key.table))
        };
        if self.entries.iter().any(is_dropped) {
            let after = self.columns_after(
                &key.columns
                    .iter()
                    .map(|&name| name.to_owned())
                    .collect::<Vec<_>>(),
            );
            self.entries.retain(|entry| {
                !entry.up.iter().any(|call| matches!(call, Call::AddForeignKey(new) if new.columns == after && new.table == key.table))
            });
            return;
        }
        let drop = vec![Call::DropForeignKey(key.columns, key.table)];
        self.push(Phase::DropForeignKey, drop, restorer.added_again(key));
    }

    /// The rule of the check that lists the values of a column; `None` if no check does.
    ///
    /// # Errors
    /// Why it has no rule.
    pub(super) fn rule_of_values(
        &self,
        column: &str,
        engine: Engine,
        convention: &Convention,
    ) -> Result<Option<String>, String> {
        let found = self.model.checks.iter().find(|check| {
            value_list::in_expression(engine, &check.expression)
                .is_some_and(|list| list.column == column)
        });
        let Some(check) = found else { return Ok(None) };
        let name = check.name.clone().unwrap_or_default();
        match rule_of(convention, &self.model.name, &name) {
            Some(rule) => Ok(Some(rule)),
            None => Err(format!(
                "the check `{name}` is not named as the convention has it"
            )),
        }
    }

    pub(super) fn change_check(&mut self, old: Option<Check>, new: Option<Check>) {
        let column = |check: &Check| match check.condition {
            Condition::OneOf { column, .. } => Some(column),
            _ => None,
        };
        if old
            .as_ref()
            .and_then(column)
            .is_some_and(|column| self.dropped.contains(column))
        {
            return;
        }
        if let Some(check) = old {
            self.push(
                Phase::DropCheck,
                vec![Call::DropCheck(check.rule)],
                vec![Call::AddCheck(check)],
            );
        }
        if let Some(check) = new {
            self.push(
                Phase::AddCheck,
                vec![Call::AddCheck(check)],
                vec![Call::DropCheck(check.rule)],
            );
        }
    }

    fn has_new(&self, columns: &[&str]) -> bool {
        columns.iter().any(|column| self.added.contains(*column))
    }
}
