//! `migrate adopt`.

use groundwork_cli::{CliError, Format, Result, text::counted};
use sea_orm::DatabaseConnection;

use super::{
    app::App,
    context::{Context, close},
    new,
    scratch_flag::ScratchFlag,
};
use crate::adopt;
use groundwork_schema::run::{self, Settings, State};

/// Begin with a database that exists already
///
/// Reads its schema, writes a first migration that gives an equal catalog (proved on a scratch
/// database before anything is written), registers it, and marks it applied. The database itself
/// gets the history of migrations and nothing else. What cannot be made so is named, and left out
/// with all that needs it; it stays as it is, and `migrate check` knows of it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The migration is for the engine of that database. On PostgreSQL it holds every schema
of the database, and is proved in a new database; where the role may not create one, --scratch-url
names a database in which a schema will do.

Examples:
  migrate --database-url sqlite://shop.db adopt
  migrate adopt begin_with_shop --json
  migrate adopt --scratch-url postgres://app@db/app")]
pub(super) struct Adopt {
    /// The name of the migration; the timestamp is added
    #[arg(default_value = "adopt_schema")]
    name: String,

    /// As JSON: migration, file, engine, tables, statements, unsupported (kind, table, name, what, reason)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    scratch: ScratchFlag,
}

impl Adopt {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let connection = context.connect().await?;
        let done = self.adopt(context, &connection).await;
        close(connection, done).await
    }

    async fn adopt(&self, context: &Context<'_>, connection: &DatabaseConnection) -> Result {
        let (app, output) = (context.app, context.output);
        let known: Vec<&str> = app.migrations.iter().map(|m| m.name()).collect();
        refuse_history(app, connection).await?;
        let scratch_url = self.scratch.url(context).await?;
        let baseline = adopt::baseline(connection, scratch_url.as_ref()).await?;
        let written = new::add_first(
            &app.sources,
            &self.name,
            app.now,
            &known,
            &baseline.source(),
        )?;
        let settings = Settings::new(&app.convention);
        if let Err(error) = run::mark_applied(connection, &written.migration, &settings).await {
            output.note(format!(
                "{} is written and registered, but not marked applied",
                written.migration
            ));
            return Err(error.into());
        }
        let report = serde_json::json!({
            "migration": written.migration,
            "file": written.file,
            "engine": baseline.engine,
            "tables": baseline.tables,
            "statements": baseline.statements.len(),
            "unsupported": baseline.left_out,
        });
        let format = Format { json: self.json };
        output.data(format, &report, |_| written.file.display().to_string())?;
        for left_out in &baseline.left_out {
            output.note(format!("left out: {left_out}"));
        }
        output.note(format!(
            "adopted {}; {} is marked applied",
            counted(baseline.tables, "table"),
            written.migration
        ));
        Ok(())
    }
}

/// A database that has a history belongs to somebody's migrations already.
async fn refuse_history(app: &App, connection: &DatabaseConnection) -> Result {
    let status = run::status(connection, &app.migrations).await?;
    let applied = status.iter().find(|status| status.state != State::Pending);
    match applied {
        Some(status) => Err(CliError::bad_input(format!(
            "the database has applied {} already: its migrations are what to go on with, not a baseline",
            status.migration
        ))),
        None => Ok(()),
    }
}
