//! Lays the type map over the tables.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_schema::model::{Column, PrimaryKey, Schema, Table};

use super::planned::{Plan, PlannedDomain};
use crate::entities::{
    names,
    type_map::{Assignment, Domain, Entry, KeyColumns, Problem, TypeAssignment, TypeMap},
};

/// Lays the type map over the tables.
///
/// # Errors
/// Every [`Problem`] at once: unknown tables and columns, tables of no domain or of two, ids and
/// types that a column cannot be read as, enums without values.
pub(in crate::entities) fn plan(map: &TypeMap, mut schema: Schema) -> Result<Plan, Vec<Problem>> {
    for table in schema.tables.values_mut() {
        let name = &table.name;
        (table.columns).retain(|column| !map.ignores(&format!("{name}.{}", column.name)));
    }
    let mut planner = Planner {
        plan: Plan {
            domains: Vec::new(),
            schema,
            domain_of: BTreeMap::new(),
            types: BTreeMap::new(),
            columns: BTreeMap::new(),
            fields: BTreeMap::new(),
            warnings: Vec::new(),
            docs: BTreeMap::new(),
        },
        types: map.types.clone(),
        keyless: BTreeSet::new(),
        problems: Vec::new(),
    };
    planner.keys(map);
    for domain in &map.domains {
        planner.tables(domain);
    }
    planner.unassigned(map);
    for domain in &map.domains {
        planner.types(domain);
        planner.docs(domain);
    }
    planner.spread_ids();
    planner.columns(map);
    if planner.problems.is_empty() {
        Ok(planner.plan)
    } else {
        planner
            .problems
            .sort_by_key(|problem| (problem.line.is_none(), problem.line));
        Err(planner.problems)
    }
}

pub(super) struct Planner {
    pub(super) plan: Plan,
    pub(super) problems: Vec<Problem>,
    /// What columns are read as by the type map.
    pub(super) types: Vec<TypeAssignment>,
    /// The tables without a key, which have no entity.
    keyless: BTreeSet<String>,
}

impl Planner {
    fn tables(&mut self, domain: &Domain) {
        let mut tables = BTreeSet::new();
        for Entry { text, line } in &domain.tables {
            if self.keyless.contains(text) {
                continue;
            }
            if !self.plan.schema.tables.contains_key(text) {
                let known = self.plan.schema.tables.keys().map(String::as_str);
                let hint = names::suggestion(text, known).unwrap_or_default();
                self.problem(*line, format!("there is no table `{text}`{hint}"));
                continue;
            }
            if let Some(other) = self.plan.domain_of.get(text) {
                let message = format!("the table `{text}` already belongs to the domain `{other}`");
                self.problem(*line, message);
                continue;
            }
            if let Some(other) = other_file(text, &tables) {
                let message = format!(
                    "the model of `{text}` would be in the file of {other}; move one of them to \
                     another domain, or to `ignored`"
                );
                self.problem(*line, message);
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
        for table in self.plan.schema.tables.keys() {
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

    /// Gives tables the keys that the type map says, and leaves out those that have none.
    fn keys(&mut self, map: &TypeMap) {
        for domain in &map.domains {
            for key in &domain.keys {
                self.key(key);
            }
        }
        let tables = &mut self.plan.schema.tables;
        let is_keyless = |table: &Table| table.key_columns().is_empty();
        let keyless = tables.values().filter(|table| is_keyless(table));
        self.keyless = keyless.map(|table| table.name.clone()).collect();
        tables.retain(|_, table| !is_keyless(table));
        let warnings = self.keyless.iter().map(|table| {
            format!(
                "the table `{table}` has no primary key, so it gets no entity; \
                 `{table} = [\"column\"]` under `keys` of a domain says what identifies a row"
            )
        });
        self.plan.warnings.extend(warnings);
    }

    fn key(&mut self, key: &KeyColumns) {
        let KeyColumns {
            table: name,
            columns,
            line,
        } = key;
        let Some(table) = self.plan.schema.tables.get_mut(name) else {
            let known = self.plan.schema.tables.keys().map(String::as_str);
            let hint = names::suggestion(name, known).unwrap_or_default();
            return self.problem(*line, format!("there is no table `{name}`{hint}"));
        };
        let unknown = (columns.iter()).find(|column| table.column(column).is_none());
        if let Some(column) = unknown {
            let known = table.columns.iter().map(|column| column.name.as_str());
            let hint = names::suggestion(column, known).unwrap_or_default();
            let message = format!("the table `{name}` has no column `{column}`{hint}");
            return self.problem(*line, message);
        }
        if table.primary_key.is_some() {
            let message = format!("the table `{name}` has a primary key of its own");
            return self.problem(*line, message);
        }
        for column in &mut table.columns {
            column.nullable &= !columns.contains(&column.name);
        }
        table.primary_key = Some(PrimaryKey {
            name: None,
            columns: columns.clone(),
        });
    }

    /// The table and the column that an assignment speaks of.
    pub(super) fn column(
        &mut self,
        domain: &Domain,
        assignment: &Assignment,
    ) -> Option<(String, Column)> {
        let (table, column) = assignment.table_and_column();
        self.table(domain, assignment)?;
        let columns = &self.plan.schema.tables.get(table)?.columns;
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
                // A table that exists and belongs to no domain is reported elsewhere.
                if !self.keyless.contains(table) && !self.plan.schema.tables.contains_key(table) {
                    let listed = domain.tables.iter().map(|entry| entry.text.as_str());
                    let known = listed.filter(|name| self.plan.schema.tables.contains_key(*name));
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
        for assignment in self.expanded(domain, &domain.docs) {
            let known = match assignment.table_and_column() {
                (_, None) => self.table(domain, &assignment),
                (_, Some(_)) => self.column(domain, &assignment).map(|_| ()),
            };
            if known.is_some() {
                let Assignment { subject, value, .. } = assignment;
                self.plan.docs.insert(subject, value);
            }
        }
    }

    pub(super) fn domain(&mut self, name: &str) -> Option<&mut PlannedDomain> {
        self.plan
            .domains
            .iter_mut()
            .find(|domain| domain.name == name)
    }

    pub(super) fn problem(&mut self, line: usize, message: String) {
        self.problems.push(Problem {
            line: Some(line),
            message,
        });
    }
}

/// What has the file that the table's model would be written into.
fn other_file(table: &str, tables: &BTreeSet<String>) -> Option<String> {
    let module = names::module(table);
    match module.as_str() {
        "mod" => Some("the domain itself".to_owned()),
        "ids" | "enums" | "values" => Some(format!("the domain's {module}")),
        _ => {
            let other = tables.iter().find(|other| names::module(other) == module)?;
            Some(format!("`{other}`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use groundwork_naming::Engine;
    use groundwork_schema::model::{Action, Check, ForeignKey, Timing};

    use super::*;

    fn table(name: &str, columns: &[&str], keys: &[(&str, &str, &str)]) -> Table {
        let mut table = Table::new(name);
        table.columns = (columns.iter())
            .map(|&column| Column::new(column, "uuid_text"))
            .collect();
        table.primary_key = Some(PrimaryKey {
            name: None,
            columns: vec!["id".to_owned()],
        });
        table.foreign_keys = (keys.iter())
            .map(|(own, referred, column)| ForeignKey {
                name: None,
                columns: vec![(*own).to_owned()],
                table: (*referred).to_owned(),
                referred_columns: vec![(*column).to_owned()],
                on_delete: Action::NoAction,
                on_update: Action::NoAction,
                timing: Timing::Immediate,
                valid: true,
            })
            .collect();
        table
    }

    fn plan_of(map: &str, tables: Vec<Table>) -> Result<Plan, Vec<Problem>> {
        let mut schema = Schema::empty(Engine::Sqlite);
        schema.tables = tables.into_iter().map(|t| (t.name.clone(), t)).collect();
        plan(&TypeMap::parse(map).unwrap(), schema)
    }

    #[test]
    fn an_id_spreads_along_foreign_keys_of_foreign_keys_and_into_other_domains() {
        let tables = vec![
            table("a", &["id"], &[]),
            table("b", &["a_id"], &[("a_id", "a", "id")]),
            table("c", &["b_id", "other"], &[("b_id", "b", "a_id")]),
        ];
        let map =
            "[one]\ntables = [\"a\", \"b\"]\nids = { a.id = \"AId\" }\n[two]\ntables = [\"c\"]";
        let plan = plan_of(map, tables).unwrap();
        let typed: Vec<String> = plan
            .types
            .iter()
            .map(|((table, column), own)| format!("{table}.{column} {}.{}", own.domain, own.name))
            .collect();
        assert_eq!(typed, ["a.id one.AId", "b.a_id one.AId", "c.b_id one.AId"]);
    }

    #[test]
    fn a_ring_of_foreign_keys_comes_to_an_end() {
        let tables = vec![
            table("a", &["id", "b_id"], &[("b_id", "b", "id")]),
            table(
                "b",
                &["id", "a_id"],
                &[("a_id", "a", "id"), ("id", "b", "id")],
            ),
        ];
        let map = "[all]\ntables = [\"a\", \"b\"]\nids = { a.id = \"AId\" }";
        let plan = plan_of(map, tables).unwrap();
        assert_eq!(plan.types.len(), 2);
    }

    #[test]
    fn enums_of_one_name_must_list_the_same_values() {
        let statuses = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            vec![Check {
                name: None,
                expression: format!("status IN ({})", values.join(", ")),
                valid: true,
            }]
        };
        let mut tables = vec![table("a", &["status"], &[]), table("b", &["status"], &[])];
        tables[0].checks = statuses(&["on", "off"]);
        tables[1].checks = statuses(&["on", "off"]);
        for table in &mut tables {
            "text".clone_into(&mut table.columns[0].kind);
        }
        let map = "[all]\ntables = [\"a\", \"b\"]\nenums = { a.status = \"Status\", b.status = \"Status\" }";
        let agreed = plan_of(map, tables.clone()).unwrap();
        assert_eq!(
            agreed.domains[0].enums["Status"].columns,
            ["a.status", "b.status"]
        );

        tables[1].checks = statuses(&["off", "on"]);
        let problems = plan_of(map, tables).unwrap_err();
        assert_eq!(
            problems[0].to_string(),
            "line 3: `b.status` lists 'off', 'on', but `Status` is 'on', 'off' by `a.status`"
        );
    }

    fn types(map: &str, tables: Vec<Table>) -> Result<Vec<String>, Vec<String>> {
        let plan = plan_of(map, tables);
        let plan =
            plan.map_err(|problems| problems.iter().map(Problem::to_string).collect::<Vec<_>>())?;
        let types = plan.types.iter();
        let types = types.map(|((table, column), own)| format!("{table}.{column} {}", own.name));
        Ok(types.collect())
    }

    #[test]
    fn a_pattern_gives_a_type_to_every_column_that_no_line_names() {
        let tables = vec![
            table("categories", &["id", "name"], &[]),
            table(
                "people",
                &["id", "category_id"],
                &[("category_id", "categories", "id")],
            ),
            table("boxes", &["id"], &[]),
        ];
        let map = "[all]\ntables = [\"boxes\", \"categories\", \"people\"]\n\
                   ids = { '*.id' = \"{Table}Id\", people.id = \"HumanId\" }";
        assert_eq!(
            types(map, tables).unwrap(),
            [
                "boxes.id BoxId",
                "categories.id CategoryId",
                "people.category_id CategoryId",
                "people.id HumanId",
            ]
        );
    }

    #[test]
    fn a_pattern_keeps_to_its_domain() {
        let tables = vec![table("a", &["id"], &[]), table("b", &["id"], &[])];
        let map =
            "[one]\ntables = [\"a\"]\nids = { '*.id' = \"{Table}Id\" }\n[two]\ntables = [\"b\"]";
        assert_eq!(types(map, tables).unwrap(), ["a.id AId"]);
    }

    #[test]
    fn a_pattern_that_matches_nothing_or_too_much_is_refused() {
        let tables = vec![table("a", &["id", "kind"], &[]), table("b", &["id"], &[])];
        let map = |ids: &str| format!("[all]\ntables = [\"a\", \"b\"]\nids = {{ {ids} }}");
        for (ids, problem) in [
            (
                "'*.knd' = \"Kind\"",
                "line 3: `*.knd` matches no column of the domain `all`; did you mean `kind`?",
            ),
            (
                "'*.id' = \"Id\"",
                "line 3: `Id` is the type of `a.id` already; an id has one home, and foreign keys \
                 to it get its type by themselves",
            ),
            (
                "'*.id' = \"{Table}Id\", 'a.i*' = \"Other\"",
                "line 3: `a.id` is a `AId` already",
            ),
        ] {
            assert_eq!(types(&map(ids), tables.clone()).unwrap_err(), [problem]);
        }
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        let tables = ["ids", "FooBar", "foo_bar"].map(|name| table(name, &["id"], &[]));
        let map = "[all]\ntables = [\"ids\", \"FooBar\", \"foo_bar\"]";
        let problems = plan_of(map, tables.into()).unwrap_err();
        let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(
            messages,
            [
                "the model of `ids` would be in the file of the domain's ids; move one of them to \
                 another domain, or to `ignored`",
                "the model of `foo_bar` would be in the file of `FooBar`; move one of them to \
                 another domain, or to `ignored`",
            ]
        );
    }

    #[test]
    fn a_type_that_a_column_cannot_be_read_as_is_refused() {
        let tables = vec![table("a", &["id"], &[])];
        let map = "[types]\n\"a.id\" = \"f64\"\n\"a.no\" = \"i64\"\n[all]\ntables = [\"a\"]";
        let problems = plan_of(map, tables).unwrap_err();
        let messages: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            messages,
            [
                "line 2: `a.id` (uuid_text) cannot be read as a `f64`",
                "line 3: there is no column `a.no`",
            ]
        );
    }

    #[test]
    fn a_table_without_a_key_is_left_out_unless_the_map_says_one() {
        let mut keyless = table("b", &["one", "two"], &[]);
        keyless.primary_key = None;
        let tables = vec![table("a", &["id"], &[]), keyless];
        let plan = plan_of("[all]\ntables = [\"a\", \"b\"]", tables.clone()).unwrap();
        assert!(!plan.schema.tables.contains_key("b"));
        assert!(plan.warnings[0].starts_with("the table `b` has no primary key"));
        let map = "[all]\ntables = [\"a\", \"b\"]\n[all.keys]\nb = [\"one\"]";
        let plan = plan_of(map, tables).unwrap();
        assert_eq!(plan.schema.tables["b"].key_columns(), ["one"]);
        assert!(plan.warnings.is_empty());
    }
}
