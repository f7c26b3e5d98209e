//! Every object of a database, as the statements that make it in the server's own words.
//!
//! A query for each kind of object puts its statements together from what the server's functions
//! say (`pg_get_constraintdef`, `pg_get_indexdef`, …); they are in `objects/`. Beside them come the
//! columns of the catalog that can be compared as they are, as the [census] lists
//! them: what a statement of ours forgets is found there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use groundwork_schema::model::{Facts, Kind, Object};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;

use super::census;
use crate::inspect::{error::InspectError, rows::rows};

const COMMON: &str = include_str!("objects/common.sql");
const PRIVILEGES: &str = include_str!("objects/privileges.sql.txt");

/// What is asked for, and the query.
const QUERIES: [(&str, &str); 18] = [
    ("the schemas", include_str!("objects/schemas.sql")),
    ("the extensions", include_str!("objects/extensions.sql")),
    ("the collations", include_str!("objects/collations.sql")),
    ("the types", include_str!("objects/types.sql")),
    ("the functions", include_str!("objects/functions.sql")),
    ("the operators", include_str!("objects/operators.sql")),
    ("text search", include_str!("objects/text_search.sql")),
    ("the sequences", include_str!("objects/sequences.sql")),
    ("the tables", include_str!("objects/tables.sql")),
    ("the columns", include_str!("objects/columns.sql")),
    ("the constraints", include_str!("objects/constraints.sql")),
    ("the indexes", include_str!("objects/indexes.sql")),
    ("the views", include_str!("objects/views.sql")),
    ("the statistics", include_str!("objects/statistics.sql")),
    ("the rules", include_str!("objects/rules.sql")),
    ("the triggers", include_str!("objects/triggers.sql")),
    ("the policies", include_str!("objects/policies.sql")),
    ("other objects", include_str!("objects/others.sql")),
];

/// The columns that this server's catalogs have: an older one lacks some.
const COLUMNS: &str = "\
    SELECT c.relname::text AS catalog, a.attname::text AS name \
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'";

/// What needs what: only objects of users, whose numbers begin with 16384.
const DEPENDENCIES: &str = "\
    SELECT classid::bigint AS class, objid::bigint AS id, refclassid::bigint AS needed_class, \
           refobjid::bigint AS needed_id, deptype::text AS kind \
    FROM pg_depend WHERE objid >= 16384 AND refobjid >= 16384";

/// An object, and what the server says about it.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) object: Object,
    /// Its catalog and its number there.
    pub(crate) key: Key,
    /// The schema that it is in, if that is not the current one.
    pub(crate) space: Option<String>,
    /// Its statements, or parts of them, in order, each under what it is about.
    pub(crate) facts: Vec<(String, String)>,
    flags: BTreeMap<String, String>,
    extra: Value,
}

/// The number of a catalog and that of an object in it.
pub(crate) type Key = (i64, i64);

/// That an object needs another one.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Dependency {
    class: i64,
    id: i64,
    needed_class: i64,
    needed_id: i64,
    /// The letter of `pg_depend.deptype`.
    pub(crate) kind: String,
}

#[derive(FromQueryResult)]
struct PieceRow {
    kind: String,
    class: i64,
    id: i64,
    table: Option<String>,
    name: String,
    space: Option<String>,
    facts: String,
    raw: Option<String>,
    extra: Option<String>,
}

#[derive(FromQueryResult)]
struct CatalogColumnRow {
    catalog: String,
    name: String,
}

/// Every object of the database, without those of the server and of extensions.
pub(crate) async fn pieces(connection: &impl ConnectionTrait) -> Result<Vec<Piece>, InspectError> {
    let columns: Vec<CatalogColumnRow> = rows(connection, "its own columns", COLUMNS).await?;
    let present: BTreeSet<(String, String)> = (columns.into_iter())
        .map(|column| (column.catalog, column.name))
        .collect();
    let mut pieces = Vec::new();
    for (what, query) in QUERIES {
        let query = expanded(query, &present);
        let found: Vec<PieceRow> = rows(connection, what, &query).await?;
        pieces.extend(found.into_iter().filter_map(piece));
    }
    // `serial` makes its sequence itself.
    let serial: BTreeSet<i64> = (pieces.iter())
        .filter_map(|piece| piece.number("sequence"))
        .collect();
    pieces.retain(|piece| piece.object.kind != Kind::Sequence || !serial.contains(&piece.key.1));
    Ok(pieces)
}

/// What needs what.
pub(crate) async fn dependencies(
    connection: &impl ConnectionTrait,
) -> Result<Vec<Dependency>, InspectError> {
    rows(connection, "the dependencies", DEPENDENCIES).await
}

/// What is compared of every object.
pub(super) fn catalog(pieces: Vec<Piece>) -> BTreeMap<Object, Facts> {
    let facts = |piece: Piece| Facts {
        space: piece.space,
        statements: piece.facts.into_iter().collect(),
        flags: piece.flags,
    };
    (pieces.into_iter())
        .map(|piece| (piece.object.clone(), facts(piece)))
        .collect()
}

fn piece(row: PieceRow) -> Option<Piece> {
    let facts: Vec<(String, Option<String>)> = serde_json::from_str(&row.facts).unwrap_or_default();
    let facts = facts.into_iter().filter_map(|(what, text)| {
        let text = text.filter(|text| !text.is_empty())?;
        Some((what, text))
    });
    let facts: Vec<(String, String)> = facts.collect();
    let flags: HashMap<String, Value> = (row.raw.as_deref())
        .and_then(|raw| serde_json::from_str(raw).ok())
        .unwrap_or_default();
    let kind = Kind::of_words(&row.kind);
    // The columns of a view are its definition's.
    if kind == Kind::Column && facts.is_empty() && flags.is_empty() {
        return None;
    }
    let name = match kind {
        Kind::Unsupported => format!("{} {}", row.kind, row.name),
        _ => row.name,
    };
    Some(Piece {
        object: Object {
            table: row.table,
            kind,
            name,
        },
        key: (row.class, row.id),
        space: row.space,
        facts,
        flags: (flags.into_iter())
            .map(|(name, value)| (name, shown(&value)))
            .collect(),
        extra: (row.extra.as_deref())
            .and_then(|extra| serde_json::from_str(extra).ok())
            .unwrap_or_default(),
    })
}

/// A value of the catalog; a letter of type `"char"` may be a blank one.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

impl Piece {
    /// The statement, or the part of one, about this.
    pub(crate) fn fact(&self, what: &str) -> Option<&str> {
        let mut facts = self.facts.iter();
        (facts.find(|(about, _)| about == what)).map(|(_, text)| text.as_str())
    }

    /// A number that the query gives beside the facts.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.extra.get(name)?.as_i64()
    }

    /// A text that the query gives beside the facts.
    pub(crate) fn text(&self, name: &str) -> &str {
        let text = self.extra.get(name).and_then(Value::as_str);
        text.unwrap_or_default()
    }

    /// Whether the query says so beside the facts.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.extra.get(name) == Some(&Value::Bool(true))
    }
}

impl Dependency {
    pub(crate) const fn from(&self) -> Key {
        (self.class, self.id)
    }

    pub(crate) const fn to(&self) -> Key {
        (self.needed_class, self.needed_id)
    }
}

/// The query with what is common to all of them, and with its `{raw …}` and `{privileges …}` filled
/// in.
fn expanded(query: &str, present: &BTreeSet<(String, String)>) -> String {
    let mut text = COMMON.to_owned();
    let mut rest = query;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (hole, after) = after.split_once('}').unwrap_or((after, ""));
        match hole.split_once(' ') {
            Some(("raw", of)) => text.push_str(&raw(of, present)),
            Some(("privileges", of)) => text.push_str(&privileges(of)),
            _ => text.push_str(&format!("{{{hole}}}")),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The flags of a row of a catalog, as JSON: `alias:catalog`.
fn raw(of: &str, present: &BTreeSet<(String, String)>) -> String {
    let (alias, catalog) = of.split_once(':').unwrap_or((of, ""));
    let is_present = |column: &&str| present.contains(&(catalog.to_owned(), (*column).to_owned()));
    let pairs: Vec<String> = census::flags(catalog)
        .filter(is_present)
        .map(|column| format!("'{column}', {alias}.{column}"))
        .collect();
    format!("jsonb_build_object({})", pairs.join(", "))
}

/// The statements that grant what differs from the server's defaults:
/// `list|letter of the kind|owner|the words after ON|the words after each privilege`.
fn privileges(of: &str) -> String {
    // `||` joins texts.
    let of = of.replace("||", "\u{1}");
    let mut parts = of.split('|').map(|part| part.replace('\u{1}', "||"));
    ["{acl}", "{letter}", "{owner}", "{on}", "{suffix}"]
        .iter()
        .fold(PRIVILEGES.to_owned(), |text, hole| {
            text.replace(hole, &parts.next().unwrap_or_default())
        })
}
