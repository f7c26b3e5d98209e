//! The contenders that do the works: Groundwork and the peers that it is compared with.

mod groundwork;
mod interface;
mod limit;
mod python;
mod raw;
mod rows;
mod seaorm;

pub(crate) use groundwork::{Groundwork, settings};
pub(crate) use interface::Contender;
pub(crate) use limit::Rusqlite;
pub(crate) use python::SqlAlchemy;
pub(crate) use raw::Sqlx;
pub(crate) use seaorm::SeaOrm;
