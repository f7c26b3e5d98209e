//! A store beside the database that speaks of its files, and what must always hold of the two.

use std::{collections::BTreeSet, path::Path};

use acceptance::{Engine, Scratch, given, production::MP4};
use entity::studio::{ArtifactId, ArtifactKind, ProjectId, ProjectStatus, artifacts, projects};
use groundwork_core::{
    clock::Clock,
    db::{Database, UnitOfWork},
    files::{
        Destination, FileFacts, FileStore, FileStoreOptions, Folder, MediaType, Published,
        StorageKey,
    },
    services::studio::FILE_TABLE,
};
use sea_orm::{ActiveModelTrait, EntityTrait, Set};

pub(super) const CLIPS: Folder = Folder::named("clips");

/// A store with one project, over a migrated database.
pub(super) struct Fixture {
    pub(super) db: Database,
    pub(super) store: FileStore,
    pub(super) project: ProjectId,
    pub(super) scratch: Scratch,
}

impl Fixture {
    pub(super) async fn on(engine: Engine) -> Self {
        let scratch = given::migrated(engine).await;
        let db = given::database(&scratch).await;
        let store = open_store(&scratch.dir().join("files")).await;
        let project = add_project(&db).await;
        Self {
            db,
            store,
            project,
            scratch,
        }
    }

    /// The same root as another process opens it.
    pub(super) async fn another_store(&self) -> FileStore {
        open_store(self.store.root()).await
    }

    /// Lets the process die, as far as files are concerned: a new store takes its place.
    pub(super) async fn die(&mut self) {
        self.store = self.another_store().await;
    }

    pub(super) async fn publish(&self, seed: u64) -> Published {
        publish(&self.store, self.project, seed).await
    }

    /// Stores one file for good.
    pub(super) async fn add(&self, seed: u64) -> StorageKey {
        let published = self.publish(seed).await;
        let key = published.key().clone();
        let work = self.db.begin().await.unwrap();
        add_row(&work, self.project, published.facts()).await;
        work.commit().await.unwrap();
        published.acknowledge();
        key
    }

    pub(super) async fn remove_row(&self, key: &StorageKey) {
        use sea_orm::{ColumnTrait, QueryFilter};
        let work = self.db.begin().await.unwrap();
        artifacts::Entity::delete_many()
            .filter(artifacts::Column::StorageKey.eq(key.to_string()))
            .exec(&work)
            .await
            .unwrap();
        work.commit().await.unwrap();
    }

    pub(super) async fn keys(&self) -> BTreeSet<String> {
        artifacts::Entity::find()
            .all(&self.db.reader())
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.storage_key)
            .collect()
    }

    /// Every row has its whole file, and nothing else is under the root.
    pub(super) async fn agrees(&self) {
        let rows = artifacts::Entity::find()
            .all(&self.db.reader())
            .await
            .unwrap();
        let keys: BTreeSet<String> = rows.iter().map(|row| row.storage_key.clone()).collect();
        assert_eq!(files_under(self.store.root()), keys);
        for row in rows {
            let content = std::fs::read(self.store.root().join(&row.storage_key)).unwrap();
            let (size, hash) = (content.len() as i64, blake3_of(&self.store, &content).await);
            assert_eq!(
                (size, hash),
                (row.size_bytes, row.blake3),
                "{}",
                row.storage_key
            );
        }
    }
}

/// Every file under the root, relative to it.
pub(super) fn files_under(root: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.insert(name.to_owned());
            }
        }
    }
    files
}

pub(super) async fn open_store(root: &Path) -> FileStore {
    let options = FileStoreOptions {
        root: root.to_owned(),
        max_file_bytes: 4 << 20,
        tables: &[FILE_TABLE],
        root_table: None,
        clock: Clock::system(),
    };
    FileStore::open(options).await.unwrap()
}

pub(super) async fn add_project(db: &Database) -> ProjectId {
    let clock = Clock::system();
    let id = ProjectId(clock.new_id());
    let work = db.begin().await.unwrap();
    let project = projects::ActiveModel {
        id: Set(id),
        title: Set("The lighthouse".to_owned()),
        prompt: Set("a keeper and a storm".to_owned()),
        style: Set("ink".to_owned()),
        status: Set(ProjectStatus::Draft),
        created_at: Set(clock.now()),
        updated_at: Set(clock.now()),
        ..Default::default()
    };
    project.insert(&work).await.unwrap();
    work.commit().await.unwrap();
    id
}

pub(super) async fn add_row(work: &UnitOfWork, project: ProjectId, facts: &FileFacts) {
    let clock = Clock::system();
    let row = artifacts::ActiveModel {
        id: Set(ArtifactId(clock.new_id())),
        project_id: Set(project),
        kind: Set(ArtifactKind::Clip),
        media_type: Set(facts.media_type.to_string()),
        size_bytes: Set(i64::try_from(facts.size_bytes).unwrap()),
        blake3: Set(facts.blake3.clone()),
        original_name: Set("clips/00-attempt-1.mp4".to_owned()),
        storage_key: Set(facts.key.to_string()),
        created_at: Set(clock.now()),
    };
    row.insert(work).await.unwrap();
}

pub(super) async fn publish(store: &FileStore, project: ProjectId, seed: u64) -> Published {
    let staged = store.stage(&clip(seed)[..], to(project)).await.unwrap();
    store.publish(staged).await.unwrap()
}

pub(super) fn to(project: ProjectId) -> Destination {
    Destination {
        owner: project.0,
        folder: CLIPS,
        accepts: MediaType::VIDEOS,
    }
}

/// A clip of some kilobytes, different for each seed: what makes it so is in a box that players skip.
pub(super) fn clip(seed: u64) -> Vec<u8> {
    with_padding((0..(200 + seed % 300)).flat_map(|n| (seed ^ (n << 32)).to_le_bytes()))
}

/// A clip with these bytes in a box that players skip.
pub(super) fn with_padding(bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let padding: Vec<u8> = bytes.into_iter().collect();
    let length = u32::try_from(padding.len() + 8).unwrap();
    [MP4, &length.to_be_bytes(), b"free", &padding].concat()
}

/// The store is the only one here that hashes: what it says of the bytes on the disk.
async fn blake3_of(store: &FileStore, content: &[u8]) -> String {
    let anywhere = to(ProjectId(Clock::system().new_id()));
    let staged = store.stage(content, anywhere).await.unwrap();
    staged.facts().blake3.clone()
}
