//! From the rows of the catalog to a schema.

use sea_orm::ConnectionTrait;

use super::{
    catalog::{
        self, ColumnRow, ConstraintRow, DomainRow, EnumRow, FunctionRow, KeyRow, OtherRow,
        TableRow, TriggerRow, ViewRow,
    },
    pieces,
};
use crate::inspect::{error::InspectError, rows::rows};
use groundwork_naming::Engine;
use groundwork_schema::{
    model::{
        Action, Check, Column, ForeignKey, Function, Generated, Index, IndexKey, IndexedBy,
        Numbering, PrimaryKey, Schema, Table, Timing, Trigger, Unique, Unsupported, View,
    },
    sql::normal,
};

pub(in crate::inspect) async fn schema(
    connection: &impl ConnectionTrait,
) -> Result<Schema, InspectError> {
    let mut schema = Schema::empty(Engine::Postgres);
    for row in rows::<TableRow>(connection, "the tables", catalog::TABLES).await? {
        let tables = if row.is_partitioned {
            &mut schema.partitioned_tables
        } else {
            &mut schema.tables
        };
        tables.insert(row.name.clone(), Table::new(row.name));
    }
    for row in rows::<ColumnRow>(connection, "the columns", catalog::COLUMNS).await? {
        if let Some(table) = table_mut(&mut schema, &row.table) {
            table.columns.push(column(row));
        }
    }
    for row in rows::<ConstraintRow>(connection, "the constraints", catalog::CONSTRAINTS).await? {
        if let Some(table) = table_mut(&mut schema, &row.table) {
            constraint(table, row);
        }
    }
    for row in rows::<KeyRow>(connection, "the indexes", catalog::INDEXES).await? {
        if let Some(table) = table_mut(&mut schema, &row.table) {
            index(table, row);
        }
    }
    for row in rows::<TriggerRow>(connection, "the triggers", catalog::TRIGGERS).await? {
        if let Some(table) = table_mut(&mut schema, &row.table) {
            table.triggers.push(Trigger {
                name: row.name,
                definition: normal(Engine::Postgres, &row.definition),
            });
        }
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
    for row in rows::<DomainRow>(connection, "the domains", catalog::DOMAINS).await? {
        schema.domains.insert(row.name, row.kind);
    }
    for row in rows::<OtherRow>(connection, "other objects", catalog::OTHERS).await? {
        schema.unsupported.push(Unsupported {
            kind: row.kind,
            name: row.name,
        });
    }
    schema.catalog = pieces::catalog(pieces::pieces(connection).await?);
    Ok(schema)
}

fn table_mut<'a>(schema: &'a mut Schema, name: &str) -> Option<&'a mut Table> {
    let (whole, partitioned) = (&mut schema.tables, &mut schema.partitioned_tables);
    whole.get_mut(name).or_else(|| partitioned.get_mut(name))
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
            nulls_not_distinct: row.nulls_not_distinct,
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
            nulls_not_distinct: row.nulls_not_distinct,
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
