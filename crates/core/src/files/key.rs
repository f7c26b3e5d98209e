//! Where a file is under the root. A key is made of parsed parts only, so that nothing a client
//! sends can be part of a path.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::MediaType;

/// The name of a kind folder: a lower-case letter, then up to 31 lower-case letters, digits, `-`
/// or `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folder(Cow<'static, str>);

impl Folder {
    /// The folder of this name, for constants: `const CLIPS: Folder = Folder::named("clips");`
    ///
    /// # Panics
    /// If the name breaks the rule above; in a constant that is an error of the compiler. Names
    /// that come from outside are parsed instead.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        assert!(is_folder_name(name.as_bytes()), "not a folder name");
        Self(Cow::Borrowed(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Folder {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_folder_name(text.as_bytes()) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(InvalidKey)
        }
    }
}

/// Names one stored file: `{owner}/{folder}/{id}.{extension}`, relative to the root. The owner is
/// whatever the files belong to together, a project for one; the extension follows from the type
/// of the content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageKey {
    owner: Uuid,
    folder: Folder,
    id: Uuid,
    media_type: MediaType,
}

impl StorageKey {
    /// The key of these parts.
    #[must_use]
    pub fn new(owner: Uuid, folder: Folder, id: Uuid, media_type: MediaType) -> Self {
        Self {
            owner,
            folder,
            id,
            media_type,
        }
    }

    /// Whose file it is.
    #[must_use]
    pub fn owner(&self) -> Uuid {
        self.owner
    }

    /// The kind folder.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The type of the content by the extension.
    #[must_use]
    pub fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// The folder of the owner, directly under the root.
    pub(super) fn owner_name(&self) -> String {
        self.owner.to_string()
    }

    /// The name within the kind folder.
    pub(super) fn file_name(&self) -> String {
        format!("{}.{}", self.id, self.media_type.extension())
    }

    /// The name in a staging folder: the whole key, so that the entry says where it was going.
    pub(super) fn staging_name(&self) -> String {
        format!("{}.{}.{}", self.owner, self.folder, self.file_name())
    }

    /// Reads what [`staging_name`](Self::staging_name) wrote.
    pub(super) fn from_staging_name(name: &str) -> Result<Self, InvalidKey> {
        let (owner, rest) = name.split_once('.').ok_or(InvalidKey)?;
        let (folder, file) = rest.split_once('.').ok_or(InvalidKey)?;
        Self::from_parts(owner, folder, file)
    }

    fn from_parts(owner: &str, folder: &str, file: &str) -> Result<Self, InvalidKey> {
        let (id, extension) = file.split_once('.').ok_or(InvalidKey)?;
        Ok(Self {
            owner: parse_id(owner)?,
            folder: folder.parse()?,
            id: parse_id(id)?,
            media_type: MediaType::from_extension(extension).ok_or(InvalidKey)?,
        })
    }
}

impl fmt::Display for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.owner, self.folder, self.file_name())
    }
}

impl FromStr for StorageKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (owner, rest) = text.split_once('/').ok_or(InvalidKey)?;
        let (folder, file) = rest.split_once('/').ok_or(InvalidKey)?;
        Self::from_parts(owner, folder, file)
    }
}

impl Serialize for StorageKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StorageKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The text is no storage key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a storage key: expected `owner-uuid/folder/uuid.extension` with a known extension")]
pub struct InvalidKey;

const fn is_folder_name(name: &[u8]) -> bool {
    if name.is_empty() || name.len() > 32 || !name[0].is_ascii_lowercase() {
        return false;
    }
    let mut at = 1;
    while at < name.len() {
        if !matches!(name[at], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        at += 1;
    }
    true
}

/// Only the one spelling that `Display` writes: a second one would be a second name for a file.
fn parse_id(text: &str) -> Result<Uuid, InvalidKey> {
    let id = Uuid::try_parse(text).map_err(|_| InvalidKey)?;
    let mut spelling = Uuid::encode_buffer();
    if *text == *id.hyphenated().encode_lower(&mut spelling) {
        Ok(id)
    } else {
        Err(InvalidKey)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLIPS: Folder = Folder::named("clips");

    fn key(owner: u128, id: u128, media_type: MediaType) -> StorageKey {
        StorageKey::new(
            Uuid::from_u128(owner),
            CLIPS,
            Uuid::from_u128(id),
            media_type,
        )
    }

    #[test]
    fn a_key_reads_as_a_path() {
        assert_eq!(
            key(1, 2, MediaType::Mp4).to_string(),
            "00000000-0000-0000-0000-000000000001/clips/00000000-0000-0000-0000-000000000002.mp4"
        );
    }

    #[test]
    fn hostile_texts_are_no_keys() {
        let owner = Uuid::from_u128(1);
        for text in [
            String::new(),
            "..".into(),
            "/etc/passwd".into(),
            "../../etc/passwd".into(),
            format!("{owner}/../{owner}.png"),
            format!("{owner}/clips/../../x.png"),
            format!("/{owner}/clips/{owner}.png"),
            format!("{owner}/clips/{owner}.png/"),
            format!("{owner}//{owner}.png"),
            format!("{owner}/Clips/{owner}.png"),
            format!("{owner}/clips\0/{owner}.png"),
            format!("{owner}/clips/{owner}.png\0"),
            format!("{owner}/clips/{owner}.sh"),
            format!("{owner}/clips/{owner}.PNG"),
            format!("{owner}/clips/{owner}.png.sh"),
            format!("{{{owner}}}/clips/{owner}.png"),
            format!("{}/clips/{owner}.png", owner.simple()),
            format!("{owner}/clips/{owner}"),
            format!("staging/{owner}/{owner}.png"),
            format!("{owner}/{}/{owner}.png", "a".repeat(33)),
        ] {
            assert_eq!(text.parse::<StorageKey>(), Err(InvalidKey), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_key_survives_its_texts(
            owner: u128,
            id: u128,
            folder in "[a-z][a-z0-9_-]{0,31}",
            media_type in proptest::sample::select(MediaType::ALL),
        ) {
            let key = StorageKey::new(
                Uuid::from_u128(owner),
                folder.parse().unwrap(),
                Uuid::from_u128(id),
                media_type,
            );
            prop_assert_eq!(key.to_string().parse::<StorageKey>(), Ok(key.clone()));
            prop_assert_eq!(StorageKey::from_staging_name(&key.staging_name()), Ok(key.clone()));
            prop_assert!(key.staging_name().len() < 255);
        }

        #[test]
        fn whatever_parses_stays_within_three_plain_names(text in ".*") {
            if let Ok(key) = text.parse::<StorageKey>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }

        #[test]
        fn damaged_keys_are_refused_or_mean_another_file(at in 0_usize..77, to in any::<char>()) {
            let right = key(7, 9, MediaType::Png).to_string();
            let mut text: Vec<char> = right.chars().collect();
            text[at] = to;
            let text: String = text.into_iter().collect();
            if let Ok(key) = text.parse::<StorageKey>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }
    }
}
