//! `migrate status`.

use groundwork_cli::{
    Format, Result,
    text::{self, instant},
};
use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::{
    app::App,
    context::{Context, close},
};
use groundwork_schema::run::{self, State, Status as MigrationStatus};

/// Show which migrations are applied and which are pending; changes nothing
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Exits with 69 when the database is newer than this program, with 65 when an applied migration is
missing from this program, was edited, or comes after one that is pending.

Examples:
  migrate status
  migrate status --json | jq -r '.[] | select(.state == \"pending\").migration'")]
pub(super) struct Status {
    /// As JSON: migration, state (applied, changed, pending, out_of_order, missing, unknown),
    /// applied_at, took_ms, program, checksum
    #[arg(long)]
    json: bool,
}

impl Status {
    /// Shows everything, and fails where the database and the program do not fit.
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let Some(connection) = context.connect_if_any().await? else {
            return self.show(context, None).await;
        };
        let done = self.show(context, Some(&connection)).await;
        close(connection, done).await
    }

    async fn show(&self, context: &Context<'_>, connection: Option<&DatabaseConnection>) -> Result {
        let (app, output) = (context.app, context.output);
        let list = match connection {
            Some(connection) => run::status(connection, &app.migrations).await?,
            None => all_pending(app),
        };
        let rows: Vec<Row<'_>> = list.iter().map(Row::of).collect();
        output.data(Format { json: self.json }, &rows, |_| table(&list))?;
        match connection {
            Some(connection) => run::examine(connection, &app.migrations).await?,
            None => output.note("there is no database yet; `migrate up` creates it"),
        }
        Ok(())
    }
}

fn all_pending(app: &App) -> Vec<MigrationStatus> {
    (app.migrations.iter())
        .map(|migration| MigrationStatus {
            migration: migration.name().to_owned(),
            state: State::Pending,
            applied: None,
        })
        .collect()
}

fn table(list: &[MigrationStatus]) -> String {
    let rows = list.iter().map(|status| {
        let row = Row::of(status);
        let took = row.took_ms.map(|ms| format!("{ms} ms"));
        let state = match &status.applied {
            Some(applied) if applied.checksum.is_none() => format!("{}, not recorded", row.state),
            _ => row.state.to_owned(),
        };
        [
            row.migration.to_owned(),
            state,
            row.applied_at.unwrap_or_default(),
            took.unwrap_or_default(),
            row.program.unwrap_or_default().to_owned(),
        ]
    });
    text::table(&["migration", "state", "applied at", "took", "by"], rows)
}

/// A row of `status --json`; its shape is an interface.
#[derive(Serialize)]
struct Row<'a> {
    migration: &'a str,
    state: &'static str,
    applied_at: Option<String>,
    took_ms: Option<u128>,
    program: Option<&'a str>,
    checksum: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(status: &'a MigrationStatus) -> Self {
        let applied = status.applied.as_ref();
        Self {
            migration: &status.migration,
            state: match status.state {
                State::Applied => "applied",
                State::Changed => "changed",
                State::Pending => "pending",
                State::OutOfOrder => "out_of_order",
                State::Missing => "missing",
                State::Unknown => "unknown",
            },
            applied_at: applied.map(|applied| instant(applied.at)),
            took_ms: applied.and_then(|applied| Some(applied.took?.as_millis())),
            program: applied.and_then(|applied| applied.program.as_deref()),
            checksum: applied.and_then(|applied| applied.checksum.as_deref()),
        }
    }
}
