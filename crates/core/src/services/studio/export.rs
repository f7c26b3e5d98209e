//! Export: a project becomes a production folder again.
//!
//! The folder appears whole or not at all: it is written beside its place under a hidden name,
//! flushed, and then renamed, which never replaces a folder with something in it. Each file is
//! compared with its recorded BLAKE3 on the way.

use std::{collections::HashMap, path::Path};

use entity::studio::{ArtifactId, ProjectId, artifacts, projects};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tracing::info;

use super::{
    Studio, StudioError,
    artifacts::{parse_key, size_of},
    export_folder::ExportFolder,
    production::ProductionError,
    reconstruct::{ExportFile, Reconstruction},
    storyboard::{STORYBOARD_FILE, Storyboard},
};
use crate::{
    db::Doing as _,
    files::{Damage, DamagedFile, FilesError, StorageKey},
};

/// What an export wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The project.
    pub project: ProjectId,
    /// How many files, without the storyboard.
    pub files: usize,
    /// Their length together.
    pub size_bytes: u64,
    /// Where the text of the storyboard comes from.
    pub storyboard: StoryboardOrigin,
}

/// Where the text of an exported storyboard comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryboardOrigin {
    /// It was imported, and the project still says the same: the text is the imported one, to the
    /// letter.
    Imported,
    /// It was written from the project as it is now.
    Written,
}

/// How much is copied at a time.
const CHUNK_BYTES: usize = 256 * 1024;

impl Studio {
    /// Writes a project as a production folder to `target`, which must not exist yet or be empty.
    /// An imported project that was not changed gives the imported folder, byte for byte. Clips
    /// without a file are left out.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`]; [`StudioError::Production`] if the folder has something
    /// in it or cannot be written, or a stored file is damaged. Nothing is left then.
    pub async fn export_project(
        &self,
        project: ProjectId,
        target: &Path,
    ) -> Result<Exported, StudioError> {
        let reader = self.db.reader();
        let details = self.project_details(&reader, project).await?;
        let Reconstruction { storyboard, files } = Reconstruction::of(&details);
        let (text, origin) = match self.imported_text(project).await? {
            Some(text) if is_same_storyboard(&text, &storyboard) => {
                (text, StoryboardOrigin::Imported)
            }
            _ => (storyboard.render(), StoryboardOrigin::Written),
        };
        let stored = self.stored_files(project).await?;
        let folder = ExportFolder::create(target, self.clock.new_id()).await?;
        folder.write(STORYBOARD_FILE, text.into_bytes()).await?;
        let mut size_bytes = 0;
        for file in &files {
            let artifact = file.artifact;
            let stored = stored
                .get(&artifact)
                .ok_or(StudioError::ArtifactNotFound { artifact })?;
            size_bytes += self.copy(&folder, file, stored).await?;
        }
        folder.finish().await?;
        info!(project.id = %project, files = files.len(), size_bytes, "exported production");
        Ok(Exported {
            project,
            files: files.len(),
            size_bytes,
            storyboard: origin,
        })
    }

    async fn imported_text(&self, project: ProjectId) -> Result<Option<String>, StudioError> {
        let text: Option<Option<String>> = projects::Entity::find_by_id(project)
            .select_only()
            .column(projects::Column::Storyboard)
            .into_tuple()
            .one(&self.db.reader())
            .await
            .doing("reading a storyboard")?;
        Ok(text.flatten())
    }

    /// Where the files of a project are, and how long they are.
    async fn stored_files(
        &self,
        project: ProjectId,
    ) -> Result<HashMap<ArtifactId, (StorageKey, u64)>, StudioError> {
        let rows: Vec<(ArtifactId, String, i64)> = artifacts::Entity::find()
            .select_only()
            .columns([
                artifacts::Column::Id,
                artifacts::Column::StorageKey,
                artifacts::Column::SizeBytes,
            ])
            .filter(artifacts::Column::ProjectId.eq(project))
            .into_tuple()
            .all(&self.db.reader())
            .await
            .doing("reading the keys of artifacts")?;
        rows.into_iter()
            .map(|(id, key, size)| Ok((id, (parse_key(&key)?, size_of(size)))))
            .collect()
    }

    /// Copies a stored file into the folder, and compares it with what was recorded.
    async fn copy(
        &self,
        folder: &ExportFolder,
        file: &ExportFile,
        (key, size_bytes): &(StorageKey, u64),
    ) -> Result<u64, StudioError> {
        let damaged = || ProductionError::Damaged {
            artifact: file.artifact,
            path: file.path.to_string(),
        };
        let mut source = match self.files.read(key, *size_bytes).await {
            Ok(stored) => stored.content,
            Err(error) => {
                self.artifact(&self.db.reader(), file.artifact).await?;
                self.files.remember(&error).await;
                return Err(match error {
                    FilesError::NotAsStored { .. } => damaged().into(),
                    error => error.into(),
                });
            }
        };
        let mut copy = folder.create_file(file.path.as_str()).await?;
        let mut hasher = blake3::Hasher::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = source.read(&mut chunk).await.map_err(|_| damaged())?;
            if read == 0 {
                break;
            }
            hasher.update(&chunk[..read]);
            let written = copy.write_all(&chunk[..read]).await;
            written.map_err(|source| folder.unwritable(file.path.as_str(), source))?;
        }
        let synced = match copy.flush().await {
            Ok(()) => copy.sync_all().await,
            failed => failed,
        };
        synced.map_err(|source| folder.unwritable(file.path.as_str(), source))?;
        if hasher.finalize().to_hex().as_str() != file.blake3 {
            let found = DamagedFile {
                key: key.clone(),
                damage: Damage::Content,
            };
            self.files.remember(&found.into()).await;
            return Err(damaged().into());
        }
        Ok(hasher.count())
    }
}

/// Whether an imported text still describes the project. Numbers are compared by value: a database
/// may write 1e2 as 100.
fn is_same_storyboard(text: &str, now: &Storyboard) -> bool {
    let Ok(mut then) = Storyboard::parse(text.as_bytes(), usize::MAX) else {
        return false;
    };
    let same_guide = match (then.style_guide.take(), &now.style_guide) {
        (Some(then), Some(now)) => json::same_members(&then, now),
        (None, None) => true,
        _ => false,
    };
    then.style_guide.clone_from(&now.style_guide);
    same_guide && then == *now
}

mod json {
    use serde_json::{Map, Value};

    pub(super) fn same_members(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
        let same = |(key, value)| b.get(key).is_some_and(|other| same(value, other));
        a.len() == b.len() && a.iter().all(same)
    }

    fn same(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Value::Object(a), Value::Object(b)) => same_members(a, b),
            (a, b) => a == b,
        }
    }
}
