//! Which migration comes next, given what has been applied.

use std::{collections::HashSet, time::Duration};

use sea_orm_migration::MigrationTrait;

use super::{Direction, Goal, RunError, Step, history::Applied};

/// The migrations that a run may still touch.
pub(super) struct Plan<'a> {
    migrations: &'a [Box<dyn MigrationTrait>],
    direction: Direction,
    /// Positions in the list that may be run.
    within: std::ops::Range<usize>,
    /// How many more may be run; `None`: all of them.
    left: Option<u32>,
}

impl<'a> Plan<'a> {
    /// Resolves the goal.
    pub(super) fn parse(
        migrations: &'a [Box<dyn MigrationTrait>],
        direction: Direction,
        goal: Goal<'_>,
    ) -> Result<Self, RunError> {
        refuse_duplicates(migrations)?;
        let (within, left) = match goal {
            Goal::All => (0..migrations.len(), None),
            Goal::Steps(steps) => (0..migrations.len(), Some(steps)),
            Goal::To(name) => {
                let target = position(migrations, name)?;
                let within = match direction {
                    Direction::Up => 0..target + 1,
                    Direction::Down => target + 1..migrations.len(),
                };
                (within, None)
            }
        };
        Ok(Self {
            migrations,
            direction,
            within,
            left,
        })
    }

    pub(super) fn direction(&self) -> Direction {
        self.direction
    }

    /// The migration to run now; `None` if the goal is reached.
    pub(super) fn next(
        &self,
        history: &[Applied],
    ) -> Result<Option<&'a dyn MigrationTrait>, RunError> {
        refuse_unknown(self.migrations, history)?;
        if self.left == Some(0) {
            return Ok(None);
        }
        let mut within = self.migrations[self.within.clone()]
            .iter()
            .map(AsRef::as_ref);
        let is_applied = |migration: &&dyn MigrationTrait| {
            (history.iter()).any(|applied| applied.name == migration.name())
        };
        Ok(match self.direction {
            Direction::Up => within.find(|migration| !is_applied(migration)),
            Direction::Down => within.rfind(is_applied),
        })
    }

    /// One of the steps has been made.
    pub(super) fn count_one(&mut self) {
        self.left = self.left.map(|left| left.saturating_sub(1));
    }

    /// The record of a migration that this plan had run.
    pub(super) fn step(&self, migration: &dyn MigrationTrait, took: Duration) -> Step {
        Step {
            migration: migration.name().to_owned(),
            direction: self.direction,
            took,
        }
    }
}

/// The migrations that are not in the history.
pub(super) fn pending<'a>(
    migrations: &'a [Box<dyn MigrationTrait>],
    history: &'a [Applied],
) -> Result<impl Iterator<Item = &'a Box<dyn MigrationTrait>>, RunError> {
    refuse_duplicates(migrations)?;
    refuse_unknown(migrations, history)?;
    Ok(migrations
        .iter()
        .filter(|m| !history.iter().any(|applied| applied.name == m.name())))
}

fn refuse_duplicates(migrations: &[Box<dyn MigrationTrait>]) -> Result<(), RunError> {
    let mut seen = HashSet::new();
    match migrations.iter().find(|m| !seen.insert(m.name())) {
        Some(twice) => Err(RunError::Duplicate {
            name: twice.name().to_owned(),
        }),
        None => Ok(()),
    }
}

/// Names sort by their timestamps: what sorts after all known ones comes from a newer program,
/// what sorts among them was lost from this one.
fn refuse_unknown(
    migrations: &[Box<dyn MigrationTrait>],
    history: &[Applied],
) -> Result<(), RunError> {
    let newest = migrations.iter().map(|m| m.name()).max().unwrap_or("");
    let (newer, missing): (Vec<String>, Vec<String>) = history
        .iter()
        .map(|applied| applied.name.clone())
        .filter(|name| !migrations.iter().any(|m| m.name() == name))
        .partition(|name| name.as_str() > newest);
    if !missing.is_empty() {
        return Err(RunError::Missing {
            migrations: missing,
        });
    }
    if !newer.is_empty() {
        return Err(RunError::Newer { migrations: newer });
    }
    Ok(())
}

/// Where a migration stands in the list, by its name or by its name without the timestamp.
fn position(migrations: &[Box<dyn MigrationTrait>], name: &str) -> Result<usize, RunError> {
    if let Some(exact) = migrations.iter().position(|m| m.name() == name) {
        return Ok(exact);
    }
    let matches: Vec<usize> = (0..migrations.len())
        .filter(|&i| without_timestamp(migrations[i].name()) == name)
        .collect();
    match matches.as_slice() {
        [one] => Ok(*one),
        [] => Err(RunError::NoSuchMigration {
            name: name.to_owned(),
            nearest: nearest(migrations, name),
        }),
        several => Err(RunError::AmbiguousName {
            name: name.to_owned(),
            matches: several
                .iter()
                .map(|&i| migrations[i].name().to_owned())
                .collect(),
        }),
    }
}

/// `create_scenes` of `m20261120_101000_create_scenes`.
fn without_timestamp(name: &str) -> &str {
    name.splitn(3, '_').nth(2).unwrap_or(name)
}

fn nearest(migrations: &[Box<dyn MigrationTrait>], name: &str) -> Option<String> {
    migrations
        .iter()
        .map(|m| {
            let likeness = strsim::jaro_winkler(m.name(), name)
                .max(strsim::jaro_winkler(without_timestamp(m.name()), name));
            (likeness, m.name())
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
