//! The sentiment of one entity over time.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use entity::signals::{Period, TrackedEntityId, sentiment_timeseries as timeseries};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{Chart, Moment, Scores, Signals, SignalsError, TimeRange, TrackedEntity, range::step};
use crate::db::Doing as _;

/// The most hours or days that are given at once: five and a half years of hours.
pub const MOST_POINTS: i64 = 50_000;

/// An hour or a day of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "FlatPoint")]
pub struct Point {
    /// Where it begins, in UTC.
    pub starts_at: DateTime<Utc>,
    /// What its articles give; `None` in a gap, where there are none.
    pub scores: Option<Scores>,
}

/// What a series is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesRequest {
    /// By hours or by days.
    pub period: Period,
    /// Where it begins; `None` is 90 days, or 7 days of hours, before its end.
    pub from: Option<Moment>,
    /// Where it ends; `None` is the end of the newest point.
    pub to: Option<Moment>,
    /// What becomes of hours or days without articles.
    pub gaps: Gaps,
}

/// What becomes of hours or days without articles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// They are left out.
    #[default]
    LeftOut,
    /// They are points without scores.
    Filled,
}

/// The sentiment of one entity over time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Series {
    /// Whom the articles speak of.
    pub entity: TrackedEntity,
    /// Whether the points are hours or days.
    pub period: Period,
    /// The points begin in this range.
    #[serde(flatten)]
    pub range: TimeRange,
    /// What all articles in the range give together; `None` without any.
    pub total: Option<Scores>,
    /// The points, in the order of time.
    pub points: Vec<Point>,
}

impl Series {
    /// The series as a picture (SVG).
    #[must_use]
    pub fn svg(&self) -> String {
        Chart {
            title: &self.entity.name,
            period: self.period,
            range: self.range,
            points: &self.points,
        }
        .svg()
    }
}

impl Signals {
    /// The sentiment of an entity over time.
    ///
    /// # Errors
    /// [`SignalsError::EntityNotFound`]; [`SignalsError::InvalidValue`] if the range ends before it
    /// begins, or has more than [`MOST_POINTS`].
    pub async fn series(
        &self,
        connection: &impl ConnectionTrait,
        entity: TrackedEntityId,
        request: SeriesRequest,
    ) -> Result<Series, SignalsError> {
        let entity = self.entity(connection, entity).await?;
        let range = self.range(connection, &[entity.id], request).await?;
        let rows = timeseries::Entity::find()
            .filter(timeseries::Column::TrackedEntityId.eq(entity.id))
            .filter(timeseries::Column::Period.eq(request.period))
            .filter(timeseries::Column::StartsAt.gte(range.from))
            .filter(timeseries::Column::StartsAt.lt(range.to))
            .order_by_asc(timeseries::Column::StartsAt)
            .into_partial_model::<PointRow>()
            .all(connection)
            .await
            .doing("reading a series")?;
        let points: Vec<Point> = rows.into_iter().map(Point::from).collect();
        Ok(Series {
            entity,
            period: request.period,
            range,
            total: Scores::pooled(points.iter().filter_map(|point| point.scores)),
            points: match request.gaps {
                Gaps::LeftOut => points,
                Gaps::Filled => filled(&points, range, request.period),
            },
        })
    }

    /// The range that a request means for these entities.
    pub(super) async fn range(
        &self,
        connection: &impl ConnectionTrait,
        entities: &[TrackedEntityId],
        request: SeriesRequest,
    ) -> Result<TimeRange, SignalsError> {
        let usual = usual_length(request.period);
        let from = request.from.map(Moment::beginning);
        let to = match (request.to, from) {
            (Some(to), _) => to.end(),
            (None, from) => {
                let newest = self
                    .newest_end(connection, entities, request.period)
                    .await?;
                let least = from.map(|from| from + usual);
                match (newest, from) {
                    (Some(newest), Some(from)) if newest > from => newest,
                    (newest, _) => least.or(newest).unwrap_or_else(|| self.clock().now()),
                }
            }
        };
        let from = match from {
            Some(from) => from,
            None => to.checked_sub_signed(usual).unwrap_or(to),
        };
        checked(TimeRange { from, to }, request.period)
    }

    /// Where the newest point of these entities ends; `None` if there is none.
    async fn newest_end(
        &self,
        connection: &impl ConnectionTrait,
        entities: &[TrackedEntityId],
        period: Period,
    ) -> Result<Option<DateTime<Utc>>, SignalsError> {
        let mut newest = None;
        // One by one: each is a single step in the index.
        for entity in entities {
            let start: Option<DateTime<Utc>> = timeseries::Entity::find()
                .select_only()
                .column(timeseries::Column::StartsAt)
                .filter(timeseries::Column::TrackedEntityId.eq(*entity))
                .filter(timeseries::Column::Period.eq(period))
                .order_by_desc(timeseries::Column::StartsAt)
                .limit(1)
                .into_tuple()
                .one(connection)
                .await
                .doing("looking for the newest point of a series")?;
            newest = newest.max(start);
        }
        Ok(newest.map(|start| start + step(period)))
    }
}

/// How long a range is of which one end is not given.
fn usual_length(period: Period) -> TimeDelta {
    match period {
        Period::Hourly => TimeDelta::days(7),
        Period::Daily => TimeDelta::days(90),
    }
}

fn checked(range: TimeRange, period: Period) -> Result<TimeRange, SignalsError> {
    let fault = if range.from >= range.to {
        Some("must be before the end of the range".to_owned())
    } else if range.count(period) > MOST_POINTS {
        let count = range.count(period);
        Some(format!(
            "begins a range of {count} {period} points; at most {MOST_POINTS} are given at once"
        ))
    } else {
        None
    };
    match fault {
        Some(expected) => Err(SignalsError::InvalidValue {
            field: "from".to_owned(),
            expected,
        }),
        None => Ok(range),
    }
}

/// The points with those between them that have no articles.
pub(super) fn filled(points: &[Point], range: TimeRange, period: Period) -> Vec<Point> {
    let mut points = points.iter().copied().peekable();
    let point = |starts_at| {
        let found = points.next_if(|point| point.starts_at == starts_at);
        found.unwrap_or(Point {
            starts_at,
            scores: None,
        })
    };
    range.starts(period).map(point).collect()
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "timeseries::Entity")]
pub(super) struct PointRow {
    starts_at: DateTime<Utc>,
    #[sea_orm(nested)]
    scores: Scores,
}

impl From<PointRow> for Point {
    fn from(row: PointRow) -> Self {
        Self {
            starts_at: row.starts_at,
            scores: Some(row.scores),
        }
    }
}

/// An hour or a day of a series. In a gap, where there are no articles, the figures are null.
#[derive(Serialize, ToSchema)]
struct FlatPoint {
    /// Where it begins, in UTC.
    starts_at: DateTime<Utc>,
    /// The mean of the scores.
    #[schema(minimum = -1, maximum = 1, example = 0.25)]
    mean: Option<f64>,
    /// The least score.
    #[schema(minimum = -1, maximum = 1, example = -0.5)]
    min: Option<f64>,
    /// The greatest score.
    #[schema(minimum = -1, maximum = 1, example = 0.75)]
    max: Option<f64>,
    /// The standard deviation of the scores as a population.
    #[schema(minimum = 0, example = 0.3)]
    std: Option<f64>,
    /// How many articles there are.
    #[schema(minimum = 0, example = 12)]
    article_count: i64,
}

impl PartialSchema for Point {
    fn schema() -> RefOr<Schema> {
        FlatPoint::schema()
    }
}

impl ToSchema for Point {
    fn name() -> Cow<'static, str> {
        "SeriesPoint".into()
    }
}

impl From<Point> for FlatPoint {
    fn from(point: Point) -> Self {
        let of = |value: fn(Scores) -> f64| point.scores.map(value);
        Self {
            starts_at: point.starts_at,
            mean: of(|scores| scores.mean),
            min: of(|scores| scores.min),
            max: of(|scores| scores.max),
            std: of(|scores| scores.std),
            article_count: point.scores.map_or(0, |scores| scores.article_count),
        }
    }
}
