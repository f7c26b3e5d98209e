//! Production folders that a test can spoil before they are imported, and bytes that are real.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A picture of 2 × 2 pixels.
pub const PNG: &[u8] = include_bytes!("../../crates/core/samples/keyframe.png");

/// A clip of 16 × 16 pixels and a quarter of a second, H.264.
pub const MP4: &[u8] = include_bytes!("../../crates/core/samples/clip.mp4");

/// The production that the README imports.
///
/// # Panics
/// If this test runs outside the repository.
#[must_use]
pub fn lighthouse() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/productions/lighthouse");
    folder
        .canonicalize()
        .expect("examples/productions/lighthouse")
}

/// A picture like [`PNG`], but different for every `comment`, which it holds in a text chunk
/// (ISO/IEC 15948, 11.3.4.3).
#[must_use]
pub fn png(comment: &str) -> Vec<u8> {
    // A signature of 8 bytes, then IHDR: 4 length, 4 type, 13 data, 4 CRC.
    let (head, rest) = PNG.split_at(8 + 25);
    let mut chunk = b"tEXtComment\0".to_vec();
    chunk.extend(comment.bytes());
    let length = u32::try_from(chunk.len() - 4).expect("a short comment");
    let checksum = crc32(&chunk);
    let mut picture = head.to_vec();
    picture.extend(length.to_be_bytes());
    picture.extend(chunk);
    picture.extend(checksum.to_be_bytes());
    picture.extend(rest);
    picture
}

/// A production in memory: change it, then write it.
#[derive(Clone, Debug)]
pub struct Production {
    /// What becomes `storyboard.json`.
    pub storyboard: Value,
    /// The other files by their paths within the folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Production {
    /// A sound production: each scene has two keyframes and one clip; there is an output.
    #[must_use]
    pub fn with_scenes(count: usize) -> Self {
        let mut files = BTreeMap::from([("output/film.mp4".to_owned(), MP4.to_vec())]);
        for index in 0..count {
            for position in ["start", "end"] {
                let path = format!("keyframes/{index:02}-{position}.png");
                files.insert(path, png(&format!("{index} {position}")));
            }
            files.insert(format!("clips/{index:02}-attempt-1.mp4"), MP4.to_vec());
        }
        Self {
            storyboard: json!({
                "title": "A production of tests",
                "prompt": "Two pixels by two, from dusk to dawn",
                "style": "flat",
                "style_guide": { "palette": ["#1B1F4B"], "grain": 0.25 },
                "scenes": (0..count).map(scene).collect::<Vec<_>>(),
                "output": "output/film.mp4",
            }),
            files,
        }
    }

    /// Replaces the first clip by one of about `size` bytes, most of them in a box that players
    /// skip (`free`, ISO/IEC 14496-12, 8.1.2).
    ///
    /// # Panics
    /// If `size` is more than 4 GiB.
    pub fn add_large_clip(&mut self, size: usize) {
        let mut clip = MP4.to_vec();
        let length = u32::try_from(size).expect("a box of less than 4 GiB");
        clip.extend(length.to_be_bytes());
        clip.extend(b"free");
        clip.resize(MP4.len() + size, 0);
        self.files.insert("clips/00-attempt-1.mp4".to_owned(), clip);
    }

    /// Writes the production into `folder`, which is made where it is missing.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write_to(&self, folder: &Path) {
        let storyboard = serde_json::to_vec_pretty(&self.storyboard).expect("a value that is JSON");
        let storyboard = ("storyboard.json", storyboard.as_slice());
        let files = self
            .files
            .iter()
            .map(|(path, it)| (path.as_str(), it.as_slice()));
        for (path, bytes) in files.chain([storyboard]) {
            let path = folder.join(path);
            let parent = path.parent().expect("a file is in a folder");
            fs::create_dir_all(parent).expect("a folder of the production");
            fs::write(&path, bytes).expect("a file of the production");
        }
    }
}

/// Every file below `folder` by its path within it, to compare one folder with another.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder that can be read") {
            let path = entry.expect("an entry of the folder").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let within = path.strip_prefix(folder).expect("below the folder");
            found.insert(
                within.to_owned(),
                fs::read(&path).expect("a file that can be read"),
            );
        }
    }
    found
}

/// A copy of a folder, which goes when it is dropped.
///
/// # Panics
/// If the folder cannot be read, or the copy not be written.
#[must_use]
pub fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder for the copy");
    for (file, bytes) in files_below(folder) {
        let path = copy.path().join(file);
        let parent = path.parent().expect("a file is in a folder");
        fs::create_dir_all(parent).expect("a folder of the copy");
        fs::write(&path, bytes).expect("a file of the copy");
    }
    copy
}

/// The files that a store holds under its root, without the one that says what the root calls itself.
///
/// # Panics
/// If the root cannot be read.
#[must_use]
pub fn stored_below(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = files_below(root);
    found.remove(Path::new("identity"));
    found
}

fn scene(index: usize) -> Value {
    json!({
        "scene_index": index,
        "description": format!("Scene {index}"),
        "start_prompt": "dark",
        "end_prompt": "bright",
        "motion_prompt": "slowly",
        "duration_ms": 250,
        "keyframes": {
            "start": format!("keyframes/{index:02}-start.png"),
            "end": format!("keyframes/{index:02}-end.png"),
        },
        "clips": [{ "attempt": 1, "file": format!("clips/{index:02}-attempt-1.mp4") }],
    })
}

/// CRC-32 as PNG wants it (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(&PNG[12..29]).to_be_bytes(), PNG[29..33]);
    }

    #[test]
    fn a_picture_differs_by_its_comment() {
        assert_ne!(png("one"), png("two"));
        assert!(png("one").starts_with(&PNG[..33]));
    }
}
