//! The type map laid over the tables: what is to be written, with every column's own type.

mod columns;
mod patterns;
mod planned;
mod planner;
mod types;

pub(crate) use patterns::matches;
pub(super) use planned::{Enum, Id, OwnType, Plan, PlannedColumn, PlannedDomain};
pub(super) use planner::plan;
