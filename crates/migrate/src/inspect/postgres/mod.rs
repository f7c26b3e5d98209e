//! The current schema of a PostgreSQL database, in one query for each kind of object.

mod catalog;

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;

use self::catalog::{
    ColumnRow, ConstraintRow, EnumRow, FunctionRow, KeyRow, OtherRow, TableRow, TriggerRow, ViewRow,
};
use super::{InspectError, rows};
use groundwork_naming::Engine;
use groundwork_schema::{
    model::{
        Action, Check, Column, ForeignKey, Function, Generated, Index, IndexKey, IndexedBy,
        Numbering, PrimaryKey, Schema, Table, Timing, Trigger, Unique, Unsupported, View,
    },
    sql::normal,
};

pub(super) async fn schema(connection: &impl ConnectionTrait) -> Result<Schema, InspectError> {
    let mut schema = Schema::empty(Engine::Postgres);
    for row in rows::<TableRow>(connection, "the tables", catalog::TABLES).await? {
        schema.tables.insert(row.name.clone(), table(row.name));
    }
    let tables = &mut schema.tables;
    for row in rows::<ColumnRow>(connection, "the columns", catalog::COLUMNS).await? {
        with(tables, &row.table.clone(), |table| {
            table.columns.push(column(row))
        });
    }
    for row in rows::<ConstraintRow>(connection, "the constraints", catalog::CONSTRAINTS).await? {
        with(tables, &row.table.clone(), |table| constraint(table, row));
    }
    for row in rows::<KeyRow>(connection, "the indexes", catalog::INDEXES).await? {
        with(tables, &row.table.clone(), |table| index(table, row));
    }
    for row in rows::<TriggerRow>(connection, "the triggers", catalog::TRIGGERS).await? {
        let definition = normal(Engine::Postgres, &row.definition);
        let name = row.name;
        with(tables, &row.table, |table| {
            table.triggers.push(Trigger { name, definition })
        });
    }
    for row in rows::<ViewRow>(connection, "the views", catalog::VIEWS).await? {
        let view = View {
            name: row.name.clone(),
            definition: normal(Engine::Postgres, &row.definition),
            materialized: row.materialized,
        };
        schema.views.insert(row.name, view);
    }
    for row in rows::<FunctionRow>(connection, "the functions", catalog::FUNCTIONS).await? {
        let function = Function {
            signature: row.signature.clone(),
            definition: row.definition.trim().to_owned(),
        };
        schema.functions.insert(row.signature, function);
    }
    for row in rows::<EnumRow>(connection, "the enumerated types", catalog::ENUMS).await? {
        schema.enums.entry(row.name).or_default().push(row.value);
    }
    for row in rows::<OtherRow>(connection, "other objects", catalog::OTHERS).await? {
        schema.unsupported.push(Unsupported {
            kind: row.kind,
            name: row.name,
        });
    }
    Ok(schema)
}

fn table(name: String) -> Table {
    Table {
        name,
        columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        without_rowid: false,
        strict: false,
        definition: None,
    }
}

fn with(tables: &mut BTreeMap<String, Table>, name: &str, change: impl FnOnce(&mut Table)) {
    if let Some(table) = tables.get_mut(name) {
        change(table);
    }
}

fn column(row: ColumnRow) -> Column {
    let numbering = match row.identity.as_str() {
        "a" => Some(Numbering::IdentityAlways),
        "d" => Some(Numbering::IdentityByDefault),
        _ => row.serial.then_some(Numbering::Serial),
    };
    let (default, generated) = match (row.default_value, row.generated) {
        (Some(expression), true) => {
            let generated = Generated {
                expression,
                stored: true,
            };
            (None, Some(generated))
        }
        (default, _) => (default, None),
    };
    Column {
        name: row.name,
        kind: row.kind,
        nullable: !row.not_null,
        // The sequence's name follows from the column's.
        default: default.filter(|_| numbering.is_none()),
        generated,
        numbering,
        collation: row.collation,
    }
}

fn constraint(table: &mut Table, row: ConstraintRow) {
    let timing = match (row.deferrable, row.deferred) {
        (false, _) => Timing::Immediate,
        (true, false) => Timing::DeferrableInitiallyImmediate,
        (true, true) => Timing::DeferrableInitiallyDeferred,
    };
    let name = Some(row.name);
    let columns = names(row.columns.as_deref());
    match row.kind.as_str() {
        "p" => table.primary_key = Some(PrimaryKey { name, columns }),
        "u" => table.uniques.push(Unique {
            name,
            columns,
            timing,
        }),
        "f" => table.foreign_keys.push(ForeignKey {
            name,
            columns,
            table: row.referred_table.unwrap_or_default(),
            referred_columns: names(row.referred_columns.as_deref()),
            on_delete: action(&row.on_delete),
            on_update: action(&row.on_update),
            timing,
            valid: row.valid,
        }),
        _ => table.checks.push(Check {
            name,
            expression: row.expression.unwrap_or_default(),
            valid: row.valid,
        }),
    }
}

/// The names in a JSON list, which is how the queries give lists.
fn names(list: Option<&str>) -> Vec<String> {
    list.and_then(|list| serde_json::from_str(list).ok())
        .unwrap_or_default()
}

fn action(letter: &str) -> Action {
    match letter {
        "r" => Action::Restrict,
        "c" => Action::Cascade,
        "n" => Action::SetNull,
        "d" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

/// Adds a key to the index that the rows before have begun, or begins one.
fn index(table: &mut Table, row: KeyRow) {
    let is_known = table
        .indexes
        .last()
        .is_some_and(|last| last.name == row.index);
    if !is_known {
        table.indexes.push(Index {
            name: row.index,
            unique: row.is_unique,
            method: row.method,
            keys: Vec::new(),
            include: Vec::new(),
            predicate: row.predicate,
            valid: row.valid,
        });
    }
    let Some(index) = table.indexes.last_mut() else {
        return;
    };
    if row.is_included {
        index.include.extend(row.column);
        return;
    }
    index.keys.push(IndexKey {
        of: match row.column {
            Some(column) => IndexedBy::Column(column),
            None => IndexedBy::Expression(row.expression),
        },
        descending: row.descending,
        collation: row.collation,
        options: row.options,
    });
}
