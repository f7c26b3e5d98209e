//! The row that says which root the files of a database are in.

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DbErr, ExprTrait,
    sea_query::{Alias, Expr, OnConflict, Query},
};
use uuid::Uuid;

use super::FilesError;
use crate::db::{DbError, UnitOfWork};

/// The one id that its row has.
const ROW: i64 = 1;

/// A table of one row, such as `file_roots`: `id`, which is 1, `root_id` and `claimed_at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct RootTable(pub(super) &'static str);

impl RootTable {
    pub(super) async fn id(
        self,
        connection: &impl ConnectionTrait,
    ) -> Result<Option<Uuid>, FilesError> {
        let query = Query::select()
            .column(Alias::new("root_id"))
            .from(Alias::new(self.0))
            .and_where(Expr::col(Alias::new("id")).eq(ROW))
            .to_owned();
        let doing = "reading which files root belongs to the database";
        let row = connection.query_one(&query).await.map_err(failed(doing))?;
        row.map(|row| row.try_get("", "root_id").map_err(failed(doing)))
            .transpose()
    }

    /// Adds the row, unless there is one.
    pub(super) async fn add(
        self,
        work: &UnitOfWork,
        root: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), FilesError> {
        self.insert(
            work,
            root,
            now,
            OnConflict::column(Alias::new("id")).do_nothing(),
        )
        .await
    }

    /// Adds the row, in the place of another.
    pub(super) async fn replace(
        self,
        work: &UnitOfWork,
        root: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), FilesError> {
        let columns = ["root_id", "claimed_at"].map(Alias::new);
        let conflict = OnConflict::column(Alias::new("id"))
            .update_columns(columns)
            .to_owned();
        self.insert(work, root, now, &conflict).await
    }

    async fn insert(
        self,
        work: &UnitOfWork,
        root: Uuid,
        now: DateTime<Utc>,
        conflict: &OnConflict,
    ) -> Result<(), FilesError> {
        let doing = "noting which files root belongs to the database";
        let query = Query::insert()
            .into_table(Alias::new(self.0))
            .columns(["id", "root_id", "claimed_at"].map(Alias::new))
            .values([ROW.into(), root.into(), now.into()])
            .map_err(|error| failed(doing)(DbErr::Custom(error.to_string())))?
            .on_conflict(conflict.clone())
            .to_owned();
        work.execute(&query).await.map_err(failed(doing))?;
        Ok(())
    }
}

fn failed(doing: &'static str) -> impl Fn(DbErr) -> FilesError {
    move |source| DbError::Database { doing, source }.into()
}
