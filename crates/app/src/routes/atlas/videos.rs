//! `/api/videos`

use axum::extract::State;
use groundwork_core::{
    page::Page,
    services::atlas::{Transcript, Video, VideoDetails, VideoFilter, VideoId},
};
use groundwork_http::{Json, PageQuery, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::routes::response::ApiResult;
use crate::state::AppState;

/// Which videos to list; the page is asked for beside it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only videos of this channel, by its exact name.
    #[param(pattern = "^[^\\u0000]*$", example = "Harbour")]
    channel: Option<String>,
}

/// Lists videos, newest first
#[utoipa::path(
    get, path = "/api/videos", operation_id = "list_videos", tag = "videos",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page of videos", body = Page<Video>))
)]
pub(super) async fn list(
    State(parts): State<AppState>,
    Query(Filter { channel }): Query<Filter>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<Video>>> {
    let filter = VideoFilter { channel };
    let reader = parts.db.replica_reader();
    Ok(Json(parts.atlas.list_videos(&reader, &filter, page).await?))
}

/// Reads a video with its transcripts
#[utoipa::path(
    get, path = "/api/videos/{video}", operation_id = "get_video", tag = "videos",
    params(("video" = VideoId, Path, description = "The video's id")),
    responses((status = 200, description = "The video", body = VideoDetails)),
    extensions(("x-errors" = json!(["404 VIDEO_NOT_FOUND"])))
)]
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

/// Lists the transcripts of a video
#[utoipa::path(
    get, path = "/api/videos/{video}/transcripts", operation_id = "list_transcripts", tag = "videos",
    params(("video" = VideoId, Path, description = "The video's id")),
    responses((status = 200, description = "The transcripts, by language", body = Vec<Transcript>)),
    extensions(("x-errors" = json!(["404 VIDEO_NOT_FOUND"])))
)]
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
