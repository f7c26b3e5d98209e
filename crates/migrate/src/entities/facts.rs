//! What the schema says about a column, for its documentation.

use groundwork_schema::model::{Action, Column, Table};

use super::{keys, plan::Plan};

/// What the schema says about a column, as a sentence.
pub(super) fn of(plan: &Plan, table: &Table, column: &Column) -> String {
    let name = &column.name;
    let mut facts = Vec::new();
    match plan.types.get(&(table.name.clone(), name.clone())) {
        Some(own) if !own.is_id => {
            let values = keys::values(&plan.schema, table, column).unwrap_or_default();
            let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            facts.push(format!("One of {}", quoted.join(", ")));
        }
        _ => facts.push(format!("`{}`", word(plan, table, column))),
    }
    if column.generated.is_some() {
        facts.push("computed, never written".to_owned());
    }
    if table.key_columns().contains(name) {
        facts.push(match others(table.key_columns(), name) {
            None => "primary key".to_owned(),
            Some(others) => format!("primary key together with {others}"),
        });
    }
    for key in keys::unique_keys(table) {
        if !key.contains(name) {
            continue;
        }
        facts.push(match others(&key, name) {
            None => "unique".to_owned(),
            Some(others) => format!("unique together with {others}"),
        });
    }
    for key in &table.foreign_keys {
        let pairs = key.columns.iter().zip(&key.referred_columns);
        for (_, referred) in pairs.filter(|(own, _)| *own == name) {
            let fate = match key.on_delete {
                Action::Cascade => ", deleted with it",
                Action::SetNull => ", null once it is deleted",
                Action::SetDefault => ", the default once it is deleted",
                Action::Restrict | Action::NoAction => "",
            };
            facts.push(format!("refers to `{}.{referred}`{fate}", key.table));
        }
    }
    format!("{}.", facts.join(", "))
}

fn word(plan: &Plan, table: &Table, column: &Column) -> String {
    let planned = plan.column(&table.name, &column.name);
    planned.map_or_else(
        || column.kind.clone(),
        |planned| planned.kind.word(&planned.rust),
    )
}

fn others(key: &[String], column: &str) -> Option<String> {
    let others: Vec<String> = key
        .iter()
        .filter(|other| *other != column)
        .map(|other| format!("`{other}`"))
        .collect();
    (!others.is_empty()).then(|| others.join(" and "))
}
