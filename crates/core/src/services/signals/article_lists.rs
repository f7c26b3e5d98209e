//! Articles: newest first, of everything or of one entity, and one with all that it mentions.

use chrono::{DateTime, Utc};
use entity::signals::{
    ArticleId, EntityCategory, TrackedEntityId, article_mentions as mentions, articles,
    tracked_entities,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Signals, SignalsError};
use crate::db::Doing as _;
use crate::page::{Cursor, Page, PageRequest};

/// An article as lists show it: without its text.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "articles::Entity")]
pub struct Article {
    /// Its id.
    pub id: ArticleId,
    /// What its source calls it.
    #[schema(example = "article-17")]
    pub external_id: String,
    /// Where it is.
    #[schema(example = "https://news.example/17")]
    pub url: String,
    /// Its title.
    #[schema(example = "Quillon 2 is out")]
    pub title: String,
    /// Who published it.
    #[schema(example = "The Paper")]
    pub source_name: Option<String>,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// How it feels as a whole, from -1 to 1; `None` where that is not known.
    #[schema(minimum = -1, maximum = 1, example = 0.4)]
    pub sentiment_score: Option<f64>,
}

/// An article in the list of an entity.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "articles::Entity")]
pub struct ArticleAbout {
    /// The article itself.
    #[serde(flatten)]
    #[sea_orm(nested)]
    pub article: Article,
    /// How it feels about the entity, from -1 to 1.
    #[schema(minimum = -1, maximum = 1, example = 0.4)]
    #[sea_orm(from_expr = "Expr::col((mentions::Entity, mentions::Column::SentimentScore))")]
    pub entity_score: f64,
}

/// An article with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ArticleDetails {
    /// The article itself.
    #[serde(flatten)]
    pub article: Article,
    /// Its text, where that is known.
    #[schema(example = "It is faster.")]
    pub content: Option<String>,
    /// The entities that it mentions, by name.
    pub entities: Vec<Mention>,
}

/// An entity that an article mentions.
#[derive(Clone, Debug, PartialEq, Serialize, FromQueryResult, ToSchema)]
pub struct Mention {
    /// The entity's id.
    pub id: TrackedEntityId,
    /// Its name.
    #[schema(example = "Quillon 2")]
    pub name: String,
    /// What it is.
    pub category: EntityCategory,
    /// How the article feels about it, from -1 to 1.
    #[schema(minimum = -1, maximum = 1, example = 0.4)]
    pub sentiment_score: f64,
}

impl Signals {
    /// A page of articles, newest first.
    ///
    /// # Errors
    /// [`SignalsError::InvalidValue`] if the cursor is one of another list.
    pub async fn list_articles(
        &self,
        connection: &impl ConnectionTrait,
        page: PageRequest,
    ) -> Result<Page<Article>, SignalsError> {
        let mut query = articles::Entity::find();
        if let Some(cursor) = page.after {
            let place = [articles::Column::PublishedAt, articles::Column::Id];
            query = query.filter(before(place, cursor)?);
        }
        let rows = query
            .order_by_desc(articles::Column::PublishedAt)
            .order_by_desc(articles::Column::Id)
            .limit(page.limit.items() + 1)
            .into_partial_model::<Article>()
            .all(connection)
            .await
            .doing("listing articles")?;
        Ok(Page::of_surplus_by(rows, page.limit, Article::cursor))
    }

    /// A page of the articles that mention an entity, newest first.
    ///
    /// # Errors
    /// [`SignalsError::EntityNotFound`]; [`SignalsError::InvalidValue`] if the cursor is one of
    /// another list.
    pub async fn list_articles_about(
        &self,
        connection: &impl ConnectionTrait,
        entity: TrackedEntityId,
        page: PageRequest,
    ) -> Result<Page<ArticleAbout>, SignalsError> {
        self.entity(connection, entity).await?;
        let mut query = articles::Entity::find()
            .inner_join(mentions::Entity)
            .filter(mentions::Column::TrackedEntityId.eq(entity));
        if let Some(cursor) = page.after {
            let place = [mentions::Column::PublishedAt, mentions::Column::ArticleId];
            query = query.filter(before(place, cursor)?);
        }
        let rows = query
            .order_by_desc(mentions::Column::PublishedAt)
            .order_by_desc(mentions::Column::ArticleId)
            .limit(page.limit.items() + 1)
            .into_partial_model::<ArticleAbout>()
            .all(connection)
            .await
            .doing("listing the articles of an entity")?;
        Ok(Page::of_surplus_by(rows, page.limit, |row| {
            row.article.cursor()
        }))
    }

    /// The article with its text and what it mentions.
    ///
    /// # Errors
    /// [`SignalsError::ArticleNotFound`].
    pub async fn article(
        &self,
        connection: &impl ConnectionTrait,
        article: ArticleId,
    ) -> Result<ArticleDetails, SignalsError> {
        let found = articles::Entity::find_by_id(article).one(connection).await;
        let Some(row) = found.doing("reading an article")? else {
            return Err(SignalsError::ArticleNotFound { article });
        };
        Ok(ArticleDetails {
            entities: mentions_of(connection, article).await?,
            content: row.content,
            article: Article {
                id: row.id,
                external_id: row.external_id,
                url: row.url,
                title: row.title,
                source_name: row.source_name,
                published_at: row.published_at,
                sentiment_score: row.sentiment_score,
            },
        })
    }
}

impl Article {
    fn cursor(&self) -> Cursor {
        Cursor::after_instant(self.published_at, self.id.into())
    }
}

/// Whether a row is older than the cursor's, or as old and of a lesser id.
fn before<C: ColumnTrait>(place: [C; 2], cursor: Cursor) -> Result<Expr, SignalsError> {
    let instant = cursor.instant().ok_or_else(|| SignalsError::InvalidValue {
        field: "after".to_owned(),
        expected: "must be the cursor of a list of articles".to_owned(),
    })?;
    let place = place.map(|column| Expr::col(column.as_column_ref()));
    Ok(Expr::tuple(place).lt(Expr::tuple([Expr::val(instant), Expr::val(cursor.id())])))
}

async fn mentions_of(
    connection: &impl ConnectionTrait,
    article: ArticleId,
) -> Result<Vec<Mention>, SignalsError> {
    tracked_entities::Entity::find()
        .column_as(mentions::Column::SentimentScore, "sentiment_score")
        .inner_join(mentions::Entity)
        .filter(mentions::Column::ArticleId.eq(article))
        .order_by_asc(tracked_entities::Column::Name)
        .into_model::<Mention>()
        .all(connection)
        .await
        .doing("reading what an article mentions")
        .map_err(Into::into)
}
