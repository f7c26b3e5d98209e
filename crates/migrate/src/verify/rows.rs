//! Rows for any table: values that its types and checks may take are put together at random until
//! the database accepts a row. The same schema gets the same attempts.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Column, ForeignKey, Numbering, Schema, Table},
    sql::{identifier, literal},
};

/// How many rows a table should have.
pub(super) const ROWS: u32 = 2;
/// How much likelier a value that a check mentions is than another.
const WEIGHT: usize = 3;

/// The tables that hold rows, those in partitions included.
pub(super) fn tables(schema: &Schema) -> BTreeMap<&str, &Table> {
    (schema.tables.iter())
        .chain(&schema.partitioned_tables)
        .map(|(name, table)| (name.as_str(), table))
        .collect()
}

/// Tables that others refer to come first; where they refer to each other, the names decide.
pub(super) fn in_order_of_reference(schema: &Schema) -> Vec<&Table> {
    let tables = tables(schema);
    let mut ordered: Vec<&Table> = Vec::new();
    let mut left: BTreeSet<&str> = tables.keys().copied().collect();
    while let Some(first) = left.first().copied() {
        let is_free = |name: &&str| {
            (tables[*name].foreign_keys.iter())
                .all(|key| key.table == **name || !left.contains(key.table.as_str()))
        };
        let next = left.iter().find(|name| is_free(name)).copied();
        let next = next.unwrap_or(first);
        left.remove(next);
        ordered.push(tables[next]);
    }
    ordered
}

/// Rows of a table, one after the other.
pub(super) struct Attempts<'a> {
    schema: &'a Schema,
    table: &'a Table,
    /// What each column may hold.
    candidates: Vec<(&'a Column, Vec<String>)>,
    random: Random,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(schema: &'a Schema, table: &'a Table) -> Self {
        let columns = table
            .columns
            .iter()
            .filter(|column| column.generated.is_none());
        let candidates = columns.map(|column| (column, candidates(schema, table, column)));
        Self {
            schema,
            table,
            candidates: candidates.collect(),
            random: Random(0x9e37_79b9_7f4a_7c15),
        }
    }

    /// The statement that inserts the next one.
    pub(super) fn insert(&mut self) -> String {
        let row = self.random.next();
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (column, candidates) in &self.candidates {
            let pick = self.random.pick(candidates);
            if let Some(value) = pick {
                names.push(identifier(&column.name));
                values.push(value.clone());
            }
        }
        for key in &self.table.foreign_keys {
            let is_optional = self.may_be_null(key) && self.random.next().is_multiple_of(2);
            for (column, value) in self.reference(key, row, is_optional) {
                if let Some(place) = names.iter().position(|name| *name == column) {
                    values[place] = value;
                }
            }
        }
        let always = self
            .candidates
            .iter()
            .any(|(column, _)| column.numbering == Some(Numbering::IdentityAlways));
        let overriding = if always {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        format!(
            "INSERT INTO {} ({}){overriding} VALUES ({})",
            identifier(&self.table.name),
            names.join(", "),
            values.join(", ")
        )
    }

    fn may_be_null(&self, key: &ForeignKey) -> bool {
        let mut columns = self.table.columns.iter();
        columns.any(|column| column.nullable && key.columns.contains(&column.name))
    }

    /// The values of a foreign key: those of some row that it may refer to, or NULL.
    fn reference(&self, key: &ForeignKey, row: u64, is_null: bool) -> Vec<(String, String)> {
        let order: Vec<String> = key
            .referred_columns
            .iter()
            .map(|name| identifier(name))
            .collect();
        let pairs = key.columns.iter().zip(&key.referred_columns);
        let nullable = |name: &str| {
            let mut columns = self.table.columns.iter();
            columns.any(|column| column.name == name && column.nullable)
        };
        let own = key.table == self.table.name;
        pairs
            .map(|(column, referred)| {
                let value = if (is_null || own) && nullable(column) {
                    "NULL".to_owned()
                } else {
                    format!(
                        "(SELECT {} FROM {} ORDER BY {} LIMIT 1 OFFSET {})",
                        identifier(referred),
                        identifier(&key.table),
                        order.join(", "),
                        row % u64::from(ROWS)
                    )
                };
                (identifier(column), value)
            })
            .filter(|_| tables(self.schema).contains_key(key.table.as_str()))
            .collect()
    }
}

/// What a column may hold: values of its type, and those that its table's checks mention.
fn candidates(schema: &Schema, table: &Table, column: &Column) -> Vec<String> {
    let mut all = Vec::new();
    if column.nullable {
        all.push("NULL".to_owned());
    }
    let kind = column.kind.as_str();
    let is = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if let Some(values) = schema.enums.get(kind.trim_matches('"')) {
        all.extend(values.iter().map(|value| literal(value)));
    } else if kind.ends_with("[]") {
        all.push("'{}'".to_owned());
    } else if is(&["uuid"]) {
        let hex = (1..=8).map(|n| format!("0000000000007000800000000000000{n}"));
        all.extend(hex.map(|hex| match (schema.engine, is(&["text"])) {
            (Engine::Sqlite, false) => format!("x'{hex}'"),
            _ => literal(&dashed(&hex)),
        }));
    } else if is(&["bool"]) {
        all.extend(["TRUE".to_owned(), "FALSE".to_owned()]);
    } else if is(&["json"]) {
        all.extend([literal("{}"), literal(r#"{"a": [1, null]}"#)]);
    } else if is(&["timestamp", "datetime"]) {
        all.extend((1..=8).map(|day| literal(&format!("2026-01-0{day} 12:00:00+00:00"))));
    } else if is(&["date"]) {
        all.extend((1..=8).map(|day| literal(&format!("2026-01-0{day}"))));
    } else if is(&["time"]) {
        all.extend((1..=8).map(|hour| literal(&format!("0{hour}:00:00"))));
    } else if is(&["interval"]) {
        all.push(literal("1 day"));
    } else if is(&["inet", "cidr"]) {
        all.push(literal("192.0.2.1"));
    } else if is(&["bytea", "blob", "binary"]) {
        let prefix = if schema.engine == Engine::Sqlite {
            "x'"
        } else {
            "'\\x"
        };
        all.extend((1..=8).map(|n| format!("{prefix}0{n}'")));
    } else if is(&[
        "int", "num", "dec", "real", "double", "float", "serial", "money",
    ]) {
        all.extend((0..=8).map(|n| n.to_string()));
    } else if is(&["tsvector"]) {
        all.push(literal("word"));
    } else {
        all.extend((1..=8).map(|n| literal(&format!("text {n}"))));
    }
    for check in &table.checks {
        if check.expression.contains(column.name.as_str()) {
            let values = mentioned(&check.expression, is(&["char", "text"]));
            all.extend((0..WEIGHT).flat_map(|_| values.clone()));
        }
    }
    all
}

/// The literals in a check, numbers around those in it, and texts as long as they say.
fn mentioned(expression: &str, is_text: bool) -> Vec<String> {
    let parts: Vec<&str> = expression.split('\'').collect();
    let mut all: Vec<String> = (parts.iter().skip(1).step_by(2))
        .map(|text| literal(text))
        .collect();
    let outside = parts.iter().step_by(2);
    let words = outside.flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_'));
    for number in words.filter_map(|word| word.parse::<i64>().ok()) {
        if is_text {
            let length = usize::try_from(number).unwrap_or(0).min(10_000);
            all.extend(["a", "b", "c"].map(|letter| literal(&letter.repeat(length))));
        } else {
            all.extend([number - 1, number, number + 1].map(|number| number.to_string()));
        }
    }
    all
}

fn dashed(hex: &str) -> String {
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

/// Numbers that look random and are the same every time (xorshift64, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        let length = u64::try_from(list.len())
            .ok()
            .filter(|length| *length > 0)?;
        usize::try_from(self.next() % length)
            .ok()
            .and_then(|place| list.get(place))
    }
}
