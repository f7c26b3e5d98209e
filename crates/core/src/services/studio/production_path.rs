//! The name of a file inside a production folder, as a storyboard writes it.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// A path relative to a production folder, with `/` between its parts, that stays inside it on
/// every system: no `.` or `..`, no backslash, no drive, no control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ProductionPath(String);

/// The name of a production's description.
pub const STORYBOARD_FILE: &str = "storyboard.json";

impl ProductionPath {
    /// The most bytes of a path.
    pub const MAX_BYTES: usize = 1_024;
    /// The most bytes of one of its parts, which is what file systems take.
    pub const MAX_PART_BYTES: usize = 255;

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The file's extension without the dot; empty where there is none.
    #[must_use]
    pub fn extension(&self) -> &str {
        let name = self.0.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The folder of the file; `None` at the top of the production.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(folder, _)| folder)
    }

    /// Whether both cannot exist in one folder: they are the same, or one would have to be both a
    /// file and a folder.
    #[must_use]
    pub fn collides_with(&self, other: &Self) -> bool {
        let (short, long) = if self.0.len() <= other.0.len() {
            (self, other)
        } else {
            (other, self)
        };
        long.0
            .strip_prefix(&short.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for ProductionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no [`ProductionPath`]. `Display` continues a sentence that names the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
    /// Longer than a file system takes.
    #[error("is too long for a file name")]
    TooLong,
    /// Starts at the root of a disk.
    #[error("is absolute; write it relative to the production folder")]
    Absolute,
    /// Has a part `..`.
    #[error("leads out of the production folder")]
    Escapes,
    /// Has an empty part or a part `.`.
    #[error("has an empty part or a part \".\"")]
    EmptyPart,
    /// Contains a backslash.
    #[error("contains a backslash; write \"/\" between its parts")]
    Backslash,
    /// Contains a control character.
    #[error("contains a control character")]
    Control,
    /// Names the storyboard itself.
    #[error("is the storyboard itself")]
    Storyboard,
}

impl FromStr for ProductionPath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > Self::MAX_BYTES || text.split('/').any(|p| p.len() > Self::MAX_PART_BYTES) {
            return Err(InvalidPath::TooLong);
        }
        if text.starts_with('/') || has_drive(text) {
            return Err(InvalidPath::Absolute);
        }
        if text.contains('\\') {
            return Err(InvalidPath::Backslash);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidPath::Control);
        }
        if text.split('/').any(|part| part == "..") {
            return Err(InvalidPath::Escapes);
        }
        if text.split('/').any(|part| part.is_empty() || part == ".") {
            return Err(InvalidPath::EmptyPart);
        }
        let path = Self(text.to_owned());
        if path.0.eq_ignore_ascii_case(STORYBOARD_FILE)
            || path.collides_with(&Self(STORYBOARD_FILE.to_owned()))
        {
            return Err(InvalidPath::Storyboard);
        }
        Ok(path)
    }
}

fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_relative_path_is_admitted() {
        let path: ProductionPath = "keyframes/00-start.png".parse().unwrap();
        assert_eq!(path.extension(), "png");
        assert_eq!(path.folder(), Some("keyframes"));
        assert_eq!("top".parse::<ProductionPath>().unwrap().folder(), None);
    }

    #[test]
    fn whatever_leads_out_of_the_folder_is_refused() {
        for (text, fault) in [
            ("../a.png", InvalidPath::Escapes),
            ("a/../../b.png", InvalidPath::Escapes),
            ("/etc/passwd", InvalidPath::Absolute),
            ("C:/a.png", InvalidPath::Absolute),
            ("a\\b.png", InvalidPath::Backslash),
            ("..\\a.png", InvalidPath::Backslash),
            ("", InvalidPath::EmptyPart),
            ("a//b.png", InvalidPath::EmptyPart),
            ("./a.png", InvalidPath::EmptyPart),
            ("a/", InvalidPath::EmptyPart),
            ("a\0.png", InvalidPath::Control),
            ("storyboard.json", InvalidPath::Storyboard),
            ("storyboard.json/a.png", InvalidPath::Storyboard),
        ] {
            assert_eq!(text.parse::<ProductionPath>(), Err(fault), "{text:?}");
        }
        assert_eq!(
            "a".repeat(256).parse::<ProductionPath>(),
            Err(InvalidPath::TooLong)
        );
    }

    #[test]
    fn a_file_collides_with_itself_and_with_a_folder_of_its_name() {
        let path = |text: &str| text.parse::<ProductionPath>().unwrap();
        assert!(path("a").collides_with(&path("a")));
        assert!(path("a/b").collides_with(&path("a")));
        assert!(!path("a/b").collides_with(&path("a/c")));
        assert!(!path("ab").collides_with(&path("a")));
    }
}
