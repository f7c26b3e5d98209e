//! A table in parts.

use groundwork_naming::Engine;

use super::Table;
use crate::sql::{identifier, identifiers};

/// How a table is split into partitions on PostgreSQL. On SQLite it is a plain table.
///
/// PostgreSQL demands that the primary key and every unique constraint contain `columns`.
///
/// ```
/// use groundwork_naming::{Convention, Engine};
/// use groundwork_schema::table::{
///     Column, Kind, Partition, PartitionBy, PartitionRows, Partitioning, Table,
/// };
/// # const CONVENTION: Convention = Convention {
/// #     primary_key: "pk_{table}", foreign_key: "fk_{table}_{columns}_{referred_table}",
/// #     unique: "uq_{table}_{columns}", check: "ck_{table}_{rule}",
/// #     index: "ix_{table}_{columns}", not_null: "nn_{table}_{columns}",
/// # };
///
/// const VISITS: Table = Table {
///     name: "visits",
///     columns: &[
///         Column::required("id", Kind::Uuid),
///         Column::required("seen_at", Kind::Timestamptz),
///     ],
///     primary_key: &["id", "seen_at"],
///     partition_by: Some(Partitioning {
///         by: PartitionBy::Range,
///         columns: &["seen_at"],
///         partitions: &[
///             Partition {
///                 name: "2026",
///                 rows: PartitionRows::Range { from: "'2026-01-01Z'", to: "'2027-01-01Z'" },
///             },
///             Partition { name: "rest", rows: PartitionRows::Rest },
///         ],
///     }),
///     ..Table::DEFAULT
/// };
///
/// let statements = VISITS.create(&CONVENTION, Engine::Postgres);
/// assert!(statements[0].ends_with(r#"PARTITION BY RANGE ("seen_at")"#));
/// assert_eq!(
///     statements[2],
///     r#"CREATE TABLE "visits_rest" PARTITION OF "visits" DEFAULT"#,
/// );
/// assert_eq!(VISITS.create(&CONVENTION, Engine::Sqlite).len(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Partitioning {
    /// What decides the partition of a row.
    pub by: PartitionBy,
    /// Whose values decide it.
    pub columns: &'static [&'static str],
    /// The first partitions; [`Alter::add_partition`](crate::alter::Alter::add_partition) adds
    /// others later.
    pub partitions: &'static [Partition],
}

/// What decides the partition of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionBy {
    /// Between which values it is.
    Range,
    /// Which value it is.
    List,
    /// The remainder of its hash.
    Hash,
}

/// A part of a table (PostgreSQL).
#[derive(Clone, Copy, Debug)]
pub struct Partition {
    /// What follows the name of the table, and `_`, in its own.
    pub name: &'static str,
    /// Which rows are in it.
    pub rows: PartitionRows,
}

/// Which rows are in a partition. Values are SQL literals.
#[derive(Clone, Copy, Debug)]
pub enum PartitionRows {
    /// Those from one value up to another, which is not among them; lists for several columns.
    Range {
        /// The least value.
        from: &'static str,
        /// The value after the greatest.
        to: &'static str,
    },
    /// Those with one of these values.
    List(&'static [&'static str]),
    /// Those whose hash, divided by `modulus`, leaves this remainder.
    Hash {
        /// How many partitions there are in all.
        modulus: u32,
        /// Which of them this is, from 0.
        remainder: u32,
    },
    /// Those that are in no other one.
    Rest,
}

impl Partitioning {
    /// What `CREATE TABLE` ends with.
    pub(super) fn clause(&self) -> String {
        let by = match self.by {
            PartitionBy::Range => "RANGE",
            PartitionBy::List => "LIST",
            PartitionBy::Hash => "HASH",
        };
        format!(" PARTITION BY {by} ({})", identifiers(self.columns))
    }
}

impl Partition {
    /// The name of the partition of this table.
    pub(crate) fn table(&self, table: &str) -> String {
        format!("{table}_{}", self.name)
    }

    /// The statement that makes the partition of this table.
    pub(crate) fn create(&self, table: &str) -> String {
        let rows = match self.rows {
            PartitionRows::Range { from, to } => format!("FOR VALUES FROM ({from}) TO ({to})"),
            PartitionRows::List(values) => format!("FOR VALUES IN ({})", values.join(", ")),
            PartitionRows::Hash { modulus, remainder } => {
                format!("FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})")
            }
            PartitionRows::Rest => "DEFAULT".to_owned(),
        };
        let (own, table) = (identifier(&self.table(table)), identifier(table));
        format!("CREATE TABLE {own} PARTITION OF {table} {rows}")
    }
}

impl Table {
    /// What its `CREATE TABLE` ends with, and the statements that make its partitions.
    pub(super) fn partitions(&self, engine: Engine) -> (String, Vec<String>) {
        match (engine, self.partition_by) {
            (Engine::Postgres, Some(partitioning)) => {
                let partitions = partitioning.partitions.iter();
                let partitions = partitions.map(|partition| partition.create(self.name));
                (partitioning.clause(), partitions.collect())
            }
            _ => (String::new(), Vec::new()),
        }
    }
}
