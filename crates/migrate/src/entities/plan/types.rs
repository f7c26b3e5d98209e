//! The types that the type map gives to columns.

use std::collections::BTreeMap;

use groundwork_schema::model::Column;
use sea_query::ColumnType;

use super::{
    planned::{Enum, Id, OwnType},
    planner::Planner,
};
use crate::entities::{
    column_type, keys, names,
    type_map::{Assignment, Domain},
};

impl Planner {
    /// Gives columns the types that the domain declares.
    pub(super) fn types(&mut self, domain: &Domain) {
        for assignment in self.expanded(domain, &domain.ids) {
            if let Some((table, column)) = self.column(domain, &assignment) {
                self.id(domain, &assignment, &table, &column);
            }
        }
        for assignment in self.expanded(domain, &domain.enums) {
            if let Some((table, column)) = self.column(domain, &assignment) {
                self.enumeration(domain, &assignment, &table, &column);
            }
        }
    }

    fn id(&mut self, domain: &Domain, assignment: &Assignment, table: &str, column: &Column) {
        let Assignment {
            value: name,
            line,
            subject,
        } = assignment;
        if column_type::normal(&self.plan.schema, &column.kind) != ColumnType::Uuid {
            self.problem(
                *line,
                format!("`{subject}` is no uuid, so it cannot be a `{name}`"),
            );
            return;
        }
        let id = Id {
            table: table.to_owned(),
            column: column.name.clone(),
        };
        let planned = self.domain(&domain.name);
        let clash = planned
            .and_then(|planned| planned.ids.insert(name.clone(), id))
            .map(|other| {
                format!(
                    "`{name}` is the type of `{}.{}` already",
                    other.table, other.column
                )
            });
        if let Some(clash) = clash {
            self.problem(
                *line,
                format!(
                    "{clash}; an id has one home, and foreign keys to it get its type by themselves"
                ),
            );
        }
        self.assign(domain, assignment, table, &column.name, true);
    }

    fn enumeration(
        &mut self,
        domain: &Domain,
        assignment: &Assignment,
        table: &str,
        column: &Column,
    ) {
        let Assignment {
            value: name,
            line,
            subject,
        } = assignment;
        let values = match self.values(table, &column.name) {
            Ok(values) => values,
            Err(why) => {
                return self.problem(*line, format!("`{subject}` cannot be a `{name}`: {why}"));
            }
        };
        let Some(planned) = self.domain(&domain.name) else {
            return;
        };
        let known = planned.enums.entry(name.clone()).or_insert_with(|| Enum {
            values: values.clone(),
            columns: Vec::new(),
        });
        known.columns.push(subject.clone());
        let clash = (known.values != values).then(|| {
            format!(
                "`{subject}` lists {}, but `{name}` is {} by `{}`",
                listed(&values),
                listed(&known.values),
                known.columns.first().map_or("", String::as_str),
            )
        });
        let twice = planned.ids.contains_key(name);
        if let Some(clash) = clash {
            self.problem(*line, clash);
        }
        if twice {
            self.problem(*line, format!("`{name}` is the type of ids already"));
        }
        self.assign(domain, assignment, table, &column.name, false);
    }

    /// The values that the column's checks list.
    fn values(&self, table: &str, column: &str) -> Result<Vec<String>, String> {
        let lists: Vec<_> = self
            .plan
            .schema
            .tables
            .get(table)
            .into_iter()
            .flat_map(|table| keys::value_lists(self.plan.schema.engine, table))
            .filter(|list| list.column == column)
            .collect();
        let values = match lists.as_slice() {
            [list] => &list.values,
            [] => {
                return Err("no check lists its values; expected a constraint such as \
                            CHECK (status IN ('on', 'off'))"
                    .to_owned());
            }
            _ => return Err("several checks list its values; expected one".to_owned()),
        };
        let mut variants = BTreeMap::new();
        for value in values {
            let variant = names::upper_camel(value);
            if syn::parse_str::<syn::Ident>(&variant).is_err() {
                return Err(format!("the value '{value}' gives no name for a variant"));
            }
            if let Some(other) = variants.insert(variant, value) {
                return Err(format!(
                    "the values '{other}' and '{value}' give one variant"
                ));
            }
        }
        Ok(values.clone())
    }

    fn assign(
        &mut self,
        domain: &Domain,
        assignment: &Assignment,
        table: &str,
        column: &str,
        is_id: bool,
    ) {
        let own = OwnType {
            domain: domain.name.clone(),
            name: assignment.value.clone(),
            is_id,
        };
        let key = (table.to_owned(), column.to_owned());
        if let Some(other) = self.plan.types.insert(key, own) {
            let message = format!("`{}` is a `{}` already", assignment.subject, other.name);
            self.problem(assignment.line, message);
        }
    }

    /// Gives foreign keys the types of the ids that they refer to, also through other foreign keys.
    pub(super) fn spread_ids(&mut self) {
        loop {
            let types = &self.plan.types;
            let found: Vec<_> = self
                .plan
                .schema
                .tables
                .values()
                .flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)))
                .flat_map(|(table, key)| {
                    let referred = key.referred_columns.iter();
                    key.columns
                        .iter()
                        .zip(referred)
                        .filter_map(move |(own, referred)| {
                            let own = (table.name.clone(), own.clone());
                            let referred = (key.table.clone(), referred.clone());
                            let found = types.get(&referred).filter(|found| found.is_id)?;
                            (!types.contains_key(&own)).then(|| (own, found.clone()))
                        })
                })
                .collect();
            if found.is_empty() {
                break;
            }
            self.plan.types.extend(found);
        }
    }
}

fn listed(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    quoted.join(", ")
}
