//! Migrations of a single change, which need no entities to be written.

use groundwork_naming::Convention;
use groundwork_schema::{model::Schema, table::Presence};

use super::{
    edit::Edit,
    kinds::Kinds,
    plan::{Draft, losses},
    restore::Restorer,
    step::{Call, Step, WayBack, leaked},
    way_back::TableEdits,
};

/// Drops a column; `None` if there is none.
pub(crate) fn dropped_column(
    schema: &Schema,
    kinds: &Kinds,
    convention: &Convention,
    table: &str,
    column: &str,
) -> Option<Draft> {
    let model = schema.tables.get(table)?;
    model.column(column)?;
    let restorer = Restorer::new(schema, convention, kinds, model);
    let edit = Edit::DropColumn {
        table: table.to_owned(),
        column: column.to_owned(),
    };
    let mut edits = TableEdits::new(model, &[&edit]);
    edits.drop_column(column, column_back(&restorer, column, None));
    Some(draft(table, edits, edit))
}

/// Drops a table; `None` if there is none.
pub(crate) fn dropped_table(
    schema: &Schema,
    kinds: &Kinds,
    convention: &Convention,
    table: &str,
) -> Option<Draft> {
    let model = schema.tables.get(table)?;
    let restorer = Restorer::new(schema, convention, kinds, model);
    let edits = vec![Edit::DropTable {
        table: table.to_owned(),
    }];
    let down = match restorer.table() {
        Ok((created, rest)) if rest.is_empty() => WayBack::Steps(vec![Step::Create(created)]),
        Ok((created, rest)) => {
            WayBack::Steps(vec![Step::Create(created), Step::Alter(created.name, rest)])
        }
        Err(why) => WayBack::None(format!("table {table} cannot be made again: {why}")),
    };
    Some(Draft {
        up: vec![Step::Drop(leaked(table))],
        down,
        losses: losses(&edits),
        edits,
    })
}

/// Renames a column, and what the convention names after it; `None` if there is none.
pub(crate) fn renamed_column(
    schema: &Schema,
    kinds: &Kinds,
    convention: &Convention,
    table: &str,
    from: &str,
    to: &str,
) -> Option<Draft> {
    let model = schema.tables.get(table)?;
    model.column(from)?;
    let restorer = Restorer::new(schema, convention, kinds, model);
    let edit = Edit::RenameColumn {
        table: table.to_owned(),
        column: from.to_owned(),
        to: to.to_owned(),
    };
    let mut edits = TableEdits::new(model, &[&edit]);
    edits.rename_what_is_named_after_columns(&restorer);
    edits.rename(from, to);
    Some(draft(table, edits, edit))
}

fn draft(table: &str, edits: TableEdits, edit: Edit) -> Draft {
    let table = leaked(table);
    let (up, down) = edits.ordered();
    let edits = vec![edit];
    Draft {
        up: vec![Step::Alter(table, up)],
        down: match down {
            Ok(calls) => WayBack::Steps(vec![Step::Alter(table, calls)]),
            Err(why) => WayBack::None(why),
        },
        losses: losses(&edits),
        edits,
    }
}

/// The calls that bring a dropped column back, with a value for its rows where one is given.
///
/// # Errors
/// Why there are none.
pub(super) fn column_back(
    restorer: &Restorer<'_>,
    column: &str,
    value: Option<&'static str>,
) -> Result<Vec<Call>, String> {
    let (own, default) = restorer.column(column)?;
    let call = match (default, value, own.presence) {
        (Some(default), _, _) => Call::AddColumnWithDefault(own, default),
        (None, Some(value), _) => Call::AddColumnFilled(own, value),
        (None, None, Presence::Optional) => Call::AddColumn(own),
        (None, None, Presence::Required) => {
            let table = &restorer.table.name;
            return Err(format!(
                "the values of {table}.{column} are gone, and every row needs one"
            ));
        }
    };
    let mut calls = vec![call];
    calls.extend(restorer.belongings(column)?);
    Ok(calls)
}
