//! Acceptance tests: the database.

mod concurrency;
mod given;
mod group;
mod observing;
mod opening;
mod process;
mod server_lock;
mod settings;
mod units;
mod values;
mod violations;
