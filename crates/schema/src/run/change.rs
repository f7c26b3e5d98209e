//! Whether the migrations that are applied still are what they were.

use std::collections::HashSet;

use sea_orm_migration::MigrationTrait;
use similar::TextDiff;

use super::history::{Applied, History, Record};
use groundwork_naming::Engine;

use crate::{
    record::{self, Recording},
    sql::unquoted,
};

/// A migration that executes something else than when it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedMigration {
    /// Its name.
    pub migration: String,
    /// The SQL that was applied.
    pub applied: String,
    /// The SQL that it is now.
    pub present: String,
}

impl EditedMigration {
    /// Both texts, line by line.
    #[must_use]
    pub fn diff(&self) -> String {
        TextDiff::from_lines(&self.applied, &self.present)
            .unified_diff()
            .context_radius(3)
            .header("applied", "this program")
            .to_string()
    }
}

/// What each migration of the program executes, in the order of the list.
pub(super) struct Rendering {
    engine: Engine,
    recordings: Vec<Recording>,
}

impl Rendering {
    pub(super) async fn of(migrations: &[Box<dyn MigrationTrait>], engine: Engine) -> Self {
        Self {
            engine,
            recordings: record::rendered(migrations, engine).await,
        }
    }

    pub(super) fn recording(&self, position: usize) -> &Recording {
        &self.recordings[position]
    }

    pub(super) fn record(&self, position: usize, program: Option<&str>) -> Record {
        Record::of(&self.recordings[position], self.engine, program)
    }

    /// The applied migrations whose SQL was edited, in the order of the list.
    pub(super) fn changes(&self, history: &History) -> Vec<EditedMigration> {
        (self.recordings.iter())
            .filter_map(|recording| {
                let applied = history.get(&recording.migration)?;
                self.change(recording, applied)
            })
            .collect()
    }

    /// Applied migrations that the program lacks, each with the one of the program that is pending and
    /// executes the same. Where several would do, the one that is not taken yet, in the order of the list.
    pub(super) fn renamed(&self, history: &History) -> Vec<(String, String)> {
        let known: HashSet<&str> = (self.recordings.iter())
            .map(|recording| recording.migration.as_str())
            .collect();
        let mut taken = HashSet::new();
        let mut found = Vec::new();
        for (old, entry) in history
            .iter()
            .filter(|(old, _)| !known.contains(old.as_str()))
        {
            let same = self.recordings.iter().find(|recording| {
                entry.checksum.is_some()
                    && !recording.is_empty()
                    && !history.contains_key(&recording.migration)
                    && !taken.contains(&recording.migration)
                    && recording.checksum(self.engine) == entry.checksum
            });
            if let Some(new) = same {
                taken.insert(new.migration.clone());
                found.push((old.clone(), new.migration.clone()));
            }
        }
        found
    }

    /// The positions of applied migrations whose SQL was never written down, and can be.
    pub(super) fn unrecorded(&self, history: &History) -> Vec<usize> {
        (0..self.recordings.len())
            .filter(|&at| {
                let recording = &self.recordings[at];
                let applied = history.get(&recording.migration);
                applied.is_some_and(|applied| applied.checksum.is_none())
                    && recording.outcome.is_complete()
            })
            .collect()
    }

    fn change(&self, recording: &Recording, applied: &Applied) -> Option<EditedMigration> {
        let checksum = applied.checksum.as_ref()?;
        if recording.checksum(self.engine).as_ref() == Some(checksum) {
            return None;
        }
        let before = applied.rendered.clone().unwrap_or_default();
        let present = match recording.outcome.failure() {
            Some(why) => format!("{}-- fails: {why}\n", recording.text()),
            None => recording.text(),
        };
        // If the normal form has changed since, checksums differ although both texts are the same;
        // and a name means the same with quotes as without.
        let is_same = unquoted(self.engine, &before) == unquoted(self.engine, &present);
        (!is_same).then(|| EditedMigration {
            migration: recording.migration.clone(),
            applied: before,
            present,
        })
    }
}
