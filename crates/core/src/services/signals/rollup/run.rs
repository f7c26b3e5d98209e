//! Runs a rollup, unit after unit.

use chrono::{DateTime, Utc};
use entity::signals::{TrackedEntityId, tracked_entities};
use futures_util::future::try_join_all;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect, Statement};

use super::{outcome::RolledUp, postgres, sqlite};
use crate::{
    db::{Doing as _, Engine, UnitOfWork},
    services::signals::{Signals, SignalsError},
};

impl Signals {
    /// Brings the time series up to date: what nobody has changed is not touched.
    ///
    /// # Errors
    /// If the database fails; what was done by then is kept, and the next rollup goes on from there.
    pub async fn roll_up(&self) -> Result<RolledUp, SignalsError> {
        let shares = match self.db().engine() {
            Engine::Postgres => postgres::HALVES,
            Engine::Sqlite => 1,
        };
        let done = try_join_all((0..shares).map(|share| self.roll_up_share(share))).await?;
        Ok(done.into_iter().fold(RolledUp::default(), RolledUp::and))
    }

    /// Brings one share of the entities up to date, unit after unit.
    async fn roll_up_share(&self, share: i32) -> Result<RolledUp, SignalsError> {
        let mut all = RolledUp::default();
        loop {
            let part = self
                .db()
                .write(|work| async move {
                    match work.engine() {
                        Engine::Postgres => postgres::roll_up(&work, share).await,
                        Engine::Sqlite => sqlite::roll_up(&work).await,
                    }
                })
                .await?;
            all = all.and(part.done);
            if part.is_last {
                return Ok(all);
            }
        }
    }

    /// Computes the time series anew from the day of that instant on, changed or not, and brings the
    /// rest up to date.
    ///
    /// # Errors
    /// As [`roll_up`](Self::roll_up).
    pub async fn roll_up_since(&self, since: DateTime<Utc>) -> Result<RolledUp, SignalsError> {
        let entities: Vec<TrackedEntityId> = tracked_entities::Entity::find()
            .select_only()
            .column(tracked_entities::Column::Id)
            .order_by_asc(tracked_entities::Column::Id)
            .into_tuple()
            .all(&self.db().fresh_reader())
            .await
            .doing("listing tracked entities")?;
        let midnight = since
            .date_naive()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc();
        for entity in entities {
            self.db()
                .write(|work| async move { mark(&work, entity, midnight).await })
                .await?;
        }
        self.roll_up().await
    }
}

/// Notes that all hours of an entity from an instant on are stale.
async fn mark(
    work: &UnitOfWork,
    entity: TrackedEntityId,
    since: DateTime<Utc>,
) -> Result<(), SignalsError> {
    let sql = match work.engine() {
        Engine::Postgres => postgres::MARK,
        Engine::Sqlite => sqlite::MARK,
    };
    let values = [entity.0.into(), since.into()];
    let mark = Statement::from_sql_and_values(work.engine().backend(), sql, values);
    work.execute_raw(mark).await.doing("noting stale hours")?;
    Ok(())
}
