//! From text to [`Storyboard`]: every field, every rule.

use serde_json::{Map, Value};

use super::{
    ProductionPath, Storyboard, StoryboardClip, StoryboardKeyframes, StoryboardScene,
    problem::Problems,
    reader::{Node, Object, Reader, shortened},
};
use crate::services::studio::text::{self, STYLE_GUIDE_MAX_BYTES, TextRule};

/// See [`Storyboard::parse`].
pub(super) fn storyboard(bytes: &[u8], max_scenes: usize) -> Result<Storyboard, Problems> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problems::with_storyboard(format!(
            "is not UTF-8: the byte at offset {} does not belong there",
            error.valid_up_to()
        ))
    })?;
    if text.starts_with('\u{feff}') {
        return Err(Problems::with_storyboard(
            "starts with a byte order mark; save it as plain UTF-8",
        ));
    }
    let mut sheet = Sheet {
        reader: Reader::new(text),
        paths: Vec::new(),
        max_scenes,
    };
    let storyboard = sheet.storyboard();
    match storyboard {
        Some(storyboard) => sheet.reader.problems.none_or(storyboard),
        None => Err(sheet.reader.problems),
    }
}

/// The reading of one storyboard. Its functions give `None` only after they noted why.
struct Sheet<'t> {
    reader: Reader<'t>,
    /// Every path so far, with the place that named it.
    paths: Vec<(ProductionPath, String)>,
    max_scenes: usize,
}

impl<'t> Sheet<'t> {
    fn storyboard(&mut self) -> Option<Storyboard> {
        let top = self.reader.top()?;
        let object = self.reader.object(
            &top,
            &[
                "title",
                "prompt",
                "style",
                "style_guide",
                "scenes",
                "output",
            ],
        )?;
        let title = self.required_text(&object, "title", text::TITLE);
        let prompt = self.required_text(&object, "prompt", text::PROMPT);
        let style = self.required_text(&object, "style", text::STYLE);
        let style_guide = object
            .find("style_guide")
            .map(|node| self.style_guide(node));
        let scenes = self.reader.required(&object, "scenes");
        let scenes = scenes.map(|node| self.scenes(&node));
        let output = object.find("output").map(|node| self.path(node));
        Some(Storyboard {
            title: title?,
            prompt: prompt?,
            style: style?,
            style_guide: transpose(style_guide)?,
            scenes: scenes??,
            output: transpose(output)?,
        })
    }

    fn style_guide(&mut self, node: &Node<'t>) -> Option<Map<String, Value>> {
        let bytes = Reader::bytes(node);
        if bytes > STYLE_GUIDE_MAX_BYTES {
            let message = format!("has {bytes} bytes; at most {STYLE_GUIDE_MAX_BYTES} are allowed");
            self.reader.push(node, message);
            return None;
        }
        let guide: Map<String, Value> = self.reader.value(node, "an object")?;
        if text::has_nul(&guide) {
            self.reader.push(node, text::TextFault::Nul.to_string());
            return None;
        }
        Some(guide)
    }

    fn scenes(&mut self, node: &Node<'t>) -> Option<Vec<StoryboardScene>> {
        let items = self.reader.items(node);
        if items.len() > self.max_scenes {
            let message = format!(
                "has {} scenes; at most {} are allowed (pipeline.max_scenes)",
                items.len(),
                self.max_scenes
            );
            self.reader.push(node, message);
        }
        let mut taken: Vec<bool> = vec![false; items.len()];
        let mut scenes = Vec::with_capacity(items.len());
        for item in &items {
            if let Some(scene) = self.scene(item, &mut taken) {
                scenes.push(scene);
            }
        }
        scenes.sort_by_key(|scene| scene.scene_index);
        (scenes.len() == items.len()).then_some(scenes)
    }

    fn scene(&mut self, node: &Node<'t>, taken: &mut [bool]) -> Option<StoryboardScene> {
        let object = self.reader.object(
            node,
            &[
                "scene_index",
                "description",
                "start_prompt",
                "end_prompt",
                "motion_prompt",
                "duration_ms",
                "keyframes",
                "clips",
            ],
        )?;
        let scene_index = self.reader.required(&object, "scene_index");
        let scene_index = scene_index.map(|index| self.scene_index(&index, taken));
        let description = self.required_text(&object, "description", text::DESCRIPTION);
        let start_prompt = self.required_text(&object, "start_prompt", text::SCENE_PROMPT);
        let end_prompt = self.required_text(&object, "end_prompt", text::SCENE_PROMPT);
        let motion_prompt = self.required_text(&object, "motion_prompt", text::SCENE_PROMPT);
        let duration_ms = object
            .find("duration_ms")
            .map(|duration| self.reader.integer(duration, text::DURATION_MS));
        let keyframes = object
            .find("keyframes")
            .map(|frames| self.keyframes(frames));
        let clips = object.find("clips").map(|clips| self.clips(clips));
        Some(StoryboardScene {
            scene_index: scene_index??,
            description: description?,
            start_prompt: start_prompt?,
            end_prompt: end_prompt?,
            motion_prompt: motion_prompt?,
            duration_ms: transpose(duration_ms)?,
            keyframes: transpose(keyframes)?.unwrap_or_default(),
            clips: transpose(clips)?.unwrap_or_default(),
        })
    }

    /// A scene's place: each of 0, 1, 2 and so on exactly once.
    fn scene_index(&mut self, node: &Node<'t>, taken: &mut [bool]) -> Option<i64> {
        let index = self.reader.integer(node, 0..=i64::MAX)?;
        let count = taken.len();
        let place = usize::try_from(index).ok().and_then(|at| taken.get_mut(at));
        match place {
            None => {
                let message = format!(
                    "is {index}, but {count} scenes are numbered 0 to {}",
                    count - 1
                );
                self.reader.push(node, message);
                None
            }
            Some(true) => {
                self.reader
                    .push(node, format!("is {index}, as in a scene before"));
                None
            }
            Some(place) => {
                *place = true;
                Some(index)
            }
        }
    }

    fn keyframes(&mut self, node: &Node<'t>) -> Option<StoryboardKeyframes> {
        let object = self.reader.object(node, &["start", "end"])?;
        let start = object.find("start").map(|path| self.path(path));
        let end = object.find("end").map(|path| self.path(path));
        Some(StoryboardKeyframes {
            start: transpose(start)?,
            end: transpose(end)?,
        })
    }

    fn clips(&mut self, node: &Node<'t>) -> Option<Vec<StoryboardClip>> {
        let items = self.reader.items(node);
        let mut clips: Vec<StoryboardClip> = Vec::with_capacity(items.len());
        for item in &items {
            let Some(object) = self.reader.object(item, &["attempt", "file"]) else {
                continue;
            };
            let attempt = self.reader.required(&object, "attempt");
            let attempt = attempt.and_then(|node| self.attempt(&node, &clips));
            let file = self.reader.required(&object, "file");
            let file = file.and_then(|node| self.path(&node));
            if let (Some(attempt), Some(file)) = (attempt, file) {
                clips.push(StoryboardClip { attempt, file });
            }
        }
        clips.sort_by_key(|clip| clip.attempt);
        (clips.len() == items.len()).then_some(clips)
    }

    fn attempt(&mut self, node: &Node<'t>, clips: &[StoryboardClip]) -> Option<i64> {
        let attempt = self.reader.integer(node, 1..=text::MAX_ATTEMPT)?;
        if clips.iter().any(|clip| clip.attempt == attempt) {
            self.reader
                .push(node, format!("is {attempt}, as in a clip before"));
            return None;
        }
        Some(attempt)
    }

    /// A file's path, which no other place of the storyboard names.
    fn path(&mut self, node: &Node<'t>) -> Option<ProductionPath> {
        let text: String = self.reader.value(node, "a path")?;
        let path: ProductionPath = match text.parse() {
            Ok(path) => path,
            Err(fault) => {
                let message = format!("\"{}\" {fault}", shortened(&text));
                self.reader.push(node, message);
                return None;
            }
        };
        let before = self.paths.iter().find(|(p, _)| p.collides_with(&path));
        if let Some((_, place)) = before {
            let message = format!("\"{path}\" is already named by {place}");
            self.reader.push(node, message);
            return None;
        }
        self.paths.push((path.clone(), node.path().to_owned()));
        Some(path)
    }

    fn required_text(
        &mut self,
        object: &Object<'t>,
        name: &'static str,
        rule: TextRule,
    ) -> Option<String> {
        let node = self.reader.required(object, name)?;
        self.reader.text(&node, rule)
    }
}

/// Absent stays absent; what is there must have been read.
fn transpose<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(None) => None,
        Some(value) => Some(value),
    }
}
