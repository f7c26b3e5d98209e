//! The schema of an SQLite database.

mod definition;

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ConnectionTrait, FromQueryResult};

use self::definition::Definition;
use super::{InspectError, rows};
use groundwork_naming::Engine;
use groundwork_schema::{
    model::{
        Column, Generated, PrimaryKey, Schema, Table, Timing, Trigger, Unique, Unsupported, View,
        VirtualTable,
    },
    run::HISTORY_TABLE,
    sql::normal,
};

const OBJECTS: &str = "\
    SELECT m.type AS kind, m.name, m.tbl_name AS \"table\", m.sql, \
           coalesce(l.type, '') AS table_kind, coalesce(l.wr, 0) <> 0 AS without_rowid, \
           coalesce(l.strict, 0) <> 0 AS strict \
    FROM sqlite_master m \
    LEFT JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name AND m.type = 'table' \
    WHERE m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name";

const COLUMNS: &str = "\
    SELECT m.name AS \"table\", x.name, x.type AS kind, x.\"notnull\" <> 0 AS not_null, \
           x.dflt_value AS default_value, x.pk AS place_in_key, x.hidden \
    FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x \
    WHERE m.type = 'table' AND x.hidden <> 1 ORDER BY m.name, x.cid";

/// The columns of unique constraints, for tables whose definition cannot be read.
const KEYS: &str = "\
    SELECT m.name AS \"table\", l.name AS \"index\", l.\"unique\" <> 0 AS is_unique, l.origin, \
           k.name \
    FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_xinfo(l.name) k \
    WHERE m.type = 'table' AND k.\"key\" ORDER BY m.name, l.name, k.seqno";

#[derive(FromQueryResult)]
struct ObjectRow {
    kind: String,
    name: String,
    table: String,
    sql: Option<String>,
    table_kind: String,
    without_rowid: bool,
    strict: bool,
}

#[derive(FromQueryResult)]
struct ColumnRow {
    table: String,
    name: String,
    kind: String,
    not_null: bool,
    default_value: Option<String>,
    place_in_key: i64,
    hidden: i64,
}

#[derive(FromQueryResult)]
struct KeyRow {
    table: String,
    index: String,
    is_unique: bool,
    origin: String,
    name: Option<String>,
}

pub(super) async fn schema(connection: &impl ConnectionTrait) -> Result<Schema, InspectError> {
    let objects: Vec<ObjectRow> = rows(connection, "the objects", OBJECTS).await?;
    let mut columns = HashMap::<String, Vec<ColumnRow>>::new();
    for row in rows::<ColumnRow>(connection, "the columns", COLUMNS).await? {
        columns.entry(row.table.clone()).or_default().push(row);
    }
    let mut keys = HashMap::<String, Vec<KeyRow>>::new();
    for row in rows::<KeyRow>(connection, "the indexes", KEYS).await? {
        keys.entry(row.table.clone()).or_default().push(row);
    }
    let mut reading = Reading {
        schema: Schema::empty(Engine::Sqlite),
    };
    for object in objects.iter().filter(|object| object.kind == "table") {
        let columns = columns.remove(&object.name).unwrap_or_default();
        let keys = keys.remove(&object.name).unwrap_or_default();
        reading.table(object, &columns, &keys);
    }
    for object in &objects {
        reading.other(object);
    }
    name_referred_columns(&mut reading.schema.tables);
    Ok(reading.schema)
}

struct Reading {
    schema: Schema,
}

impl Reading {
    fn table(&mut self, object: &ObjectRow, columns: &[ColumnRow], keys: &[KeyRow]) {
        match object.table_kind.as_str() {
            "virtual" => return self.virtual_table(object),
            // What a virtual table keeps its content in.
            "shadow" => return,
            _ if object.name == HISTORY_TABLE => return,
            _ => {}
        }
        let sql = object.sql.as_deref().unwrap_or_default();
        let definition = Definition::parse(sql).unwrap_or_else(|| {
            self.unsupported("part of the definition of table", &object.name);
            Definition::default()
        });
        let mut table = Table {
            name: object.name.clone(),
            columns: columns.iter().map(|row| column(row, &definition)).collect(),
            primary_key: primary_key(columns, &definition),
            uniques: definition.uniques.clone(),
            foreign_keys: definition.foreign_keys.clone(),
            checks: definition.checks.clone(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            without_rowid: object.without_rowid,
            strict: object.strict,
            definition: Some(sql.to_owned()),
        };
        if !definition.is_whole {
            table.uniques = nameless_uniques(keys);
        }
        for part in &definition.unsupported {
            self.unsupported(part, &object.name);
        }
        self.schema.tables.insert(table.name.clone(), table);
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
            "index" => match definition::index(sql) {
                Some(mut index) => {
                    index.name.clone_from(&name);
                    if let Some(table) = self.schema.tables.get_mut(&object.table) {
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
                if let Some(table) = self.schema.tables.get_mut(&object.table) {
                    table.triggers.push(trigger);
                } else {
                    self.unsupported("trigger of a view", &trigger.name);
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

    fn unsupported(&mut self, kind: &str, name: &str) {
        self.schema.unsupported.push(Unsupported {
            kind: kind.to_owned(),
            name: name.to_owned(),
        });
    }
}

fn column(row: &ColumnRow, definition: &Definition) -> Column {
    let said = definition.columns.get(&row.name.to_lowercase());
    let expression = said.and_then(|said| said.generated.clone());
    Column {
        name: row.name.clone(),
        kind: row.kind.to_lowercase(),
        nullable: !row.not_null,
        default: row
            .default_value
            .as_deref()
            .map(|default| normal(Engine::Sqlite, default)),
        generated: matches!(row.hidden, 2 | 3).then(|| Generated {
            expression: expression.unwrap_or_default(),
            stored: row.hidden == 3,
        }),
        numbering: said.and_then(|said| said.numbering),
        collation: said.and_then(|said| said.collation.clone()),
    }
}

fn primary_key(columns: &[ColumnRow], definition: &Definition) -> Option<PrimaryKey> {
    let mut key: Vec<&ColumnRow> = columns.iter().filter(|c| c.place_in_key > 0).collect();
    key.sort_by_key(|column| column.place_in_key);
    (!key.is_empty()).then(|| PrimaryKey {
        name: definition.primary_key_name.clone(),
        columns: key.iter().map(|column| column.name.clone()).collect(),
    })
}

/// The unique constraints of a table whose definition could not be read whole.
fn nameless_uniques(keys: &[KeyRow]) -> Vec<Unique> {
    let mut uniques = BTreeMap::<&str, Unique>::new();
    for key in keys.iter().filter(|key| key.is_unique && key.origin == "u") {
        let unique = uniques.entry(&key.index).or_insert_with(|| Unique {
            name: None,
            columns: Vec::new(),
            timing: Timing::Immediate,
        });
        unique.columns.extend(key.name.clone());
    }
    uniques.into_values().collect()
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
