//! Migrations whose name says what they do: the body is written, and proven.

use groundwork_schema::{
    model::Schema,
    table::{Column, Kind, Presence, Table},
};

use super::{
    columns::{self, Given},
    error::NewError,
    skeleton::added,
};
use crate::evolve::{
    Call, Draft, Edit, Kinds, Step, WayBack, dropped_column, dropped_table, leaked, leaked_list,
    leaked_parts, renamed_column,
};
use groundwork_naming::Convention;

/// What a name is understood with.
pub(super) struct Known<'a> {
    pub(super) schema: &'a Schema,
    pub(super) kinds: &'a Kinds,
    pub(super) convention: &'a Convention,
}

/// Whether a body needs the tables that there are to be known.
pub(super) fn needs_tables(name: &str, columns: &[String]) -> bool {
    !columns.is_empty()
        || ["drop_", "remove_", "rename_"]
            .iter()
            .any(|verb| name.starts_with(verb))
}

/// The migration that a name and columns describe; `None` if the name says nothing that can be
/// understood.
///
/// # Errors
/// What is wrong with the columns, or cannot be done.
pub(super) fn draft(
    name: &str,
    given: &[String],
    known: &Known<'_>,
) -> Result<Option<Draft>, NewError> {
    let impossible = |problem: String| NewError::NothingToDo {
        name: name.to_owned(),
        problem,
    };
    let parsed: Result<Vec<Given>, NewError> = given
        .iter()
        .map(|text| columns::given(text, known.schema, known.kinds))
        .collect();
    let columns = parsed?;
    if let Some(table) = name.strip_prefix("create_").filter(|_| !columns.is_empty()) {
        return Ok(Some(created(table, &columns)));
    }
    if let Some((_, table)) = added(name).filter(|_| !columns.is_empty()) {
        let is_there = known.schema.tables.contains_key(table);
        return match is_there {
            true => Ok(Some(added_columns(table, &columns, known))),
            false => Err(impossible(format!("there is no table {table}"))),
        };
    }
    if !columns.is_empty() {
        return Err(impossible(
            "columns go with create_TABLE and add_COLUMN_to_TABLE".to_owned(),
        ));
    }
    let object = ["drop_", "remove_"]
        .iter()
        .find_map(|verb| name.strip_prefix(verb));
    if let Some(object) = object {
        if let Some((column, table)) = object.rsplit_once("_from_")
            && known
                .schema
                .tables
                .get(table)
                .is_some_and(|table| table.column(column).is_some())
        {
            let (schema, kinds, convention) = (known.schema, known.kinds, known.convention);
            return Ok(dropped_column(schema, kinds, convention, table, column));
        }
        if known.schema.tables.contains_key(object) {
            let (schema, kinds, convention) = (known.schema, known.kinds, known.convention);
            return Ok(dropped_table(schema, kinds, convention, object));
        }
    }
    Ok(renamed(name, known))
}

/// `rename_mood_to_tone_in_scenes`.
fn renamed(name: &str, known: &Known<'_>) -> Option<Draft> {
    let object = name.strip_prefix("rename_")?;
    ["_in_", "_of_", "_on_"].iter().find_map(|preposition| {
        let (columns, table) = object.rsplit_once(preposition)?;
        let model = known.schema.tables.get(table)?;
        let places = columns.match_indices("_to_");
        let mut splits = places.map(|(at, to)| (&columns[..at], &columns[at + to.len()..]));
        let (from, to) = splits.find(|(from, _)| model.column(from).is_some())?;
        renamed_column(known.schema, known.kinds, known.convention, table, from, to)
    })
}

fn created(name: &str, given: &[Given]) -> Draft {
    let mut columns = Vec::new();
    let id = given.iter().find(|given| given.column.name == "id");
    if id.is_none() {
        columns.push(Column::required("id", Kind::Uuid));
    }
    columns.extend(given.iter().map(|given| match given.column.name {
        "id" => Column {
            presence: Presence::Required,
            ..given.column
        },
        _ => given.column,
    }));
    let names: Vec<String> = columns
        .iter()
        .map(|column| column.name.to_owned())
        .collect();
    let table = Table {
        name: leaked(name),
        columns: leaked_parts(columns),
        primary_key: leaked_list(&["id".to_owned()]),
        foreign_keys: leaked_parts(given.iter().filter_map(|given| given.key).collect()),
        uniques: leaked_parts(given.iter().filter_map(|given| given.unique).collect()),
        ..Table::DEFAULT
    };
    Draft {
        up: vec![Step::Create(table)],
        down: WayBack::Steps(vec![Step::Drop(table.name)]),
        losses: Vec::new(),
        edits: vec![Edit::CreateTable {
            table: name.to_owned(),
            columns: names,
        }],
    }
}

fn added_columns(table: &str, given: &[Given], known: &Known<'_>) -> Draft {
    let (mut up, mut down, mut edits) = (Vec::new(), Vec::new(), Vec::new());
    for Given { column, fill, .. } in given {
        up.push(match fill {
            Some(value) => Call::AddColumnFilled(*column, leaked(value)),
            None => Call::AddColumn(*column),
        });
        down.insert(0, Call::DropColumn(column.name));
        edits.push(Edit::AddColumn {
            table: table.to_owned(),
            column: column.name.to_owned(),
            holds: columns::described(column),
            required: column.presence == Presence::Required,
        });
    }
    up.extend(
        given
            .iter()
            .filter_map(|given| given.unique.map(Call::AddUnique)),
    );
    up.extend(
        given
            .iter()
            .filter_map(|given| given.key.map(Call::AddForeignKey)),
    );
    debug_assert!(known.schema.tables.contains_key(table));
    let table = leaked(table);
    Draft {
        up: vec![Step::Alter(table, up)],
        down: WayBack::Steps(vec![Step::Alter(table, down)]),
        losses: Vec::new(),
        edits,
    }
}
