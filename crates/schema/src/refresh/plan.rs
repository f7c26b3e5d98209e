//! The type map laid over the tables: what is to be written, with every column's own type.

use std::collections::{BTreeMap, BTreeSet};

use sea_query::ColumnType;

use super::{
    names, normal,
    table::{Column, Table},
    type_map::{Assignment, Domain, Entry, Problem, TypeMap},
};

/// Everything that is to be generated.
#[derive(Debug)]
pub(super) struct Plan {
    /// The domains, by name.
    pub(super) domains: Vec<PlannedDomain>,
    /// The tables, by name.
    pub(super) tables: BTreeMap<String, Table>,
    /// The domain of each table.
    pub(super) domain_of: BTreeMap<String, String>,
    /// The types that the type map gives to columns, by table and column.
    pub(super) types: BTreeMap<(String, String), OwnType>,
    /// What the type map says about tables and columns.
    pub(super) docs: BTreeMap<String, String>,
}

/// A domain and the types that are declared in it.
#[derive(Debug)]
pub(super) struct PlannedDomain {
    pub(super) name: String,
    pub(super) tables: BTreeSet<String>,
    pub(super) ids: BTreeMap<String, Id>,
    pub(super) enums: BTreeMap<String, Enum>,
}

/// The newtype of a column's ids.
#[derive(Clone, Debug)]
pub(super) struct Id {
    pub(super) table: String,
    pub(super) column: String,
}

/// An enum and the columns that have it.
#[derive(Clone, Debug)]
pub(super) struct Enum {
    /// Its values, as the check lists them.
    pub(super) values: Vec<String>,
    /// `table.column`, in the order of the type map.
    pub(super) columns: Vec<String>,
}

/// A type that a column has by the type map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnType {
    pub(super) domain: String,
    pub(super) name: String,
    pub(super) is_id: bool,
}

/// Lays the type map over the tables.
///
/// # Errors
/// Every [`Problem`] at once: unknown tables and columns, tables of no domain or of two, ids that
/// are no UUIDs, enums without values.
pub(super) fn plan(map: &TypeMap, tables: Vec<Table>) -> Result<Plan, Vec<Problem>> {
    let tables = tables
        .into_iter()
        .map(|mut table| {
            table
                .columns
                .retain(|column| !map.ignores(&format!("{}.{}", table.name, column.name)));
            (table.name.clone(), table)
        })
        .collect();
    let mut planner = Planner {
        plan: Plan {
            domains: Vec::new(),
            tables,
            domain_of: BTreeMap::new(),
            types: BTreeMap::new(),
            docs: BTreeMap::new(),
        },
        problems: Vec::new(),
    };
    for domain in &map.domains {
        planner.tables(domain);
    }
    planner.unassigned(map);
    planner.unsupported();
    for domain in &map.domains {
        planner.types(domain);
        planner.docs(domain);
    }
    planner.spread_ids();
    if planner.problems.is_empty() {
        Ok(planner.plan)
    } else {
        planner
            .problems
            .sort_by_key(|problem| (problem.line.is_none(), problem.line));
        Err(planner.problems)
    }
}

struct Planner {
    plan: Plan,
    problems: Vec<Problem>,
}

impl Planner {
    fn tables(&mut self, domain: &Domain) {
        let mut tables = BTreeSet::new();
        for Entry { text, line } in &domain.tables {
            if !self.plan.tables.contains_key(text) {
                let known = self.plan.tables.keys().map(String::as_str);
                let hint = names::suggestion(text, known).unwrap_or_default();
                self.problem(*line, format!("there is no table `{text}`{hint}"));
                continue;
            }
            if let Some(other) = self.plan.domain_of.get(text) {
                let message = format!("the table `{text}` already belongs to the domain `{other}`");
                self.problem(*line, message);
                continue;
            }
            self.plan
                .domain_of
                .insert(text.clone(), domain.name.clone());
            tables.insert(text.clone());
        }
        self.plan.domains.push(PlannedDomain {
            name: domain.name.clone(),
            tables,
            ids: BTreeMap::new(),
            enums: BTreeMap::new(),
        });
    }

    fn unassigned(&mut self, map: &TypeMap) {
        let mut domains: Vec<&str> = map.domains.iter().map(|d| d.name.as_str()).collect();
        domains.sort_unstable();
        for table in self.plan.tables.keys() {
            if !self.plan.domain_of.contains_key(table) {
                self.problems.push(Problem {
                    line: None,
                    message: format!(
                        "the table `{table}` belongs to no domain: add it to `tables` of one of \
                         them ({}), or to `ignored`",
                        domains.join(", ")
                    ),
                });
            }
        }
    }

    /// Columns of types that have no Rust type which both engines store alike.
    fn unsupported(&mut self) {
        for table in self.plan.tables.values() {
            let columns = table.columns.iter();
            for column in columns.filter(|column| normal::word(&column.kind).is_none()) {
                let subject = format!("{}.{}", table.name, column.name);
                self.problems.push(Problem {
                    line: None,
                    message: format!(
                        "`{subject}` is of a type that the engines do not store alike ({:?}): \
                         change it, or add \"{subject}\" to `ignored`",
                        column.kind
                    ),
                });
            }
        }
    }

    fn types(&mut self, domain: &Domain) {
        for assignment in &domain.ids {
            if let Some((table, column)) = self.column(domain, assignment) {
                self.id(domain, assignment, &table, &column);
            }
        }
        for assignment in &domain.enums {
            if let Some((table, column)) = self.column(domain, assignment) {
                self.enumeration(domain, assignment, &table, &column);
            }
        }
    }

    fn id(&mut self, domain: &Domain, assignment: &Assignment, table: &str, column: &Column) {
        let Assignment {
            value: name,
            line,
            subject,
        } = assignment;
        if column.kind != ColumnType::Uuid {
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
            .tables
            .get(table)
            .into_iter()
            .flat_map(|table| &table.value_lists)
            .filter(|(name, _)| name == column)
            .collect();
        let values = match lists.as_slice() {
            [(_, values)] => values,
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

    /// The table and the column that an assignment speaks of.
    fn column(&mut self, domain: &Domain, assignment: &Assignment) -> Option<(String, Column)> {
        let (table, column) = assignment.table_and_column();
        self.table(domain, assignment)?;
        let columns = &self.plan.tables.get(table)?.columns;
        let found = columns
            .iter()
            .find(|known| Some(known.name.as_str()) == column);
        if let Some(found) = found {
            return Some((table.to_owned(), found.clone()));
        }
        let column = column?;
        let known = columns.iter().map(|column| column.name.as_str());
        let hint = names::suggestion(column, known).unwrap_or_default();
        self.problem(
            assignment.line,
            format!("the table `{table}` has no column `{column}`{hint}"),
        );
        None
    }

    /// Whether the table that an assignment speaks of is one of its domain.
    fn table(&mut self, domain: &Domain, assignment: &Assignment) -> Option<()> {
        let (table, _) = assignment.table_and_column();
        match self.plan.domain_of.get(table) {
            Some(owner) if *owner == domain.name => Some(()),
            Some(owner) => {
                let message = format!(
                    "the table `{table}` belongs to the domain `{owner}`; say this under `[{owner}]`"
                );
                self.problem(assignment.line, message);
                None
            }
            None => {
                // A table that exists and belongs to no domain is told about elsewhere.
                if !self.plan.tables.contains_key(table) {
                    let known = domain.tables.iter().map(|entry| entry.text.as_str());
                    let hint = names::suggestion(table, known).unwrap_or_default();
                    self.problem(
                        assignment.line,
                        format!("there is no table `{table}`{hint}"),
                    );
                }
                None
            }
        }
    }

    fn docs(&mut self, domain: &Domain) {
        for assignment in &domain.docs {
            let known = match assignment.table_and_column() {
                (_, None) => self.table(domain, assignment),
                (_, Some(_)) => self.column(domain, assignment).map(|_| ()),
            };
            if known.is_some() {
                let Assignment { subject, value, .. } = assignment.clone();
                self.plan.docs.insert(subject, value);
            }
        }
    }

    /// Gives foreign keys the types of the ids that they refer to, also through other foreign keys.
    fn spread_ids(&mut self) {
        loop {
            let types = &self.plan.types;
            let found: Vec<_> = self
                .plan
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
                            let referred = (key.referred_table.clone(), referred.clone());
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

    fn domain(&mut self, name: &str) -> Option<&mut PlannedDomain> {
        self.plan
            .domains
            .iter_mut()
            .find(|domain| domain.name == name)
    }

    fn problem(&mut self, line: usize, message: String) {
        self.problems.push(Problem {
            line: Some(line),
            message,
        });
    }
}

fn listed(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    quoted.join(", ")
}
