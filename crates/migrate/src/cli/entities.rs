//! `migrate entities`: on a scratch database of its own, so that none has to be configured.

use std::io;

use groundwork_cli::{CliError, Result};

use super::{context::Context, scratch_flag::ScratchFlag};
use crate::entities::{Entities, Outcome};

pub(super) async fn run(command: &Entities, context: &Context<'_>) -> Result {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let (migrations, convention) = (&context.app.migrations, &context.app.convention);
    let scratch = ScratchFlag {
        scratch_url: command.scratch_url.clone(),
    };
    let command = Entities {
        scratch_url: scratch.url(context).await?,
        ..command.clone()
    };
    match command
        .run(migrations, convention, &mut out, &mut err)
        .await?
    {
        Outcome::Current => Ok(()),
        Outcome::Stale => Err(CliError::found()),
    }
}
