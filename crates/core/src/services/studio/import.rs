//! Import: a production folder becomes a project, whole or not at all.
//!
//! The folder is looked at to its last byte before anything is stored. Then its files are staged
//! and published, and one unit of work brings all rows. Whatever ends an import before its commit
//! (an error, Ctrl-C, a crash) leaves no row; its files are removed at once where that is possible,
//! and otherwise when the store is next repaired.
//!
//! A production is stored once. Its content is known by a digest that the project
//! keeps until it is changed; from then on the same folder may be imported anew.

use std::path::Path;

use entity::studio::{ProjectId, projects};
use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use tokio_util::io::InspectReader;
use tracing::info;

use super::{
    Studio, StudioError,
    artifacts::{commit_with, destination, discard_later},
    manifest::{Bounds, Folder, Manifest, ManifestFile, artifact_kind},
    production::{ProductionError, blocking},
    production_rows::ProductionRows,
    views::Project,
};
use crate::{
    db::{Doing as _, UnitOfWork, ViolationKind},
    files::{FileStore, Published, Staged},
};

/// What an import made of a folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Imported {
    /// The project that holds the production.
    pub project: Project,
    /// Whether this import stored it.
    pub outcome: ImportOutcome,
    /// How many scenes the production has.
    pub scenes: usize,
    /// How many files, without the storyboard.
    pub files: usize,
    /// Their length together.
    pub size_bytes: u64,
    /// Files in the folder that the storyboard does not name. They were not stored.
    pub unused: Vec<String>,
}

/// Whether an import stored something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// The production is stored now.
    Stored,
    /// The very same production was stored before; nothing was stored.
    AlreadyStored,
}

/// How far an import has come, for those who watch it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportProgress {
    /// The folder is a production; storing its files begins.
    Storing {
        /// How many files there are.
        files: usize,
        /// Their length together.
        size_bytes: u64,
    },
    /// More bytes have been stored.
    Bytes(u64),
    /// All bytes of a file have been stored.
    File {
        /// Its path within the production.
        path: String,
    },
    /// All files are stored; the rows are being written.
    Saving,
}

/// Watches an import. Called from any thread; must not block.
type Watch<'w> = &'w (dyn Fn(ImportProgress) + Send + Sync);

impl Studio {
    /// Imports a production folder. Dropping the future ends the import; nothing of it is then
    /// visible.
    ///
    /// # Errors
    /// [`StudioError::Production`] if the folder is no production, cannot be read (any more), or a
    /// file of it cannot be stored. Nothing is stored then.
    pub async fn import_production(
        &self,
        folder: &Path,
        watch: Watch<'_>,
    ) -> Result<Imported, StudioError> {
        let bounds = Bounds {
            max_scenes: self.max_scenes(),
            max_file_bytes: self.files.max_file_bytes(),
        };
        let manifest = Manifest::read(folder, bounds).await?;
        let digest = manifest.digest();
        if let Some(known) = find_by_digest(&self.db.reader(), &digest).await? {
            let project = self.project(&self.db.reader(), known).await?;
            return Ok(imported(project, ImportOutcome::AlreadyStored, manifest));
        }
        let (files, size_bytes) = (manifest.files.len(), manifest.size_bytes());
        watch(ImportProgress::Storing { files, size_bytes });
        let project = ProjectId::from(self.clock.new_id());
        let published = self.publish(project, &manifest, watch).await?;
        watch(ImportProgress::Saving);
        let work = self.db.begin().await?;
        let rows = ProductionRows::of(&self.clock, project, &manifest, &digest, published.files());
        if let Err(refused) = projects::Entity::insert(rows.project.clone())
            .exec_without_returning(&work)
            .await
        {
            if !self.is_known_digest(&work, &refused) {
                return Err(refused)
                    .doing("adding an imported project")
                    .map_err(Into::into);
            }
            // Somebody imported the same production meanwhile.
            work.rollback().await?;
            let work = self.db.begin().await?;
            if let Some(known) = find_by_digest(&work, &digest).await? {
                let project = self.project(&work, known).await?;
                return Ok(imported(project, ImportOutcome::AlreadyStored, manifest));
            }
            return Err(refused)
                .doing("adding an imported project")
                .map_err(Into::into);
        }
        rows.insert_parts(&work).await?;
        let project = self.project(&work, project).await?;
        published.commit_with(work).await?;
        info!(project.id = %project.id, files, size_bytes, "imported production");
        Ok(imported(project, ImportOutcome::Stored, manifest))
    }

    /// Stores the files of a production, in the order of the manifest.
    async fn publish(
        &self,
        project: ProjectId,
        manifest: &Manifest,
        watch: Watch<'_>,
    ) -> Result<PublishedFiles, StudioError> {
        let staging = manifest
            .files
            .iter()
            .map(|file| self.stage_file(project, &manifest.folder, file, watch));
        let staged: Vec<Staged> = stream::iter(staging.collect::<Vec<_>>())
            .buffered(FileStore::CONCURRENCY)
            .try_collect()
            .await?;
        Ok(PublishedFiles {
            published: self.files.publish_all(staged).await?,
            files: self.files.clone(),
        })
    }

    async fn stage_file(
        &self,
        project: ProjectId,
        folder: &Folder,
        file: &ManifestFile,
        watch: Watch<'_>,
    ) -> Result<Staged, StudioError> {
        let (opening, path) = (folder.clone(), file.path.to_string());
        let source = blocking(move || match opening.open_file(&path) {
            Ok(Some((file, _))) => Ok(file),
            Ok(None) => Err(ProductionError::Changed { path }),
            Err(source) => Err(ProductionError::Unreadable { path, source }),
        })
        .await?;
        let counted = InspectReader::new(tokio::fs::File::from_std(source), |bytes: &[u8]| {
            watch(ImportProgress::Bytes(bytes.len() as u64));
        });
        let staged = self
            .files
            .stage(counted, destination(project, artifact_kind(file.role)))
            .await
            .map_err(|source| ProductionError::NotStored {
                path: file.path.to_string(),
                source,
            })?;
        let path = file.path.to_string();
        if staged.facts().blake3 != file.blake3 {
            return Err(ProductionError::Changed { path }.into());
        }
        watch(ImportProgress::File { path });
        Ok(staged)
    }

    /// Whether a statement was refused because the production is stored already.
    fn is_known_digest(&self, work: &UnitOfWork, refused: &sea_orm::DbErr) -> bool {
        let unique = self.db.convention().unique("projects", &["content_digest"]);
        work.violation(refused).is_some_and(|violation| {
            violation.kind == ViolationKind::Unique && violation.constraint == unique
        })
    }
}

fn imported(project: Project, outcome: ImportOutcome, manifest: Manifest) -> Imported {
    Imported {
        project,
        outcome,
        scenes: manifest.storyboard.scenes.len(),
        files: manifest.files.len(),
        size_bytes: manifest.size_bytes(),
        unused: manifest.unused,
    }
}

async fn find_by_digest(
    connection: &impl ConnectionTrait,
    digest: &str,
) -> Result<Option<ProjectId>, StudioError> {
    projects::Entity::find()
        .select_only()
        .column(projects::Column::Id)
        .filter(projects::Column::ContentDigest.eq(digest))
        .into_tuple()
        .one(connection)
        .await
        .doing("looking for a stored production")
        .map_err(Into::into)
}

/// The files of a production, stored while their rows are not yet committed. Dropping this removes
/// them.
struct PublishedFiles {
    files: FileStore,
    published: Vec<Published>,
}

impl PublishedFiles {
    fn files(&self) -> &[Published] {
        &self.published
    }

    async fn commit_with(mut self, work: UnitOfWork) -> Result<(), StudioError> {
        commit_with(work, &self.files, std::mem::take(&mut self.published)).await
    }
}

impl Drop for PublishedFiles {
    fn drop(&mut self) {
        discard_later(&self.files, std::mem::take(&mut self.published));
    }
}
