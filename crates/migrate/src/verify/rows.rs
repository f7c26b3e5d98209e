//! Rows for any table: values that its types and checks may take are put together at random until
//! the database accepts a row. The same schema gets the same attempts.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_error::{DomainError, Kind};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Column, ForeignKey, Schema, Table},
    sql::{identifier, literal},
};

/// How many rows a table should have.
const ROWS: u32 = 2;
/// How many rows are tried before a table is given up.
const ATTEMPTS: u32 = 2_000;
/// How much likelier a value that a check mentions is than another.
const WEIGHT: usize = 3;

/// The rows of a scratch database could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the rows of table {table}")]
pub struct RowsError {
    table: String,
    source: DbErr,
}

/// What a table holds.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) rows: i64,
    /// For each column, its values in an order of their own.
    pub(super) values: BTreeMap<String, String>,
}

impl DomainError for RowsError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }
}

/// What every table holds.
pub(super) async fn content(
    connection: &DatabaseConnection,
    schema: &Schema,
) -> Result<BTreeMap<String, Content>, RowsError> {
    let mut all = BTreeMap::new();
    for table in schema.tables.values() {
        let failed = |source| RowsError {
            table: table.name.clone(),
            source,
        };
        let rows = count(connection, &table.name).await.map_err(failed)?;
        let mut values = BTreeMap::new();
        for column in table
            .columns
            .iter()
            .filter(|column| column.generated.is_none())
        {
            let text = values_of(connection, schema.engine, &table.name, &column.name)
                .await
                .map_err(failed)?;
            values.insert(column.name.clone(), text);
        }
        all.insert(table.name.clone(), Content { rows, values });
    }
    Ok(all)
}

/// Gives every table rows; returns the tables for which none could be made.
pub(super) async fn fill(
    connection: &DatabaseConnection,
    schema: &Schema,
) -> Result<Vec<String>, RowsError> {
    let mut empty = Vec::new();
    for table in in_order_of_reference(schema) {
        let failed = |source| RowsError {
            table: table.name.clone(),
            source,
        };
        let mut attempts = Attempts::new(schema, table);
        let mut rows = count(connection, &table.name).await.map_err(failed)?;
        let mut left = ATTEMPTS;
        while rows < i64::from(ROWS) && left > 0 {
            left -= 1;
            if try_to(connection, &attempts.insert())
                .await
                .map_err(failed)?
            {
                rows = count(connection, &table.name).await.map_err(failed)?;
            }
        }
        if rows == 0 {
            empty.push(table.name.clone());
        }
    }
    Ok(empty)
}

/// Tables that others refer to come first; where they refer to each other, the names decide.
fn in_order_of_reference(schema: &Schema) -> Vec<&Table> {
    let mut ordered: Vec<&Table> = Vec::new();
    let mut left: BTreeSet<&str> = schema.tables.keys().map(String::as_str).collect();
    while let Some(first) = left.first().copied() {
        let is_free = |name: &&str| {
            schema.tables[*name]
                .foreign_keys
                .iter()
                .all(|key| key.table == **name || !left.contains(key.table.as_str()))
        };
        let next = left
            .iter()
            .find(|name| is_free(name))
            .copied()
            .unwrap_or(first);
        left.remove(next);
        ordered.push(&schema.tables[next]);
    }
    ordered
}

async fn try_to(connection: &DatabaseConnection, sql: &str) -> Result<bool, DbErr> {
    let attempt = connection.begin().await?;
    // Rows must refer to something also where the run has turned foreign keys off.
    let sound = attempt.execute_unprepared(sql).await.is_ok() && orphans(&attempt).await? == 0;
    if sound {
        attempt.commit().await?;
    } else {
        attempt.rollback().await?;
    }
    Ok(sound)
}

async fn orphans(connection: &impl ConnectionTrait) -> Result<i64, DbErr> {
    if connection.get_database_backend() == DbBackend::Sqlite {
        number(connection, "SELECT count(*) FROM pragma_foreign_key_check").await
    } else {
        Ok(0)
    }
}

async fn count(connection: &impl ConnectionTrait, table: &str) -> Result<i64, DbErr> {
    number(
        connection,
        &format!("SELECT count(*) FROM {}", identifier(table)),
    )
    .await
}

async fn number(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}

async fn values_of(
    connection: &DatabaseConnection,
    engine: Engine,
    table: &str,
    column: &str,
) -> Result<String, DbErr> {
    let (table, column) = (identifier(table), identifier(column));
    let sql = match engine {
        Engine::Sqlite => format!(
            "SELECT coalesce(group_concat(value, ','), '')
             FROM (SELECT quote({column}) AS value FROM {table} ORDER BY 1)"
        ),
        Engine::Postgres => format!(
            "SELECT coalesce(string_agg(value, ',' ORDER BY value), '')
             FROM (SELECT coalesce(quote_literal({column}::text), 'NULL') AS value FROM {table}) v"
        ),
    };
    let statement = Statement::from_string(engine.into(), sql);
    let row = connection.query_one_raw(statement).await?;
    row.map_or(Ok(String::new()), |row| row.try_get_by_index(0))
}

/// Rows of a table, one after the other.
struct Attempts<'a> {
    schema: &'a Schema,
    table: &'a Table,
    /// What each column may hold.
    candidates: Vec<(&'a Column, Vec<String>)>,
    random: Random,
}

impl<'a> Attempts<'a> {
    fn new(schema: &'a Schema, table: &'a Table) -> Self {
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
    fn insert(&mut self) -> String {
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
        let always = self.candidates.iter().any(|(column, _)| {
            column.numbering == Some(groundwork_schema::model::Numbering::IdentityAlways)
        });
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
            .filter(|_| self.schema.tables.contains_key(&key.table))
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
