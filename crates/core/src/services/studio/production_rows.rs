//! The rows that an imported production becomes.

use std::collections::HashMap;

use entity::studio::{
    ArtifactId, ClipStatus, KeyframeId, KeyframePosition, ProjectId, ProjectStatus, SceneId,
    VideoClipId, artifacts, keyframes, projects, scenes, video_clips,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::Value;

use super::{
    StudioError,
    artifacts::artifact_row,
    manifest::{Manifest, artifact_kind},
    storyboard::{ProductionPath, StoryboardScene},
};
use crate::{
    clock::Clock,
    db::{Doing as _, UnitOfWork},
    files::Published,
};

/// How many rows one statement brings: both engines bound the number of values, SQLite at 32,766.
const BATCH: usize = 500;

/// A production as rows.
pub(super) struct ProductionRows {
    pub(super) project: projects::ActiveModel,
    scenes: Vec<scenes::ActiveModel>,
    artifacts: Vec<artifacts::ActiveModel>,
    keyframes: Vec<keyframes::ActiveModel>,
    clips: Vec<video_clips::ActiveModel>,
}

impl ProductionRows {
    /// The rows of a production whose files are in the store, in the order of the manifest.
    pub(super) fn of(
        clock: &Clock,
        project: ProjectId,
        manifest: &Manifest,
        digest: &str,
        published: &[Published],
    ) -> Self {
        let now = clock.now();
        let mut artifacts = Vec::with_capacity(published.len());
        let mut by_path = HashMap::with_capacity(published.len());
        for (file, published) in manifest.files.iter().zip(published) {
            let id = ArtifactId::from(clock.new_id());
            by_path.insert(&file.path, id);
            let (kind, name) = (artifact_kind(file.role), file.path.to_string());
            artifacts.push(artifact_row(
                id,
                project,
                kind,
                name,
                published.facts(),
                now,
            ));
        }
        let mut parts = Parts {
            clock,
            project,
            by_path,
            scenes: Vec::new(),
            keyframes: Vec::new(),
            clips: Vec::new(),
        };
        for scene in &manifest.storyboard.scenes {
            parts.add(scene);
        }
        Self {
            project: project_row(clock, project, manifest, digest),
            scenes: parts.scenes,
            artifacts,
            keyframes: parts.keyframes,
            clips: parts.clips,
        }
    }

    /// Inserts everything but the project.
    pub(super) async fn insert_parts(self, work: &UnitOfWork) -> Result<(), StudioError> {
        insert::<scenes::Entity>(work, self.scenes).await?;
        insert::<artifacts::Entity>(work, self.artifacts).await?;
        insert::<keyframes::Entity>(work, self.keyframes).await?;
        insert::<video_clips::Entity>(work, self.clips).await
    }
}

fn project_row(
    clock: &Clock,
    project: ProjectId,
    manifest: &Manifest,
    digest: &str,
) -> projects::ActiveModel {
    let storyboard = &manifest.storyboard;
    let status = match storyboard.output {
        Some(_) => ProjectStatus::Complete,
        None => ProjectStatus::Draft,
    };
    let now = clock.now();
    projects::ActiveModel {
        id: Set(project),
        title: Set(storyboard.title.clone()),
        prompt: Set(storyboard.prompt.clone()),
        style: Set(storyboard.style.clone()),
        status: Set(status),
        style_guide: Set(storyboard.style_guide.clone().map(Value::Object)),
        storyboard: Set(Some(manifest.text.clone())),
        content_digest: Set(Some(digest.to_owned())),
        error_message: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

/// Gathers the rows of scenes.
struct Parts<'m> {
    clock: &'m Clock,
    project: ProjectId,
    by_path: HashMap<&'m ProductionPath, ArtifactId>,
    scenes: Vec<scenes::ActiveModel>,
    keyframes: Vec<keyframes::ActiveModel>,
    clips: Vec<video_clips::ActiveModel>,
}

impl Parts<'_> {
    fn add(&mut self, scene: &StoryboardScene) {
        let id = SceneId::from(self.clock.new_id());
        self.scenes.push(scenes::ActiveModel {
            id: Set(id),
            project_id: Set(self.project),
            scene_index: Set(scene.scene_index),
            description: Set(scene.description.clone()),
            start_prompt: Set(scene.start_prompt.clone()),
            end_prompt: Set(scene.end_prompt.clone()),
            motion_prompt: Set(scene.motion_prompt.clone()),
            duration_ms: Set(scene.duration_ms),
        });
        let frames = &scene.keyframes;
        for (position, path) in [
            (KeyframePosition::Start, &frames.start),
            (KeyframePosition::End, &frames.end),
        ] {
            if let Some(artifact) = path.as_ref().and_then(|path| self.by_path.get(path)) {
                self.keyframes.push(keyframes::ActiveModel {
                    id: Set(KeyframeId::from(self.clock.new_id())),
                    scene_id: Set(id),
                    position: Set(position),
                    artifact_id: Set(*artifact),
                });
            }
        }
        for clip in &scene.clips {
            self.clips.push(video_clips::ActiveModel {
                id: Set(VideoClipId::from(self.clock.new_id())),
                scene_id: Set(id),
                attempt: Set(clip.attempt),
                status: Set(ClipStatus::Complete),
                artifact_id: Set(self.by_path.get(&clip.file).copied()),
                duration_ms: Set(None),
                provider_operation: Set(None),
                error_message: Set(None),
            });
        }
    }
}

async fn insert<E: EntityTrait>(
    work: &UnitOfWork,
    rows: Vec<E::ActiveModel>,
) -> Result<(), StudioError>
where
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(BATCH))
            .exec_without_returning(work)
            .await
            .doing("adding the parts of an imported project")?;
    }
    Ok(())
}
