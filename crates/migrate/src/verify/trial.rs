//! The trial of every migration on scratch databases.

use std::collections::BTreeMap;

use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::Schema,
    record::Cause,
    run::{RunError, Settings},
};
use sea_orm_migration::MigrationTrait;

use super::{
    base::Base,
    compare,
    content::{Content, content},
    error::VerifyError,
    fill::Filler,
    finding::{Finding, FindingKind, declares_loss},
};
use crate::scratch::Place;

/// Tries every migration on scratch databases. `progress` gets the name of each.
///
/// # Errors
/// Any [`VerifyError`]. A fault of a migration is no error but a finding.
pub async fn verify(
    migrations: &[Box<dyn MigrationTrait>],
    convention: &Convention,
    place: &Place,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<Finding>, VerifyError> {
    let settings = Settings::new(convention);
    let base = Base::open(place, migrations, &settings).await?;
    let state = State::of(&base).await?;
    let mut trial = Trial {
        place,
        engine: place.engine(),
        migrations,
        settings: &settings,
        filler: Filler::default(),
        findings: Vec::new(),
    };
    let mut current = Some((base, state));
    for (position, migration) in migrations.iter().enumerate() {
        progress(migration.name());
        let Some((base, state)) = current.take() else {
            break;
        };
        let went = trial.migration(&base, state, migration.name()).await?;
        current = match went {
            Went::On(state) => Some((base, *state)),
            Went::Again => {
                base.close().await?;
                trial.fresh(Some(migration.name()), true).await?.ok()
            }
            Went::Nowhere => {
                base.close().await?;
                trial.leave_out(position + 1, migration.name());
                None
            }
        };
    }
    if let Some((base, _)) = current {
        base.close().await?;
    }
    Ok(trial.findings)
}

/// Where the walk goes on after a migration.
enum Went {
    /// On the same database, which has this.
    On(Box<State>),
    /// On a fresh database that has the migration.
    Again,
    /// No database can have it.
    Nowhere,
}

/// A database before a migration.
struct State {
    schema: Schema,
    content: BTreeMap<String, Content>,
}

impl State {
    async fn of(base: &Base<'_>) -> Result<Self, VerifyError> {
        let schema = base.schema().await?;
        let content = content(base.connection(), &schema).await?;
        Ok(Self { schema, content })
    }
}

struct Trial<'a> {
    place: &'a Place,
    engine: Engine,
    migrations: &'a [Box<dyn MigrationTrait>],
    settings: &'a Settings<'a>,
    filler: Filler,
    findings: Vec<Finding>,
}

impl<'a> Trial<'a> {
    /// Tries one migration, of which all before are applied.
    async fn migration(
        &mut self,
        base: &Base<'_>,
        before: State,
        name: &str,
    ) -> Result<Went, VerifyError> {
        if let Err(error) = base.up(name).await {
            return self.up_fails(name, &before, &explain(&error)).await;
        }
        let after = State::of(base).await?;
        let is_lossless = self.compare_rows(name, &before, &after);
        for table in self.filler.fill(base.connection(), &after.schema).await? {
            self.report(name, FindingKind::NoRows(format!("table {table}")));
        }
        if let Err(error) = base.down().await {
            return self.down_fails(name, &error).await;
        }
        let back = State::of(base).await?;
        for line in compare::catalogs(&before.schema, &back.schema, &after.schema) {
            self.report(name, FindingKind::DownLeaves(line));
        }
        if is_lossless {
            self.compare_rows(name, &before, &back);
        }
        if let Err(error) = base.up(name).await {
            let why = format!("the second time: {}", explain(&error));
            let is_demanded = compare::demanded(&before.schema, &after.schema);
            let is_at_fault = is_demanded.is_some() || self.fails_without_rows(name).await?;
            self.report(
                name,
                match is_at_fault {
                    true => FindingKind::UpFails(why),
                    false => FindingKind::TriedWithoutRows(why),
                },
            );
            return Ok(Went::Again);
        }
        let again = base.schema().await?;
        for line in compare::catalogs(&after.schema, &again, &back.schema) {
            self.report(name, FindingKind::UpDiffers(line));
        }
        self.filler.fill(base.connection(), &again).await?;
        let content = content(base.connection(), &again).await?;
        Ok(Went::On(Box::new(State {
            schema: again,
            content,
        })))
    }

    /// Whether it is the migration that fails, or the rows that were made up.
    async fn up_fails(
        &mut self,
        name: &str,
        before: &State,
        why: &str,
    ) -> Result<Went, VerifyError> {
        let had_rows = before.content.values().any(|table| table.rows > 0);
        if !had_rows {
            self.report(name, FindingKind::UpFails(why.to_owned()));
            return Ok(Went::Nowhere);
        }
        let empty = match self.fresh(self.before(name), false).await? {
            Ok(empty) => empty,
            Err(error) => {
                self.report(name, FindingKind::UpFails(explain(&error)));
                return Ok(Went::Nowhere);
            }
        };
        let (base, state) = empty;
        let went = match base.up(name).await {
            Err(_) => {
                self.report(name, FindingKind::UpFails(why.to_owned()));
                Went::Nowhere
            }
            Ok(()) => {
                let after = base.schema().await?;
                let kind = match compare::demanded(&before.schema, &after) {
                    Some(_) => FindingKind::UpFails(why.to_owned()),
                    None => FindingKind::TriedWithoutRows(why.to_owned()),
                };
                self.report(name, kind);
                self.without_rows(&base, &state.schema, &after, name)
                    .await?;
                Went::Again
            }
        };
        base.close().await?;
        Ok(went)
    }

    /// The rest of the trial of a migration that is applied to a database without rows.
    async fn without_rows(
        &mut self,
        base: &Base<'_>,
        before: &Schema,
        after: &Schema,
        name: &str,
    ) -> Result<(), VerifyError> {
        if let Err(error) = base.down().await {
            self.report(name, not_taken_back(&error));
            return Ok(());
        }
        let back = base.schema().await?;
        for line in compare::catalogs(before, &back, after) {
            self.report(name, FindingKind::DownLeaves(line));
        }
        if let Err(error) = base.up(name).await {
            let again = format!("the second time: {}", explain(&error));
            self.report(name, FindingKind::UpFails(again));
            return Ok(());
        }
        let again = base.schema().await?;
        for line in compare::catalogs(after, &again, &back) {
            self.report(name, FindingKind::UpDiffers(line));
        }
        Ok(())
    }

    /// A way back that fails with rows is tried without.
    async fn down_fails(&mut self, name: &str, error: &RunError) -> Result<Went, VerifyError> {
        let kind = not_taken_back(error);
        let is_meant = matches!(kind, FindingKind::Irreversible(_));
        let kind = if is_meant || self.fails_without_rows(name).await? {
            kind
        } else {
            FindingKind::TriedWithoutRows(explain(error))
        };
        self.report(name, kind);
        Ok(Went::Again)
    }

    /// Whether a migration fails up, down or up again on a database without rows, too.
    async fn fails_without_rows(&mut self, name: &str) -> Result<bool, VerifyError> {
        let Ok((base, _)) = self.fresh(Some(name), false).await? else {
            return Ok(true);
        };
        let fails = base.down().await.is_err() || base.up(name).await.is_err();
        base.close().await?;
        Ok(fails)
    }

    /// A fresh database with the migrations up to this one.
    async fn fresh(
        &mut self,
        up_to: Option<&str>,
        with_rows: bool,
    ) -> Result<Result<(Base<'a>, State), RunError>, VerifyError> {
        let base = Base::open(self.place, self.migrations, self.settings).await?;
        if let Some(name) = up_to
            && let Err(error) = base.up(name).await
        {
            base.close().await?;
            return Ok(Err(error));
        }
        if with_rows {
            let schema = base.schema().await?;
            self.filler.fill(base.connection(), &schema).await?;
        }
        let state = State::of(&base).await?;
        Ok(Ok((base, state)))
    }

    /// The migration before this one.
    fn before(&self, name: &str) -> Option<&'a str> {
        let place = self.migrations.iter().position(|own| own.name() == name)?;
        Some(self.migrations[place.checked_sub(1)?].name())
    }

    /// Reports what is missing of the rows and values before; true if nothing is.
    fn compare_rows(&mut self, name: &str, before: &State, now: &State) -> bool {
        if declares_loss(name) {
            return true;
        }
        let (schema, after) = (&before.schema, &now.schema);
        let lost = compare::losses(schema, after, &before.content, &now.content);
        let is_lossless = lost.is_empty();
        for what in lost {
            self.report(name, FindingKind::Loses(what));
        }
        is_lossless
    }

    /// Names the migrations that come after one that no database can have.
    fn leave_out(&mut self, from: usize, failed: &str) {
        for migration in &self.migrations[from..] {
            let why = format!("it comes after {failed}, which fails");
            self.report(migration.name(), FindingKind::NotTried(why));
        }
    }

    fn report(&mut self, migration: &str, kind: FindingKind) {
        self.findings.push(Finding {
            engine: self.engine,
            migration: migration.to_owned(),
            kind,
        });
    }
}

fn not_taken_back(error: &RunError) -> FindingKind {
    match error.cause() {
        Some(Cause::Irreversible { why }) => FindingKind::Irreversible(why.clone()),
        _ => FindingKind::DownFails(explain(error)),
    }
}

/// An error with its causes.
pub(crate) fn explain(error: &RunError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let message = next.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = next.source();
    }
    text
}
