//! Whose sentiment moved most between two windows of time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::signals::{Period, TrackedEntityId, sentiment_timeseries as timeseries};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Moment, Signals, SignalsError, TimeRange, TrackedEntity, Window,
    range::{ceil, step},
};
use crate::{db::Doing as _, page::PageLimit};

/// Which movement is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoversRequest {
    /// How long each of the two windows is.
    pub window: Window,
    /// Where the later window ends; `None` is the end of the newest point.
    pub at: Option<Moment>,
    /// The most entities to name.
    pub limit: PageLimit,
}

/// Whose sentiment moved, the greatest movement first, whether up or down.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Movers {
    /// The earlier window.
    pub before: TimeRange,
    /// The later window, which begins where the earlier one ends.
    pub after: TimeRange,
    /// The entities that articles of both windows mention.
    pub items: Vec<Mover>,
}

/// An entity between two windows.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Mover {
    /// The entity.
    #[serde(flatten)]
    pub entity: TrackedEntity,
    /// Its articles in the earlier window.
    pub before: Level,
    /// Its articles in the later window.
    pub after: Level,
    /// The mean of the later window less that of the earlier one, from -2 to 2.
    #[schema(minimum = -2, maximum = 2, example = 0.3)]
    pub change: f64,
}

/// How the articles of a window feel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = SentimentLevel)]
pub struct Level {
    /// The mean of their scores.
    #[schema(minimum = -1, maximum = 1, example = 0.25)]
    pub mean: f64,
    /// How many there are.
    #[schema(minimum = 1, example = 12)]
    pub article_count: i64,
}

impl Signals {
    /// The entities whose mean moved most from one window to the next. Both windows are made of
    /// whole hours, or, if their length is one of whole days, of whole days in UTC: the later one
    /// ends with the hour or day that holds the last instant before `at`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn movers(
        &self,
        connection: &impl ConnectionTrait,
        request: MoversRequest,
    ) -> Result<Movers, SignalsError> {
        let period = request.window.period();
        let end = match request.at {
            Some(at) => ceil(period, at.end()),
            None => self.end_of_all(connection, period).await?,
        };
        let length = request.window.length();
        let invalid = || SignalsError::InvalidValue {
            field: "at".to_owned(),
            expected: "must leave room for both windows".to_owned(),
        };
        let middle = end.checked_sub_signed(length).ok_or_else(invalid)?;
        let begin = middle.checked_sub_signed(length).ok_or_else(invalid)?;
        let (before, after) = (
            TimeRange {
                from: begin,
                to: middle,
            },
            TimeRange {
                from: middle,
                to: end,
            },
        );
        let earlier = levels(connection, period, before).await?;
        let later = levels(connection, period, after).await?;
        let mut moved = moved(&earlier, &later);
        moved.truncate(usize::try_from(request.limit.items()).unwrap_or(usize::MAX));
        let items = self.named(connection, moved).await?;
        Ok(Movers {
            before,
            after,
            items,
        })
    }

    /// Where the newest point of all entities ends; the present if there is none.
    async fn end_of_all(
        &self,
        connection: &impl ConnectionTrait,
        period: Period,
    ) -> Result<DateTime<Utc>, SignalsError> {
        let newest: Option<DateTime<Utc>> = timeseries::Entity::find()
            .select_only()
            .column(timeseries::Column::StartsAt)
            .filter(timeseries::Column::Period.eq(period))
            .order_by_desc(timeseries::Column::StartsAt)
            .limit(1)
            .into_tuple()
            .one(connection)
            .await
            .doing("looking for the newest point")?;
        Ok(match newest {
            Some(start) => start + step(period),
            None => ceil(period, self.clock().now()),
        })
    }

    async fn named(
        &self,
        connection: &impl ConnectionTrait,
        moved: Vec<Moved>,
    ) -> Result<Vec<Mover>, SignalsError> {
        let ids: Vec<TrackedEntityId> = moved.iter().map(|it| it.entity).collect();
        let mut entities = self.entities_by_id(connection, &ids).await?;
        let named = |it: Moved| {
            // An entity that was removed since its points were read is not there any more.
            Some(Mover {
                entity: entities.remove(&it.entity)?,
                before: it.before,
                after: it.after,
                change: it.after.mean - it.before.mean,
            })
        };
        Ok(moved.into_iter().filter_map(named).collect())
    }
}

#[derive(Clone, Copy, Debug)]
struct Moved {
    entity: TrackedEntityId,
    before: Level,
    after: Level,
}

/// The entities of both windows, the greatest movement first; of equal ones, the first tracked.
fn moved(
    earlier: &HashMap<TrackedEntityId, Level>,
    later: &HashMap<TrackedEntityId, Level>,
) -> Vec<Moved> {
    let in_both = |(entity, after): (&TrackedEntityId, &Level)| {
        Some(Moved {
            entity: *entity,
            before: *earlier.get(entity)?,
            after: *after,
        })
    };
    let mut moved: Vec<Moved> = later.iter().filter_map(in_both).collect();
    let distance = |it: &Moved| (it.after.mean - it.before.mean).abs();
    moved.sort_by(|a, b| {
        distance(b)
            .total_cmp(&distance(a))
            .then(a.entity.cmp(&b.entity))
    });
    moved
}

#[derive(FromQueryResult)]
struct Sum {
    tracked_entity_id: TrackedEntityId,
    total: f64,
    articles: i64,
}

/// What each entity's articles of a window give.
async fn levels(
    connection: &impl ConnectionTrait,
    period: Period,
    window: TimeRange,
) -> Result<HashMap<TrackedEntityId, Level>, SignalsError> {
    let count = || Expr::col(timeseries::Column::ArticleCount);
    let sums = timeseries::Entity::find()
        .select_only()
        .column(timeseries::Column::TrackedEntityId)
        .column_as(
            Expr::col(timeseries::Column::Mean).mul(count()).sum(),
            "total",
        )
        .column_as(count().sum().cast_as("bigint"), "articles")
        .filter(timeseries::Column::Period.eq(period))
        .filter(timeseries::Column::StartsAt.gte(window.from))
        .filter(timeseries::Column::StartsAt.lt(window.to))
        .group_by(timeseries::Column::TrackedEntityId)
        .into_model::<Sum>()
        .all(connection)
        .await
        .doing("summing up a window")?;
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 articles")]
    let level = |sum: Sum| {
        let level = Level {
            mean: sum.total / sum.articles as f64,
            article_count: sum.articles,
        };
        (sum.tracked_entity_id, level)
    };
    Ok(sums.into_iter().map(level).collect())
}
