//! The storyboard that a project would have as a production, and the files that it names.

use std::collections::HashMap;

use entity::studio::{ArtifactId, ClipStatus, KeyframePosition};
use serde_json::Value;

use super::{
    storyboard::{
        ProductionPath, Storyboard, StoryboardClip, StoryboardKeyframes, StoryboardScene,
    },
    views::{Artifact, Clip, Keyframe, ProjectDetails, SceneDetails},
};
use crate::files::MediaType;

/// A project as a production.
pub(super) struct Reconstruction {
    pub(super) storyboard: Storyboard,
    pub(super) files: Vec<ExportFile>,
}

/// A file of a production, and the artifact it is.
pub(super) struct ExportFile {
    pub(super) path: ProductionPath,
    pub(super) artifact: ArtifactId,
    pub(super) blake3: String,
}

impl Reconstruction {
    pub(super) fn of(details: &ProjectDetails) -> Self {
        let mut names = Names::reserving(details);
        let scenes = details.scenes.iter().map(|scene| names.scene(scene));
        let scenes = scenes.collect();
        let project = &details.project;
        let output = details
            .output
            .as_ref()
            .map(|artifact| names.give(artifact, "output/film".to_owned()));
        let storyboard = Storyboard {
            title: project.title.clone(),
            prompt: project.prompt.clone(),
            style: project.style.clone(),
            style_guide: match &project.style_guide {
                Some(Value::Object(guide)) => Some(guide.clone()),
                _ => None,
            },
            scenes,
            output,
        };
        Self {
            storyboard,
            files: names.files,
        }
    }
}

/// Gives every file a path of its own: the one it came with, where that is possible.
struct Names {
    /// Files that keep the path they came with. Nobody else is given it.
    reserved: HashMap<ArtifactId, ProductionPath>,
    files: Vec<ExportFile>,
}

impl Names {
    fn reserving(details: &ProjectDetails) -> Self {
        let of_scenes = details.scenes.iter().flat_map(|scene| {
            let pictures = scene.keyframes.iter().map(|keyframe| &keyframe.artifact);
            pictures.chain(scene.clips.iter().filter_map(|clip| clip.artifact.as_ref()))
        });
        let mut reserved: HashMap<ArtifactId, ProductionPath> = HashMap::new();
        for artifact in of_scenes.chain(&details.output) {
            if let Ok(path) = artifact.original_name.parse::<ProductionPath>()
                && !reserved.values().any(|taken| taken.collides_with(&path))
            {
                reserved.insert(artifact.id, path);
            }
        }
        Self {
            reserved,
            files: Vec::new(),
        }
    }

    fn scene(&mut self, details: &SceneDetails) -> StoryboardScene {
        let scene = &details.scene;
        let index = scene.scene_index;
        let mut keyframes = StoryboardKeyframes::default();
        for Keyframe {
            position, artifact, ..
        } in &details.keyframes
        {
            let (place, name) = match position {
                KeyframePosition::Start => (&mut keyframes.start, "start"),
                KeyframePosition::End => (&mut keyframes.end, "end"),
            };
            *place = Some(self.give(artifact, format!("keyframes/{index:02}-{name}")));
        }
        let mut clips = Vec::new();
        for clip in &details.clips {
            let Clip {
                attempt,
                status: ClipStatus::Complete,
                artifact: Some(artifact),
                ..
            } = clip
            else {
                continue;
            };
            clips.push(StoryboardClip {
                attempt: *attempt,
                file: self.give(artifact, format!("clips/{index:02}-attempt-{attempt}")),
            });
        }
        StoryboardScene {
            scene_index: index,
            description: scene.description.clone(),
            start_prompt: scene.start_prompt.clone(),
            end_prompt: scene.end_prompt.clone(),
            motion_prompt: scene.motion_prompt.clone(),
            duration_ms: scene.duration_ms,
            keyframes,
            clips,
        }
    }

    /// The path of an artifact: the one it came with, or else `stem` with the extension of its
    /// type, numbered where somebody else has that.
    fn give(&mut self, artifact: &Artifact, stem: String) -> ProductionPath {
        let path = match self.reserved.get(&artifact.id) {
            Some(path) => path.clone(),
            None => self.unused(artifact, &stem),
        };
        self.files.push(ExportFile {
            path: path.clone(),
            artifact: artifact.id,
            blake3: artifact.blake3.clone(),
        });
        path
    }

    fn unused(&self, artifact: &Artifact, stem: &str) -> ProductionPath {
        let extension = artifact
            .media_type
            .parse::<MediaType>()
            .map_or("bin", MediaType::extension);
        // Ends, because there are more numbers than files.
        let mut number = 1_u64;
        loop {
            let name = match number {
                1 => format!("{stem}.{extension}"),
                number => format!("{stem}-{number}.{extension}"),
            };
            if let Ok(path) = name.parse::<ProductionPath>()
                && self.is_free(&path)
            {
                return path;
            }
            number += 1;
        }
    }

    fn is_free(&self, path: &ProductionPath) -> bool {
        let files = self.files.iter().map(|file| &file.path);
        let mut taken = self.reserved.values().chain(files);
        !taken.any(|taken| taken.collides_with(path))
    }
}
