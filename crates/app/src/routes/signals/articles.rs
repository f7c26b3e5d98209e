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

use crate::routes::response::{ApiResult, Created};
use crate::state::AppState;

/// An article, or an array of them.
pub(super) enum CreateArticles {
    One(Box<CreateArticle>),
    Many(Vec<CreateArticle>),
}

/// What became of many articles, in their order.
#[derive(Serialize)]
struct AddedArticles {
    items: Vec<AddedArticle>,
}

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

/// Stores one article or many, all or none: what is there already is changed where it differs.
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
