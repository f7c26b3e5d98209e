//! Several entities over the same time.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::signals::{Period, TrackedEntityId, sentiment_timeseries as timeseries};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Gaps, Point, Scores, SeriesRequest, Signals, SignalsError, TimeRange, TrackedEntity,
    series::filled,
};
use crate::db::Doing as _;

/// The most entities that are compared at once.
pub const MOST_COMPARED: usize = 12;

/// Several entities over the same time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// Whether the points are hours or days.
    pub period: Period,
    /// The points begin in this range.
    #[serde(flatten)]
    pub range: TimeRange,
    /// The entities, in the order in which they were asked for.
    pub entities: Vec<Compared>,
}

/// One entity of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ComparedEntity)]
pub struct Compared {
    /// Whom the articles speak of.
    #[serde(flatten)]
    pub entity: TrackedEntity,
    /// What all its articles in the range give together; `None` without any.
    pub total: Option<Scores>,
    /// Its points, in the order of time.
    pub points: Vec<Point>,
}

impl Comparison {
    /// The beginnings of the hours or days in which an entity has articles, and the means, in the
    /// order of the entities.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<DateTime<Utc>, Vec<Option<f64>>> {
        let mut rows = BTreeMap::new();
        for (place, compared) in self.entities.iter().enumerate() {
            for point in &compared.points {
                let row = rows
                    .entry(point.starts_at)
                    .or_insert_with(|| vec![None; self.entities.len()]);
                if let Some(mean) = row.get_mut(place) {
                    *mean = point.scores.map(|scores| scores.mean);
                }
            }
        }
        rows
    }
}

impl Signals {
    /// The sentiment of several entities over the same time. An entity that is named twice is there
    /// once.
    ///
    /// # Errors
    /// [`SignalsError::EntityNotFound`]; [`SignalsError::InvalidValue`] without an entity, with more
    /// than [`MOST_COMPARED`], or as for [`Signals::series`], whose limit holds for all together.
    pub async fn comparison(
        &self,
        connection: &impl ConnectionTrait,
        entities: &[TrackedEntityId],
        request: SeriesRequest,
    ) -> Result<Comparison, SignalsError> {
        let entities = self.compared(connection, entities).await?;
        let ids: Vec<TrackedEntityId> = entities.iter().map(|entity| entity.id).collect();
        let range = self.range(connection, &ids, request).await?;
        let rows = timeseries::Entity::find()
            .filter(timeseries::Column::TrackedEntityId.is_in(ids))
            .filter(timeseries::Column::Period.eq(request.period))
            .filter(timeseries::Column::StartsAt.gte(range.from))
            .filter(timeseries::Column::StartsAt.lt(range.to))
            .order_by_asc(timeseries::Column::TrackedEntityId)
            .order_by_asc(timeseries::Column::StartsAt)
            .into_partial_model::<Row>()
            .all(connection)
            .await
            .doing("comparing entities")?;
        let mut points: HashMap<TrackedEntityId, Vec<Point>> = HashMap::new();
        for row in rows {
            points
                .entry(row.tracked_entity_id)
                .or_default()
                .push(Point {
                    starts_at: row.starts_at,
                    scores: Some(row.scores),
                });
        }
        let compared = |entity: TrackedEntity| {
            let points = points.remove(&entity.id).unwrap_or_default();
            Compared {
                total: Scores::pooled(points.iter().filter_map(|point| point.scores)),
                points: match request.gaps {
                    Gaps::LeftOut => points,
                    Gaps::Filled => filled(&points, range, request.period),
                },
                entity,
            }
        };
        Ok(Comparison {
            period: request.period,
            range,
            entities: entities.into_iter().map(compared).collect(),
        })
    }

    /// The entities of a comparison, in the order in which they are asked for.
    async fn compared(
        &self,
        connection: &impl ConnectionTrait,
        entities: &[TrackedEntityId],
    ) -> Result<Vec<TrackedEntity>, SignalsError> {
        let mut asked: Vec<TrackedEntityId> = Vec::new();
        for entity in entities {
            if !asked.contains(entity) {
                asked.push(*entity);
            }
        }
        if !(1..=MOST_COMPARED).contains(&asked.len()) {
            return Err(SignalsError::InvalidValue {
                field: "entities".to_owned(),
                expected: format!("must be 1 to {MOST_COMPARED} entities, not {}", asked.len()),
            });
        }
        let mut found = self.entities_by_id(connection, &asked).await?;
        let named = |entity| {
            let found = found.remove(&entity);
            found.ok_or(SignalsError::EntityNotFound { entity })
        };
        asked.into_iter().map(named).collect()
    }
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "timeseries::Entity")]
struct Row {
    tracked_entity_id: TrackedEntityId,
    starts_at: DateTime<Utc>,
    #[sea_orm(nested)]
    scores: Scores,
}
