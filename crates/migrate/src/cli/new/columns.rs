//! Columns as the command line describes them: `title:text!`, `mood:text=calm`,
//! `author:references`.

use groundwork_schema::{
    model::{Schema, Table},
    table::{Column, ForeignKey, Kind, Presence, Unique},
};

use super::error::NewError;
use crate::evolve::{Kinds, kind_of_word, leaked, leaked_list, literal_of, word};

/// A column, and what comes with it.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) column: Column,
    /// The value of rows that exist, as SQL.
    pub(super) fill: Option<String>,
    pub(super) key: Option<ForeignKey>,
    pub(super) unique: Option<Unique>,
}

const FORMS: &str = "expected name:type, such as title:text, title:text! (required), \
                     isbn:text!:unique, mood:text=calm (required, with a value for rows that \
                     exist), author:references or author:references(people)";

/// Reads a column.
///
/// # Errors
/// What is wrong with it.
pub(super) fn given(text: &str, schema: &Schema, kinds: &Kinds) -> Result<Given, NewError> {
    let bad = |problem: String| NewError::BadColumn {
        column: text.to_owned(),
        problem,
    };
    let (form, fill) = match text.split_once('=') {
        Some((form, fill)) => (form, Some(fill)),
        None => (text, None),
    };
    let mut parts = form.split(':');
    let name = parts.next().unwrap_or_default();
    let mut kind = parts.next().ok_or_else(|| bad(FORMS.to_owned()))?;
    let mut is_required = fill.is_some();
    let mut is_unique = false;
    if let Some(rest) = kind.strip_suffix('!') {
        (kind, is_required) = (rest, true);
    }
    for option in parts {
        match option {
            "unique" => is_unique = true,
            other => return Err(bad(format!("unknown option `{other}`; {FORMS}"))),
        }
    }
    require_name(name).map_err(bad)?;
    let presence = match is_required {
        true => Presence::Required,
        false => Presence::Optional,
    };
    let mut given = match kind.strip_prefix("references") {
        Some(table) => reference(name, table, schema, kinds).map_err(bad)?,
        None => {
            let kind = kind_of(kind).map_err(bad)?;
            Given {
                column: Column::optional(leaked(name), kind),
                fill: None,
                key: None,
                unique: None,
            }
        }
    };
    given.column.presence = presence;
    let fill = fill
        .map(|value| literal_of(given.column.kind, value))
        .transpose();
    given.fill = fill.map_err(bad)?;
    let columns = leaked_list(&[given.column.name.to_owned()]);
    given.unique = is_unique.then_some(Unique {
        columns,
        ..Unique::DEFAULT
    });
    Ok(given)
}

fn kind_of(text: &str) -> Result<Kind, String> {
    kind_of_word(text).ok_or_else(|| {
        format!(
            "`{text}` is no kind of column that `Table` and `Alter` have; they have text, bigint, \
             double, boolean, timestamptz, json, bytes, uuid and references"
        )
    })
}

fn require_name(name: &str) -> Result<(), String> {
    let is_good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    match is_good {
        true => Ok(()),
        false => Err(format!(
            "`{name}` is no name of a column: small letters, digits and `_`"
        )),
    }
}

/// A column that refers to the rows of a table: of the one in parentheses, or of the plural.
fn reference(name: &str, table: &str, schema: &Schema, kinds: &Kinds) -> Result<Given, String> {
    let table = match table
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(table) => table.to_owned(),
        None if table.is_empty() => pluralizer::pluralize(name, 2, false),
        None => return Err(FORMS.to_owned()),
    };
    let model: &Table = schema.tables.get(&table).ok_or_else(|| {
        format!("there is no table {table} to refer to; name it: {name}:references(TABLE)")
    })?;
    let [key] = model.key_columns() else {
        return Err(format!("the primary key of {table} is not one column"));
    };
    let kind = kinds.of_column(schema.engine, model, key);
    let kind =
        kind.ok_or_else(|| format!("{table}.{key} is of a type that `Table` does not have"))?;
    let kind = if kind == Kind::Numbered {
        Kind::BigInteger
    } else {
        kind
    };
    let column = format!("{}_id", name.trim_end_matches("_id"));
    Ok(Given {
        column: Column::optional(leaked(&column), kind),
        fill: None,
        key: Some(ForeignKey {
            columns: leaked_list(&[column]),
            table: leaked(&table),
            referred_columns: leaked_list(std::slice::from_ref(key)),
            ..ForeignKey::DEFAULT
        }),
        unique: None,
    })
}

/// A column in words.
pub(super) fn described(column: &Column) -> String {
    word(column.kind)
}
