//! How the databases of tests are opened.

use std::time::Duration;

use groundwork_core::config;

/// The configuration of a database with small pools, and with waits that end before a test's does.
///
/// # Panics
/// If `url` is not the URL of a database.
#[must_use]
pub fn database_config(url: &str) -> config::Database {
    config::Database {
        url: url.parse().expect("the URL of a database"),
        replica_url: None,
        migrate_url: None,
        scratch_url: None,
        replica_max_lag: std::time::Duration::from_secs(1),
        max_connections: 6,
        readers: 3,
        acquire_timeout: Duration::from_secs(20),
        busy_timeout: Duration::from_secs(5),
        unit_of_work_timeout: Duration::from_secs(20),
        max_lifetime: Duration::from_secs(1800),
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(20),
        slow_statement: Duration::from_secs(5),
        migrate_on_start: true,
    }
}
