//! A table under another name, with all that the convention names after it.

use groundwork_naming::Convention;
use groundwork_schema::{
    alter::Named,
    model::{IndexedBy, Schema},
};

use super::{
    restore::rule_of,
    step::{leaked, leaked_list},
};

/// What the convention names after a table.
pub(super) fn named_after(schema: &Schema, convention: &Convention, table: &str) -> Vec<Named> {
    let Some(model) = schema.tables.get(table) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let key = model.primary_key.as_ref().and_then(|key| key.name.as_ref());
    if key.is_some_and(|name| *name == convention.primary_key(table)) {
        all.push(Named::PrimaryKey);
    }
    for key in &model.foreign_keys {
        let columns = leaked_list(&key.columns);
        if key.name.as_ref() == Some(&convention.foreign_key(table, columns, &key.table)) {
            all.push(Named::ForeignKey {
                columns,
                table: leaked(&key.table),
            });
        }
    }
    for unique in &model.uniques {
        let columns = leaked_list(&unique.columns);
        if unique.name.as_ref() == Some(&convention.unique(table, columns)) {
            all.push(Named::Unique(columns));
        }
    }
    for check in &model.checks {
        let rule = check
            .name
            .as_ref()
            .and_then(|name| rule_of(convention, table, name));
        all.extend(rule.map(|rule| Named::Check(leaked(&rule))));
    }
    for index in &model.indexes {
        let words = index.keys.iter().map(|key| match &key.of {
            IndexedBy::Column(name) => Some(name.clone()),
            IndexedBy::Expression(_) => None,
        });
        let Some(words) = words.collect::<Option<Vec<String>>>() else {
            continue;
        };
        let words = leaked_list(&words);
        if index.name == convention.index(table, words) {
            all.push(Named::Index(words));
        } else if index.name == convention.unique(table, words) {
            all.push(Named::Unique(words));
        }
    }
    for other in schema.tables.values().filter(|other| other.name != table) {
        for key in other.foreign_keys.iter().filter(|key| key.table == table) {
            let columns = leaked_list(&key.columns);
            if key.name.as_ref() == Some(&convention.foreign_key(&other.name, columns, table)) {
                all.push(Named::Referring {
                    table: leaked(&other.name),
                    columns,
                });
            }
        }
    }
    all
}

/// The schema with a table under another name.
pub(super) fn renamed(schema: &Schema, convention: &Convention, from: &str, to: &str) -> Schema {
    let mut schema = schema.clone();
    let Some(mut table) = schema.tables.remove(from) else {
        return schema;
    };
    to.clone_into(&mut table.name);
    let rename = |name: &mut Option<String>, old: String, new: String| {
        if name.as_ref() == Some(&old) {
            *name = Some(new);
        }
    };
    if let Some(key) = &mut table.primary_key {
        rename(
            &mut key.name,
            convention.primary_key(from),
            convention.primary_key(to),
        );
    }
    for unique in &mut table.uniques {
        let columns = leaked_list(&unique.columns);
        rename(
            &mut unique.name,
            convention.unique(from, columns),
            convention.unique(to, columns),
        );
    }
    for check in &mut table.checks {
        let rule = check
            .name
            .as_ref()
            .and_then(|name| rule_of(convention, from, name));
        if let Some(rule) = rule {
            check.name = Some(convention.check(to, &rule));
        }
    }
    for index in &mut table.indexes {
        let words = index.keys.iter().filter_map(|key| match &key.of {
            IndexedBy::Column(name) => Some(name.clone()),
            IndexedBy::Expression(_) => None,
        });
        let words = leaked_list(&words.collect::<Vec<_>>());
        for (old, new) in [
            (convention.index(from, words), convention.index(to, words)),
            (convention.unique(from, words), convention.unique(to, words)),
        ] {
            if index.name == old {
                index.name = new;
            }
        }
    }
    schema.tables.insert(to.to_owned(), table);
    for (owner, other) in &mut schema.tables {
        for key in &mut other.foreign_keys {
            let columns = leaked_list(&key.columns);
            let old_owner = if owner == to { from } else { owner };
            let old = convention.foreign_key(old_owner, columns, &key.table);
            if key.table == from {
                to.clone_into(&mut key.table);
            }
            rename(
                &mut key.name,
                old,
                convention.foreign_key(owner, columns, &key.table),
            );
        }
    }
    schema
}
