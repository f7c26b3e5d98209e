//! How two schemas differ: an object that is missing, one that is not expected, and one that has
//! another definition.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use groundwork_schema::model::{
    Action, Column, ForeignKey, Index, IndexedBy, Numbering, Schema, Table, Timing,
};

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

/// Something that a schema holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Object {
    /// The table that it belongs to, if it belongs to one.
    pub table: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its name; of a constraint without one, what it is about in parentheses.
    pub name: String,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Enum,
    Function,
    Table,
    Column,
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Index,
    Trigger,
    VirtualTable,
    View,
    /// An object of a kind that the model has no place for.
    Unsupported,
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
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
}

/// The differences between two schemas, in the order of tables and objects. None if and only if
/// the models are equal, apart from the texts that created SQLite's tables, and from what has no
/// place in the model: partitioned tables and domains are compared by name only.
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
    for (object, facts) in &wanted {
        // What belongs to a missing table is missing with it.
        let goes_with_table = |others: &Objects| {
            object
                .table_object()
                .is_some_and(|table| !others.contains_key(&table))
        };
        match present.get(object) {
            Some(others) => {
                for change in changes(facts, others) {
                    report(object, change);
                }
            }
            None if goes_with_table(&present) => {}
            None => {
                let expected = summary(facts);
                report(object, Change::Missing { expected });
            }
        }
    }
    for (object, facts) in &present {
        let is_new_table = |table: Object| !wanted.contains_key(&table);
        if !wanted.contains_key(object) && !object.table_object().is_some_and(is_new_table) {
            let found = summary(facts);
            report(object, Change::Unexpected { found });
        }
    }
    for (table, wanted) in &expected.tables {
        let order = found
            .tables
            .get(table)
            .and_then(|found| reordered(wanted, found));
        if let Some((expected, found)) = order {
            let what = "order of columns";
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

/// What is known of an object, in the order in which it is shown.
type Facts = Vec<(&'static str, String)>;
type Objects = BTreeMap<Object, Facts>;

impl Object {
    fn table(name: &str) -> Self {
        Self {
            table: Some(name.to_owned()),
            kind: Kind::Table,
            name: name.to_owned(),
        }
    }

    /// The table that this is a part of.
    fn table_object(&self) -> Option<Self> {
        let table = self.table.as_deref()?;
        (self.kind != Kind::Table).then(|| Self::table(table))
    }
}

fn changes<'f>(wanted: &'f Facts, found: &'f Facts) -> impl Iterator<Item = Change> + 'f {
    let pairs = wanted.iter().zip(found);
    pairs
        .filter(|(one, other)| one.1 != other.1)
        .map(|(one, other)| Change::Changed {
            what: one.0,
            expected: one.1.clone(),
            found: other.1.clone(),
        })
}

/// All that is known of an object, in one line.
fn summary(facts: &Facts) -> String {
    let known = facts.iter().filter(|(_, value)| value != NONE);
    let words = known.map(|(what, value)| format!("{what} {value}"));
    words.collect::<Vec<_>>().join(", ")
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

/// Every object of a schema, with what is known of it. Objects of one kind have the same facts.
fn objects(schema: &Schema) -> Objects {
    let mut all = Objects::new();
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
    for other in &schema.unsupported {
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

fn parts(table: &Table, all: &mut Objects) {
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
    for key in &table.foreign_keys {
        let name = named(key.name.as_ref(), &key.columns.join(", "));
        add(Kind::ForeignKey, &name, facts_of_foreign_key(key));
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

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.table {
            Some(table) if self.kind != Kind::Table => {
                write!(f, "{} {} of table {table}", self.kind, self.name)
            }
            _ => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enum => "enumerated type",
            Self::Function => "function",
            Self::Table => "table",
            Self::Column => "column",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
            Self::Index => "index",
            Self::Trigger => "trigger",
            Self::View => "view",
            Self::VirtualTable => "virtual table",
            Self::Unsupported => "object",
        })
    }
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
