//! `migrate verify`.

use groundwork_cli::{CliError, Format, Result, text::counted};
use groundwork_naming::Engine;
use url::Url;

use super::{context::Context, scratch_flag::ScratchFlag};
use crate::{
    entities::server,
    scratch::Place,
    verify::{self, Finding, FindingKind},
};

/// Prove that every migration can be taken back
///
/// On a scratch database with rows in every table, each migration goes up, down and up again. A
/// down that fails, does nothing or leaves something is named with the object; so is a migration
/// that loses rows or values of tables that were there before it, unless the verb of its name says
/// so (drop, remove, delete, truncate). The configured database is not touched.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Exits with 1 if anything is wrong. What declares itself irreversible is reported, and is no failure.

So is what was tried without rows, because those that were made up do not fit, and what could not be
tried, because a migration before it fails.

Examples:
  migrate verify
  migrate verify --server postgres://postgres@localhost/postgres
  migrate verify --engine postgres --server postgres://postgres@localhost/postgres")]
pub(super) struct Verify {
    /// Try them on this PostgreSQL server too, in a database of its own beside the named one
    #[arg(long, value_name = "URL", value_parser = server)]
    server: Option<Url>,

    #[command(flatten)]
    scratch: ScratchFlag,

    /// Try them on this engine only
    #[arg(long, value_name = "ENGINE")]
    engine: Option<EngineName>,

    /// As JSON: sound, findings (engine, migration, kind, detail)
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

impl Verify {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let (app, output) = (context.app, context.output);
        let only = self.engine.map(|name| match name {
            EngineName::Sqlite => Engine::Sqlite,
            EngineName::Postgres => Engine::Postgres,
        });
        let is_wanted = |engine| only.is_none_or(|only| only == engine);
        let on_server = match &self.server {
            Some(url) => Some(Place::Postgres(url.clone())),
            None => self.scratch.url(context).await?.map(Place::Schema),
        };
        if only == Some(Engine::Postgres) && on_server.is_none() {
            return Err(CliError::usage(
                "PostgreSQL needs a server: add --server postgres://USER@HOST/DATABASE",
            ));
        }
        let places = (is_wanted(Engine::Sqlite)
            .then_some(Place::Sqlite)
            .into_iter())
        .chain(on_server.filter(|_| is_wanted(Engine::Postgres)));
        let mut findings = Vec::new();
        for place in places {
            let engine = match place.engine() {
                Engine::Sqlite => "SQLite",
                Engine::Postgres => "PostgreSQL",
            };
            let mut progress = |name: &str| output.progress(&format!("{engine}: {name}"));
            let (migrations, convention) = (&app.migrations, &app.convention);
            findings.extend(verify::verify(migrations, convention, &place, &mut progress).await?);
        }
        let (wrong, noted): (Vec<_>, Vec<_>) =
            (findings.iter()).partition(|finding| finding.kind.is_failure());
        let report = serde_json::json!({ "sound": wrong.is_empty(), "findings": findings });
        let lines = || wrong.iter().map(|finding| format!("{finding}\n")).collect();
        output.data(Format { json: self.json }, &report, |_| lines())?;
        for finding in noted {
            output.note(finding);
        }
        if wrong.is_empty() {
            let tried = counted(app.migrations.len(), "migration");
            output.note(format!("{tried}: up, down and up again give the same"));
            return Ok(());
        }
        output.note(format!("{} found", counted(wrong.len(), "fault")));
        let is_left_out = |finding: &&Finding| matches!(finding.kind, FindingKind::NotTried(_));
        let left_out = findings.iter().filter(is_left_out).count();
        if left_out > 0 {
            output.note(format!("{} not tried", counted(left_out, "migration")));
        }
        Err(CliError::found())
    }
}
