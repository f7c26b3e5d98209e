//! The type map laid over the tables: what is to be written, with every column's own type.

mod patterns;
mod planned;
mod planner;
mod types;

pub(super) use planned::{Enum, Id, OwnType, Plan, PlannedDomain};
pub(super) use planner::plan;
