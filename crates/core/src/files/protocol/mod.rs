//! Tests of the protocol on a real disk: what each step leaves, and what refuses to happen.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use uuid::Uuid;

use super::{
    failpoint::{Effect, Failpoint},
    *,
};
use crate::{clock::Clock, error::DomainError};

mod attacks;
mod faults;

const OWNER: Uuid = Uuid::from_u128(1);
const CLIPS: Folder = Folder::named("clips");
const KEYFRAMES: Folder = Folder::named("keyframes");
const LIMIT: u64 = 1_000_000;

pub(super) struct Scene {
    pub(super) store: FileStore,
    pub(super) failpoint: Failpoint,
    pub(super) root: PathBuf,
    _folder: TempDir,
}

pub(super) async fn given_a_store() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("files");
    let failpoint = Failpoint::new();
    let store = FileStore::open_with(options(&root), failpoint.clone())
        .await
        .unwrap();
    Scene {
        store,
        failpoint,
        root,
        _folder: folder,
    }
}

pub(super) fn options(root: &Path) -> FileStoreOptions {
    FileStoreOptions {
        root: root.to_owned(),
        max_file_bytes: LIMIT,
        tables: &[FileTable {
            table: "artifacts",
            key_column: "storage_key",
            trash_table: "file_trash",
            facts: None,
        }],
        root_table: None,
        clock: Clock::system(),
    }
}

fn to(folder: Folder) -> Destination {
    Destination {
        owner: OWNER,
        folder,
        accepts: MediaType::ALL,
    }
}

/// Every file and folder under the root, sorted. What goes while it is read may be listed or not.
fn tree(root: &Path) -> Vec<String> {
    fn walk(root: &Path, at: &Path, found: &mut Vec<String>) {
        let entries = match fs::read_dir(at) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            entries => entries.unwrap(),
        };
        for entry in entries {
            let entry = entry.unwrap();
            let path = entry.path();
            found.push(
                path.strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            );
            if entry.file_type().unwrap().is_dir() {
                walk(root, &path, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    found
}

pub(super) fn files(root: &Path) -> Vec<String> {
    let mut files = tree(root);
    files.retain(|path| root.join(path).is_file());
    files
}

impl Scene {
    pub(super) async fn staged(&self, content: &[u8]) -> Staged {
        self.store.stage(content, to(CLIPS)).await.unwrap()
    }

    pub(super) async fn published(&self, content: &[u8]) -> Published {
        self.store
            .publish(self.staged(content).await)
            .await
            .unwrap()
    }

    /// Waits until what was cancelled has ended, and no file is left.
    async fn empties(&self) {
        let emptied = async {
            while !self.files().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let emptied = tokio::time::timeout(Duration::from_secs(10), emptied).await;
        assert!(emptied.is_ok(), "left {:?}", self.files());
    }

    /// The same root as a new process finds it: whatever was in flight has lost its owner.
    pub(super) async fn reopened(self) -> Self {
        let Self {
            store,
            failpoint,
            root,
            _folder,
        } = self;
        drop(store);
        let store = FileStore::open_with(options(&root), failpoint.clone())
            .await
            .unwrap();
        Self {
            store,
            failpoint,
            root,
            _folder,
        }
    }

    pub(super) fn to(&self) -> Destination {
        to(CLIPS)
    }

    fn files(&self) -> Vec<String> {
        files(&self.root)
    }
}

#[tokio::test]
async fn a_file_goes_through_all_steps_and_is_read_back() {
    let scene = given_a_store().await;
    let content = samples::png_of(700_000);
    let staged = scene.staged(&content).await;
    assert_eq!(scene.files().len(), 1);
    assert!(scene.files()[0].starts_with("staging/"));

    let published = scene.store.publish(staged).await.unwrap();
    let facts = published.facts().clone();
    assert_eq!(facts.media_type, MediaType::Png);
    assert_eq!(facts.size_bytes, 700_000);
    assert_eq!(facts.blake3, blake3::hash(&content).to_hex().to_string());
    assert_eq!(scene.files().len(), 2);

    published.acknowledge();
    assert_eq!(scene.files(), [facts.key.to_string()]);

    let mut stored = scene.store.read(&facts.key, 700_000).await.unwrap();
    assert_eq!(stored.size_bytes, 700_000);
    let mut back = Vec::new();
    stored
        .content
        .seek(std::io::SeekFrom::Start(8))
        .await
        .unwrap();
    stored.content.read_to_end(&mut back).await.unwrap();
    assert_eq!(back, content[8..]);
}

#[tokio::test]
async fn a_staged_file_that_is_dropped_is_gone_at_once() {
    let scene = given_a_store().await;
    drop(scene.staged(&samples::png()).await);
    assert_eq!(scene.files(), [""; 0]);
}

#[tokio::test]
async fn a_discarded_file_leaves_nothing_not_even_folders() {
    let scene = given_a_store().await;
    scene
        .published(&samples::png())
        .await
        .discard()
        .await
        .unwrap();
    let Scene { store, root, .. } = &scene;
    assert_eq!(files(root), [""; 0]);
    assert_eq!(store.root(), root);
    assert!(!root.join(OWNER.to_string()).exists());
}

#[tokio::test]
async fn a_placed_file_whose_outcome_is_unknown_stays_whole() {
    let scene = given_a_store().await;
    let published = scene.published(&samples::png()).await;
    let key = published.key().to_string();
    drop(published);
    let files = scene.files();
    assert_eq!(files.len(), 2);
    assert!(files.contains(&key));
    drop(scene.store);
    assert_eq!(super::protocol::files(&scene.root).len(), 2);
}

#[tokio::test]
async fn a_store_leaves_no_staging_folder_behind() {
    let scene = given_a_store().await;
    scene.published(&samples::png()).await.acknowledge();
    let Scene { store, root, .. } = scene;
    drop(store);
    assert_eq!(fs::read_dir(root.join("staging")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_store_that_only_reads_makes_no_staging_folder() {
    let scene = given_a_store().await;
    let key = StorageKey::new(OWNER, CLIPS, OWNER, MediaType::Mp4);
    let error = scene.store.read(&key, 1).await.unwrap_err();
    assert_eq!(error.code(), "FILE_MISSING");
    assert!(!error.to_string().contains(&key.to_string()));
    assert_eq!(tree(&scene.root), [""; 0]);
}

#[tokio::test]
async fn a_file_may_be_as_large_as_the_limit_and_no_larger() {
    let scene = given_a_store().await;
    let limit = usize::try_from(LIMIT).unwrap();
    let just = scene.staged(&samples::png_of(limit)).await;
    assert_eq!(just.facts().size_bytes, LIMIT);
    let over = samples::png_of(limit + 1);
    let error = scene.store.stage(&over[..], to(CLIPS)).await.unwrap_err();
    assert_eq!(error.code(), "FILE_TOO_LARGE");
    drop(just);
    assert_eq!(scene.files(), [""; 0]);
}

#[tokio::test]
async fn a_file_of_exactly_one_chunk_is_stored_whole() {
    let scene = given_a_store().await;
    let content = samples::png_of(256 * 1024);
    let staged = scene.staged(&content).await;
    assert_eq!(staged.facts().size_bytes, content.len() as u64);
    assert_eq!(
        staged.facts().blake3,
        blake3::hash(&content).to_hex().to_string()
    );
}

#[tokio::test]
async fn refused_content_never_reaches_the_disk() {
    let scene = given_a_store().await;
    for (content, code) in [
        (&b""[..], "FILE_EMPTY"),
        (
            b"just words, whatever the name says",
            "FILE_TYPE_NOT_ALLOWED",
        ),
        (&samples::png()[..20], "FILE_DAMAGED"),
    ] {
        let error = scene.store.stage(content, to(CLIPS)).await.unwrap_err();
        assert_eq!(error.code(), code);
    }
    assert_eq!(tree(&scene.root), [""; 0]);
}

#[tokio::test]
async fn folders_and_files_belong_to_this_user_alone() {
    let scene = given_a_store().await;
    let published = scene.published(&samples::png()).await;
    assert_eq!(mode(&scene.root), 0o700);
    for path in tree(&scene.root) {
        let path = scene.root.join(path);
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
    }
    published.acknowledge();
}

#[tokio::test]
async fn an_empty_root_that_others_may_enter_is_closed_to_them() {
    let folder = tempfile::tempdir().unwrap();
    open_up(folder.path());
    FileStore::open(options(folder.path())).await.unwrap();
    assert_eq!(mode(folder.path()), 0o700);
}

#[tokio::test]
async fn a_root_of_the_store_that_was_opened_up_is_closed_again() {
    let scene = given_a_store().await;
    scene.published(&samples::png()).await.acknowledge();
    open_up(&scene.root);
    let scene = scene.reopened().await;
    assert_eq!(mode(&scene.root), 0o700);
}

#[tokio::test]
async fn a_folder_that_others_use_too_is_not_taken_from_them() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "ours").unwrap();
    open_up(folder.path());
    let error = FileStore::open(options(folder.path())).await.unwrap_err();
    assert_eq!(error.code(), "STORAGE_SHARED");
    assert_eq!(mode(folder.path()), 0o755);
}

fn open_up(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o777
}

#[tokio::test]
async fn a_root_that_is_a_file_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = FileStore::open(options(file.path())).await.unwrap_err();
    assert_eq!(error.code(), "STORAGE_UNAVAILABLE");
}

#[tokio::test]
async fn publishing_never_replaces_a_file() {
    let scene = given_a_store().await;
    let staged = scene.staged(&samples::png()).await;
    let path = scene.root.join(staged.facts().key.to_string());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "there before").unwrap();
    scene.store.publish(staged).await.unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), "there before");
    assert_eq!(scene.files().len(), 1, "the staged file is gone");
}

#[tokio::test]
async fn many_files_are_staged_and_published_together_in_order() {
    let scene = given_a_store().await;
    let contents: Vec<Vec<u8>> = (0..40).map(|n| samples::png_of(1000 + n)).collect();
    let sources = contents.iter().enumerate().map(|(n, content)| async move {
        let folder = if n % 2 == 0 { KEYFRAMES } else { CLIPS };
        Ok::<_, FilesError>((&content[..], to(folder)))
    });
    let staged = scene.store.stage_all(sources).await.unwrap();
    let before = scene.failpoint.effects().len();
    let published = scene.store.publish_all(staged).await.unwrap();
    let sizes: Vec<u64> = published
        .iter()
        .map(|published| published.facts().size_bytes)
        .collect();
    assert_eq!(sizes, (1000..1040).collect::<Vec<u64>>());

    let effects = &scene.failpoint.effects()[before..];
    let flushed = |wanted: &str| {
        effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Sync(path) if path.ends_with(wanted)))
            .count()
    };
    assert_eq!((flushed("/clips"), flushed("/keyframes")), (1, 1));
    scene.store.discard_all(published).await.unwrap();
    assert_eq!(scene.files(), [""; 0]);
}

#[tokio::test]
async fn one_bad_file_of_many_leaves_nothing_of_any() {
    let scene = given_a_store().await;
    let good = samples::png();
    let sources = (0..20).map(|n| {
        let content = if n == 13 {
            &b"no picture"[..]
        } else {
            &good[..]
        };
        async move { Ok::<_, FilesError>((content, to(CLIPS))) }
    });
    let error = scene.store.stage_all(sources).await.unwrap_err();
    assert_eq!(error.code(), "FILE_TYPE_NOT_ALLOWED");
    scene.empties().await;
}
