//! A live catalog.

use groundwork_naming::Convention;
use groundwork_schema::model::Schema;

use super::{
    check::{Checker, Diagnostic},
    finding::{Finding, Place},
    rules::postgres,
};

/// Checks a live catalog.
#[must_use]
pub(crate) fn catalog(schema: &Schema, convention: &Convention) -> Vec<Finding> {
    let engine = schema.engine;
    let mut checker = Checker::new(engine, convention);
    let mut found = Vec::new();
    for table in schema.tables.values() {
        for index in table.indexes.iter().filter(|index| !index.valid) {
            found.push(invalid(format!(
                "the index {} of {}",
                index.name, table.name
            )));
        }
        let keys = table.foreign_keys.iter().map(|key| (key.valid, &key.name));
        let checks = table.checks.iter().map(|check| (check.valid, &check.name));
        for (_, name) in keys.chain(checks).filter(|(valid, _)| !valid) {
            let name = name.as_deref().unwrap_or_default();
            found.push(invalid(format!("the constraint {name} of {}", table.name)));
        }
        found.extend(checker.live_table(table));
    }
    let finding = |diagnostic| Finding::new(diagnostic, engine, Place::Catalog);
    found.into_iter().map(finding).collect()
}

fn invalid(what: String) -> Diagnostic {
    Diagnostic {
        rule: &postgres::INVALID_OBJECT,
        at: None,
        message: format!("{what} is not valid"),
    }
}
