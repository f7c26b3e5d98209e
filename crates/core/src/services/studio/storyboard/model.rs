//! A storyboard as plain data.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Problems, ProductionPath, read};

/// The most bytes of a storyboard: enough for every text at its limit, with room to name the one
/// that is not.
pub const STORYBOARD_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A production's description.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Storyboard {
    /// Its title.
    pub title: String,
    /// What it was made from.
    pub prompt: String,
    /// The name of its visual style.
    pub style: String,
    /// What a style means in detail, in the author's own words; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style_guide: Option<Map<String, Value>>,
    /// Its scenes, in the order of their indexes, which are 0, 1, 2 and so on.
    pub scenes: Vec<StoryboardScene>,
    /// The finished film; `None` before there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<ProductionPath>,
}

/// One scene of a [`Storyboard`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoryboardScene {
    /// Its place, from 0.
    pub scene_index: i64,
    /// What happens in it.
    pub description: String,
    /// The prompt for the picture that it starts with.
    pub start_prompt: String,
    /// The prompt for the picture that it ends with.
    pub end_prompt: String,
    /// The prompt for what moves.
    pub motion_prompt: String,
    /// How long it lasts; `None` until that is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// Its pictures.
    #[serde(skip_serializing_if = "StoryboardKeyframes::is_empty")]
    pub keyframes: StoryboardKeyframes,
    /// Its clips, in the order of their attempts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clips: Vec<StoryboardClip>,
}

/// The pictures of a scene.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoryboardKeyframes {
    /// The picture it starts with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<ProductionPath>,
    /// The picture it ends with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<ProductionPath>,
}

impl StoryboardKeyframes {
    fn is_empty(&self) -> bool {
        self.start.is_none() && self.end.is_none()
    }
}

/// A clip of a scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoryboardClip {
    /// Which try it was, from 1.
    pub attempt: i64,
    /// Its file.
    pub file: ProductionPath,
}

/// What a file of a production is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileRole {
    /// A picture.
    Keyframe,
    /// A clip.
    Clip,
    /// The finished film.
    Output,
}

impl Storyboard {
    /// Reads and checks a storyboard.
    ///
    /// # Errors
    /// All [`Problems`] that were found, never only the first one. A text that is no JSON has one
    /// problem: where it stops being JSON.
    pub fn parse(bytes: &[u8], max_scenes: usize) -> Result<Self, Problems> {
        read::storyboard(bytes, max_scenes)
    }

    /// The storyboard in its canonical text: two spaces of indentation, the fields in the order of
    /// this type, absent ones left out, a line break at the end.
    #[must_use]
    pub fn render(&self) -> String {
        // Texts, numbers and maps with text keys: there is nothing in it that JSON cannot write.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Every file that the storyboard names, by path.
    #[must_use]
    pub fn files(&self) -> BTreeMap<&ProductionPath, FileRole> {
        let scenes = self.scenes.iter().flat_map(|scene| {
            let pictures = [&scene.keyframes.start, &scene.keyframes.end];
            let pictures = pictures.into_iter().flatten();
            pictures
                .map(|path| (path, FileRole::Keyframe))
                .chain(scene.clips.iter().map(|clip| (&clip.file, FileRole::Clip)))
        });
        let output = self.output.iter().map(|path| (path, FileRole::Output));
        scenes.chain(output).collect()
    }
}
