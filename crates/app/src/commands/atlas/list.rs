//! `groundwork atlas list`

use groundwork_cli::{
    Output, Result,
    text::{instant, table},
};
use groundwork_core::{
    page::Page,
    services::atlas::{Video, VideoFilter},
};

use super::args::VideoList;
use super::clock;
use crate::{commands::listing, state::AppState};

/// Lists a page of videos, or all of them.
pub(super) async fn run(output: Output, state: &AppState, asked: &VideoList) -> Result {
    let filter = VideoFilter {
        channel: asked.channel.clone(),
    };
    let read = async |request| -> Result<Page<Video>> {
        let reader = state.db.reader();
        Ok(state.atlas.list_videos(&reader, &filter, request).await?)
    };
    let page = listing::read(&asked.list, read).await?;
    output.data(asked.list.format, &page, text)?;
    if page.items.is_empty() && asked.list.after.is_none() {
        output.note("no such videos are stored: try `groundwork atlas import PATH`");
    }
    if let Some(next) = page.next {
        output.note(format!("more: groundwork atlas list --after {next}"));
    }
    Ok(())
}

fn text(page: &Page<Video>) -> String {
    if page.items.is_empty() {
        return String::new();
    }
    let dash = || "-".to_owned();
    let rows = page.items.iter().map(|video| {
        vec![
            video.external_id.clone(),
            video.published_at.map_or_else(dash, instant),
            video.duration_ms.map_or_else(dash, clock),
            video.channel.clone(),
            video.title.clone(),
        ]
    });
    table(&["id", "published", "length", "channel", "title"], rows)
}
