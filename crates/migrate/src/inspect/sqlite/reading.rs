//! From the rows of the catalog and the texts that it keeps to a schema.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use sqlparser::{ast::Statement, parser::Parser};

use super::{
    catalog::{self, ColumnRow, ForeignKeyRow, KeyRow, ObjectRow},
    simplified::simplified,
    unparsed,
};
use crate::{
    definition::{self, Definition},
    inspect::{error::InspectError, rows::rows},
};
use groundwork_naming::Engine;
use groundwork_schema::{
    model::{
        Column, Generated, Index, Kind, Object, PrimaryKey, Schema, Table, Trigger, Unique,
        Unsupported, View, VirtualTable,
    },
    run::HISTORY_TABLE,
    sql::{dialect, normal, tokens},
};

pub(in crate::inspect) async fn schema(
    connection: &impl ConnectionTrait,
) -> Result<Schema, InspectError> {
    let objects: Vec<ObjectRow> = rows(connection, "the objects", catalog::OBJECTS).await?;
    let columns: Vec<ColumnRow> = rows(connection, "the columns", catalog::COLUMNS).await?;
    let keys: Vec<KeyRow> = rows(connection, "the indexes", catalog::KEYS).await?;
    let foreign_keys: Vec<ForeignKeyRow> =
        rows(connection, "the foreign keys", catalog::FOREIGN_KEYS).await?;
    let mut reading = Reading {
        schema: Schema::empty(Engine::Sqlite),
        columns: by_table(columns, |row| &row.table),
        keys: by_table(keys, |row| &row.table),
        foreign_keys: by_table(foreign_keys, |row| &row.table),
    };
    for object in objects.iter().filter(|object| object.kind == "table") {
        reading.table(object);
    }
    for object in &objects {
        reading.other(object);
    }
    name_referred_columns(&mut reading.schema.tables);
    spell_as_views(&mut reading.schema);
    Ok(reading.schema)
}

fn by_table<R>(rows: Vec<R>, table: impl Fn(&R) -> &String) -> HashMap<String, Vec<R>> {
    let mut groups = HashMap::<String, Vec<R>>::new();
    for row in rows {
        groups.entry(table(&row).clone()).or_default().push(row);
    }
    groups
}

struct Reading {
    schema: Schema,
    columns: HashMap<String, Vec<ColumnRow>>,
    keys: HashMap<String, Vec<KeyRow>>,
    foreign_keys: HashMap<String, Vec<ForeignKeyRow>>,
}

impl Reading {
    fn table(&mut self, object: &ObjectRow) {
        match object.table_kind.as_str() {
            "virtual" => return self.virtual_table(object),
            // What a virtual table keeps its content in.
            "shadow" => return,
            _ if object.name == HISTORY_TABLE => return,
            _ => {}
        }
        let sql = object.sql.as_deref().unwrap_or_default();
        let mut table = self.defined(object, sql);
        let columns = self.columns.remove(&object.name).unwrap_or_default();
        table.primary_key = primary_key(&columns, &table);
        table.columns = columns.iter().map(|row| column(row, &table)).collect();
        table.without_rowid = object.without_rowid;
        table.strict = object.strict;
        table.definition = Some(sql.to_owned());
        spell_as_columns(&mut table);
        self.schema.tables.insert(table.name.clone(), table);
    }

    /// The table as its text describes it; where the parser does not understand the text, as far as
    /// the pragmas and its words do.
    fn defined(&mut self, object: &ObjectRow, sql: &str) -> Table {
        let keys = self.keys.remove(&object.name).unwrap_or_default();
        let foreign_keys = self.foreign_keys.remove(&object.name).unwrap_or_default();
        let columns = self
            .columns
            .get(&object.name)
            .map_or(&[][..], Vec::as_slice);
        let agrees = |definition: &Definition| {
            let uniques = unparsed::uniques(&keys);
            let has_columns = have_names(&definition.table.columns, columns);
            has_columns
                && has_keys(&definition.table, &uniques, &foreign_keys)
                && definition.table.checks.len() == unparsed::checks(sql).len()
        };
        let readings = [Some(sql.to_owned()), simplified(sql)];
        let read = (readings.into_iter().flatten())
            .filter_map(|text| parsed(&text))
            .find(agrees);
        let Some(definition) = read else {
            self.compare_text(object, sql);
            self.unsupported("part of the definition of table", &object.name);
            let mut table = Table::new(object.name.clone());
            table.uniques = unparsed::uniques(&keys);
            table.foreign_keys = unparsed::foreign_keys(foreign_keys);
            table.checks = unparsed::checks(sql);
            return table;
        };
        for part in &definition.unsupported {
            self.unsupported(part, &object.name);
        }
        if !definition.unsupported.is_empty() {
            self.compare_text(object, sql);
        }
        Table {
            name: object.name.clone(),
            ..definition.table
        }
    }

    /// What the model does not tell is compared as it is written.
    fn compare_text(&mut self, object: &ObjectRow, sql: &str) {
        let table = Object::table(&object.name);
        let facts = self.schema.catalog.entry(table).or_default();
        let text = normal(Engine::Sqlite, sql);
        facts.statements.insert("definition".to_owned(), text);
    }

    fn virtual_table(&mut self, object: &ObjectRow) {
        let sql = object.sql.as_deref().unwrap_or_default();
        let table = VirtualTable {
            name: object.name.clone(),
            definition: normal(Engine::Sqlite, sql),
        };
        let tables = &mut self.schema.virtual_tables;
        tables.insert(object.name.clone(), table);
    }

    /// Indexes, triggers and views, once all tables are known.
    fn other(&mut self, object: &ObjectRow) {
        let sql = object.sql.as_deref().unwrap_or_default();
        let name = object.name.clone();
        match object.kind.as_str() {
            "index" => match parsed_index(sql) {
                Some(mut index) => {
                    index.name.clone_from(&name);
                    if let Some(table) = self.table_mut(&object.table) {
                        table.indexes.push(index);
                    }
                }
                None => self.unsupported("index", &name),
            },
            "trigger" => {
                let trigger = Trigger {
                    name,
                    definition: normal(Engine::Sqlite, sql),
                };
                if let Some(table) = self.table_mut(&object.table) {
                    table.triggers.push(trigger);
                } else {
                    self.trigger_of_view(&object.table, trigger);
                }
            }
            "view" => {
                let view = View {
                    name: name.clone(),
                    definition: normal(Engine::Sqlite, sql),
                    materialized: false,
                };
                self.schema.views.insert(name, view);
            }
            _ => {}
        }
    }

    /// The table of this name: what belongs to it may spell it in other letters.
    fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        let mut tables = self.schema.tables.values_mut();
        tables.find(|table| table.name.eq_ignore_ascii_case(name))
    }

    fn trigger_of_view(&mut self, view: &str, trigger: Trigger) {
        let object = Object {
            table: Some(view.to_owned()),
            kind: Kind::Trigger,
            name: trigger.name,
        };
        let facts = self.schema.catalog.entry(object).or_default();
        let statement = ("definition".to_owned(), trigger.definition);
        facts.statements.extend([statement]);
    }

    fn unsupported(&mut self, kind: &str, name: &str) {
        self.schema.unsupported.push(Unsupported {
            kind: kind.to_owned(),
            name: name.to_owned(),
        });
    }
}

/// The text of a `CREATE TABLE`, up to the parenthesis that closes its columns: a pragma says what
/// comes after. `None` if the parser does not understand it.
fn parsed(sql: &str) -> Option<Definition> {
    match statement(up_to_last_column(sql)?)? {
        Statement::CreateTable(table) => Some(Definition::of_table(Engine::Sqlite, &table)),
        _ => None,
    }
}

fn parsed_index(sql: &str) -> Option<Index> {
    match statement(sql)? {
        Statement::CreateIndex(index) => Some(definition::index(Engine::Sqlite, &index)),
        _ => None,
    }
}

fn statement(sql: &str) -> Option<Statement> {
    let statements = Parser::parse_sql(dialect(Engine::Sqlite), sql).ok()?;
    statements.into_iter().next()
}

fn up_to_last_column(sql: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for token in tokens(Engine::Sqlite, sql).ok()? {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") && depth <= 1 {
            return sql.get(..token.end());
        } else if token.is_sign(")") {
            depth -= 1;
        }
    }
    None
}

fn column(row: &ColumnRow, defined: &Table) -> Column {
    let mut columns = defined.columns.iter();
    let own = columns.find(|column| column.name.eq_ignore_ascii_case(&row.name));
    let generated = own.and_then(|own| own.generated.as_ref());
    Column {
        name: row.name.clone(),
        kind: row.kind.to_lowercase(),
        nullable: !row.not_null,
        default: (row.default_value.as_deref()).map(|default| normal(Engine::Sqlite, default)),
        generated: matches!(row.hidden, 2 | 3).then(|| Generated {
            expression: generated.map_or_else(String::new, |own| own.expression.clone()),
            stored: row.hidden == 3,
        }),
        numbering: own.and_then(|own| own.numbering),
        collation: own.and_then(|own| own.collation.clone()),
    }
}

fn primary_key(columns: &[ColumnRow], defined: &Table) -> Option<PrimaryKey> {
    let mut key: Vec<&ColumnRow> = columns.iter().filter(|c| c.place_in_key > 0).collect();
    key.sort_by_key(|column| column.place_in_key);
    (!key.is_empty()).then(|| PrimaryKey {
        name: (defined.primary_key.as_ref()).and_then(|key| key.name.clone()),
        columns: key.iter().map(|column| column.name.clone()).collect(),
    })
}

/// Whether a text was read with the columns that the table has.
fn have_names(read: &[Column], columns: &[ColumnRow]) -> bool {
    read.len() == columns.len()
        && (read.iter().zip(columns)).all(|(own, row)| own.name.eq_ignore_ascii_case(&row.name))
}

/// Whether a text was read with the unique constraints and foreign keys that SQLite knows of. It
/// makes one index of constraints that are the same.
fn has_keys(read: &Table, uniques: &[Unique], foreign_keys: &[ForeignKeyRow]) -> bool {
    let is_read = |unique: &Unique| {
        let mut own = read.uniques.iter().map(|own| &own.columns);
        own.any(|own| {
            own.len() == unique.columns.len()
                && (own.iter().zip(&unique.columns)).all(|(a, b)| a.eq_ignore_ascii_case(b))
        })
    };
    let keys: BTreeSet<i64> = foreign_keys.iter().map(|row| row.id).collect();
    uniques.iter().all(is_read) && keys.len() == read.foreign_keys.len()
}

/// A trigger may spell its view in other letters than the view itself.
fn spell_as_views(schema: &mut Schema) {
    let catalog = std::mem::take(&mut schema.catalog);
    let respelled = catalog.into_iter().map(|(mut object, facts)| {
        if object.kind == Kind::Trigger
            && let Some(table) = &mut object.table
        {
            let view = schema
                .views
                .keys()
                .find(|name| name.eq_ignore_ascii_case(table));
            view.into_iter().for_each(|view| table.clone_from(view));
        }
        (object, facts)
    });
    schema.catalog = respelled.collect();
}

/// SQLite takes the names of columns in any case; here they are all spelled as the columns are.
fn spell_as_columns(table: &mut Table) {
    let columns = &table.columns;
    let uniques = table.uniques.iter_mut().map(|unique| &mut unique.columns);
    let foreign_keys = table.foreign_keys.iter_mut().map(|key| &mut key.columns);
    for name in uniques.chain(foreign_keys).flatten() {
        if let Some(column) = (columns.iter()).find(|own| own.name.eq_ignore_ascii_case(name)) {
            name.clone_from(&column.name);
        }
    }
}

/// A foreign key that names no referred columns means the primary key.
fn name_referred_columns(tables: &mut BTreeMap<String, Table>) {
    let keys: HashMap<String, Vec<String>> = tables
        .values()
        .filter_map(|table| {
            let key = table.primary_key.as_ref()?;
            Some((table.name.to_lowercase(), key.columns.clone()))
        })
        .collect();
    for key in tables
        .values_mut()
        .flat_map(|table| &mut table.foreign_keys)
    {
        if key.referred_columns.is_empty() {
            let referred = keys.get(&key.table.to_lowercase());
            key.referred_columns = referred.cloned().unwrap_or_default();
        }
    }
}
