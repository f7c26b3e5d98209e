//! The statements that make a schema of PostgreSQL, from its model.

use std::collections::BTreeSet;

use groundwork_schema::{
    model::{Schema, Table},
    sql::{self, identifier, literal},
};

/// Types, functions, tables, foreign keys, indexes, views, triggers: each after what it needs.
pub(super) fn statements(schema: &Schema) -> Vec<String> {
    let mut all = Vec::new();
    if !schema.functions.is_empty() {
        // Their bodies may name tables that come later.
        all.push("SET LOCAL check_function_bodies = false".to_owned());
    }
    for (name, values) in &schema.enums {
        let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
        all.push(format!(
            "CREATE TYPE {} AS ENUM ({})",
            identifier(name),
            values.join(", ")
        ));
    }
    all.extend(
        schema
            .functions
            .values()
            .map(|function| function.definition.clone()),
    );
    all.extend(schema.tables.values().map(create_table));
    for table in schema.tables.values() {
        all.extend((table.foreign_keys.iter()).map(|key| sql::add_foreign_key(&table.name, key)));
    }
    for table in schema.tables.values() {
        all.extend(
            table
                .indexes
                .iter()
                .map(|own| sql::create_index(&table.name, own)),
        );
    }
    all.extend(views(schema));
    for table in schema.tables.values() {
        all.extend(
            table
                .triggers
                .iter()
                .map(|trigger| trigger.definition.clone()),
        );
    }
    all
}

/// A table as it can be made before all others: without what refers to them, or holds for new rows
/// only.
fn create_table(table: &Table) -> String {
    let mut table = table.clone();
    table.foreign_keys.clear();
    table.checks.retain(|check| check.valid);
    sql::create_table(&table)
}

/// Views after those that they mention.
fn views(schema: &Schema) -> Vec<String> {
    let mut left: BTreeSet<&str> = schema.views.keys().map(String::as_str).collect();
    let mut ordered = Vec::new();
    while let Some(first) = left.first().copied() {
        let needs = |name: &str| {
            let definition = &schema.views[name].definition;
            left.iter()
                .any(|other| *other != name && mentions(definition, other))
        };
        let next = left
            .iter()
            .find(|name| !needs(name))
            .copied()
            .unwrap_or(first);
        left.remove(next);
        ordered.push(schema.views[next].definition.clone());
    }
    ordered
}

fn mentions(definition: &str, name: &str) -> bool {
    let mut words = definition.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    definition.contains(&identifier(name)) || words.any(|word| word == name)
}
