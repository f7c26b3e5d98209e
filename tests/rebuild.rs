//! Changes of tables that exist, on both engines, and the rebuild that SQLite needs for them.

mod changes;
mod crash;
mod given;
mod refusals;
