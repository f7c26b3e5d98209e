//! Opening: a pool for units of work, a pool for reads, and the replica.
//!
//! Settings are sent when a connection starts, so that every connection has them
//! (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS>). TLS is what
//! `sslmode` in the URL says.
//!
//! Readers are connections of their own with `default_transaction_read_only`; they share
//! `database.max_connections` with the units, at least one connection each. A replica has as many
//! connections again, and the reads that may be a moment behind.

use std::sync::Arc;

use sea_orm::sqlx;
use sqlx::{PgPool, postgres::PgPoolOptions};

use super::{
    pool::Pool,
    replica::Replica,
    scarcity::Limits,
    server::{Purpose, Server},
};
use crate::{config, db::open_error::OpenError};

/// The connections for units of work, and those for reads.
pub(in crate::db) struct Pools {
    pub(in crate::db) units: Pool,
    /// On the server that takes the units.
    pub(in crate::db) readers: Pool,
    /// For the reads that may be a moment behind.
    pub(in crate::db) replica: Option<Arc<Replica>>,
}

impl Pools {
    /// The pools with the words for them.
    pub(in crate::db) fn all(&self) -> impl Iterator<Item = (&'static str, &Pool)> {
        let replica = self.replica.as_ref().map(|it| ("replica", it.pool()));
        [("units", &self.units), ("readers", &self.readers)]
            .into_iter()
            .chain(replica)
    }

    /// How many connections were wished for and how many there are, if the server has refused one.
    pub(in crate::db) fn limits(&self) -> Option<Limits> {
        let own = [&self.units, &self.readers];
        let reason = own.iter().find_map(|pool| pool.limits())?.reason;
        Some(Limits {
            wished: own.iter().map(|pool| pool.most()).sum(),
            allowed: own.iter().map(|pool| pool.in_use().1).sum(),
            reason,
        })
    }

    /// Uses no connection to the primary server again that is open now.
    pub(in crate::db) fn renew(&self) {
        self.units.renew();
        self.readers.renew();
    }

    /// Waits for what is open, and closes all connections.
    pub(in crate::db) async fn close(&self) {
        let replica = async {
            if let Some(replica) = &self.replica {
                replica.close().await;
            }
        };
        tokio::join!(self.units.close(), self.readers.close(), replica);
    }
}

/// Opens the pools, after a connection has shown that the server answers. A replica that does not
/// answer is left out until it does.
pub(in crate::db) async fn open(config: &config::Database) -> Result<Pools, OpenError> {
    let all = config.max_connections;
    let reads = (all / 2).max(1);
    let most = all.saturating_sub(reads).max(1);
    let units = Server::new(config, &config.url, Purpose::Units)?;
    let greeting = Server::new(config, &config.url, Purpose::Reads)?;
    greeting.greet(config.acquire_timeout).await?;
    let units = Pool::new(config, units, most);
    let readers = Pool::new(config, greeting, reads);
    units.share_the_server(&readers);
    let replica = match &config.replica_url {
        Some(url) => Some(Arc::new(Replica::open(config, url).await?)),
        None => None,
    };
    Ok(Pools {
        units,
        readers,
        replica,
    })
}

/// Opens the one connection of a migration. Its statements may take as long as they need, but wait
/// for locks no longer than others do: every statement that comes after a waiting one waits too.
pub(in crate::db) async fn open_for_migration(
    config: &config::Database,
) -> Result<PgPool, OpenError> {
    let url = config.migrate_url.as_ref().unwrap_or(&config.url);
    let server = Server::new(config, url, Purpose::Migration)?;
    let options = server.greet(config.acquire_timeout).await?;
    let pool = sqlx_pool(config).connect_lazy_with(options.clone());
    Ok(pool)
}

/// SeaORM's `SchemaManager` takes only sqlx's pool.
fn sqlx_pool(config: &config::Database) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        // With either, sqlx starts a task that may never stop spinning
        // (docs/design/014-no-maintenance-of-pools.md).
        .idle_timeout(None)
        .max_lifetime(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// See `docs/design/014-no-maintenance-of-pools.md`.
    #[test]
    fn no_pool_starts_a_task_that_looks_after_it() {
        let sources = config::Sources::new(config::Namespace::new("test"));
        let loaded = config::load::<()>(&sources).unwrap();
        let pool = sqlx_pool(&loaded.config.database);
        assert_eq!(
            (pool.get_idle_timeout(), pool.get_max_lifetime()),
            (None, None)
        );
    }
}
