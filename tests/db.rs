//! Acceptance tests: the database.

mod concurrency;
mod crash;
mod given;
mod group;
mod opening;
mod server_lock;
mod settings;
mod units;
mod values;
mod violations;
