//! Runs a rollup, unit after unit.

use chrono::{DateTime, Utc};
use entity::signals::{TrackedEntityId, tracked_entities};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect, Statement};

use super::{outcome::RolledUp, postgres, sqlite};
use crate::{
    db::{Doing as _, Engine, UnitOfWork, UnitSize},
    services::signals::{Signals, SignalsError},
};

const COUNT: &str = "
SELECT count(*) FROM (SELECT DISTINCT tracked_entity_id, starts_at FROM stale_hours) AS hours";

impl Signals {
    /// Brings the time series up to date: what nobody has changed is not touched.
    ///
    /// # Errors
    /// If the database fails; what was done by then is kept, and the next rollup goes on from there.
    pub async fn roll_up(&self) -> Result<RolledUp, SignalsError> {
        let (done, failed) = self.roll_up_as_far_as_possible().await;
        failed.map_or(Ok(done), Err)
    }

    /// The same; says what was done also if it failed.
    pub(in crate::services::signals) async fn roll_up_as_far_as_possible(
        &self,
    ) -> (RolledUp, Option<SignalsError>) {
        let shares = match self.db().engine() {
            Engine::Postgres => postgres::HALVES,
            Engine::Sqlite => 1,
        };
        let done = join_all((0..shares).map(|share| self.roll_up_share(share))).await;
        let (mut all, mut failed) = (RolledUp::default(), None);
        for (rolled_up, error) in done {
            all = all.and(rolled_up);
            failed = failed.or(error);
        }
        if failed.is_none() && self.db().engine() == Engine::Postgres {
            postgres::give_back_room(self.db()).await;
        }
        (all, failed)
    }

    /// How many hours of the time series are still to be computed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stale_hours(&self) -> Result<u64, SignalsError> {
        const DOING: &str = "counting stale hours";
        let reader = self.db().reader();
        let count = Statement::from_string(self.db().engine().backend(), COUNT);
        let row = reader.query_one_raw(count).await.doing(DOING)?;
        let hours = row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0));
        Ok(hours.doing(DOING)?.unsigned_abs())
    }

    /// Brings one share of the entities up to date, unit after unit.
    async fn roll_up_share(&self, share: i32) -> (RolledUp, Option<SignalsError>) {
        let mut all = RolledUp::default();
        let mut size = UnitSize::new(match self.db().engine() {
            Engine::Postgres => postgres::NOTES,
            Engine::Sqlite => sqlite::NOTES,
        });
        loop {
            let roll_up = |work: UnitOfWork, notes| async move {
                match work.engine() {
                    Engine::Postgres => postgres::roll_up(&work, share, notes).await,
                    Engine::Sqlite => sqlite::roll_up(&work, notes).await,
                }
            };
            match self.db().write_sized(&mut size, roll_up).await {
                Ok(part) => {
                    all = all.and(part.done);
                    if part.is_last {
                        return (all, None);
                    }
                }
                Err(error) => return (all, Some(error)),
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
            .all(&self.db().reader())
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
