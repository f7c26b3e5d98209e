//! A new migration: a file that compiles, with its place in the list. Where the name or the edited
//! entities say what it does, its body is written and proven.

mod by_name;
mod columns;
mod error;
mod files;
mod from_entities;
mod list;
mod name;
mod skeleton;

use std::{fs, path::PathBuf};

use groundwork_cli::{Format, Result};
use groundwork_naming::Engine;
use serde_json::json;
use url::Url;

use self::{
    by_name::Known,
    error::file_error,
    files::{add, full_name, listed},
    from_entities::Choices,
    name::sentence,
};
use super::context::Context;
use crate::{
    entities::server,
    evolve::{self, Draft, Evolution, EvolveError, Kinds, Sources, WayBack, planned, prove_draft},
    scratch::Place,
    verify::declares_loss,
};

pub use error::NewError;
pub(super) use files::add_first;

/// Write the file of a new migration, and register it
///
/// With --from-entities the migration is written from the edited entities (entity/src): what they
/// say more, less or otherwise than the migrations make becomes calls of Table and Alter, with
/// their way back. It goes up, down and up again on scratch databases with rows before the file is
/// kept, and what can be meant in several ways is asked.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The name says what it does to what, in snake case. The timestamp is added. A name that says enough
gets a body: create_TABLE and add_COLUMN_to_TABLE with columns (name:type; ! is required, =value is
given to rows that exist), drop_COLUMN_from_TABLE, drop_TABLE, rename_OLD_to_NEW_in_TABLE.

Examples:
  migrate new add_mood --from-entities
  migrate new add_mood --from-entities --fill scenes.mood=calm --dry-run
  migrate new rename_mood --from-entities --rename scenes.mood=tone
  migrate new add_mood_to_scenes mood:text=calm
  migrate new create_books title:text! isbn:text!:unique author:references
  migrate new create_captions --json")]
pub(super) struct New {
    /// Verb and object, such as create_captions
    name: String,

    /// Columns of a table that is created or added to, such as title:text!
    #[arg(value_name = "COLUMN:TYPE")]
    columns: Vec<String>,

    /// Write it from the edited entities
    #[arg(long, conflicts_with = "columns")]
    from_entities: bool,

    /// The folder of the entity crate [default: the nearest `entity` with an entities.toml, here
    /// or in a folder above]
    #[arg(long, value_name = "DIR", requires = "from_entities")]
    entity: Option<PathBuf>,

    /// Try it on this PostgreSQL server too, in a database of its own beside the named one
    /// [default: that of the configured database]
    #[arg(long, value_name = "URL", value_parser = server)]
    server: Option<Url>,

    #[command(flatten)]
    choices: Choices,

    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the migration instead of writing it
    #[arg(long, conflicts_with_all = ["dry_run", "json"])]
    stdout: bool,

    /// As JSON: migration, file, written, edits, losses, irreversible, type_map, completed, notes,
    /// proven_on
    #[arg(long)]
    json: bool,
}

impl New {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result {
        let app = context.app;
        let known: Vec<&str> = app.migrations.iter().map(|m| m.name()).collect();
        // Nothing is tried for a name that cannot be.
        let migration = full_name(&app.sources, &self.name, app.now, &known)?;
        let needs_tables = self.from_entities || by_name::needs_tables(&self.name, &self.columns);
        if !needs_tables {
            return self.write(context, &migration, None);
        }
        self.require_current_program(context)?;
        let sources = Sources {
            migrations: &app.migrations,
            convention: &app.convention,
            entity: self.entity.clone(),
            server: self.place(context),
            sources: &app.sources,
        };
        let title = sentence(&self.name);
        let evolution = match self.from_entities {
            true => {
                let choices = self
                    .choices
                    .evolve(&sources, &self.name, &title, context.output);
                Some(choices.await?)
            }
            false => self.by_name(&sources, &title).await?,
        };
        self.write(context, &migration, evolution)
    }

    /// The tables are those of the migrations that the program was built with.
    fn require_current_program(&self, context: &Context<'_>) -> Result {
        let app = context.app;
        let listed = listed(&app.sources)?;
        let is_unknown =
            |name: &&String| !app.migrations.iter().any(|known| known.name() == **name);
        match listed.iter().find(is_unknown) {
            None => Ok(()),
            Some(migration) => Err(NewError::OldProgram {
                path: app.sources.join("lib.rs"),
                migration: migration.clone(),
            }
            .into()),
        }
    }

    /// The server that the flag or the configuration names.
    fn place(&self, context: &Context<'_>) -> Option<Place> {
        if let Some(server) = &self.server {
            return Some(Place::Postgres(server.clone()));
        }
        // Without a configuration there is no server; that is no reason not to go on.
        let settings = context.settings().ok()?;
        if settings.url.engine() != Engine::Postgres {
            return None;
        }
        settings.url.expose().parse().ok().map(Place::Postgres)
    }

    /// The migration that the name describes.
    async fn by_name(&self, sources: &Sources<'_>, title: &str) -> Result<Option<Evolution>> {
        let schema = planned(sources).await?;
        let kinds = Kinds::new(sources.convention)?;
        let known = Known {
            schema: &schema,
            kinds: &kinds,
            convention: sources.convention,
        };
        let Some(draft) = by_name::draft(&self.name, &self.columns, &known)? else {
            return Ok(None);
        };
        debug_assert!(draft.losses.is_empty() || declares_loss(&self.name));
        Ok(Some(self.proven(sources, draft, title).await?))
    }

    async fn proven(
        &self,
        sources: &Sources<'_>,
        mut draft: Draft,
        title: &str,
    ) -> Result<Evolution, EvolveError> {
        let places = std::iter::once(Place::Sqlite).chain(sources.server.clone());
        let (mut notes, mut after) = (Vec::new(), Vec::new());
        for place in places {
            let proven = prove_draft(&mut draft, &self.name, sources, &place).await?;
            if let Some(why) = proven.without_rows {
                notes.push(format!(
                    "tried without rows, because made-up ones do not fit: {why}"
                ));
            }
            after.push(proven.after);
        }
        Ok(Evolution {
            source: evolve::source(title, &draft.up, &draft.down, sources.sources),
            irreversible: match draft.down {
                WayBack::None(why) => Some(why),
                WayBack::Steps(_) => None,
            },
            edits: draft.edits,
            losses: draft.losses,
            type_map: None,
            completed: Vec::new(),
            notes,
            after,
        })
    }

    /// Writes the files, or says what they would be.
    fn write(
        &self,
        context: &Context<'_>,
        migration: &str,
        evolution: Option<Evolution>,
    ) -> Result {
        let (app, output) = (context.app, context.output);
        let contents = match &evolution {
            Some(evolution) => evolution.source.clone(),
            None => skeleton::contents(&self.name),
        };
        if self.stdout {
            output.text(&contents)?;
            self.notes(context, evolution.as_ref());
            return Ok(());
        }
        let file = app.sources.join(format!("{migration}.rs"));
        if !self.dry_run {
            let known: Vec<&str> = app.migrations.iter().map(|m| m.name()).collect();
            add(&app.sources, &self.name, app.now, &known, &contents)?;
            if let Some((path, text)) = evolution
                .as_ref()
                .and_then(|evolution| evolution.type_map.as_ref())
            {
                fs::write(path, text).map_err(file_error(path))?;
            }
        }
        let report = self.report(migration, &file, evolution.as_ref());
        let format = Format { json: self.json };
        output.data(format, &report, |_| match (&evolution, self.dry_run) {
            (Some(evolution), true) => evolution
                .edits
                .iter()
                .map(|edit| format!("{edit}\n"))
                .collect(),
            _ => file.display().to_string(),
        })?;
        self.notes(context, evolution.as_ref());
        Ok(())
    }

    fn report(
        &self,
        migration: &str,
        file: &std::path::Path,
        evolution: Option<&Evolution>,
    ) -> serde_json::Value {
        let mut report = json!({ "migration": migration, "file": file });
        if let (Some(evolution), Some(report)) = (evolution, report.as_object_mut()) {
            report.insert("written".to_owned(), json!(!self.dry_run));
            report.insert("edits".to_owned(), json!(evolution.edits));
            report.insert("losses".to_owned(), json!(evolution.losses));
            report.insert("irreversible".to_owned(), json!(evolution.irreversible));
            let type_map = evolution.type_map.as_ref().map(|(path, _)| path);
            report.insert("type_map".to_owned(), json!(type_map));
            report.insert("completed".to_owned(), json!(evolution.completed));
            report.insert("notes".to_owned(), json!(evolution.notes));
            report.insert(
                "proven_on".to_owned(),
                json!(evolution.proven_on().collect::<Vec<_>>()),
            );
        }
        report
    }

    /// What a person should know, beside the data.
    fn notes(&self, context: &Context<'_>, evolution: Option<&Evolution>) {
        let output = context.output;
        let Some(evolution) = evolution else {
            output.note("write its up and its down, then run `migrate up`");
            return;
        };
        if !self.dry_run && !self.json {
            for edit in &evolution.edits {
                output.note(format!("  {edit}"));
            }
        }
        for loss in &evolution.losses {
            output.note(format!("loses {loss}"));
        }
        if let Some(why) = &evolution.irreversible {
            output.note(format!("it cannot be taken back: {why}"));
        }
        for note in &evolution.notes {
            output.note(note);
        }
        if let Some((path, _)) = evolution
            .type_map
            .as_ref()
            .filter(|_| !self.dry_run && !self.stdout)
        {
            output.note(format!("updated {}", path.display()));
        }
        if !evolution.completed.is_empty() {
            output.note(format!(
                "`migrate entities` completes what nobody has to write, in {}",
                evolution.completed.join(", ")
            ));
        }
        let engines: Vec<String> = evolution
            .proven_on()
            .map(|engine| engine.to_string())
            .collect();
        output.note(format!(
            "tried on {}: up, down and up again",
            engines.join(" and ")
        ));
        if !evolution
            .proven_on()
            .any(|engine| engine == Engine::Postgres)
        {
            output.note("not tried on PostgreSQL: name a server with --server");
        }
    }
}

#[cfg(test)]
mod tests;
