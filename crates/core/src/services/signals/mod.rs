//! Signals: what articles feel about the models and tools that they mention, over time.
//!
//! Reads take any connection, changes the unit of work that they are part of. The time series
//! follows the mentions: the database itself notes the hours that a change makes stale, no matter who
//! makes it and how.

mod article;
mod article_lists;
mod articles;
mod batch;
pub mod chart;
mod columns;
mod comparison;
mod entities;
mod error;
mod import;
mod lines;
mod movers;
mod problem;
pub mod range;
mod rollup;
#[cfg(test)]
mod samples;
mod scores;
mod series;
mod service;
mod sparkline;
mod store;

pub use article::{CreateArticle, CreateMention};
pub use article_lists::{Article, ArticleAbout, ArticleDetails, Mention};
pub use chart::Chart;
pub use comparison::{Compared, Comparison, MOST_COMPARED};
pub use entities::{CreateEntity, TrackedEntity};
pub use entity::signals::{ArticleId, EntityCategory, Period, TrackedEntityId};
pub use error::SignalsError;
pub use import::{AddedArticle, ImportEvent, ImportOptions, Imported, OnProblem};
pub use lines::MAX_LINE_BYTES;
pub use movers::{Level, Mover, Movers, MoversRequest};
pub use problem::{LineProblem, ProblemKind};
pub use range::{Moment, TimeRange, Window};
pub use rollup::RolledUp;
pub use scores::Scores;
pub use series::{Gaps, MOST_POINTS, Point, Series, SeriesRequest};
pub use service::Signals;
pub use sparkline::sparkline;
pub use store::Outcome;
