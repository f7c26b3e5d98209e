//! `groundwork atlas list`

use groundwork_cli::{
    CliError, Output, Result,
    text::{instant, table},
};
use groundwork_core::{
    page::{Page, PageLimit, PageRequest},
    services::atlas::{Video, VideoFilter},
};

use super::args::VideoList;
use super::clock;
use crate::state::AppState;

/// Lists a page of videos, or all of them.
pub(super) async fn run(output: Output, state: &AppState, list: &VideoList) -> Result {
    let filter = VideoFilter {
        channel: list.channel.clone(),
    };
    let read = async |request| -> Result<Page<Video>> {
        let reader = state.db.reader();
        Ok(state.atlas.list_videos(&reader, &filter, request).await?)
    };
    let mut page = read(request(list)?).await?;
    while list.all && page.next.is_some() {
        let next = read(PageRequest {
            after: page.next,
            limit: PageLimit::MAX,
        });
        let next = next.await?;
        page.items.extend(next.items);
        page.next = next.next;
    }
    output.data(list.format, &page, text)?;
    if page.items.is_empty() && list.after.is_none() {
        output.note("no such videos are stored: try `groundwork atlas import PATH`");
    }
    if let Some(next) = page.next {
        output.note(format!("more: groundwork atlas list --after {next}"));
    }
    Ok(())
}

fn request(list: &VideoList) -> Result<PageRequest> {
    let cursor = list.after.as_deref().map(str::parse).transpose();
    let limit = match list.all {
        true => PageLimit::MAX,
        false => PageLimit::new(list.limit).unwrap_or(PageLimit::DEFAULT),
    };
    Ok(PageRequest {
        after: cursor.map_err(|error| CliError::bad_input(format!("--after: {error}")))?,
        limit,
    })
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
