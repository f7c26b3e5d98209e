//! The works that are measured, and the figures that ours must reach: `docs/performance.md` explains them.

use clap::ValueEnum;
use serde::Serialize;

/// How many callers work at once where a work says "many".
pub(crate) const CALLERS: usize = 64;
/// How many readers read at once.
pub(crate) const READERS: usize = 8;
/// How many counters the callers fight for.
pub(crate) const COUNTERS: i64 = 8;
/// Projects in a database that is read.
pub(crate) const PROJECTS: i64 = 1_000;
/// Scenes of each of them.
pub(crate) const SCENES: i64 = 5;
/// Rows that are read as models, or inserted in one unit.
pub(crate) const ROWS: i64 = 10_000;
/// Insertions in bulk of a round, one after the other; the one in the middle counts. One alone takes
/// 20 ms, and depends more on the disk's mood than on the contender.
pub(crate) const BULKS: usize = 9;

/// The figure of an outcome that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    /// How much was done in a second, or what it took.
    Amount,
    /// The time within which 99 of 100 were done.
    P99,
}

/// Something that is done over and over, and timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    /// 64 callers, each committing one row at a time
    Commits,
    /// 64 callers adding one to 8 counters: read, then write
    Counters,
    /// 64 callers, every fourth insert rolled back
    Rollbacks,
    /// One caller, committing one row at a time
    Single,
    /// 8 readers of a row with its children, beside a writer that never rests
    Reads,
    /// 10,000 rows as models
    Models,
    /// 10,000 rows inserted in one unit
    Bulk,
    /// From the start of the server to its first good answer
    Start,
    /// The memory of the server at rest
    Memory,
    /// All migrations on a fresh file, as a process
    Migrate,
    /// Each of 1,000 generated migrations, against each of 250
    Linear,
    /// `check` of a database of 500 tables
    Check,
    /// 1,000 transcripts of 500 segments, from their files into rows and a full-text index
    Transcripts,
    /// 8 callers searching 1,000,000 segments
    Search,
    /// The same on PostgreSQL
    SearchPostgres,
    /// 50,000 articles from a file, on PostgreSQL
    IngestPostgres,
    /// The same on SQLite
    IngestSqlite,
    /// The time series of 1,000,000 mentions, on PostgreSQL
    RollupPostgres,
    /// The same on SQLite
    RollupSqlite,
    /// A first rollup of 20,000 articles over two years, without statistics, on PostgreSQL
    FirstPostgres,
    /// The same on SQLite
    FirstSqlite,
    /// A year of hourly points, on PostgreSQL
    YearPostgres,
    /// The same on SQLite
    YearSqlite,
}

/// What a figure must be in proportion to another's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requirement {
    /// The contender that it is compared with.
    pub(crate) against: &'static str,
    /// What is compared.
    pub(crate) figure: Figure,
    /// So many times better, at least.
    pub(crate) floor: f64,
    /// So many times better would be excellent; `None` where nothing is aimed at.
    pub(crate) aim: Option<f64>,
}

pub(crate) const OURS: &str = "groundwork";
pub(crate) const SQLALCHEMY: &str = "sqlalchemy";
pub(crate) const SEAORM: &str = "seaorm";
pub(crate) const SQLX: &str = "sqlx";
pub(crate) const RUSQLITE: &str = "rusqlite";
pub(crate) const ALEMBIC: &str = "alembic";
pub(crate) const FASTAPI: &str = "fastapi";
pub(crate) const PYTHON: &str = "python";
pub(crate) const SQL: &str = "sql by hand";
/// No contender: a figure to reach.
pub(crate) const AIM: &str = "the aim";

const fn rate(against: &'static str, floor: f64, aim: Option<f64>) -> Requirement {
    Requirement {
        against,
        figure: Figure::Amount,
        floor,
        aim,
    }
}

const fn p99(against: &'static str, floor: f64) -> Requirement {
    Requirement {
        against,
        figure: Figure::P99,
        floor,
        aim: None,
    }
}

impl Work {
    /// The works that a name on the command line means.
    pub(crate) fn named(name: &str) -> Option<Vec<Self>> {
        Some(match name {
            "all" => Self::value_variants().to_vec(),
            "writes" => vec![Self::Commits, Self::Counters, Self::Rollbacks, Self::Single],
            "rows" => vec![Self::Reads, Self::Models, Self::Bulk],
            "server" => vec![Self::Start, Self::Memory],
            "atlas" => vec![Self::Transcripts, Self::Search, Self::SearchPostgres],
            "schema" => vec![Self::Migrate, Self::Linear, Self::Check],
            "signals" => vec![
                Self::IngestPostgres,
                Self::IngestSqlite,
                Self::RollupPostgres,
                Self::RollupSqlite,
                Self::FirstPostgres,
                Self::FirstSqlite,
                Self::YearPostgres,
                Self::YearSqlite,
            ],
            one => vec![Self::from_str(one, false).ok()?],
        })
    }

    /// Its name on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What it is, in words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Commits => "durable single-row commits, 64 callers",
            Self::Counters => "64 callers adding one to 8 counters",
            Self::Rollbacks => "one insert in four rolled back",
            Self::Single => "one caller",
            Self::Reads => "point read with children, 8 readers beside a writer",
            Self::Models => "10,000 rows as models",
            Self::Bulk => "10,000 rows inserted in one unit",
            Self::Start => "start of the server to the first /health 200",
            Self::Memory => "memory of the server at rest",
            Self::Migrate => "migrations on a fresh SQLite file, as a process",
            Self::Linear => "each of 1,000 generated migrations",
            Self::Check => "check of 500 tables",
            Self::Transcripts => "1,000 transcripts of 500 segments imported",
            Self::Search => "full-text search over 1,000,000 segments, 8 callers",
            Self::SearchPostgres => "the same on PostgreSQL",
            Self::IngestPostgres => "50,000 articles from a file, PostgreSQL",
            Self::IngestSqlite => "50,000 articles from a file, SQLite",
            Self::RollupPostgres => "rollup of 1,000,000 mentions, PostgreSQL",
            Self::RollupSqlite => "rollup of 1,000,000 mentions, SQLite",
            Self::FirstPostgres => "first rollup of 20,000 articles, PostgreSQL",
            Self::FirstSqlite => "first rollup of 20,000 articles, SQLite",
            Self::YearPostgres => "a year of hourly points, PostgreSQL",
            Self::YearSqlite => "a year of hourly points, SQLite",
        }
    }

    /// What its amount counts, and whether more of it is better.
    pub(crate) fn unit(self) -> Unit {
        match self {
            Self::Commits | Self::Counters | Self::Rollbacks | Self::Single => {
                Unit::PerSecond("units/s")
            }
            Self::Transcripts => Unit::PerSecond("segments/s"),
            Self::Search | Self::SearchPostgres => Unit::PerSecond("searches/s"),
            Self::Reads | Self::YearPostgres | Self::YearSqlite => Unit::PerSecond("reads/s"),
            Self::IngestPostgres | Self::IngestSqlite => Unit::PerSecond("articles/s"),
            Self::RollupPostgres | Self::RollupSqlite | Self::FirstPostgres | Self::FirstSqlite => {
                Unit::Millis
            }
            Self::Models | Self::Bulk => Unit::PerSecond("rows/s"),
            Self::Start | Self::Migrate | Self::Linear | Self::Check => Unit::Millis,
            Self::Memory => Unit::Megabytes,
        }
    }

    /// The requirements on our figure.
    pub(crate) fn requirements(self) -> &'static [Requirement] {
        const COMMITS: &[Requirement] = &[
            rate(SQLALCHEMY, 15.0, None),
            rate(SEAORM, 4.5, None),
            p99(SEAORM, 10.0),
            rate(RUSQLITE, 0.0, Some(0.35)),
        ];
        const COUNTERS: &[Requirement] = &[rate(SQLALCHEMY, 6.0, Some(15.0))];
        const ROLLBACKS: &[Requirement] =
            &[rate(SQLALCHEMY, 12.0, None), rate(RUSQLITE, 0.0, Some(0.3))];
        const SINGLE: &[Requirement] = &[rate(SEAORM, 1.0, None), rate(RUSQLITE, 0.0, Some(0.5))];
        const READS: &[Requirement] = &[
            rate(SQLALCHEMY, 16.0, None),
            p99(SQLX, 1.0 / 1.2),
            rate(SQLX, 0.0, Some(1.1)),
            rate(RUSQLITE, 0.0, Some(0.8)),
        ];
        const MODELS: &[Requirement] = &[rate(SQLALCHEMY, 4.5, None), rate(SQLX, 0.85, Some(1.0))];
        const BULK: &[Requirement] = &[
            rate(SQLALCHEMY, 2.4, None),
            rate(RUSQLITE, 0.55, Some(0.85)),
        ];
        const START: &[Requirement] = &[rate(FASTAPI, 15.0, None), rate(AIM, 0.0, Some(1.0))];
        const MEMORY: &[Requirement] = &[rate(FASTAPI, 4.0, None), rate(AIM, 0.0, Some(1.0))];
        const MIGRATE: &[Requirement] = &[rate(ALEMBIC, 8.0, None)];
        const LINEAR: &[Requirement] = &[rate("250 of them", 1.0 / 1.5, None)];
        const CHECK: &[Requirement] = &[rate("the limit", 1.0, None)];
        const TRANSCRIPTS: &[Requirement] = &[rate(RUSQLITE, 0.5, None)];
        const SEARCH: &[Requirement] = &[p99(AIM, 1.0)];
        const INGEST: &[Requirement] = &[rate(SQLALCHEMY, 2.0, None), rate(SQL, 0.75, None)];
        const ROLLUP: &[Requirement] = &[rate(PYTHON, 8.0, None), rate(SQL, 0.7, None)];
        const FIRST: &[Requirement] = &[rate(AIM, 1.0, None)];
        const YEAR: &[Requirement] = &[rate(SQLX, 0.5, None)];
        match self {
            Self::Commits => COMMITS,
            Self::Counters => COUNTERS,
            Self::Rollbacks => ROLLBACKS,
            Self::Single => SINGLE,
            Self::Reads => READS,
            Self::Models => MODELS,
            Self::Bulk => BULK,
            Self::Start => START,
            Self::Memory => MEMORY,
            Self::Migrate => MIGRATE,
            // Each takes no more than one and a half times as long, four times as many or not.
            Self::Linear => LINEAR,
            Self::Check => CHECK,
            Self::Transcripts => TRANSCRIPTS,
            Self::Search | Self::SearchPostgres => SEARCH,
            Self::IngestPostgres | Self::IngestSqlite => INGEST,
            Self::RollupPostgres | Self::RollupSqlite => ROLLUP,
            Self::FirstPostgres | Self::FirstSqlite => FIRST,
            Self::YearPostgres | Self::YearSqlite => YEAR,
        }
    }
}

/// What an amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// More is better.
    PerSecond(&'static str),
    /// Less is better.
    Millis,
    /// Less is better.
    Megabytes,
}

impl Unit {
    /// How many times better `ours` is than `theirs`.
    pub(crate) fn times_better(self, ours: f64, theirs: f64) -> f64 {
        match self {
            Self::PerSecond(_) => ours / theirs,
            Self::Millis | Self::Megabytes => theirs / ours,
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PerSecond(name) => name,
            Self::Millis => "ms",
            Self::Megabytes => "MB",
        }
    }
}
