//! `migrate diagram`.

use std::{fs, path::PathBuf, process::ExitCode};

use sea_orm::DatabaseConnection;

use super::{App, Failure, Output};
use crate::{
    diagram::{self, Format},
    inspect::{self, InspectError},
    scratch::{Place, Scratch, ScratchError},
};
use groundwork_schema::{
    model::Schema,
    run::{self, Goal, Settings},
};

/// Draw the schema that the migrations make, or that of the configured database
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate diagram -o docs/schema.svg
  migrate diagram --live --format mermaid
  migrate diagram --format dot | dot -Tpng > schema.png
  migrate diagram --table scenes --table keyframes")]
pub(super) struct Diagram {
    /// The form of the picture
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Draw the configured database instead of what the migrations make
    #[arg(long)]
    pub(super) live: bool,

    /// Draw this table only; may be repeated
    #[arg(long = "table", value_name = "NAME")]
    tables: Vec<String>,

    /// Write it to a file [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// What stands above it
    #[arg(long, default_value = "Schema")]
    title: String,
}

impl Diagram {
    /// `live` is the database to draw, where one is wanted.
    pub(super) async fn run(
        &self,
        app: &App,
        live: Option<&DatabaseConnection>,
        output: Output,
    ) -> Result<ExitCode, Failure> {
        let mut schema = match live {
            Some(connection) => inspect::schema(connection).await?,
            None => planned(app).await?,
        };
        self.choose(&mut schema)?;
        let picture = diagram::render(&schema, &self.title, self.format);
        match &self.output {
            Some(file) => fs::write(file, picture).map_err(|error| {
                Failure::unavailable(format!("cannot write {}: {error}", file.display()))
            })?,
            None => output.data(picture.trim_end())?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn choose(&self, schema: &mut Schema) -> Result<(), Failure> {
        for name in &self.tables {
            if !schema.tables.contains_key(name) {
                let nearest = (schema.tables.keys())
                    .max_by(|a, b| likeness(a, name).total_cmp(&likeness(b, name)));
                let hint = nearest.map(|nearest| format!("; did you mean {nearest}?"));
                let message = format!("there is no table {name}{}", hint.unwrap_or_default());
                return Err(Failure::new(2, message));
            }
        }
        if !self.tables.is_empty() {
            schema.tables.retain(|name, _| self.tables.contains(name));
        }
        Ok(())
    }
}

fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other)
}

async fn planned(app: &App) -> Result<Schema, Failure> {
    let scratch = Scratch::open(&Place::Sqlite).await?;
    let settings = Settings::new(&app.convention);
    let ran = run::up(scratch.connection(), &app.migrations, Goal::All, &settings).await;
    let schema = match ran {
        Ok(_) => inspect::schema(scratch.connection())
            .await
            .map_err(Failure::from),
        Err(error) => Err(Failure::from(error)),
    };
    scratch.close().await?;
    schema
}

impl From<InspectError> for Failure {
    fn from(error: InspectError) -> Self {
        Self::unavailable(error)
    }
}

impl From<ScratchError> for Failure {
    fn from(error: ScratchError) -> Self {
        Self::unavailable(error)
    }
}
