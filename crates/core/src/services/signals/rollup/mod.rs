//! The rollup: brings the time series up to date where mentions have changed.
//!
//! The database notes the hours that a change makes stale, in the same transaction (`stale_hours`).
//! A rollup takes such notes, computes the points of their hours from the mentions and those of
//! their days from the hours, and removes points that nothing is left for: all in one unit of work,
//! so that a process that is killed leaves the notes. Rollups take turns; on PostgreSQL each has two units at
//! once, for two halves of the entities.
//!
//! Means and deviations of days are put together from those of hours (Chan, Golub and LeVeque,
//! 1979); a mean of squares, of which little would be left where scores are alike, is never relied on
//! there.

mod outcome;
mod postgres;
mod run;
mod sqlite;

pub use outcome::RolledUp;
