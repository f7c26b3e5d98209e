//! How two schemas differ: an object that is missing, one that is not expected, and one that has
//! another definition.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;

use groundwork_naming::Engine;
use groundwork_schema::model::{
    Action, Column, Facts as Said, ForeignKey, Index, IndexedBy, Numbering, Schema, Table, Timing,
};
pub use groundwork_schema::model::{Kind, Object};

/// A difference; `Display` shows it in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The object that differs.
    #[serde(flatten)]
    pub object: Object,
    /// What is different.
    #[serde(flatten)]
    pub change: Change,
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It was expected, and is not there.
    Missing {
        /// What it should be.
        expected: String,
    },
    /// It is there, and was not expected.
    Unexpected {
        /// What it is.
        found: String,
    },
    /// It is there, and something about it is different.
    Changed {
        /// What.
        what: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
}

/// The differences between two schemas, in the order of tables and objects. None if and only if the
/// models are equal, apart from the texts that created SQLite's tables, and the engine says the same
/// about every object.
#[must_use]
pub fn differences(expected: &Schema, found: &Schema) -> Vec<Difference> {
    let (wanted, present) = (objects(expected), objects(found));
    let mut differences = Vec::new();
    let mut report = |object: &Object, change| {
        differences.push(Difference {
            object: object.clone(),
            change,
        });
    };
    for (object, known) in &wanted {
        match present.get(object) {
            Some(other) => {
                for change in changes(known, other) {
                    report(object, change);
                }
            }
            // What belongs to a missing table is missing with it.
            None if goes_with_owner(object, &present) => {}
            None => {
                let expected = summary(known);
                report(object, Change::Missing { expected });
            }
        }
    }
    for (object, known) in &present {
        if !wanted.contains_key(object) && !goes_with_owner(object, &wanted) {
            let found = summary(known);
            report(object, Change::Unexpected { found });
        }
    }
    for (table, wanted) in &expected.tables {
        let order = found
            .tables
            .get(table)
            .and_then(|found| reordered(wanted, found));
        if let Some((expected, found)) = order {
            let what = ORDER.to_owned();
            report(
                &Object::table(table),
                Change::Changed {
                    what,
                    expected,
                    found,
                },
            );
        }
    }
    differences.sort_by(|a, b| a.object.cmp(&b.object));
    differences
}

const ORDER: &str = "order of columns";

/// What the model says as well, in words of its own.
const ALSO_IN_MODEL: [&str; 6] = [
    "definition",
    "type",
    "not null",
    "default",
    "generated",
    "identity",
];

/// What is known of an object, in the order in which it is shown.
type Facts = Vec<(&'static str, String)>;
type Objects<'s> = BTreeMap<Object, Known<'s>>;

/// What is known of an object: from the model, and from the engine.
#[derive(Default)]
struct Known<'s> {
    model: Option<Facts>,
    said: Option<&'s Said>,
}

fn goes_with_owner(object: &Object, others: &Objects<'_>) -> bool {
    let owners = object.owners();
    owners.is_some_and(|owners| !owners.iter().any(|owner| others.contains_key(owner)))
}

fn changes(wanted: &Known<'_>, found: &Known<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let both = wanted.model.as_ref().zip(found.model.as_ref());
    if let Some((one, other)) = both {
        let pairs = one.iter().zip(other);
        let differing = pairs.filter(|(one, other)| one.1 != other.1);
        changes.extend(differing.map(|(one, other)| changed(one.0, &one.1, &other.1)));
    }
    let Some((one, other)) = wanted.said.zip(found.said) else {
        return changes;
    };
    let is_known = !changes.is_empty();
    let said = compared(&one.statements, &other.statements).filter(|(what, ..)| match both {
        Some(_) => *what != ORDER && !(is_known && ALSO_IN_MODEL.contains(what)),
        None => true,
    });
    // A column that is missing is a difference of its own.
    let said = said.filter(|(what, one, other)| *what != ORDER || are_same_names(one, other));
    changes.extend(said.map(|(what, one, other)| changed(what, one, other)));
    // A property of the catalog that no statement tells of.
    if changes.is_empty() {
        let flags = compared(&one.flags, &other.flags);
        changes.extend(flags.map(|(what, one, other)| changed(what, one, other)));
    }
    changes
}

fn are_same_names(one: &str, other: &str) -> bool {
    let names = |list: &str| -> BTreeSet<String> { list.split(", ").map(str::to_owned).collect() };
    names(one) == names(other)
}

fn changed(what: &str, expected: &str, found: &str) -> Change {
    Change::Changed {
        what: what.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

/// The keys whose values differ; one that is missing has none.
fn compared<'m>(
    one: &'m BTreeMap<String, String>,
    other: &'m BTreeMap<String, String>,
) -> impl Iterator<Item = (&'m str, &'m str, &'m str)> {
    let value = |map: &'m BTreeMap<String, String>, key: &str| map.get(key).map_or(NONE, |v| v);
    let added = other.keys().filter(|key| !one.contains_key(*key));
    (one.keys().chain(added))
        .map(move |key| (key.as_str(), value(one, key), value(other, key)))
        .filter(|(_, one, other)| one != other)
}

/// All that is known of an object, in one line.
fn summary(known: &Known<'_>) -> String {
    if let Some(facts) = &known.model {
        let known = facts.iter().filter(|(_, value)| value != NONE);
        let words = known.map(|(what, value)| format!("{what} {value}"));
        return words.collect::<Vec<_>>().join(", ");
    }
    let statements = known.said.iter().flat_map(|said| said.statements.values());
    statements
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ")
}

/// The columns that both tables have, if their order differs.
fn reordered(wanted: &Table, found: &Table) -> Option<(String, String)> {
    let has = |table: &Table, name: &str| table.columns.iter().any(|column| column.name == name);
    let shared = |of: &Table, other: &Table| -> Vec<String> {
        let names = of.columns.iter().map(|column| column.name.clone());
        names.filter(|name| has(other, name)).collect()
    };
    let (one, other) = (shared(wanted, found), shared(found, wanted));
    (one != other).then(|| (one.join(", "), other.join(", ")))
}

/// Every object of a schema, with what is known of it.
fn objects(schema: &Schema) -> Objects<'_> {
    let known = modelled(schema).into_iter().map(|(object, facts)| {
        let model = Some(facts);
        (object, Known { model, said: None })
    });
    let mut all: Objects<'_> = known.collect();
    for (object, said) in &schema.catalog {
        all.entry(object.clone()).or_default().said = Some(said);
    }
    all
}

/// Every object that the model knows. Objects of one kind have the same facts.
fn modelled(schema: &Schema) -> BTreeMap<Object, Facts> {
    let mut all = BTreeMap::new();
    let free = |kind, name: &str| Object {
        table: None,
        kind,
        name: name.to_owned(),
    };
    for (name, values) in &schema.enums {
        all.insert(free(Kind::Enum, name), vec![("values", values.join(", "))]);
    }
    for (signature, function) in &schema.functions {
        let facts = vec![("definition", function.definition.clone())];
        all.insert(free(Kind::Function, signature), facts);
    }
    for (name, view) in &schema.views {
        all.insert(
            free(Kind::View, name),
            vec![("definition", view.definition.clone())],
        );
    }
    for (name, table) in &schema.virtual_tables {
        let facts = vec![("definition", table.definition.clone())];
        all.insert(free(Kind::VirtualTable, name), facts);
    }
    // On PostgreSQL the catalog has them, too, with all that there is to say.
    let unsupported = (schema.unsupported.iter()).filter(|_| schema.engine == Engine::Sqlite);
    for other in unsupported {
        all.insert(
            free(Kind::Unsupported, &other.name),
            vec![("kind", other.kind.clone())],
        );
    }
    for table in schema.tables.values() {
        parts(table, &mut all);
    }
    all
}

fn parts(table: &Table, all: &mut BTreeMap<Object, Facts>) {
    let mut add = |kind, name: &str, facts| {
        let object = Object {
            table: Some(table.name.clone()),
            kind,
            name: name.to_owned(),
        };
        all.insert(object, facts);
    };
    let facts = vec![
        ("WITHOUT ROWID", table.without_rowid.to_string()),
        ("STRICT", table.strict.to_string()),
    ];
    add(Kind::Table, &table.name, facts);
    for column in &table.columns {
        add(Kind::Column, &column.name, facts_of_column(column));
    }
    if let Some(key) = &table.primary_key {
        let columns = key.columns.join(", ");
        let facts = vec![("columns", columns.clone())];
        add(Kind::PrimaryKey, &named(key.name.as_ref(), &columns), facts);
    }
    for unique in &table.uniques {
        let columns = unique.columns.join(", ");
        let facts = vec![
            ("columns", columns.clone()),
            ("checked", timing(unique.timing)),
            ("NULLS", nulls(unique.nulls_not_distinct)),
        ];
        add(Kind::Unique, &named(unique.name.as_ref(), &columns), facts);
    }
    // Two keys without a name can be from the same columns.
    let mut keys: Vec<(String, Facts)> = (table.foreign_keys.iter())
        .map(|key| {
            let name = named(key.name.as_ref(), &key.columns.join(", "));
            (name, facts_of_foreign_key(key))
        })
        .collect();
    keys.sort();
    for place in 0..keys.len() {
        let (name, facts) = &keys[place];
        let same = keys[..place]
            .iter()
            .filter(|(other, _)| other == name)
            .count();
        let number = match same {
            0 => String::new(),
            more => format!(" #{}", more + 1),
        };
        add(Kind::ForeignKey, &format!("{name}{number}"), facts.clone());
    }
    for check in &table.checks {
        let facts = vec![
            ("condition", check.expression.clone()),
            ("validated", check.valid.to_string()),
        ];
        add(
            Kind::Check,
            &named(check.name.as_ref(), &check.expression),
            facts,
        );
    }
    for index in &table.indexes {
        add(Kind::Index, &index.name, facts_of_index(index));
    }
    for trigger in &table.triggers {
        let facts = vec![("definition", trigger.definition.clone())];
        add(Kind::Trigger, &trigger.name, facts);
    }
}

/// What is shown where there is no fact.
const NONE: &str = "none";

fn or_none(value: Option<&String>) -> String {
    value.map_or_else(|| NONE.to_owned(), Clone::clone)
}

fn some(list: &[String]) -> Option<String> {
    (!list.is_empty()).then(|| list.join(", "))
}

fn named(name: Option<&String>, about: &str) -> String {
    name.map_or_else(|| format!("({about})"), Clone::clone)
}

fn facts_of_column(column: &Column) -> Facts {
    let generated = column.generated.as_ref().map(|generated| {
        let kind = if generated.stored {
            "stored"
        } else {
            "virtual"
        };
        format!("{} {kind}", generated.expression)
    });
    vec![
        ("type", column.kind.clone()),
        ("nullable", column.nullable.to_string()),
        ("default", or_none(column.default.as_ref())),
        ("computed as", or_none(generated.as_ref())),
        (
            "numbering",
            or_none(column.numbering.map(numbering).as_ref()),
        ),
        ("collation", or_none(column.collation.as_ref())),
    ]
}

fn facts_of_foreign_key(key: &ForeignKey) -> Facts {
    vec![
        ("columns", key.columns.join(", ")),
        (
            "refers to",
            format!("{} ({})", key.table, key.referred_columns.join(", ")),
        ),
        ("ON DELETE", action(key.on_delete)),
        ("ON UPDATE", action(key.on_update)),
        ("checked", timing(key.timing)),
        ("validated", key.valid.to_string()),
    ]
}

fn facts_of_index(index: &Index) -> Facts {
    let keys = index.keys.iter().map(|key| {
        let mut text = match &key.of {
            IndexedBy::Column(column) => column.clone(),
            IndexedBy::Expression(expression) => expression.clone(),
        };
        if let Some(collation) = &key.collation {
            text.push_str(" COLLATE ");
            text.push_str(collation);
        }
        if key.descending {
            text.push_str(" DESC");
        }
        if let Some(options) = &key.options {
            text.push(' ');
            text.push_str(options);
        }
        text
    });
    vec![
        ("on", keys.collect::<Vec<_>>().join(", ")),
        ("unique", index.unique.to_string()),
        ("NULLS", nulls(index.nulls_not_distinct)),
        ("method", index.method.clone()),
        ("including", or_none(some(&index.include).as_ref())),
        ("where", or_none(index.predicate.as_ref())),
        ("valid", index.valid.to_string()),
    ]
}

/// Distinct NULLs are what nobody has to say.
fn nulls(not_distinct: bool) -> String {
    if not_distinct { "NOT DISTINCT" } else { NONE }.to_owned()
}

fn numbering(numbering: Numbering) -> String {
    match numbering {
        Numbering::Autoincrement => "AUTOINCREMENT",
        Numbering::IdentityAlways => "GENERATED ALWAYS AS IDENTITY",
        Numbering::IdentityByDefault => "GENERATED BY DEFAULT AS IDENTITY",
        Numbering::Serial => "serial",
    }
    .to_owned()
}

fn action(action: Action) -> String {
    match action {
        Action::NoAction => "NO ACTION",
        Action::Restrict => "RESTRICT",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    }
    .to_owned()
}

fn timing(timing: Timing) -> String {
    match timing {
        Timing::Immediate => "immediately",
        Timing::DeferrableInitiallyImmediate => "immediately, deferrable",
        Timing::DeferrableInitiallyDeferred => "at commit",
    }
    .to_owned()
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { object, change } = self;
        match change {
            Change::Missing { expected } => write!(f, "{object}: missing (expected: {expected})"),
            Change::Unexpected { found } => write!(f, "{object}: not expected (found: {found})"),
            Change::Changed {
                what,
                expected,
                found,
            } => write!(f, "{object}: {what}: expected {expected}, found {found}"),
        }
    }
}
