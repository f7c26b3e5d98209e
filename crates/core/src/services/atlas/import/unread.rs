//! Files that an import does not read, although they may hold what it looks for.

use std::{ffi::OsStr, path::Path};

/// What files beside a video are by their endings that hold no captions: the video itself, pictures,
/// and what yt-dlp writes and leaves behind.
const NO_CAPTIONS: [&str; 36] = [
    "mp4",
    "m4v",
    "webm",
    "mkv",
    "mov",
    "avi",
    "flv",
    "3gp",
    "ts",
    "mpg",
    "ogv",
    "m4a",
    "mp3",
    "aac",
    "flac",
    "wav",
    "ogg",
    "oga",
    "opus",
    "mka",
    "jpg",
    "jpeg",
    "png",
    "webp",
    "gif",
    "avif",
    "bmp",
    "svg",
    "description",
    "url",
    "webloc",
    "desktop",
    "nfo",
    "part",
    "ytdl",
    "temp",
];

/// Formats of captions that are not read here.
const OTHER_CAPTIONS: [&str; 19] = [
    "json3", "srv1", "srv2", "srv3", "ttml", "dfxp", "tt", "ass", "ssa", "lrc", "sbv", "sub",
    "smi", "sami", "scc", "stl", "mpl", "usf", "cap",
];

/// Whether a file holds captions by its ending, in a format that is not read.
pub(super) fn is_other_captions(path: &Path) -> bool {
    OTHER_CAPTIONS.contains(&ending(path).as_str())
}

/// Whether a file beside a video may hold something that is missed.
pub(super) fn may_be_missed(path: &Path) -> bool {
    !NO_CAPTIONS.contains(&ending(path).as_str())
}

/// Whether a file's name is text.
pub(super) fn is_named_in_utf8(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name.to_str().is_some())
}

/// Why a file is not read.
pub(super) fn reason(path: &Path) -> &'static str {
    if !is_named_in_utf8(path) {
        "is not read: its name is not UTF-8; rename it"
    } else if is_other_captions(path) {
        "is not read: captions are .vtt or .srt; convert it"
    } else {
        "is not read: it is none of *.info.json, video.json, *.vtt and *.srt"
    }
}

fn ending(path: &Path) -> String {
    let ending = path.extension().map(OsStr::to_string_lossy);
    ending.unwrap_or_default().to_ascii_lowercase()
}
