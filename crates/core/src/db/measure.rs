//! The gauges of an open database.

use super::{
    database::{Database, Pools},
    metrics,
};

impl Database {
    /// Brings the gauges up to date: to be called just before the metrics are collected.
    pub fn measure(&self) {
        match &self.inner.pools {
            Pools::Sqlite {
                writer, readers, ..
            } => {
                let (used, most) = readers.in_use();
                metrics::connections("readers", used, most);
                metrics::connections("writer", usize::from(writer.is_held()), 1);
                let oldest = readers.oldest().map(|read| read.since.elapsed());
                metrics::sqlite(writer.waiting(), oldest.unwrap_or_default());
            }
            Pools::Postgres(pools) => {
                let readers = ["readers", "replica"].into_iter().zip(pools.of_readers());
                for (role, pool) in [("units", &pools.units)].into_iter().chain(readers) {
                    let open = usize::try_from(pool.size()).unwrap_or_default();
                    let most = usize::try_from(pool.options().get_max_connections());
                    let used = open.saturating_sub(pool.num_idle());
                    metrics::connections(role, used, most.unwrap_or_default());
                }
            }
            // It has no connections of its own.
            Pools::RolledBack(_) => {}
        }
    }
}
