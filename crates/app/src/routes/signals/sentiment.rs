//! `/api/entities/{entity}/sentiment` and `/api/sentiment`

use std::borrow::Cow;

use axum::{
    extract::State,
    http::{HeaderName, header},
};
use groundwork_core::services::signals::{
    Comparison, Gaps, Moment, Movers, MoversRequest, Period, Series, SeriesRequest,
    TrackedEntityId, Window,
};
use groundwork_http::{ApiError, FieldError, Json, PageQuery, Path, Query};
use serde::Deserialize;

use crate::routes::response::ApiResult;
use crate::state::AppState;

/// The part of a series that is asked for.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct Range {
    period: Option<Period>,
    from: Option<Moment>,
    to: Option<Moment>,
    fill: Option<bool>,
}

/// Which entities are compared.
#[derive(Deserialize)]
pub(super) struct Compared {
    /// Their ids, with commas between them.
    entities: String,
}

/// Which movement is asked for.
#[derive(Deserialize)]
pub(super) struct Movement {
    window: Option<Window>,
    at: Option<Moment>,
}

/// The headers of a chart: a browser that opens it by itself may use the style within it, and
/// nothing else.
type ChartHeaders = [(HeaderName, &'static str); 2];

const CHART_HEADERS: ChartHeaders = [
    (header::CONTENT_TYPE, "image/svg+xml"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ),
];

pub(super) async fn series(
    State(parts): State<AppState>,
    Path(entity): Path<TrackedEntityId>,
    Query(range): Query<Range>,
) -> ApiResult<Json<Series>> {
    Ok(Json(read(&parts, entity, range).await?))
}

pub(super) async fn chart(
    State(parts): State<AppState>,
    Path(entity): Path<TrackedEntityId>,
    Query(range): Query<Range>,
) -> ApiResult<(ChartHeaders, String)> {
    let series = read(&parts, entity, range).await?;
    Ok((CHART_HEADERS, series.svg()))
}

pub(super) async fn comparison(
    State(parts): State<AppState>,
    Query(Compared { entities }): Query<Compared>,
    Query(range): Query<Range>,
) -> ApiResult<Json<Comparison>> {
    let entities = ids(&entities)?;
    let (signals, entities) = (&parts.signals, &entities);
    let request = request(range);
    let comparison = parts
        .db
        .find(|rows| async move { signals.comparison(&rows, entities, request).await })
        .await?;
    Ok(Json(comparison))
}

pub(super) async fn movers(
    State(parts): State<AppState>,
    Query(Movement { window, at }): Query<Movement>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Movers>> {
    let request = MoversRequest {
        window: window.unwrap_or(Window::WEEK),
        at,
        limit: page.limit,
    };
    let reader = parts.db.replica_reader();
    let movers = parts.signals.movers(&reader, request).await?;
    Ok(Json(movers))
}

async fn read(parts: &AppState, entity: TrackedEntityId, range: Range) -> Result<Series, ApiError> {
    let (signals, request) = (&parts.signals, request(range));
    let series = parts
        .db
        .find(|rows| async move { signals.series(&rows, entity, request).await })
        .await?;
    Ok(series)
}

fn request(range: Range) -> SeriesRequest {
    SeriesRequest {
        period: range.period.unwrap_or(Period::Daily),
        from: range.from,
        to: range.to,
        gaps: match range.fill {
            Some(true) => Gaps::Filled,
            _ => Gaps::LeftOut,
        },
    }
}

fn ids(text: &str) -> Result<Vec<TrackedEntityId>, ApiError> {
    let fault = |id: &str| FieldError {
        field: Some("entities".to_owned()),
        detail: format!("must be ids with commas between them, which {id:?} is not"),
        code: Cow::Borrowed("INVALID_VALUE"),
    };
    let parse = |id: &str| {
        id.trim()
            .parse()
            .map_err(|_| ApiError::validation(vec![fault(id)]))
    };
    text.split(',').map(parse).collect()
}
