//! What a repair does with each thing that a crash can leave.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::files::{
    Folder, MediaType,
    protocol::{files, given_a_store, options},
    samples,
};

/// A root as a dead process left it, with one file in flight.
struct Wreck {
    root: TempDir,
    key: StorageKey,
}

impl Wreck {
    fn new() -> Self {
        let key = StorageKey::new(
            Uuid::from_u128(1),
            Folder::named("clips"),
            Uuid::from_u128(2),
            MediaType::Png,
        );
        let root = tempfile::tempdir().unwrap();
        let wreck = Self { root, key };
        fs::create_dir_all(wreck.staging()).unwrap();
        wreck
    }

    fn with_entry(self) -> Self {
        fs::write(self.entry(), "staged").unwrap();
        self
    }

    fn with_link(self) -> Self {
        fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        fs::hard_link(self.entry(), self.file()).unwrap();
        self
    }

    fn staging(&self) -> PathBuf {
        let owner = Uuid::from_u128(99).to_string();
        self.root.path().join("staging").join(owner)
    }

    fn entry(&self) -> PathBuf {
        self.staging().join(self.key.staging_name())
    }

    fn file(&self) -> PathBuf {
        self.root.path().join(self.key.to_string())
    }

    async fn repair(&self, rows: &impl Rows) -> Result<Repaired, FilesError> {
        let store = FileStore::open(options(self.root.path())).await?;
        store.repair_by(rows).await
    }
}

enum FakeRows {
    Committed,
    Never,
    NotYet,
    Failing,
}

impl Rows for FakeRows {
    async fn committed(&self, keys: &[StorageKey]) -> Result<RowLookup, FilesError> {
        let committed: &[StorageKey] = match self {
            Self::Committed => keys,
            Self::Never | Self::NotYet => &[],
            Self::Failing => return Err(crate::db::DbError::Closed.into()),
        };
        Ok(RowLookup {
            committed: committed.iter().cloned().collect(),
            is_final: !matches!(self, Self::NotYet),
        })
    }
}

fn left(root: &Path) -> Vec<String> {
    files(root)
}

#[tokio::test]
async fn a_file_that_was_only_staged_is_removed() {
    let wreck = Wreck::new().with_entry();
    let repaired = wreck.repair(&FakeRows::Never).await.unwrap();
    assert_eq!((repaired.folders, repaired.removed), (1, 1));
    assert_eq!(left(wreck.root.path()), [""; 0]);
    assert!(!wreck.staging().exists());
}

#[tokio::test]
async fn a_published_file_without_a_row_is_removed_with_its_folders() {
    let wreck = Wreck::new().with_entry().with_link();
    let repaired = wreck.repair(&FakeRows::Never).await.unwrap();
    assert_eq!(repaired.removed, 1);
    assert_eq!(left(wreck.root.path()), [""; 0]);
    assert!(!wreck.file().parent().unwrap().parent().unwrap().exists());
}

#[tokio::test]
async fn a_file_with_a_row_stays_and_loses_its_entry() {
    let wreck = Wreck::new().with_entry().with_link();
    let repaired = wreck.repair(&FakeRows::Committed).await.unwrap();
    assert_eq!((repaired.confirmed, repaired.removed), (1, 0));
    assert_eq!(left(wreck.root.path()), [wreck.key.to_string()]);
}

#[tokio::test]
async fn a_second_repair_finds_nothing_to_do() {
    let wreck = Wreck::new().with_entry().with_link();
    wreck.repair(&FakeRows::Never).await.unwrap();
    let again = wreck.repair(&FakeRows::Never).await.unwrap();
    assert_eq!(again, Repaired::default());
}

#[tokio::test]
async fn nothing_is_removed_as_long_as_the_outcome_is_open() {
    let wreck = Wreck::new().with_entry().with_link();
    let repaired = wreck.repair(&FakeRows::NotYet).await.unwrap();
    assert_eq!((repaired.undecided, repaired.removed), (1, 0));
    assert_eq!(left(wreck.root.path()).len(), 2);
    let repaired = wreck.repair(&FakeRows::Committed).await.unwrap();
    assert_eq!(repaired.confirmed, 1);
}

#[tokio::test]
async fn a_database_that_fails_keeps_everything() {
    let wreck = Wreck::new().with_entry().with_link();
    wreck.repair(&FakeRows::Failing).await.unwrap_err();
    assert_eq!(left(wreck.root.path()).len(), 2);
    assert_eq!(wreck.repair(&FakeRows::Never).await.unwrap().removed, 1);
}

#[tokio::test]
async fn somebody_elses_file_under_the_same_key_is_not_removed() {
    let wreck = Wreck::new().with_entry();
    fs::create_dir_all(wreck.file().parent().unwrap()).unwrap();
    fs::write(wreck.file(), "not the staged one").unwrap();
    wreck.repair(&FakeRows::Never).await.unwrap();
    assert_eq!(left(wreck.root.path()), [wreck.key.to_string()]);
}

#[tokio::test]
async fn what_is_no_entry_is_left_and_does_not_disturb() {
    let wreck = Wreck::new().with_entry();
    fs::write(wreck.staging().join("notes.txt"), "mine").unwrap();
    fs::write(wreck.staging().join(format!("{PROBE}1")), "cut short").unwrap();
    fs::create_dir(wreck.root.path().join("staging/lost+found")).unwrap();
    let repaired = wreck.repair(&FakeRows::Never).await.unwrap();
    assert_eq!((repaired.folders, repaired.removed), (1, 1));
    assert_eq!(fs::read_dir(wreck.staging()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_living_process_keeps_what_it_has_in_flight() {
    let scene = given_a_store().await;
    let staged = scene.staged(&samples::png()).await;
    let published = scene.published(&samples::mp4()).await;
    let beside = FileStore::open(options(&scene.root)).await.unwrap();
    let own = beside.stage(&samples::png()[..], scene.to()).await.unwrap();
    assert_eq!(
        beside.repair_by(&FakeRows::Never).await.unwrap(),
        Repaired::default()
    );
    assert_eq!(
        scene.store.repair_by(&FakeRows::Never).await.unwrap(),
        Repaired::default()
    );
    scene.store.publish(staged).await.unwrap().acknowledge();
    published.acknowledge();
    drop(own);
    assert_eq!(left(&scene.root).len(), 2);
}

#[tokio::test]
async fn a_placed_file_that_is_kept_outlives_the_handle_of_the_store() {
    let scene = given_a_store().await;
    let published = scene.published(&samples::png()).await;
    let scene = scene.reopened().await;
    // The commit may still be under way: as long as `published` lives, so does the lock.
    assert_eq!(
        scene
            .store
            .repair_by(&FakeRows::Never)
            .await
            .unwrap()
            .folders,
        0
    );
    drop(published);
    assert_eq!(
        scene
            .store
            .repair_by(&FakeRows::Never)
            .await
            .unwrap()
            .removed,
        1
    );
    assert_eq!(left(&scene.root), [""; 0]);
}

#[tokio::test]
async fn two_repairs_at_once_settle_everything_once() {
    let wreck = Wreck::new().with_entry().with_link();
    let (one, other) = tokio::join!(
        wreck.repair(&FakeRows::Never),
        wreck.repair(&FakeRows::Never)
    );
    assert_eq!(one.unwrap().removed + other.unwrap().removed, 1);
    assert_eq!(left(wreck.root.path()), [""; 0]);
}
