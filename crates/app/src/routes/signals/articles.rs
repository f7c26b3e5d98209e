//! `/api/articles`

use std::fmt;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use groundwork_core::{
    page::Page,
    services::signals::{
        AddedArticle, Article, ArticleDetails, ArticleId, CreateArticle, EntityCategory, Outcome,
    },
};
use groundwork_http::{Json, PageQuery, Path};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use utoipa::ToSchema;

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// An article, or an array of them.
pub(super) enum CreateArticles {
    One(Box<CreateArticle>),
    Many(Vec<CreateArticle>),
}

/// How the document describes what is sent.
#[derive(ToSchema)]
#[schema(as = CreateArticles)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes the two forms")]
pub(super) enum CreateArticlesBody {
    /// An article.
    One(CreateArticle),
    /// Several articles.
    Many(Vec<CreateArticle>),
}

/// What became of many articles, in their order.
#[derive(Serialize, ToSchema)]
pub(super) struct AddedArticles {
    /// What became of each.
    items: Vec<AddedArticle>,
}

/// How the document describes what is answered.
#[derive(ToSchema)]
#[schema(as = AddedArticleOrArticles)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes the two forms")]
pub(super) enum AddedArticlesBody {
    /// What became of one article.
    One(AddedArticle),
    /// What became of many.
    Many(AddedArticles),
}

/// Lists articles, newest first
#[utoipa::path(
    get, path = "/api/articles", operation_id = "list_articles", tag = "articles",
    params(PageQuery),
    responses((status = 200, description = "A page of articles", body = Page<Article>))
)]
pub(super) async fn list(
    State(parts): State<AppState>,
    PageQuery(page): PageQuery,
) -> ApiResult<Json<Page<Article>>> {
    let page = parts
        .signals
        .list_articles(&parts.db.replica_reader(), page)
        .await?;
    Ok(Json(page))
}

/// Stores an article, or many
///
/// All or none. What is there already is changed where it differs.
#[utoipa::path(
    post, path = "/api/articles", operation_id = "create_articles", tag = "articles",
    request_body = CreateArticlesBody,
    responses((status = 201, description = "One article was sent, and it is new", body = AddedArticle),
        (status = 200, description = "What became of one article that was there, or of many", body = AddedArticlesBody)),
    extensions(("x-errors" = json!(["409 ARTICLE_CONFLICT", "503 TIME_SERIES_STALE"])), ("x-resource" = json!("article")))
)]
pub(super) async fn add(
    State(parts): State<AppState>,
    Json(body): Json<CreateArticles>,
) -> ApiResult<Response> {
    let (articles, is_one) = match body {
        CreateArticles::One(article) => (vec![*article], true),
        CreateArticles::Many(articles) => (articles, false),
    };
    let items = parts
        .signals
        .add_articles(articles, EntityCategory::Model)
        .await?;
    Ok(match items.as_slice() {
        [added] if is_one && added.outcome == Outcome::Inserted => Created {
            location: format!("/api/articles/{}", added.id),
            body: *added,
        }
        .into_response(),
        [added] if is_one => Json(*added).into_response(),
        _ => Json(AddedArticles { items }).into_response(),
    })
}

/// Reads an article with all that it mentions
#[utoipa::path(
    get, path = "/api/articles/{article}", operation_id = "get_article", tag = "articles",
    params(("article" = ArticleId, Path, description = "The article's id")),
    responses((status = 200, description = "The article", body = ArticleDetails)),
    extensions(("x-errors" = json!(["404 ARTICLE_NOT_FOUND"])))
)]
pub(super) async fn show(
    State(parts): State<AppState>,
    Path(article): Path<ArticleId>,
) -> ApiResult<Json<ArticleDetails>> {
    let signals = &parts.signals;
    let article = parts
        .db
        .find(|rows| async move { signals.article(&rows, article).await })
        .await?;
    Ok(Json(article))
}

/// Removes an article
#[utoipa::path(
    delete, path = "/api/articles/{article}", operation_id = "delete_article", tag = "articles",
    params(("article" = ArticleId, Path, description = "The article's id")),
    responses((status = 204, description = "It is removed")),
    extensions(("x-errors" = json!(["404 ARTICLE_NOT_FOUND", "503 TIME_SERIES_STALE"])))
)]
pub(super) async fn remove(
    State(parts): State<AppState>,
    Path(article): Path<ArticleId>,
) -> ApiResult<StatusCode> {
    let work = parts.db.begin_removal().await?;
    parts.signals.remove_article(&work, article).await?;
    work.commit().await?;
    parts.signals.roll_up().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl<'de> Deserialize<'de> for CreateArticles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CreateArticlesVisitor)
    }
}

struct CreateArticlesVisitor;

impl<'de> Visitor<'de> for CreateArticlesVisitor {
    type Value = CreateArticles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an article, or an array of articles")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CreateArticles, A::Error> {
        let article = CreateArticle::deserialize(MapAccessDeserializer::new(map))?;
        Ok(CreateArticles::One(Box::new(article)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<CreateArticles, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(CreateArticles::Many)
    }
}
