//! `/api/articles`

use axum::{extract::State, http::StatusCode};
use groundwork_core::{
    page::Page,
    signals::{Article, ArticleDetails, ArticleId},
};
use groundwork_http::{Json, PageQuery, Path};

use super::answer::Answer;
use crate::foundation::Foundation;

pub(super) async fn list(
    State(parts): State<Foundation>,
    PageQuery(page): PageQuery,
) -> Answer<Json<Page<Article>>> {
    let page = parts
        .signals
        .list_articles(&parts.db.reader(), page)
        .await?;
    Ok(Json(page))
}

pub(super) async fn show(
    State(parts): State<Foundation>,
    Path(article): Path<ArticleId>,
) -> Answer<Json<ArticleDetails>> {
    let article = parts.signals.article(&parts.db.reader(), article).await?;
    Ok(Json(article))
}

pub(super) async fn remove(
    State(parts): State<Foundation>,
    Path(article): Path<ArticleId>,
) -> Answer<StatusCode> {
    let work = parts.db.begin().await?;
    parts.signals.remove_article(&work, article).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
