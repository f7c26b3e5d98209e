//! `/api/entities`

use axum::extract::State;
use groundwork_core::{
    page::Page,
    services::signals::{
        ArticleAbout, CreateEntity, EntityCategory, TrackedEntity, TrackedEntityId,
    },
};
use groundwork_http::{Json, PageQuery, Path, Query};
use serde::Deserialize;

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// Which entities are asked for.
#[derive(Deserialize)]
pub(super) struct Filter {
    category: Option<EntityCategory>,
}

pub(super) async fn list(
    State(parts): State<AppState>,
    Query(Filter { category }): Query<Filter>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<TrackedEntity>>> {
    let reader = parts.db.replica_reader();
    let page = parts.signals.list_entities(&reader, category, page).await?;
    Ok(Json(page))
}

pub(super) async fn add(
    State(parts): State<AppState>,
    Json(new): Json<CreateEntity>,
) -> ApiResult<Created<TrackedEntity>> {
    let work = parts.db.begin().await?;
    let entity = parts.signals.add_entity(&work, new).await?;
    work.commit().await?;
    Ok(Created {
        location: format!("/api/entities/{}", entity.id),
        body: entity,
    })
}

pub(super) async fn show(
    State(parts): State<AppState>,
    Path(entity): Path<TrackedEntityId>,
) -> ApiResult<Json<TrackedEntity>> {
    let signals = &parts.signals;
    let entity = parts
        .db
        .find(|rows| async move { signals.entity(&rows, entity).await })
        .await?;
    Ok(Json(entity))
}

pub(super) async fn articles(
    State(parts): State<AppState>,
    Path(entity): Path<TrackedEntityId>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<ArticleAbout>>> {
    let signals = &parts.signals;
    let page = parts
        .db
        .find(|rows| async move { signals.list_articles_about(&rows, entity, page).await })
        .await?;
    Ok(Json(page))
}
