//! The changes on PostgreSQL, which has a statement for each: in the transaction of the migration,
//! or, where it has none, so that programs can go on reading and writing meanwhile.

mod default;
mod online;
mod run;
mod statements;
mod step;

pub(super) use run::apply;
