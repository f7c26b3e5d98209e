//! The raw models: sea-orm-codegen's dense format, before it is given types, relations and docs.

use sea_orm_codegen::{
    BannerVersion, BigIntegerType, DateTimeCrate, EntityFormat, EntityTransformer,
    EntityWriterContext, WithPrelude, WithSerde,
};
use sea_query::{Alias, ColumnDef, ColumnType, Index, StringLen};

use groundwork_schema::model::{Column, Schema, Table};

use super::{column_type, error::GenerateError, keys, names};

/// Has sea-orm-codegen write a model of the table's columns.
///
/// # Errors
/// [`GenerateError::Codegen`] if it refuses, or writes what is no Rust.
pub(super) fn raw_model(schema: &Schema, table: &Table) -> Result<syn::File, GenerateError> {
    let failed = |message: String| GenerateError::Codegen {
        table: table.name.clone(),
        message,
    };
    let writer = EntityTransformer::transform(vec![statement(schema, table)])
        .map_err(|error| failed(error.to_string()))?;
    let name = format!("{}.rs", names::module(&table.name));
    let file = writer
        .write_entities(&context())
        .into_iter()
        .find(|file| file.name == name)
        .ok_or_else(|| failed(format!("it wrote no file `{name}`")))?;
    syn::parse_file(&file.content).map_err(|error| failed(error.to_string()))
}

/// The statement that sea-orm-codegen reads: columns, the primary key, and keys of one column.
/// Relations and keys of several columns it would name after tables and by numbers; they are added
/// later, with better names.
fn statement(schema: &Schema, table: &Table) -> sea_query::TableCreateStatement {
    let mut statement = sea_query::Table::create();
    statement.table(Alias::new(&table.name));
    for column in &table.columns {
        statement.col(definition(schema, table, column));
    }
    let mut primary_key = Index::create();
    for column in table.key_columns() {
        primary_key.col(Alias::new(column));
    }
    statement.primary_key(&mut primary_key);
    for key in searchable_keys(table).filter(|key| key.len() == 1) {
        let mut index = Index::create();
        index.unique();
        for column in key {
            index.col(Alias::new(column));
        }
        statement.index(&mut index);
    }
    statement
}

/// The unique keys by which SeaORM can give a model `find_by_…`: it cannot where a column's field is
/// a raw identifier, for it would take the `r` for a part of the name.
pub(super) fn searchable_keys(table: &Table) -> impl Iterator<Item = Vec<String>> {
    let is_raw = |column: &String| names::is_raw(column);
    let keys = keys::unique_keys(table).into_iter();
    keys.filter(move |key| !key.iter().any(is_raw))
}

fn definition(schema: &Schema, table: &Table, column: &Column) -> ColumnDef {
    let kind = match column_type::normal(schema, &column.kind) {
        // Asked for a `timestamptz`, it would write a type with an offset; instants are UTC.
        ColumnType::TimestampWithTimeZone => ColumnType::Timestamp,
        // Saves an attribute that would say nothing new: both are a `String`.
        ColumnType::Text => ColumnType::String(StringLen::None),
        other => other,
    };
    let mut definition = ColumnDef::new_with_type(Alias::new(&column.name), kind);
    if !column.nullable {
        definition.not_null();
    }
    if keys::is_numbered(schema.engine, table, column) {
        definition.auto_increment();
    }
    definition
}

fn context() -> EntityWriterContext {
    let none = Vec::new;
    EntityWriterContext::new(
        EntityFormat::Dense,
        WithPrelude::None,
        WithSerde::Serialize,
        true,
        DateTimeCrate::Chrono,
        BigIntegerType::I64,
        None,
        false,
        false,
        false,
        none(),
        none(),
        none(),
        none(),
        none(),
        false,
        true,
        BannerVersion::Off,
    )
}
