//! Entities, articles and points, stored as if they had been imported long ago.

use acceptance::{Engine, Scratch, given};
use chrono::{DateTime, Utc};
use entity::signals::{article_mentions, articles, sentiment_timeseries};
use groundwork_core::{
    clock::Clock,
    db::Database,
    services::signals::{
        ArticleId, CreateEntity, EntityCategory, Period, Signals, SignalsError, TrackedEntity,
        TrackedEntityId,
    },
};
use sea_orm::{ActiveValue::Set, EntityTrait as _};

/// An id that nothing has.
pub(crate) const NOBODY: &str = "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21";

/// Signals over an empty database, for rows that are stored without an import.
pub(crate) struct SeriesFixture {
    pub(crate) signals: Signals,
    pub(crate) db: Database,
    pub(crate) clock: Clock,
    pub(crate) scratch: Scratch,
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

impl SeriesFixture {
    pub(crate) async fn new(engine: Engine) -> Self {
        let scratch = given::migrated(engine).await;
        let db = given::database(&scratch).await;
        let clock = given::clock();
        Self {
            signals: Signals::new(db.clone(), clock.clone()),
            db,
            clock,
            scratch,
        }
    }

    pub(crate) async fn try_add(
        &self,
        name: &str,
        category: EntityCategory,
    ) -> Result<TrackedEntity, SignalsError> {
        let name = name.to_owned();
        let new = CreateEntity { name, category };
        let work = self.db.begin().await.unwrap();
        let entity = self.signals.add_entity(&work, new).await?;
        work.commit().await.unwrap();
        Ok(entity)
    }

    pub(crate) async fn model(&self, name: &str) -> TrackedEntityId {
        let added = self.try_add(name, EntityCategory::Model).await;
        added.unwrap().id
    }

    /// Points of an entity: when they begin, their means, and how many articles they count. Their
    /// scores spread by 0.1 around the mean.
    pub(crate) async fn points(
        &self,
        entity: TrackedEntityId,
        period: Period,
        points: &[(&str, f64, i64)],
    ) {
        let row = |(starts_at, mean, count): &(&str, f64, i64)| sentiment_timeseries::ActiveModel {
            tracked_entity_id: Set(entity),
            period: Set(period),
            starts_at: Set(at(starts_at)),
            mean: Set(*mean),
            min: Set(mean - 0.1),
            max: Set(mean + 0.1),
            std: Set(0.1),
            article_count: Set(*count),
        };
        let work = self.db.begin().await.unwrap();
        sentiment_timeseries::Entity::insert_many(points.iter().map(row))
            .exec_without_returning(&work)
            .await
            .unwrap();
        work.commit().await.unwrap();
    }

    /// An article with its mentions.
    pub(crate) async fn article(
        &self,
        name: &str,
        published_at: &str,
        mentions: &[(TrackedEntityId, f64)],
    ) -> ArticleId {
        let id = ArticleId::from(self.clock.new_id());
        let row = articles::ActiveModel {
            id: Set(id),
            external_id: Set(name.to_owned()),
            url: Set(format!("https://news.example/{name}")),
            title: Set(format!("About {name}")),
            source_name: Set(Some("The Ledger".to_owned())),
            content: Set(Some("It works.".to_owned())),
            published_at: Set(at(published_at)),
            sentiment_score: Set(None),
        };
        let mention = |(entity, score): &(TrackedEntityId, f64)| article_mentions::ActiveModel {
            article_id: Set(id),
            tracked_entity_id: Set(*entity),
            published_at: Set(at(published_at)),
            sentiment_score: Set(*score),
        };
        let work = self.db.begin().await.unwrap();
        let inserted = articles::Entity::insert(row);
        inserted.exec_without_returning(&work).await.unwrap();
        for mention in mentions.iter().map(mention) {
            let inserted = article_mentions::Entity::insert(mention);
            inserted.exec_without_returning(&work).await.unwrap();
        }
        work.commit().await.unwrap();
        id
    }
}
