//! The proof of a migration: on scratch databases with rows it goes up, down and up again, and what
//! it gives is compared with what it should.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::Schema,
    run::{self, Goal, Settings},
    sql::identifier,
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigrationTrait;

use super::{
    catalog,
    edit::Edit,
    error::EvolveError,
    evolution::Sources,
    plan::Draft,
    step::{Uncompiled, WayBack},
};
use crate::{
    diff::differences,
    inspect,
    scratch::{Place, Scratch},
    verify::{Content, Filler, content, explain},
};

/// What a proof is about.
struct Proof<'a> {
    name: &'a str,
    draft: &'a Draft,
    migrations: &'a [Box<dyn MigrationTrait>],
    convention: &'a Convention,
}

/// What a proof gave.
#[derive(Debug)]
pub(crate) struct Proven {
    /// The schema after the migration.
    pub(crate) after: Schema,
    /// Why there were no rows, if it fails with made-up ones.
    pub(crate) without_rows: Option<String>,
}

/// Tries a migration on a scratch database. One that drops more than `Table` can bring back is made
/// irreversible, with the reason.
///
/// # Errors
/// [`EvolveError::Refuted`] with what is wrong.
pub(crate) async fn prove_draft(
    draft: &mut Draft,
    name: &str,
    sources: &Sources<'_>,
    place: &Place,
) -> Result<Proven, EvolveError> {
    let (migrations, convention) = (sources.migrations, sources.convention);
    let first = Proof {
        name,
        draft,
        migrations,
        convention,
    };
    match prove(&first, place).await {
        Err(EvolveError::Refuted { why, .. })
            if !draft.losses.is_empty() && matches!(draft.down, WayBack::Steps(_)) =>
        {
            draft.down = WayBack::None(why);
            let second = Proof {
                name,
                draft,
                migrations,
                convention,
            };
            prove(&second, place).await
        }
        proven => proven,
    }
}

/// Tries a migration on a scratch database.
///
/// # Errors
/// [`EvolveError::Refuted`] with what is wrong.
async fn prove(proof: &Proof<'_>, place: &Place) -> Result<Proven, EvolveError> {
    match attempt(proof, place, true).await? {
        Ok(after) => Ok(Proven {
            after,
            without_rows: None,
        }),
        // Rows that nobody chose need not fit what the person knows of his own.
        Err(why) => match attempt(proof, place, false).await? {
            Ok(after) => Ok(Proven {
                after,
                without_rows: Some(why),
            }),
            Err(why) => Err(EvolveError::Refuted {
                engine: place.engine(),
                why,
            }),
        },
    }
}

/// One attempt; the inner error is what the first `up` says.
async fn attempt(
    proof: &Proof<'_>,
    place: &Place,
    with_rows: bool,
) -> Result<Result<Schema, String>, EvolveError> {
    let scratch = Scratch::open(place).await?;
    let tried = Attempt {
        proof,
        connection: scratch.connection(),
        engine: place.engine(),
        migration: vec![Box::new(Uncompiled {
            name: proof.name.to_owned(),
            convention: *proof.convention,
            up: proof.draft.up.clone(),
            down: proof.draft.down.clone(),
        })],
        settings: Settings::new(proof.convention),
    };
    let tried = tried.run(with_rows).await;
    let closed = scratch.close().await;
    let tried = tried?;
    closed?;
    Ok(tried)
}

struct Attempt<'a> {
    proof: &'a Proof<'a>,
    connection: &'a DatabaseConnection,
    engine: Engine,
    migration: Vec<Box<dyn MigrationTrait>>,
    settings: Settings<'a>,
}

impl Attempt<'_> {
    async fn run(&self, with_rows: bool) -> Result<Result<Schema, String>, EvolveError> {
        run::up(
            self.connection,
            self.proof.migrations,
            Goal::All,
            &self.settings,
        )
        .await
        .map_err(EvolveError::Migrate)?;
        self.begin_another_history().await?;
        let before = inspect::schema(self.connection).await?;
        if with_rows {
            Filler::default().fill(self.connection, &before).await?;
        } else {
            self.empty(&before).await?;
        }
        let kept = content(self.connection, &before).await?;
        if let Err(why) = self.up().await {
            return Ok(Err(why));
        }
        let after = inspect::schema(self.connection).await?;
        self.require_only_edits(&before, &after)?;
        self.require_rows(&before, &kept, "up").await?;
        if matches!(self.proof.draft.down, WayBack::None(_)) {
            return Ok(Ok(after));
        }
        if with_rows {
            Filler::default().fill(self.connection, &after).await?;
        }
        self.down().await?;
        let back = inspect::schema(self.connection).await?;
        self.require_equal(&before, &back, "the way back does not restore")?;
        self.require_rows(&before, &kept, "up and down").await?;
        if let Err(why) = self.up().await {
            return Err(self.refuted(format!("it cannot go up again: {why}")));
        }
        let again = inspect::schema(self.connection).await?;
        self.require_equal(&after, &again, "a second way up does not give")?;
        Ok(Ok(after))
    }

    /// The new migration is the only one of the list that is tried.
    async fn begin_another_history(&self) -> Result<(), EvolveError> {
        let dropped = self
            .connection
            .execute_unprepared("DROP TABLE IF EXISTS seaql_migrations")
            .await;
        match dropped {
            Ok(_) => Ok(()),
            Err(error) => Err(self.refuted(error.to_string())),
        }
    }

    /// Removes the rows that migrations wrote, as far as they can be.
    async fn empty(&self, schema: &Schema) -> Result<(), EvolveError> {
        for _ in 0..schema.tables.len() {
            let mut left = false;
            for table in schema.tables.keys() {
                let delete = format!("DELETE FROM {}", identifier(table));
                left |= self.connection.execute_unprepared(&delete).await.is_err();
            }
            if !left {
                break;
            }
        }
        Ok(())
    }

    async fn up(&self) -> Result<(), String> {
        let ran = run::up(self.connection, &self.migration, Goal::All, &self.settings).await;
        ran.map(drop).map_err(|error| explain(&error))
    }

    async fn down(&self) -> Result<(), EvolveError> {
        let ran = run::down(
            self.connection,
            &self.migration,
            Goal::Steps(1),
            &self.settings,
        )
        .await;
        ran.map(drop)
            .map_err(|error| self.refuted(format!("its way back fails: {}", explain(&error))))
    }

    fn refuted(&self, why: String) -> EvolveError {
        EvolveError::Refuted {
            engine: self.engine,
            why,
        }
    }

    fn require_only_edits(&self, before: &Schema, after: &Schema) -> Result<(), EvolveError> {
        let others = catalog::unexplained(before, after, &self.proof.draft.edits);
        match others.first() {
            None => Ok(()),
            Some(other) => Err(self.refuted(format!(
                "it would also change what nobody asked for: {other}"
            ))),
        }
    }

    fn require_equal(
        &self,
        expected: &Schema,
        found: &Schema,
        doing: &str,
    ) -> Result<(), EvolveError> {
        let mut all = differences(expected, found).into_iter();
        match all.find(|difference| !catalog::is_order(difference)) {
            None => Ok(()),
            Some(difference) => Err(self.refuted(format!("{doing} {difference}"))),
        }
    }

    /// Rows, and values of columns that no edit is about, are as they were.
    async fn require_rows(
        &self,
        before: &Schema,
        kept: &BTreeMap<String, Content>,
        doing: &str,
    ) -> Result<(), EvolveError> {
        let edits = &self.proof.draft.edits;
        let now = inspect::schema(self.connection).await?;
        let left = content(self.connection, &now).await?;
        let changed: BTreeSet<(&str, &str)> = edits.iter().filter_map(changed_column).collect();
        let dropped = |table: &str| {
            edits
                .iter()
                .any(|edit| matches!(edit, Edit::DropTable { table: gone } if gone == table))
        };
        let pairs = before.tables.keys().filter(|table| !dropped(table));
        for table in pairs {
            // On the way up it may have another name.
            let new = edits.iter().find_map(|edit| match edit {
                Edit::RenameTable { table: old, to } if old == table => left.get(to),
                _ => None,
            });
            let (Some(kept), Some(left)) = (kept.get(table), left.get(table).or(new)) else {
                continue;
            };
            if kept.rows != left.rows {
                let why = format!(
                    "{doing} turn {} rows of table {table} into {}",
                    kept.rows, left.rows
                );
                return Err(self.refuted(why));
            }
            for (column, values) in &kept.values {
                let is_kept = changed.contains(&(table.as_str(), column.as_str()))
                    || left.values.get(column).is_none_or(|now| now == values);
                if !is_kept {
                    return Err(
                        self.refuted(format!("{doing} change the values of {table}.{column}"))
                    );
                }
            }
        }
        Ok(())
    }
}

/// The column whose values an edit may change.
fn changed_column(edit: &Edit) -> Option<(&str, &str)> {
    match edit {
        Edit::DropColumn { table, column }
        | Edit::ChangeType { table, column, .. }
        | Edit::SetRequired { table, column }
        | Edit::ChangeValues { table, column, .. } => Some((table, column)),
        // Another column may have the name that a renamed one had.
        Edit::RenameColumn { table, column, .. } | Edit::AddColumn { table, column, .. } => {
            Some((table, column))
        }
        _ => None,
    }
}
