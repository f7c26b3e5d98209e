//! From edits to the steps of a migration.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_naming::Convention;
use groundwork_schema::{
    model::Schema,
    table::{Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique},
};

use super::{
    decide::{Decider, Fill},
    edit::Edit,
    error::EvolveError,
    kinds::{Kinds, literal_of, widens, word},
    model::{Entities, Entity, Field, FieldType, Key},
    order,
    rename::named_after,
    restore::Restorer,
    single::column_back,
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

    /// The tables that are new, those that are referred to first. Keys in a circle come afterwards.
    fn create_tables(
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

    /// The kind of a field that was found to have one.
    fn kind(&self, entity: &Entity, field: &Field) -> Kind {
        self.kinds
            .of(self.edited, entity, field)
            .unwrap_or(Kind::Text)
    }

    fn column(&self, entity: &Entity, field: &Field) -> Column {
        let (name, kind) = (leaked(&field.column), self.kind(entity, field));
        match field.is_optional {
            true => Column::optional(name, kind),
            false => Column::required(name, kind),
        }
    }

    /// The check that lists the values of an enum's field.
    fn check_of(&self, field: &Field, rule: &str) -> Option<Check> {
        let FieldType::Own(name) = &field.kind else {
            return None;
        };
        let values = self.edited.enums.get(name)?;
        Some(values_check(rule, &field.column, values))
    }

    /// A foreign key in the words of `Table`.
    fn key(&mut self, table: &str, key: &Key) -> Option<ForeignKey> {
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
        let restorer = Restorer {
            engine: self.schema.engine,
            convention: self.convention,
            kinds: self.kinds,
            table: model,
        };
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
            Edit::AddForeignKey { .. } => {
                if let Some(key) = self.key(table, &key_of(edit)) {
                    entries.add_foreign_key(key, &self.convention.index(table, key.columns));
                }
            }
            Edit::DropForeignKey { .. } => {
                let renamed_back = entries.key_before(&key_of(edit));
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

    /// The value for rows, as SQL.
    fn sql(
        &self,
        fill: &Fill<'_>,
        entity: Option<(&Entity, &Field)>,
        kind: Kind,
        subject: &str,
    ) -> Result<Option<&'static str>, EvolveError> {
        let value = match fill {
            Fill::Nothing => return Ok(None),
            Fill::Sql(sql) => return Ok(Some(leaked(sql))),
            Fill::Value(value) => value,
        };
        let bad = |why: String| EvolveError::BadValue {
            flag: format!("--fill {subject}={value}"),
            why,
        };
        let values = entity.and_then(|(_, field)| match &field.kind {
            FieldType::Own(name) => self.edited.enums.get(name),
            FieldType::Plain { .. } => None,
        });
        if let Some(values) = values.filter(|values| !values.iter().any(|known| known == value)) {
            return Err(bad(format!("the values are {}", values.join(", "))));
        }
        literal_of(kind, value)
            .map(|sql| Some(leaked(&sql)))
            .map_err(bad)
    }

    fn add_column(
        &mut self,
        entity: &Entity,
        column: &str,
        entries: &mut TableEdits,
    ) -> Result<(), EvolveError> {
        let Some(field) = entity.field(column) else {
            return Ok(());
        };
        let subject = format!("{}.{column}", entity.table);
        let added = self.column(entity, field);
        if added.kind == Kind::Numbered {
            self.problems.push(format!(
                "{subject}: a table that exists cannot begin to number its rows"
            ));
            return Ok(());
        }
        let fill = match field.is_optional {
            true => self.decider.fill_if_any(&entity.table, column),
            false => match self.decider.fill(&entity.table, column, &word(added.kind)) {
                Some(fill) => Some(fill),
                None => return Ok(()),
            },
        };
        let value = match &fill {
            Some(fill) => self.sql(fill, Some((entity, field)), added.kind, &subject)?,
            None => None,
        };
        entries.add_column(added, value);
        if let Some(check) = self.check_of(field, column) {
            entries.add_check_of_new(check);
        }
        Ok(())
    }

    fn drop_column(
        &mut self,
        column: &str,
        restorer: &Restorer<'_>,
        entries: &mut TableEdits,
    ) -> Result<(), EvolveError> {
        let table = restorer.table.name.clone();
        let subject = format!("{table}.{column}");
        let kind = restorer.column(column).map(|(own, _)| own.kind);
        let fill = self.decider.fill_if_any(&table, column);
        let value = match (&fill, kind) {
            (Some(fill), Ok(kind)) => self.sql(fill, None, kind, &subject)?,
            _ => None,
        };
        let back = column_back(restorer, column, value);
        entries.drop_column(column, back);
        Ok(())
    }

    fn change_type(
        &mut self,
        entity: &Entity,
        column: &str,
        [before, after]: [&String; 2],
        restorer: &Restorer<'_>,
        entries: &mut TableEdits,
    ) {
        let Some(field) = entity.field(column) else {
            return;
        };
        let kind = self.kind(entity, field);
        let old = entries.column_before(column);
        let known = self.kinds.of_column(restorer.engine, restorer.table, &old);
        if kind == Kind::Numbered || known == Some(Kind::Numbered) {
            self.problems.push(format!(
                "{}.{column} cannot begin or cease to number rows",
                entity.table
            ));
            return;
        }
        let is_wider = known.is_some_and(|known| widens(known, kind));
        let value = match is_wider {
            true => Some(self.decider.conversion(&entity.table, column)),
            false => self.decider.narrow(&entity.table, column, before, after),
        };
        if let Some(value) = value {
            let back = known.ok_or_else(|| {
                format!(
                    "{}.{column} was {before}, which `Alter` has no kind for",
                    entity.table
                )
            });
            entries.change_type(column, kind, value, back);
        }
    }

    fn require(
        &mut self,
        entity: &Entity,
        column: &str,
        entries: &mut TableEdits,
    ) -> Result<(), EvolveError> {
        let Some(field) = entity.field(column) else {
            return Ok(());
        };
        let kind = self.kind(entity, field);
        let Some(fill) = self.decider.fill(&entity.table, column, &word(kind)) else {
            return Ok(());
        };
        let subject = format!("{}.{column}", entity.table);
        let value = self.sql(&fill, Some((entity, field)), kind, &subject)?;
        entries.set_required(column, value);
        Ok(())
    }

    fn change_values(
        &mut self,
        entity: &Entity,
        column: &str,
        [before, after]: [&Vec<String>; 2],
        entries: &mut TableEdits,
    ) {
        let is_narrower = !after.is_empty()
            && (before.is_empty() || before.iter().any(|value| !after.contains(value)));
        let mut conversion = None;
        if is_narrower {
            let shown = |values: &[String]| match values {
                [] => "any text".to_owned(),
                values => format!("one of {}", values.join(", ")),
            };
            match self
                .decider
                .narrow(&entity.table, column, &shown(before), &shown(after))
            {
                Some(sql) => conversion = sql,
                None => return,
            }
        }
        let is_text = entity
            .field(column)
            .is_some_and(|field| self.kind(entity, field) == Kind::Text);
        if let Some(sql) = conversion.filter(|_| is_text) {
            entries.convert_values(column, sql);
        }
        let old_column = entries.column_before(column);
        let rule = match entries.rule_of_values(&old_column, self.schema.engine, self.convention) {
            Ok(rule) => rule,
            Err(why) if !before.is_empty() => {
                self.problems
                    .push(format!("{}.{column}: {why}", entity.table));
                return;
            }
            Err(_) => None,
        };
        if !before.is_empty() && rule.is_none() {
            self.problems.push(format!(
                "{}.{column}: no check lists its values",
                entity.table
            ));
            return;
        }
        let name = rule.clone().unwrap_or_else(|| column.to_owned());
        let old = (!before.is_empty()).then(|| values_check(&name, &old_column, before));
        let new = (!after.is_empty()).then(|| values_check(&name, column, after));
        entries.change_check(old, new);
    }

    /// The tables that are gone, those that refer to others first.
    fn drop_tables(
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
            let restorer = Restorer {
                engine: self.schema.engine,
                convention: self.convention,
                kinds: self.kinds,
                table: model,
            };
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

fn key_of(edit: &Edit) -> Key {
    match edit {
        Edit::AddForeignKey {
            columns,
            referred_table,
            referred_columns,
            on_delete,
            on_update,
            ..
        }
        | Edit::DropForeignKey {
            columns,
            referred_table,
            referred_columns,
            on_delete,
            on_update,
            ..
        } => Key {
            columns: columns.clone(),
            table: referred_table.clone(),
            referred: referred_columns.clone(),
            on_delete: on_delete.clone(),
            on_update: on_update.clone(),
        },
        _ => Key {
            columns: Vec::new(),
            table: String::new(),
            referred: Vec::new(),
            on_delete: None,
            on_update: None,
        },
    }
}

fn unique(columns: &[String]) -> Unique {
    Unique {
        columns: leaked_list(columns),
        ..Unique::DEFAULT
    }
}

fn values_check(rule: &str, column: &str, values: &[String]) -> Check {
    Check {
        rule: leaked(rule),
        condition: Condition::OneOf {
            column: leaked(column),
            values: leaked_list(values),
        },
    }
}

/// What was renamed in a table, by the new name.
pub(super) fn renamed(edits: &[&Edit]) -> BTreeMap<String, String> {
    let renamed = edits.iter().filter_map(|edit| match edit {
        Edit::RenameColumn { column, to, .. } => Some((to.clone(), column.clone())),
        _ => None,
    });
    renamed.collect()
}
