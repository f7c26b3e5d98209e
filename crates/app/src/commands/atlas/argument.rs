//! Which video an argument names.

use clap::Args;
use groundwork_cli::{CliError, Result};
use groundwork_core::services::atlas::VideoId;
use uuid::Uuid;

use crate::state::AppState;

/// Names a video.
#[derive(Args, Debug)]
pub(crate) struct VideoArgument {
    /// The video's id, or what its platform calls it
    #[arg(value_name = "ID")]
    pub(crate) video: String,
}

/// The video with this id, or that its platform calls so.
pub(super) async fn find(state: &AppState, argument: &VideoArgument) -> Result<VideoId> {
    let text = argument.video.as_str();
    let named = state.atlas.find_video(&state.db.reader(), text).await?;
    match (named, Uuid::try_parse(text)) {
        (Some(video), _) => Ok(video.id),
        (None, Ok(id)) => Ok(id.into()),
        (None, Err(_)) => Err(CliError::bad_input(format!("there is no video {text:?}"))),
    }
}
