//! The bench: does the same works with Groundwork and with its peers, in turn, and compares.
//!
//! It runs through `cargo xtask bench`, which builds it, the server and `migrate` as they are shipped.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people: tables to stdout, progress to stderr"
)]

mod atlas;
mod chart;
mod contender;
mod file;
mod outcome;
mod process;
mod python;
mod report;
mod rows;
mod schema;
mod signals;
mod work;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::{
    contender::{Contender, Groundwork, Rusqlite, SeaOrm, SqlAlchemy, Sqlx},
    outcome::Outcome,
    process::Programs,
    python::Python,
    report::Measured,
    work::{AIM, ALEMBIC, FASTAPI, OURS, RUSQLITE, SEAORM, SQLALCHEMY, SQLX, Work},
};

/// Measure Groundwork beside its peers
#[derive(Parser)]
#[command(
    bin_name = "cargo xtask bench",
    after_help = "\
Works are done in rounds, every contender once in each, on files under target/bench; what is
compared is the median of the rounds' ratios. On a machine that does other things too, trust the
ratios only. Every result is verified: a wrong row is an error, not a figure.

Exits with 0, or with 1 if a requirement is not met and --strict is given.

Examples:
  cargo xtask bench                       # everything
  cargo xtask bench writes --rounds 3
  cargo xtask bench commits reads --quick
  cargo xtask bench --json --chart docs/performance.svg > bench.json"
)]
struct Arguments {
    /// commits, counters, rollbacks, single (together: writes), reads, models, bulk (rows), start,
    /// memory (server), migrate, linear, check (schema), transcripts, search,
    /// search-postgres (atlas), ingest, rollup,
    /// first and year, each with -sqlite or -postgres (signals); all by default
    #[arg(value_name = "NAME", value_parser = works)]
    names: Vec<Works>,

    /// How often each contender does each work
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,

    /// One short round: whether everything works, not how fast
    #[arg(long)]
    quick: bool,

    /// As JSON: cores, system, rounds, works (work, title, unit, contenders, ratios)
    #[arg(long)]
    json: bool,

    /// Also draw a chart
    #[arg(long, value_name = "FILE.svg")]
    chart: Option<PathBuf>,

    /// Exit with 1 if a requirement is not met
    #[arg(long)]
    strict: bool,
}

#[derive(Clone)]
struct Works(Vec<Work>);

fn works(name: &str) -> Result<Works, String> {
    Work::named(name)
        .map(Works)
        .ok_or_else(|| "no such work; --help lists them".to_owned())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut works: Vec<Work> = arguments.names.iter().flat_map(|it| it.0.clone()).collect();
    if works.is_empty() {
        works = Work::named("all").unwrap_or_default();
    }
    let (rounds, length) = match arguments.quick {
        true => (1, Duration::from_millis(300)),
        false => (usize::from(arguments.rounds), Duration::from_secs(2)),
    };
    let bench = Bench::prepare()?;
    let mut measured = Vec::new();
    for work in works {
        eprintln!("{}", work.title());
        measured.push(bench.measure(work, rounds, length).await?);
    }
    if arguments.json {
        println!("{:#}", report::json(&measured, rounds));
    } else {
        println!("{}", report::table(&measured));
        for remark in report::remarks(&measured) {
            println!("{remark}");
        }
    }
    if let Some(chart) = &arguments.chart {
        fs::write(chart, chart::draw(&measured)).with_context(|| chart.display().to_string())?;
    }
    let comparisons = measured.iter().flat_map(Measured::comparisons);
    let missed = comparisons
        .filter(|it| it.ratio < it.requirement.floor)
        .count();
    if missed > 0 {
        eprintln!("{missed} requirements are not met");
        return Ok(ExitCode::from(u8::from(arguments.strict)));
    }
    Ok(ExitCode::SUCCESS)
}

/// Where things are: the programs, their Python, the folder for databases.
struct Bench {
    programs: Programs,
    python: Python,
    folder: PathBuf,
}

impl Bench {
    fn prepare() -> Result<Self> {
        let this = env::current_exe()?;
        let beside = this.parent().context("the bench is in no folder")?;
        let target = beside
            .parent()
            .context("the bench is in no target folder")?;
        let folder = target.join("bench");
        fs::create_dir_all(&folder)?;
        Ok(Self {
            programs: Programs::beside(beside),
            python: Python::prepare(&folder)?,
            folder,
        })
    }

    /// Does a work in rounds, each contender once in each.
    async fn measure(&self, work: Work, rounds: usize, length: Duration) -> Result<Measured> {
        let mut measured = Measured {
            work,
            rounds: BTreeMap::new(),
        };
        let mut contenders = self.contenders(work)?;
        for round in 1..=rounds {
            for contender in &mut contenders {
                let who = contender.name();
                let file = self.folder.join(format!("{who}.db"));
                file::lay_out(work, &file)?;
                let mut outcome = contender.run(work, &file, length).await?;
                file::verify(work, &file, who, &mut outcome)?;
                file::remove(&file)?;
                note(&mut measured, round, who, outcome);
            }
            for (who, outcome) in self.processes(work, length).await? {
                note(&mut measured, round, who, outcome);
            }
        }
        Ok(measured)
    }

    /// Who does a work on rows.
    fn contenders(&self, work: Work) -> Result<Vec<Box<dyn Contender>>> {
        let names: &[&str] = match work {
            Work::Commits | Work::Rollbacks | Work::Single => &[OURS, SQLALCHEMY, SEAORM, RUSQLITE],
            Work::Counters => &[OURS, SQLALCHEMY, SEAORM],
            Work::Reads => &[OURS, SQLALCHEMY, SQLX, RUSQLITE],
            Work::Models => &[OURS, SQLALCHEMY, SQLX],
            Work::Bulk => &[OURS, SQLALCHEMY, RUSQLITE],
            _ => &[],
        };
        let start = |name: &&str| -> Result<Box<dyn Contender>> {
            Ok(match *name {
                SQLALCHEMY => Box::new(SqlAlchemy::start(&self.python)?),
                SEAORM => Box::new(SeaOrm),
                SQLX => Box::new(Sqlx),
                RUSQLITE => Box::new(Rusqlite),
                _ => Box::new(Groundwork),
            })
        };
        names.iter().map(start).collect()
    }

    /// One round of a work that is done by processes or by the schema toolkit.
    async fn processes(
        &self,
        work: Work,
        length: Duration,
    ) -> Result<Vec<(&'static str, Outcome)>> {
        let (programs, python, folder): (_, _, &Path) =
            (&self.programs, &self.python, &self.folder);
        Ok(match work {
            Work::Start | Work::Memory => {
                let ours = process::serve(work, programs, folder, length).await?;
                let theirs = process::serve_python(work, python, folder, length).await?;
                vec![(OURS, ours), (FASTAPI, theirs), (AIM, process::aim(work))]
            }
            Work::Migrate => {
                let ours = process::migrate(programs, folder)?;
                let theirs = process::migrate_python(python, folder)?;
                process::compare_tables(folder)?;
                vec![(OURS, ours), (ALEMBIC, theirs)]
            }
            Work::Linear => schema::linear(folder).await?,
            Work::Check => schema::check(folder).await?,
            Work::Transcripts => atlas::import(folder, length).await?,
            Work::Search => atlas::search(folder, length).await?,
            Work::SearchPostgres => atlas::search_postgres(folder, length).await?,
            Work::IngestPostgres
            | Work::IngestSqlite
            | Work::RollupPostgres
            | Work::RollupSqlite
            | Work::FirstPostgres
            | Work::FirstSqlite
            | Work::YearPostgres
            | Work::YearSqlite => signals::round(work, folder, python, length).await?,
            _ => Vec::new(),
        })
    }
}

fn note(measured: &mut Measured, round: usize, who: &'static str, outcome: Outcome) {
    let shown = report::amount(measured.work.unit(), Some(outcome.amount));
    eprintln!("  round {round}: {who} {shown}");
    measured.rounds.entry(who).or_default().push(outcome);
}
