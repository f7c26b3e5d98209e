//! The command `migrate entities`: brings the entities on the disk up to date, or says how they
//! differ.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use groundwork_error::{DomainError, Kind};
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigrationTrait;
use serde_json::json;
use url::Url;

use super::{
    error::GenerateError,
    generate::generate,
    init,
    tree::{Change, Difference, Tree},
    type_map::{Problem, TypeMap},
};
use crate::{
    inspect,
    scratch::{Place, Scratch, ScratchError},
};
use groundwork_naming::Convention;
use groundwork_schema::run::{self, Goal, RunError, Settings};

/// The name of the type map in the folder of the entity crate.
pub(crate) const TYPE_MAP: &str = "entities.toml";

/// Generate the entities from the migrations
///
/// Runs all migrations on a scratch database of its own (the configured one is not touched) and
/// writes its tables as SeaORM models: a folder per domain, as entities.toml says.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo migrate entities            write what has changed\n  \
    cargo migrate entities --check    change nothing; exit with 1 and a diff if anything would\n  \
    cargo migrate entities init       write a first entities.toml for the tables that there are")]
pub struct Entities {
    /// What to do instead of writing the entities
    #[arg(value_enum)]
    pub action: Option<Action>,

    /// Change nothing; print what would change as a diff, and exit with 1 if anything would
    #[arg(long)]
    pub check: bool,

    /// Print what differs as JSON
    #[arg(long)]
    pub json: bool,

    /// The folder of the entity crate [default: the nearest `entity` with an entities.toml, here
    /// or in a folder above]
    #[arg(long, value_name = "DIR")]
    pub entity: Option<PathBuf>,

    /// Make the scratch database on this PostgreSQL server, instead of in an SQLite file; its
    /// databases are left alone
    #[arg(long, value_name = "URL", value_parser = server)]
    pub server: Option<Url>,

    /// Make a scratch schema in this PostgreSQL database, instead of a scratch database: for a role
    /// that may not create databases [default: database.scratch_url]
    #[arg(long, value_name = "URL", value_parser = server)]
    pub scratch_url: Option<Url>,
}

/// What the command does instead of writing the entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Action {
    /// Write a first entities.toml: a domain per prefix of the tables, with ids and enums
    Init,
}

/// How the command ended, if nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The entities are as they should be, perhaps only now.
    Current,
    /// They are not: the check found differences, or files that are not generated are in the way.
    Stale,
}

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum EntitiesError {
    /// There is no entity crate here.
    #[error(
        "no folder `entity` with an {TYPE_MAP} in {} or above; name it with --entity DIR",
        .from.display()
    )]
    NoEntityCrate {
        /// Where it was looked for.
        from: PathBuf,
    },
    /// There is a type map already.
    #[error("{} exists; remove it first, or change it by hand", .path.display())]
    MapExists {
        /// The type map.
        path: PathBuf,
    },
    /// The type map cannot be written.
    #[error("cannot write {}", .path.display())]
    Unwritable {
        /// The type map.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The type map is wrong, or does not fit the tables.
    #[error("{}", at_lines(.path, .problems))]
    TypeMap {
        /// The type map.
        path: PathBuf,
        /// Everything that is wrong with it.
        problems: Vec<Problem>,
    },
    /// The migrations do not run on an empty database.
    #[error("the migrations do not run on a scratch database")]
    Migrate(#[source] RunError),
    /// No scratch database could be had.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The entities cannot be generated or written.
    #[error(transparent)]
    Generate(GenerateError),
    /// The result cannot be printed.
    #[error("cannot print the result")]
    Print(#[source] io::Error),
}

impl DomainError for EntitiesError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoEntityCrate { .. } | Self::MapExists { .. } => Kind::Usage,
            Self::Unreadable { .. } | Self::TypeMap { .. } => Kind::Invalid,
            Self::Migrate(error) => error.kind(),
            Self::Generate(error) => error.kind(),
            Self::Scratch(error) => error.kind(),
            Self::Print(_) | Self::Unwritable { .. } => Kind::Unavailable,
        }
    }
}

impl Entities {
    /// Runs the command. Differences go to `out`, remarks about them to `err`.
    ///
    /// # Errors
    /// Any [`EntitiesError`]; nothing has been written then, except for [`GenerateError::File`].
    pub async fn run(
        &self,
        migrations: &[Box<dyn MigrationTrait>],
        convention: &Convention,
        out: &mut (dyn Write + Send),
        err: &mut (dyn Write + Send),
    ) -> Result<Outcome, EntitiesError> {
        if self.action == Some(Action::Init) {
            return self.init(migrations, convention, out, err).await;
        }
        let (tree, source, differences) = self.compared(migrations, convention).await?;
        if !self.check {
            tree.apply(&source, &differences)
                .map_err(EntitiesError::Generate)?;
        }
        let report = Report {
            command: self,
            undeclared: tree.undeclared(&source),
            tree,
            source,
            differences,
        };
        report.print(out, err).map_err(EntitiesError::Print)?;
        Ok(report.outcome())
    }

    /// The files that differ from what the migrations and the type map give, a line for each.
    ///
    /// # Errors
    /// As [`run`](Self::run). Nothing is written.
    pub async fn stale(
        &self,
        migrations: &[Box<dyn MigrationTrait>],
        convention: &Convention,
    ) -> Result<Vec<String>, EntitiesError> {
        let (tree, source, differences) = self.compared(migrations, convention).await?;
        let files = differences.iter().map(|difference| {
            let path = source.join(&difference.file);
            format!("file {}: {}", path.display(), stale(difference))
        });
        let undeclared = tree.undeclared(&source).into_iter().map(|domain| {
            let path = source.join("lib.rs");
            format!(
                "file {}: expected `pub mod {domain};`, found none",
                path.display()
            )
        });
        Ok(files.chain(undeclared).collect())
    }

    /// What the migrations and the type map give, the folder that it belongs in, and where that differs.
    async fn compared(
        &self,
        migrations: &[Box<dyn MigrationTrait>],
        convention: &Convention,
    ) -> Result<(Tree, PathBuf, Vec<Difference>), EntitiesError> {
        let entity = match &self.entity {
            Some(folder) => folder.clone(),
            None => nearest_entity_crate()?,
        };
        let source = entity.join("src");
        let tree = self
            .tree(&entity.join(TYPE_MAP), migrations, convention)
            .await?;
        let differences = tree.compare(&source).map_err(EntitiesError::Generate)?;
        Ok((tree, source, differences))
    }

    /// Writes a first type map, from which the entities can be generated.
    async fn init(
        &self,
        migrations: &[Box<dyn MigrationTrait>],
        convention: &Convention,
        out: &mut (dyn Write + Send),
        err: &mut (dyn Write + Send),
    ) -> Result<Outcome, EntitiesError> {
        let folder = self.entity.clone().unwrap_or_else(|| "entity".into());
        let path = folder.join(TYPE_MAP);
        if path.exists() {
            return Err(EntitiesError::MapExists { path });
        }
        let schema = async |database: &DatabaseConnection| {
            let mut schema = inspect::schema(database)
                .await
                .map_err(|error| EntitiesError::Generate(GenerateError::Inspect(error)))?;
            let partitioned = std::mem::take(&mut schema.partitioned_tables);
            schema.tables.extend(partitioned);
            let text = init::type_map(&schema);
            // A map that does not fit is none.
            let misfit = |problems| EntitiesError::TypeMap {
                path: path.clone(),
                problems,
            };
            let map = TypeMap::parse(&text).map_err(misfit)?;
            generate(database, &map)
                .await
                .map_err(|error| match error {
                    GenerateError::TypeMap(problems) => misfit(problems),
                    other => EntitiesError::Generate(other),
                })?;
            Ok(text)
        };
        let text = self.on_scratch(migrations, convention, schema).await?;
        let unwritable = |source| EntitiesError::Unwritable {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(unwritable)?;
        writeln!(out, "added {}", path.display()).map_err(EntitiesError::Print)?;
        writeln!(err, "read it, then run `cargo migrate entities`")
            .map_err(EntitiesError::Print)?;
        Ok(Outcome::Current)
    }

    /// Does the work on a scratch database that the migrations have brought up to date.
    async fn on_scratch<T>(
        &self,
        migrations: &[Box<dyn MigrationTrait>],
        convention: &Convention,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, EntitiesError>,
    ) -> Result<T, EntitiesError> {
        let place = match (&self.server, &self.scratch_url) {
            (Some(url), _) => Place::Postgres(url.clone()),
            (None, Some(url)) => Place::Schema(url.clone()),
            (None, None) => Place::Sqlite,
        };
        let scratch = Scratch::open(&place).await?;
        let done = async {
            let database = scratch.connection();
            run::up(database, migrations, Goal::All, &Settings::new(convention))
                .await
                .map_err(EntitiesError::Migrate)?;
            work(database).await
        }
        .await;
        let closed = scratch.close().await.map_err(EntitiesError::Scratch);
        done.and_then(|done| closed.map(|()| done))
    }

    /// Generates the files from the migrations and the type map.
    async fn tree(
        &self,
        type_map: &Path,
        migrations: &[Box<dyn MigrationTrait>],
        convention: &Convention,
    ) -> Result<Tree, EntitiesError> {
        let text = fs::read_to_string(type_map).map_err(|source| EntitiesError::Unreadable {
            path: type_map.to_owned(),
            source,
        })?;
        let misfit = |problems| EntitiesError::TypeMap {
            path: type_map.to_owned(),
            problems,
        };
        let map = TypeMap::parse(&text).map_err(misfit)?;
        let generated = async |database: &DatabaseConnection| {
            generate(database, &map).await.map_err(|error| match error {
                GenerateError::TypeMap(problems) => misfit(problems),
                other => EntitiesError::Generate(other),
            })
        };
        self.on_scratch(migrations, convention, generated).await
    }
}

/// What the command found and did.
struct Report<'a> {
    command: &'a Entities,
    tree: Tree,
    source: PathBuf,
    differences: Vec<Difference>,
    undeclared: Vec<String>,
}

impl Report<'_> {
    fn outcome(&self) -> Outcome {
        let is_left =
            |difference: &Difference| self.command.check || difference.change == Change::Foreign;
        let is_stale = self.differences.iter().any(is_left)
            || (self.command.check && !self.undeclared.is_empty());
        if is_stale {
            Outcome::Stale
        } else {
            Outcome::Current
        }
    }

    fn print(&self, out: &mut (dyn Write + Send), err: &mut (dyn Write + Send)) -> io::Result<()> {
        if self.command.json {
            self.print_json(out)?;
        } else {
            self.print_differences(out)?;
        }
        self.print_advice(err)
    }

    fn print_json(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let report = json!({
            "current": self.outcome() == Outcome::Current,
            "written": !self.command.check,
            "source": self.source,
            "files": self.tree.files.len(),
            "differences": self.differences,
            "undeclared": self.undeclared,
            "warnings": self.tree.warnings,
        });
        writeln!(out, "{report:#}")
    }

    fn print_differences(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        for difference in &self.differences {
            if self.command.check {
                out.write_all(difference.diff.as_bytes())?;
            } else if let Some(done) = done(difference.change) {
                writeln!(out, "{done} {}", self.path(difference))?;
            }
        }
        Ok(())
    }

    fn print_advice(&self, err: &mut (dyn Write + Send)) -> io::Result<()> {
        for warning in &self.tree.warnings {
            writeln!(err, "warning: {warning}")?;
        }
        let foreign = |difference: &&Difference| difference.change == Change::Foreign;
        for difference in self.differences.iter().filter(foreign) {
            writeln!(
                err,
                "{} is not generated, and is left as it is: move it out of the generated folder",
                self.path(difference)
            )?;
        }
        for domain in &self.undeclared {
            let path = self.source.join("lib.rs");
            writeln!(err, "{} lacks `pub mod {domain};`", path.display())?;
        }
        let count = self.differences.len();
        match (self.outcome(), self.command.check) {
            (Outcome::Stale, true) => writeln!(
                err,
                "the entities are not current ({}); run `cargo migrate entities`",
                Counted(count, "difference")
            ),
            (Outcome::Current, _) if count == 0 => writeln!(
                err,
                "the entities are current ({})",
                Counted(self.tree.files.len(), "file")
            ),
            _ => Ok(()),
        }
    }

    fn path(&self, difference: &Difference) -> String {
        self.source.join(&difference.file).display().to_string()
    }
}

/// What is wrong with a file: the first line that is not as expected.
fn stale(difference: &Difference) -> String {
    let line = |sign: char| {
        let header = [sign; 3].iter().collect::<String>();
        let lines = difference.diff.lines();
        let found = lines.filter(|line| line.starts_with(sign) && !line.starts_with(&header));
        let found = found
            .map(|line| line[1..].trim().to_owned())
            .find(|line| !line.is_empty());
        found.map_or_else(|| "nothing".to_owned(), |line| format!("`{line}`"))
    };
    match difference.change {
        Change::Missing => "missing".to_owned(),
        Change::Stale => "not expected: no table gives it".to_owned(),
        Change::Foreign => "not expected: it is not generated".to_owned(),
        Change::Outdated => format!("expected {}, found {}", line('+'), line('-')),
    }
}

/// What was done about a difference; `None` if nothing.
fn done(change: Change) -> Option<&'static str> {
    match change {
        Change::Missing => Some("added"),
        Change::Outdated => Some("updated"),
        Change::Stale => Some("removed"),
        Change::Foreign => None,
    }
}

/// A number of things: "1 file", "2 files".
struct Counted(usize, &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.0, self.1)
    }
}

/// The URL of a PostgreSQL server, as a flag takes it.
pub(crate) fn server(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}"))?;
    if matches!(url.scheme(), "postgres" | "postgresql") {
        Ok(url)
    } else {
        Err("expected postgres://user@host/database".to_owned())
    }
}

pub(crate) fn nearest_entity_crate() -> Result<PathBuf, EntitiesError> {
    let here = std::env::current_dir().map_err(|source| EntitiesError::Unreadable {
        path: PathBuf::from("."),
        source,
    })?;
    here.ancestors()
        .map(|folder| folder.join("entity"))
        .find(|entity| entity.join(TYPE_MAP).is_file())
        // Shorter to read where it is below the current folder, as it mostly is.
        .map(|entity| {
            entity
                .strip_prefix(&here)
                .map_or(entity.clone(), Path::to_owned)
        })
        .ok_or(EntitiesError::NoEntityCrate { from: here })
}

fn at_lines(path: &Path, problems: &[Problem]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|Problem { line, message }| match line {
            Some(line) => format!("{}:{line}: {message}", path.display()),
            None => format!("{}: {message}", path.display()),
        })
        .collect();
    lines.join("\n")
}
