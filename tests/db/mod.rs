//! Acceptance tests: the database.

mod cancelling;
mod concurrency;
mod connections;
mod given;
mod group;
mod hazards;
mod observing;
mod opening;
mod pooler;
mod process;
mod retries;
mod rolled_back;
mod seaorm;
mod server_lock;
mod settings;
mod units;
mod values;
mod violations;
