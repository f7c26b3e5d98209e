//! The types that the type map gives to columns.

use groundwork_schema::model::Column;

use super::{
    planned::{Enum, Id, OwnType},
    planner::Planner,
};
use crate::entities::{
    column_type::Kind,
    keys, names,
    rust_type::RustType,
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
        let kind = Kind::of(&self.plan.schema, &column.kind);
        let chosen = self.chosen(table, column);
        let rust = chosen.unwrap_or_else(|| kind.rust(self.plan.schema.engine));
        let can_be_inside = matches!(
            rust,
            RustType::Uuid | RustType::String | RustType::I16 | RustType::I32 | RustType::I64
        );
        if !can_be_inside {
            let message = format!(
                "`{subject}` is neither a uuid nor an integer nor a text, so it cannot be a `{name}`"
            );
            return self.problem(*line, message);
        }
        let id = Id {
            table: table.to_owned(),
            column: column.name.clone(),
            rust: rust.clone(),
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
        self.assign(domain, assignment, table, &column.name, Some(rust));
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
        let values = match self.values(table, column) {
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
        self.assign(domain, assignment, table, &column.name, None);
    }

    /// The values that the column may have.
    fn values(&self, table: &str, column: &Column) -> Result<Vec<String>, String> {
        let table = self.plan.schema.tables.get(table);
        let values = table.map_or(Ok(Vec::new()), |table| {
            keys::values(&self.plan.schema, table, column)
        })?;
        names::variants(&values)?;
        Ok(values)
    }

    fn assign(
        &mut self,
        domain: &Domain,
        assignment: &Assignment,
        table: &str,
        column: &str,
        id: Option<RustType>,
    ) {
        let own = OwnType {
            domain: domain.name.clone(),
            name: assignment.value.clone(),
            is_id: id.is_some(),
            rust: id.unwrap_or(RustType::String),
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
            let schema = &self.plan.schema;
            let found: Vec<_> = schema
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
                            let column = table.column(&own.1)?;
                            let kind = Kind::of(schema, &column.kind);
                            found.rust.casts(schema.engine, &kind).ok()?;
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
