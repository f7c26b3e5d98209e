//! Where a command tries things out.

use groundwork_cli::{CliError, Result};
use groundwork_naming::Engine;
use groundwork_schema::{record, sql::tokens};
use sea_orm_migration::MigrationTrait;
use url::Url;

use super::context::Context;
use crate::entities::server;

/// Where a command tries things out.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ScratchFlag {
    /// Try things out in this PostgreSQL database, in a schema of its own, instead of in a new
    /// database: for a role that may not create databases [default: database.scratch_url]
    #[arg(long, value_name = "URL", value_parser = server)]
    pub(super) scratch_url: Option<Url>,
}

impl ScratchFlag {
    /// The URL of the flag, or else of the settings. Refused where migrations make schemas: nobody
    /// would drop them in that database again.
    pub(super) async fn url(&self, context: &Context<'_>) -> Result<Option<Url>> {
        let url = self.named(context)?;
        if url.is_some()
            && let Some(migration) = makes_schema(&context.app.migrations).await
        {
            return Err(CliError::bad_input(format!(
                "{migration} makes a schema, and would leave it in the database of --scratch-url (or \
                 database.scratch_url): such migrations need a role that may create databases"
            )));
        }
        Ok(url)
    }

    fn named(&self, context: &Context<'_>) -> Result<Option<Url>> {
        if let Some(url) = &self.scratch_url {
            return Ok(Some(url.clone()));
        }
        let configured = context.settings()?.scratch_url;
        let parsed = configured.map(|url| {
            let parsed = url.expose().parse::<Url>();
            parsed.map_err(|error| CliError::bad_input(format!("database.scratch_url: {error}")))
        });
        parsed.transpose()
    }
}

/// The first migration with a statement that makes a schema.
async fn makes_schema(migrations: &[Box<dyn MigrationTrait>]) -> Option<String> {
    let recordings = record::rendered(migrations, Engine::Postgres).await;
    let is_such = |sql: &String| {
        let tokens = tokens(Engine::Postgres, sql).unwrap_or_default();
        let words: Vec<_> = tokens.iter().filter(|token| !token.is_blank()).collect();
        (words.windows(2)).any(|two| two[0].is("CREATE") && two[1].is("SCHEMA"))
    };
    let mut found = (recordings.into_iter()).filter(|one| one.statements.iter().any(is_such));
    found.next().map(|one| one.migration)
}
