//! A first type map for tables that have none: a domain for each prefix that several tables share,
//! newtypes for their keys, and enums for what checks list.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use groundwork_schema::model::{Column, Schema, Table};

use super::{column_type::Kind, keys, names, rust_type::RustType};

/// The domain of the tables that share a prefix with no other.
const REST: &str = "main";

/// Writes the type map of a schema.
pub(super) fn type_map(schema: &Schema) -> String {
    let mut text = String::from(
        "# The type map: which tables make up which domain, and which columns have types of their \
         own.\n# A first one, made of the tables by `migrate entities init`: move, rename and add as \
         you like.\n",
    );
    let is_keyless = |table: &&Table| table.key_columns().is_empty();
    for table in schema.tables.values().filter(is_keyless) {
        writeln!(
            text,
            "#\n# No primary key, so no entity: {}. Under [….keys], a line such as\n# {} = \
             [\"column\"] says what identifies a row.",
            table.name,
            key(&table.name)
        )
        .ok();
    }
    let domains = domains(schema);
    let mut ignored = Vec::new();
    let mut body = String::new();
    let mut taken = BTreeSet::new();
    for (domain, tables) in &domains {
        let mut files: BTreeSet<String> =
            ["mod", "ids", "enums", "values"].map(str::to_owned).into();
        let (own, others): (Vec<&Table>, Vec<&Table>) =
            (tables.iter().copied()).partition(|table| files.insert(names::module(&table.name)));
        ignored.extend(others.iter().map(|table| quoted(&table.name)));
        body.push_str(&section(schema, domain, &own, &mut taken));
    }
    if !ignored.is_empty() {
        writeln!(
            text,
            "\n# Their files would be those of others.\nignored = [{}]",
            ignored.join(", ")
        )
        .ok();
    }
    text + &body
}

/// The tables of each domain.
fn domains(schema: &Schema) -> BTreeMap<String, Vec<&Table>> {
    let mut by_prefix = BTreeMap::<String, Vec<&Table>>::new();
    for table in schema
        .tables
        .values()
        .filter(|it| !it.key_columns().is_empty())
    {
        let module = names::module(&table.name);
        let first = module.split('_').next().unwrap_or_default();
        let prefix = pluralizer::pluralize(first, 1, false);
        by_prefix.entry(prefix).or_default().push(table);
    }
    let mut domains = BTreeMap::<String, Vec<&Table>>::new();
    for (prefix, tables) in by_prefix {
        let name = match tables.len() > 1 && names::is_module(&prefix) {
            true => prefix,
            false => REST.to_owned(),
        };
        domains.entry(name).or_default().extend(tables);
    }
    domains
}

/// A domain: its tables, ids and enums.
fn section(
    schema: &Schema,
    domain: &str,
    tables: &[&Table],
    taken: &mut BTreeSet<String>,
) -> String {
    let mut text = format!("\n[{domain}]\ntables = [\n");
    for table in tables {
        writeln!(text, "    {},", quoted(&table.name)).ok();
    }
    text.push_str("]\n");
    let mut ids = String::new();
    let mut enums = String::new();
    for table in tables {
        for column in &table.columns {
            let subject = quoted(&format!("{}.{}", table.name, column.name));
            if !can_be_subject(table, column) {
                continue;
            }
            if let Some(id) = id(schema, table, column).filter(|name| taken.insert(name.clone())) {
                writeln!(ids, "{subject} = \"{id}\"").ok();
            } else if let Some(name) =
                enumeration(schema, table, column).filter(|name| taken.insert(name.clone()))
            {
                writeln!(enums, "{subject} = \"{name}\"").ok();
            }
        }
    }
    for (name, lines) in [("ids", ids), ("enums", enums)] {
        if !lines.is_empty() {
            write!(text, "\n[{domain}.{name}]\n{lines}").ok();
        }
    }
    text
}

/// Whether the type map can name a column: a point separates the table from it, and a star is a
/// pattern.
fn can_be_subject(table: &Table, column: &Column) -> bool {
    !table.name.contains(['.', '*']) && !column.name.contains('*')
}

/// The newtype of a table's key, if it has one of its own in one column.
fn id(schema: &Schema, table: &Table, column: &Column) -> Option<String> {
    let is_key = table.key_columns() == [column.name.as_str()];
    let refers = (table.foreign_keys.iter()).any(|key| key.columns.contains(&column.name));
    let kind = Kind::of(schema, &column.kind);
    let can_be = matches!(
        kind.rust(schema.engine),
        RustType::Uuid | RustType::I16 | RustType::I32 | RustType::I64
    ) || matches!(kind, Kind::Text(_));
    if !is_key || refers || !can_be {
        return None;
    }
    let one = names::one_of(&table.name);
    let last = names::upper_camel(&names::snake(&column.name));
    let name = match last.starts_with(&one) {
        true => last,
        false => one + &last,
    };
    names::check_type(&name).is_ok().then_some(name)
}

/// The enum of a column whose values are listed.
fn enumeration(schema: &Schema, table: &Table, column: &Column) -> Option<String> {
    let values = keys::values(schema, table, column).ok()?;
    names::variants(&values).ok()?;
    let name = names::one_of(&table.name) + &names::upper_camel(&names::snake(&column.name));
    names::check_type(&name).is_ok().then_some(name)
}

/// A key of TOML.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A text of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(c)).ok();
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
