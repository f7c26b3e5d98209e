//! Artifacts: the files of a project, from their arrival to their content.

use chrono::{DateTime, Utc};
use entity::studio::{ArtifactId, ArtifactKind, ProjectId, artifacts};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    TryIntoModel,
};
use tokio::io::AsyncRead;
use tracing::warn;

use super::{
    Studio, StudioError,
    rows::{check_text, lock_project},
    text::{Content as Presence, Lines, TextRule},
    views::Artifact,
};
use crate::{
    db::{DbError, Doing as _, UnitOfWork},
    files::{
        Destination, FileFacts, FileStore, Folder, MediaType, Published, StorageKey, StoredFile,
    },
};

/// A file to be stored.
#[derive(Clone, Debug)]
pub struct Upload<R> {
    /// What its sender calls it: one line, 1 to 1,024 characters. It is only kept, never used as a path.
    pub original_name: String,
    /// Its bytes, to the end.
    pub content: R,
}

/// What was stored in a place that holds one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<T> {
    /// What is there now.
    pub item: T,
    /// Whether there was another one before.
    pub has_replaced: bool,
}

/// The content of an artifact, opened.
#[derive(Debug)]
pub struct Content {
    /// What is known about it.
    pub artifact: Artifact,
    /// Its bytes.
    pub file: StoredFile,
}

/// What people call a file.
const ORIGINAL_NAME: TextRule = TextRule {
    max_chars: 1_024,
    content: Presence::Required,
    lines: Lines::One,
};

impl Studio {
    /// The artifact.
    ///
    /// # Errors
    /// [`StudioError::ArtifactNotFound`].
    pub async fn artifact(
        &self,
        connection: &impl ConnectionTrait,
        artifact: ArtifactId,
    ) -> Result<Artifact, StudioError> {
        artifacts::Entity::find_by_id(artifact)
            .into_partial_model::<Artifact>()
            .one(connection)
            .await
            .doing("reading an artifact")?
            .ok_or(StudioError::ArtifactNotFound { artifact })
    }

    /// Opens the content of an artifact. It can be read to its end even if it is removed meanwhile.
    ///
    /// # Errors
    /// [`StudioError::ArtifactNotFound`]; [`StudioError::Files`] if the store cannot give it.
    pub async fn open_artifact(&self, artifact: ArtifactId) -> Result<Content, StudioError> {
        let (row, key) = self.artifact_with_key(artifact).await?;
        match self.files.read(&key, size_of(row.size_bytes)).await {
            Ok(file) => Ok(Content {
                artifact: row,
                file,
            }),
            Err(error) => {
                // Removed between the two reads, or damaged: the row knows.
                self.artifact(&self.db.reader(), artifact).await?;
                self.files.remember(&error).await;
                Err(error.into())
            }
        }
    }

    /// Stores the finished film of a project, in the place of the one before.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`]; [`StudioError::Files`] if it is no video or cannot be
    /// stored.
    pub async fn set_output(
        &self,
        project: ProjectId,
        upload: Upload<impl AsyncRead + Unpin>,
    ) -> Result<Stored<Artifact>, StudioError> {
        self.project(&self.db.reader(), project).await?;
        let upload = self
            .store_upload(project, ArtifactKind::Output, upload)
            .await?;
        let work = self.db.begin().await?;
        lock_project(&work, project).await?;
        let removed = artifacts::Entity::delete_many()
            .filter(artifacts::Column::ProjectId.eq(project))
            .filter(artifacts::Column::Kind.eq(ArtifactKind::Output))
            .exec(&work)
            .await
            .doing("removing an output")?;
        let artifact = self.add_artifact(&work, &upload).await?;
        self.touch(&work, project).await?;
        upload.commit_with(work).await?;
        Ok(Stored {
            item: artifact,
            has_replaced: removed.rows_affected > 0,
        })
    }

    /// The finished film of a project, if there is one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_output(
        &self,
        connection: &impl ConnectionTrait,
        project: ProjectId,
    ) -> Result<Option<Artifact>, StudioError> {
        artifacts::Entity::find()
            .filter(artifacts::Column::ProjectId.eq(project))
            .filter(artifacts::Column::Kind.eq(ArtifactKind::Output))
            .order_by_desc(artifacts::Column::Id)
            .into_partial_model::<Artifact>()
            .one(connection)
            .await
            .doing("reading an output")
            .map_err(Into::into)
    }

    /// Removes the finished film of a project; there may be none.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`].
    pub async fn remove_output(
        &self,
        work: &UnitOfWork,
        project: ProjectId,
    ) -> Result<(), StudioError> {
        lock_project(work, project).await?;
        artifacts::Entity::delete_many()
            .filter(artifacts::Column::ProjectId.eq(project))
            .filter(artifacts::Column::Kind.eq(ArtifactKind::Output))
            .exec(work)
            .await
            .doing("removing an output")?;
        self.touch(work, project).await
    }

    pub(super) async fn artifact_with_key(
        &self,
        artifact: ArtifactId,
    ) -> Result<(Artifact, StorageKey), StudioError> {
        let row = artifacts::Entity::find_by_id(artifact)
            .one(&self.db.reader())
            .await
            .doing("reading an artifact")?
            .ok_or(StudioError::ArtifactNotFound { artifact })?;
        let key = parse_key(&row.storage_key)?;
        Ok((row.into(), key))
    }

    /// Stores the file of an upload. It has no row yet.
    pub(super) async fn store_upload(
        &self,
        project: ProjectId,
        kind: ArtifactKind,
        upload: Upload<impl AsyncRead + Unpin>,
    ) -> Result<StoredUpload, StudioError> {
        check_text("original_name", &upload.original_name, ORIGINAL_NAME)?;
        let staged = self
            .files
            .stage(upload.content, destination(project, kind))
            .await?;
        let published = self.files.publish(staged).await?;
        Ok(StoredUpload {
            files: self.files.clone(),
            project,
            kind,
            original_name: upload.original_name,
            facts: published.facts().clone(),
            published: Some(published),
        })
    }

    /// Adds the row of an upload.
    pub(super) async fn add_artifact(
        &self,
        work: &UnitOfWork,
        upload: &StoredUpload,
    ) -> Result<Artifact, StudioError> {
        let doing = "adding an artifact";
        let row = artifact_row(
            ArtifactId::from(self.clock.new_id()),
            upload.project,
            upload.kind,
            upload.original_name.clone(),
            &upload.facts,
            self.clock.now(),
        );
        let artifact = row.clone().try_into_model().doing(doing)?;
        artifacts::Entity::insert(row)
            .exec_without_returning(work)
            .await
            .doing(doing)?;
        Ok(artifact.into())
    }
}

/// The row of a stored file.
pub(super) fn artifact_row(
    id: ArtifactId,
    project: ProjectId,
    kind: ArtifactKind,
    original_name: String,
    facts: &FileFacts,
    now: DateTime<Utc>,
) -> artifacts::ActiveModel {
    artifacts::ActiveModel {
        id: Set(id),
        project_id: Set(project),
        kind: Set(kind),
        media_type: Set(facts.media_type.as_str().to_owned()),
        size_bytes: Set(i64::try_from(facts.size_bytes).unwrap_or(i64::MAX)),
        blake3: Set(facts.blake3.clone()),
        original_name: Set(original_name),
        storage_key: Set(facts.key.to_string()),
        created_at: Set(now),
    }
}

/// The folder of files of a kind, and the types that they may have.
pub(super) fn destination(project: ProjectId, kind: ArtifactKind) -> Destination {
    const KEYFRAMES: Folder = Folder::named("keyframes");
    const CLIPS: Folder = Folder::named("clips");
    const OUTPUT: Folder = Folder::named("output");
    let (folder, accepts) = match kind {
        ArtifactKind::Keyframe => (KEYFRAMES, MediaType::IMAGES),
        ArtifactKind::Clip => (CLIPS, MediaType::VIDEOS),
        ArtifactKind::Output => (OUTPUT, MediaType::VIDEOS),
    };
    Destination {
        owner: project.into(),
        folder,
        accepts,
    }
}

/// The length that a row holds. A CHECK keeps it from being negative.
pub(super) fn size_of(size_bytes: i64) -> u64 {
    u64::try_from(size_bytes).unwrap_or_default()
}

/// The key that a row holds; the store wrote it.
pub(super) fn parse_key(text: &str) -> Result<StorageKey, StudioError> {
    text.parse()
        .map_err(|error| sea_orm::DbErr::Type(format!("storage_key {text:?}: {error}")))
        .doing("reading an artifact's key")
        .map_err(Into::into)
}

/// The file of an upload, stored while its row is not yet committed. Dropping it removes the file.
#[derive(Debug)]
#[must_use = "an upload is removed unless its row is committed"]
pub(super) struct StoredUpload {
    files: FileStore,
    project: ProjectId,
    kind: ArtifactKind,
    original_name: String,
    facts: FileFacts,
    /// `None` once its commit was asked for.
    published: Option<Published>,
}

impl StoredUpload {
    /// Commits the unit that has the file's row, and with it the file.
    pub(super) async fn commit_with(mut self, work: UnitOfWork) -> Result<(), StudioError> {
        let published = self.published.take();
        commit_with(work, &self.files, published.into_iter().collect()).await
    }
}

impl Drop for StoredUpload {
    fn drop(&mut self) {
        discard_later(&self.files, self.published.take().into_iter().collect());
    }
}

/// Commits the unit that has the rows of these files, and with it the files. If the commit was
/// refused they are removed; if its outcome is not known they stay, for repair to decide.
pub(super) async fn commit_with(
    work: UnitOfWork,
    files: &FileStore,
    published: Vec<Published>,
) -> Result<(), StudioError> {
    // If this future is dropped here, `published` is dropped as it is: its outcome is not known.
    match work.commit().await {
        Ok(()) => {
            published.into_iter().for_each(Published::acknowledge);
            Ok(())
        }
        Err(error @ (DbError::OutcomeUnknown { .. } | DbError::Replaced)) => Err(error.into()),
        Err(error) => {
            if let Err(error) = files.discard_all(published).await {
                warn!(%error, "left files without rows for repair");
            }
            Err(error.into())
        }
    }
}

/// Removes files whose rows were never committed, in a task of its own. If the program ends first,
/// the repair at its next start removes them.
pub(super) fn discard_later(files: &FileStore, published: Vec<Published>) {
    if published.is_empty() {
        return;
    }
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return;
    };
    let files = files.clone();
    runtime.spawn(async move {
        if let Err(error) = files.discard_all(published).await {
            warn!(%error, "left files without rows for repair");
        }
    });
}
