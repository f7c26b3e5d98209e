//! Which migration comes next, given what has been applied.

use std::collections::{BTreeSet, HashSet, VecDeque};

use sea_orm_migration::MigrationTrait;

use super::{Goal, Order, RunError};
use crate::migration::Direction;

/// The migrations that a run may still touch.
#[derive(Clone)]
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

    pub(super) fn migrations(&self) -> &'a [Box<dyn MigrationTrait>] {
        self.migrations
    }

    /// The positions of the migrations to run, in order, given which are applied.
    pub(super) fn todo(
        &self,
        applied: &BTreeSet<String>,
        order: Order,
    ) -> Result<VecDeque<usize>, RunError> {
        refuse_unknown(self.migrations, applied)?;
        if self.direction == Direction::Up && order == Order::Strict {
            refuse_inserted(self.migrations, applied)?;
        }
        let is_applied = |at: &usize| applied.contains(self.migrations[*at].name());
        let most = self.left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        let within = self.within.clone();
        Ok(match self.direction {
            Direction::Up => within.filter(|at| !is_applied(at)).take(most).collect(),
            Direction::Down => within.rev().filter(is_applied).take(most).collect(),
        })
    }

    /// One of the steps has been made.
    pub(super) fn count_one(&mut self) {
        self.left = self.left.map(|left| left.saturating_sub(1));
    }
}

/// The migrations that are not in the history.
pub(super) fn pending<'a>(
    migrations: &'a [Box<dyn MigrationTrait>],
    applied: &BTreeSet<String>,
) -> Result<impl Iterator<Item = &'a Box<dyn MigrationTrait>>, RunError> {
    refuse_duplicates(migrations)?;
    refuse_unknown(migrations, applied)?;
    Ok(migrations.iter().filter(|m| !applied.contains(m.name())))
}

/// The positions of pending migrations that come before one that is applied.
pub(super) fn inserted(
    migrations: &[Box<dyn MigrationTrait>],
    applied: &BTreeSet<String>,
) -> Vec<usize> {
    let is_applied = |at: &usize| applied.contains(migrations[*at].name());
    let newest = (0..migrations.len()).rfind(is_applied).unwrap_or_default();
    (0..newest).filter(|at| !is_applied(at)).collect()
}

pub(super) fn refuse_inserted(
    migrations: &[Box<dyn MigrationTrait>],
    applied: &BTreeSet<String>,
) -> Result<(), RunError> {
    let inserted = inserted(migrations, applied);
    if inserted.is_empty() {
        return Ok(());
    }
    let newest = migrations.iter().rfind(|m| applied.contains(m.name()));
    Err(RunError::OutOfOrder {
        migrations: inserted
            .into_iter()
            .map(|at| migrations[at].name().to_owned())
            .collect(),
        newest: newest.map(|m| m.name().to_owned()).unwrap_or_default(),
    })
}

/// The migrations that the database has applied and the program does not know: those of a newer
/// program, and those that this one has lost. Names sort by their timestamps.
pub(super) fn unknown(
    migrations: &[Box<dyn MigrationTrait>],
    applied: &BTreeSet<String>,
) -> (Vec<String>, Vec<String>) {
    let known: HashSet<&str> = migrations.iter().map(|m| m.name()).collect();
    let newest = known.iter().max().copied().unwrap_or("");
    (applied.iter())
        .filter(|name| !known.contains(name.as_str()))
        .cloned()
        .partition(|name| name.as_str() > newest)
}

pub(super) fn refuse_duplicates(migrations: &[Box<dyn MigrationTrait>]) -> Result<(), RunError> {
    let mut seen = HashSet::new();
    match migrations.iter().find(|m| !seen.insert(m.name())) {
        Some(twice) => Err(RunError::Duplicate {
            name: twice.name().to_owned(),
        }),
        None => Ok(()),
    }
}

pub(super) fn refuse_unknown(
    migrations: &[Box<dyn MigrationTrait>],
    applied: &BTreeSet<String>,
) -> Result<(), RunError> {
    let (newer, missing) = unknown(migrations, applied);
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

/// The position of a migration in the list, by its name or by its name without the timestamp.
pub(super) fn position(
    migrations: &[Box<dyn MigrationTrait>],
    name: &str,
) -> Result<usize, RunError> {
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
