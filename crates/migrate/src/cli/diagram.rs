//! `migrate diagram`.

use std::{fs, path::PathBuf};

use groundwork_cli::{CliError, Result};
use sea_orm::DatabaseConnection;

use super::{app::App, context::Context};
use crate::{
    diagram::{self, Format},
    inspect,
    scratch::{Place, Scratch},
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
    live: bool,

    /// Draw this table only; may be repeated
    #[arg(long = "table", value_name = "NAME")]
    tables: Vec<String>,

    /// Write it to a file [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The heading above it
    #[arg(long, default_value = "Schema")]
    title: String,
}

impl Diagram {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let mut schema = match self.live {
            true => {
                let read =
                    async |connection: &DatabaseConnection| Ok(inspect::schema(connection).await?);
                context.with_existing(read).await?
            }
            false => planned(context.app).await?,
        };
        self.choose(&mut schema)?;
        let picture = diagram::render(&schema, &self.title, self.format);
        match &self.output {
            Some(file) => fs::write(file, picture).map_err(|error| {
                CliError::unavailable(format!("cannot write {}: {error}", file.display()))
            })?,
            None => context.output.line(picture.trim_end())?,
        }
        Ok(())
    }

    fn choose(&self, schema: &mut Schema) -> Result {
        for name in &self.tables {
            if !schema.tables.contains_key(name) {
                let nearest = (schema.tables.keys())
                    .max_by(|a, b| likeness(a, name).total_cmp(&likeness(b, name)));
                let hint = nearest.map(|nearest| format!("; did you mean {nearest}?"));
                let message = format!("there is no table {name}{}", hint.unwrap_or_default());
                return Err(CliError::usage(message));
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

async fn planned(app: &App) -> Result<Schema> {
    let scratch = Scratch::open(&Place::Sqlite).await?;
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
