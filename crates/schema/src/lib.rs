//! A schema as data, and the migrations that change it: tables, changes of tables, the runner that
//! applies them under a lock, and backups before a step that loses rows. It knows no domain.

pub mod alter;
pub mod backup;
mod migration;
pub mod model;
mod rebuild;
pub mod record;
pub mod run;
pub mod sql;
pub mod table;
