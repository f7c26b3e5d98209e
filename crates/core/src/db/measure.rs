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
                for (role, pool) in pools.all() {
                    let (used, most) = pool.in_use();
                    metrics::connections(role, used, most);
                }
            }
            // It has no connections of its own.
            Pools::RolledBack(_) => {}
        }
    }
}
