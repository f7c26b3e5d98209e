//! `/api/videos`

use axum::extract::State;
use groundwork_core::{
    page::Page,
    services::atlas::{Transcript, Video, VideoDetails, VideoFilter, VideoId},
};
use groundwork_http::{Json, PageQuery, Path, Query};
use serde::Deserialize;

use crate::routes::response::ApiResult;
use crate::state::AppState;

/// Which videos to list; the page is asked for beside it.
#[derive(Deserialize)]
pub(super) struct Filter {
    channel: Option<String>,
}

pub(super) async fn list(
    State(parts): State<AppState>,
    Query(Filter { channel }): Query<Filter>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<Video>>> {
    let filter = VideoFilter { channel };
    let reader = parts.db.replica_reader();
    Ok(Json(parts.atlas.list_videos(&reader, &filter, page).await?))
}

pub(super) async fn show(
    State(parts): State<AppState>,
    Path(video): Path<VideoId>,
) -> ApiResult<Json<VideoDetails>> {
    let atlas = &parts.atlas;
    let details = parts
        .db
        .find(|rows| async move { atlas.video_details(&rows, video).await })
        .await?;
    Ok(Json(details))
}

pub(super) async fn transcripts(
    State(parts): State<AppState>,
    Path(video): Path<VideoId>,
) -> ApiResult<Json<Vec<Transcript>>> {
    let atlas = &parts.atlas;
    let transcripts = parts
        .db
        .find(|rows| async move { atlas.transcripts(&rows, video).await })
        .await?;
    Ok(Json(transcripts))
}
