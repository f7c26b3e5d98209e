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
use groundwork_http::{ApiError, FieldError, Json, LimitQuery, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::routes::response::ApiResult;
use crate::state::AppState;

/// The part of a series that is asked for.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Range {
    /// By hours or by days; by days if it is left out.
    #[param(inline)]
    period: Option<Period>,
    /// Where it begins: a day in UTC or an instant; 90 days, or 7 days of hours, before its end if it
    /// is left out.
    #[param(value_type = Option<String>, example = "2026-05-01")]
    from: Option<Moment>,
    /// Where it ends: a day in UTC, to its end, or an instant; the newest point if it is left out.
    #[param(value_type = Option<String>, example = "2026-05-31")]
    to: Option<Moment>,
    /// Whether hours or days without articles are points without figures.
    fill: Option<bool>,
}

/// Which entities are compared.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Compared {
    /// The ids of 1 to 12 entities, with commas between them.
    #[param(min_length = 36, example = "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21")]
    entities: String,
}

/// Which movement is asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Movement {
    /// How long each of the two windows is, in hours, days or weeks; 7 days if it is left out.
    #[param(value_type = Option<String>, pattern = "^[1-9][0-9]{0,3}[hdw]$", example = "7d")]
    window: Option<Window>,
    /// Where the later window ends: a day in UTC, to its end, or an instant.
    #[param(value_type = Option<String>, example = "2026-05-31")]
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

/// Reads how articles feel about an entity over time
#[utoipa::path(
    get, path = "/api/entities/{entity}/sentiment", operation_id = "get_sentiment", tag = "sentiment",
    params(("entity" = TrackedEntityId, Path, description = "The entity's id"), Range),
    responses((status = 200, description = "The series", body = Series)),
    extensions(("x-errors" = json!(["404 ENTITY_NOT_FOUND"])))
)]
pub(super) async fn series(
    State(parts): State<AppState>,
    Path(entity): Path<TrackedEntityId>,
    Query(range): Query<Range>,
) -> ApiResult<Json<Series>> {
    Ok(Json(read(&parts, entity, range).await?))
}

/// Draws how articles feel about an entity over time
#[utoipa::path(
    get, path = "/api/entities/{entity}/sentiment.svg", operation_id = "get_sentiment_chart", tag = "sentiment",
    params(("entity" = TrackedEntityId, Path, description = "The entity's id"), Range),
    responses((status = 200, description = "The picture", body = String, content_type = "image/svg+xml")),
    extensions(("x-errors" = json!(["404 ENTITY_NOT_FOUND"])))
)]
pub(super) async fn chart(
    State(parts): State<AppState>,
    Path(entity): Path<TrackedEntityId>,
    Query(range): Query<Range>,
) -> ApiResult<(ChartHeaders, String)> {
    let series = read(&parts, entity, range).await?;
    Ok((CHART_HEADERS, series.svg()))
}

/// Compares entities over the same time
#[utoipa::path(
    get, path = "/api/sentiment", operation_id = "compare_sentiment", tag = "sentiment",
    params(Compared, Range),
    responses((status = 200, description = "The entities, in the order of the request", body = Comparison)),
    extensions(("x-errors" = json!(["404 ENTITY_NOT_FOUND"])))
)]
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

/// Lists the entities whose sentiment moved most
#[utoipa::path(
    get, path = "/api/sentiment/movers", operation_id = "list_movers", tag = "sentiment",
    params(Movement, LimitQuery),
    responses((status = 200, description = "The movers, the greatest movement first", body = Movers))
)]
pub(super) async fn movers(
    State(parts): State<AppState>,
    Query(Movement { window, at }): Query<Movement>,
    LimitQuery(limit): LimitQuery,
) -> ApiResult<Json<Movers>> {
    let request = MoversRequest {
        window: window.unwrap_or(Window::WEEK),
        at,
        limit,
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
