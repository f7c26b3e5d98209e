//! Columns that are new, gone, or other than they were.

use groundwork_schema::table::{Check, Column, Condition, Kind};

use super::Planner;
use crate::evolve::{
    decide::Fill,
    error::EvolveError,
    kinds::{literal_of, widens, word},
    model::{Entity, Field, FieldType},
    restore::Restorer,
    single::column_back,
    step::{leaked, leaked_list},
    way_back::TableEdits,
};

impl Planner<'_, '_> {
    /// The kind of a field that was found to have one.
    fn kind(&self, entity: &Entity, field: &Field) -> Kind {
        self.kinds
            .of(self.edited, entity, field)
            .unwrap_or(Kind::Text)
    }

    pub(super) fn column(&self, entity: &Entity, field: &Field) -> Column {
        let (name, kind) = (leaked(&field.column), self.kind(entity, field));
        match field.is_optional {
            true => Column::optional(name, kind),
            false => Column::required(name, kind),
        }
    }

    /// The check that lists the values of an enum's field.
    pub(super) fn check_of(&self, field: &Field, rule: &str) -> Option<Check> {
        let FieldType::Own(name) = &field.kind else {
            return None;
        };
        let values = self.edited.enums.get(name)?;
        Some(values_check(rule, &field.column, values))
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

    pub(super) fn add_column(
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

    pub(super) fn drop_column(
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

    pub(super) fn change_type(
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

    pub(super) fn require(
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

    pub(super) fn change_values(
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
