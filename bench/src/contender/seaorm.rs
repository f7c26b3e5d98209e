//! Plain SeaORM over a pool of ten connections, as a service commonly uses it.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use sea_orm::{
    ActiveModelTrait as _, ConnectOptions, DatabaseConnection, DbErr, EntityTrait as _,
    TransactionTrait as _,
};

use super::{
    interface::Contender,
    rows::{counter, note, plus_one},
};
use crate::{
    outcome::{End, Outcome, drive},
    rows::counters,
    work::{CALLERS, SEAORM, Work},
};

pub(crate) struct SeaOrm;

#[async_trait]
impl Contender for SeaOrm {
    fn name(&self) -> &'static str {
        SEAORM
    }

    async fn run(&mut self, work: Work, file: &Path, length: Duration) -> Result<Outcome> {
        let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
        options
            .max_connections(10)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(super::raw::with_settings);
        let db = sea_orm::Database::connect(options).await?;
        let base = db.clone();
        let outcome = match work {
            Work::Commits => drive(CALLERS, length, move |n, _| commit(base.clone(), n)).await,
            Work::Single => drive(1, length, move |n, _| commit(base.clone(), n)).await,
            Work::Counters => {
                drive(CALLERS, length, move |n, call| {
                    add_one(base.clone(), counter(n, call))
                })
                .await
            }
            Work::Rollbacks => {
                drive(CALLERS, length, move |n, call| {
                    commit_three_of_four(base.clone(), n, call)
                })
                .await
            }
            _ => bail!("not a work of plain SeaORM"),
        };
        db.close().await?;
        outcome
    }
}

async fn commit(db: DatabaseConnection, caller: usize) -> Result<End> {
    let done = async {
        let work = db.begin().await?;
        note(caller).insert(&work).await?;
        work.commit().await?;
        Ok(End::Kept)
    };
    or_refused(done.await)
}

async fn add_one(db: DatabaseConnection, id: i64) -> Result<End> {
    let done = async {
        let work = db.begin().await?;
        let found = counters::Entity::find_by_id(id).one(&work).await?;
        let counter = found.ok_or(DbErr::RecordNotFound("counter".to_owned()))?;
        plus_one(counter).update(&work).await?;
        work.commit().await?;
        Ok(End::Kept)
    };
    or_refused(done.await)
}

async fn commit_three_of_four(db: DatabaseConnection, caller: usize, call: u64) -> Result<End> {
    let done = async {
        let work = db.begin().await?;
        note(caller).insert(&work).await?;
        if call % 4 == 3 {
            work.rollback().await?;
            return Ok(End::TakenBack);
        }
        work.commit().await?;
        Ok(End::Kept)
    };
    or_refused(done.await)
}

/// A locked database is an outcome that is counted, not an error of the bench.
fn or_refused(ended: Result<End, DbErr>) -> Result<End> {
    match ended {
        Ok(end) => Ok(end),
        Err(error) if error.to_string().contains("database is locked") => Ok(End::Refused),
        Err(error) => Err(error).context("plain SeaORM"),
    }
}
