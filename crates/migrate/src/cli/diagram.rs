//! `migrate diagram`.

use std::{collections::BTreeSet, fs, path::PathBuf};

use clap::ValueEnum;
use groundwork_cli::{CliError, Exit, Result};
use sea_orm::DatabaseConnection;
use url::Url;

use super::{app::App, context::Context, scratch_flag::ScratchFlag};
use crate::{
    diagram::{self, Format},
    entities::{TYPE_MAP, TypeMap, matches, nearest_entity_crate, server},
    inspect,
    scratch::{Place, Scratch},
};
use groundwork_schema::{
    model::{Schema, Table},
    run::{self, Goal, Settings},
};

/// Draw the schema that the migrations make, or that of the configured database
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate diagram -o docs/schema.svg
  migrate diagram --live --format mermaid
  migrate diagram --format dot | dot -Tpng > schema.png
  migrate diagram --only 'pipeline_*'
  migrate diagram --only scenes --neighbours
  migrate diagram --domain studio -o docs/studio.svg
  migrate diagram --server postgres://postgres@localhost/postgres")]
pub(super) struct Diagram {
    /// The form of the picture
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Draw the configured database instead of what the migrations make
    #[arg(long)]
    live: bool,

    /// Run the migrations on this PostgreSQL server, in a database of its own beside the named one
    #[arg(long, value_name = "URL", value_parser = server, conflicts_with = "live")]
    server: Option<Url>,

    /// Run the migrations on this engine [default: sqlite; postgres takes the server of --server, or
    /// that of the configured database]
    #[arg(long, value_name = "ENGINE", conflicts_with = "live")]
    engine: Option<EngineName>,

    /// Draw these tables only; `*` stands for any characters; may be repeated
    #[arg(long = "only", alias = "table", value_name = "TABLE")]
    tables: Vec<String>,

    /// Draw the tables of this domain of entities.toml only; may be repeated
    #[arg(long = "domain", value_name = "NAME")]
    domains: Vec<String>,

    /// The folder of the entities.toml that has the domains [default: the nearest `entity`]
    #[arg(long, value_name = "DIR", requires = "domains")]
    entity: Option<PathBuf>,

    /// Draw the tables beside the chosen ones too: those that they refer to, and those that refer to
    /// them
    #[arg(long)]
    neighbours: bool,

    /// Which columns are drawn [default: all; the keys in a picture of more than 60 tables]
    #[arg(long, value_name = "WHICH")]
    columns: Option<Columns>,

    /// Write it to a file [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    scratch: ScratchFlag,

    /// The heading above it
    #[arg(long, default_value = "Schema")]
    title: String,
}

/// With more tables than that, a picture of all columns cannot be read as a whole.
const MANY: usize = 60;

/// The columns that are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Columns {
    /// Every one
    All,
    /// Those of primary keys, foreign keys and unique constraints
    Keys,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

impl Diagram {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let mut schema = match self.live {
            true => {
                let read =
                    async |connection: &DatabaseConnection| Ok(inspect::schema(connection).await?);
                context.with_existing(read).await?
            }
            false => planned(context.app, &self.place(context).await?).await?,
        };
        self.choose(&mut schema)?;
        let mut title = self.title.clone();
        let columns = self.columns.unwrap_or(match schema.tables.len() > MANY {
            true => Columns::Keys,
            false => Columns::All,
        });
        if columns == Columns::Keys {
            schema.tables.values_mut().for_each(keep_keys);
            title += " (keys only)";
        }
        let picture = diagram::render(&schema, &title, self.format);
        match &self.output {
            Some(file) => fs::write(file, picture).map_err(|error| {
                CliError::unavailable(format!("cannot write {}: {error}", file.display()))
            })?,
            None => context.output.line(picture.trim_end())?,
        }
        Ok(())
    }

    /// Where the migrations run.
    async fn place(&self, context: &Context<'_>) -> Result<Place> {
        let is_sqlite = matches!(self.engine, Some(EngineName::Sqlite));
        if self.server.is_none()
            && !is_sqlite
            && let Some(url) = self.scratch.url(context).await?
        {
            return Ok(Place::Schema(url));
        }
        match (self.engine, &self.server) {
            (Some(EngineName::Sqlite), Some(_)) => Err(CliError::usage(
                "--server is a PostgreSQL server; leave out --engine sqlite",
            )),
            (None | Some(EngineName::Sqlite), None) => Ok(Place::Sqlite),
            (_, Some(server)) => Ok(Place::Postgres(server.clone())),
            (Some(EngineName::Postgres), None) => {
                let url = context.settings()?.url;
                let found = server(url.expose());
                found.map(Place::Postgres).map_err(|_| {
                    CliError::usage(
                        "the configured database is no PostgreSQL: name a server with --server URL",
                    )
                })
            }
        }
    }

    /// Leaves the tables that are wanted.
    fn choose(&self, schema: &mut Schema) -> Result {
        let mut chosen = BTreeSet::new();
        for name in &self.tables {
            let found = schema.tables.keys().filter(|table| matches(name, table));
            let before = chosen.len();
            chosen.extend(found.cloned());
            if chosen.len() == before && !chosen.iter().any(|table| matches(name, table)) {
                return Err(unknown("table", name, schema.tables.keys()));
            }
        }
        if !self.domains.is_empty() {
            chosen.extend(self.of_domains(schema)?);
        }
        if self.tables.is_empty() && self.domains.is_empty() {
            return match self.neighbours {
                true => Err(CliError::usage(
                    "--neighbours needs the tables whose neighbours are drawn: --only or --domain",
                )),
                false => Ok(()),
            };
        }
        if self.neighbours {
            chosen = with_neighbours(schema, chosen);
        }
        schema.tables.retain(|name, _| chosen.contains(name));
        Ok(())
    }

    /// The tables of the domains.
    fn of_domains(&self, schema: &Schema) -> Result<Vec<String>> {
        let folder = match &self.entity {
            Some(folder) => folder.clone(),
            None => nearest_entity_crate()?,
        };
        let path = folder.join(TYPE_MAP);
        let text = fs::read_to_string(&path).map_err(|error| {
            CliError::unavailable(format!("cannot read {}: {error}", path.display()))
        })?;
        let map = TypeMap::parse(&text).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let message = format!("{}: {}", path.display(), problems.join("; "));
            CliError::new(Exit::BadInput, message)
        })?;
        let mut tables = Vec::new();
        for name in &self.domains {
            let domains: Vec<String> = map.names().map(str::to_owned).collect();
            let listed = map
                .tables_of(name)
                .ok_or_else(|| unknown("domain", name, &domains))?;
            tables.extend(listed.map(str::to_owned));
        }
        tables.retain(|table| schema.tables.contains_key(table));
        Ok(tables)
    }
}

/// Leaves the columns that rows are found by.
fn keep_keys(table: &mut Table) {
    let primary = table.key_columns().to_vec();
    let uniques = table
        .uniques
        .iter()
        .flat_map(|unique| unique.columns.iter());
    let foreign = table.foreign_keys.iter().flat_map(|key| key.columns.iter());
    let keys: BTreeSet<String> = uniques.chain(foreign).cloned().chain(primary).collect();
    table.columns.retain(|column| keys.contains(&column.name));
}

/// The tables with those that they refer to, and those that refer to them.
fn with_neighbours(schema: &Schema, chosen: BTreeSet<String>) -> BTreeSet<String> {
    let mut all = chosen.clone();
    for table in schema.tables.values() {
        for key in &table.foreign_keys {
            if chosen.contains(&table.name) {
                all.insert(key.table.clone());
            }
            if chosen.contains(&key.table) {
                all.insert(table.name.clone());
            }
        }
    }
    all
}

fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a String>) -> CliError {
    let nearest =
        (known.into_iter()).max_by(|a, b| likeness(a, name).total_cmp(&likeness(b, name)));
    let hint = nearest.map(|nearest| format!("; did you mean {nearest}?"));
    let message = format!("there is no {what} {name}{}", hint.unwrap_or_default());
    CliError::usage(message)
}

fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other)
}

async fn planned(app: &App, place: &Place) -> Result<Schema> {
    let scratch = Scratch::open(place).await?;
    let settings = Settings::new(&app.convention);
    let ran = run::up(scratch.connection(), &app.migrations, Goal::All, &settings).await;
    let schema = match ran {
        Ok(_) => inspect::schema(scratch.connection())
            .await
            .map_err(CliError::from),
        Err(error) => Err(CliError::from(error)),
    };
    scratch.close().await?;
    schema
}
