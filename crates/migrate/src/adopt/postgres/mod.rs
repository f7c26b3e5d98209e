//! A PostgreSQL database as the statements that make it, each after what it needs.

mod node;
mod order;
mod parts;

pub(super) use order::{Ordered, ordered};
