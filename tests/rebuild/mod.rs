//! Changes of tables that exist, on both engines, and the rebuild that SQLite needs for them.

mod backups;
mod changes;
mod crash;
mod declared;
mod full_text;
mod given;
mod names;
mod random;
mod recorded;
mod refusals;
mod reversing;
mod statistics;
mod types;
mod uses;
mod uuids;
