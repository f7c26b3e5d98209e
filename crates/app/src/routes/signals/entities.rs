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
use utoipa::IntoParams;

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// Which entities are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only entities of this category.
    #[param(inline)]
    category: Option<EntityCategory>,
}

/// Lists the tracked entities, newest first
#[utoipa::path(
    get, path = "/api/entities", operation_id = "list_entities", tag = "entities",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page of entities", body = Page<TrackedEntity>))
)]
pub(super) async fn list(
    State(parts): State<AppState>,
    Query(Filter { category }): Query<Filter>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<TrackedEntity>>> {
    let reader = parts.db.replica_reader();
    let page = parts.signals.list_entities(&reader, category, page).await?;
    Ok(Json(page))
}

/// Begins to track an entity
#[utoipa::path(
    post, path = "/api/entities", operation_id = "create_entity", tag = "entities",
    request_body = CreateEntity,
    responses((status = 201, description = "The entity", body = TrackedEntity)),
    extensions(("x-errors" = json!(["409 ENTITY_EXISTS"])), ("x-resource" = json!("entity")))
)]
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

/// Reads a tracked entity
#[utoipa::path(
    get, path = "/api/entities/{entity}", operation_id = "get_entity", tag = "entities",
    params(("entity" = TrackedEntityId, Path, description = "The entity's id")),
    responses((status = 200, description = "The entity", body = TrackedEntity)),
    extensions(("x-errors" = json!(["404 ENTITY_NOT_FOUND"])))
)]
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

/// Lists the articles about an entity, newest first
#[utoipa::path(
    get, path = "/api/entities/{entity}/articles", operation_id = "list_entity_articles", tag = "entities",
    params(("entity" = TrackedEntityId, Path, description = "The entity's id"), PageQuery),
    responses((status = 200, description = "A page of articles", body = Page<ArticleAbout>)),
    extensions(("x-errors" = json!(["404 ENTITY_NOT_FOUND"])))
)]
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
