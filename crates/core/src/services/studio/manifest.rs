//! A production folder, looked at whole before anything of it is stored.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions, OpenOptionsExt},
};
use entity::studio::ArtifactKind;
use futures_util::{StreamExt, stream};
use rustix::fs::OFlags;

use super::{
    production::{ProductionError, blocking},
    storyboard::{
        FileRole, Problems, ProductionPath, STORYBOARD_FILE, STORYBOARD_MAX_BYTES, Storyboard,
    },
};
use crate::files::MediaType;

/// How many files are looked at at once.
const AT_ONCE: usize = 4;
/// The first bytes of a file, enough to find its type.
const HEAD_BYTES: usize = 64 * 1024;
/// The most files without a place in the storyboard that are reported.
const MAX_UNUSED: usize = 1_000;

/// What is asked of a production.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) max_scenes: usize,
    pub(super) max_file_bytes: u64,
}

/// A production folder that was found to be whole.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) folder: Folder,
    /// The storyboard to the letter.
    pub(super) text: String,
    pub(super) storyboard: Storyboard,
    /// Every file of the storyboard, by path.
    pub(super) files: Vec<ManifestFile>,
    /// Files in the folder that the storyboard does not name, by path.
    pub(super) unused: Vec<String>,
}

/// A file of a production.
#[derive(Clone, Debug)]
pub(super) struct ManifestFile {
    pub(super) path: ProductionPath,
    pub(super) role: FileRole,
    pub(super) size_bytes: u64,
    pub(super) blake3: String,
}

impl Manifest {
    /// Looks at a folder: the storyboard, and every file that it names, to its last byte.
    pub(super) async fn read(folder: &Path, bounds: Bounds) -> Result<Self, ProductionError> {
        let at = folder.to_owned();
        let folder = blocking(move || Folder::open(&at)).await?;
        let reading = folder.clone();
        let (text, storyboard) = blocking(move || read_storyboard(&reading, bounds)).await?;
        let named = storyboard.files();
        let looks = named.iter().map(|(path, role)| {
            let (folder, path, role) = (folder.clone(), (*path).clone(), *role);
            blocking(move || Ok((path.clone(), look_at(&folder, path, role, bounds))))
        });
        let looks: Vec<_> = stream::iter(looks.collect::<Vec<_>>())
            .buffered(AT_ONCE)
            .collect()
            .await;
        let mut files = Vec::with_capacity(looks.len());
        let mut problems = Problems::default();
        for look in looks {
            match look? {
                (_, Ok(file)) => files.push(file),
                (path, Err(what)) => problems.push_file(path.as_str(), what),
            }
        }
        let files = problems.none_or(files).map_err(|p| folder.invalid(p))?;
        let paths: BTreeSet<String> = named.keys().map(ToString::to_string).collect();
        let reading = folder.clone();
        let unused = blocking(move || Ok(reading.others(&paths))).await?;
        drop(named);
        Ok(Self {
            folder,
            text,
            storyboard,
            files,
            unused,
        })
    }

    /// What the production is: BLAKE3 over the storyboard's and over every file's path, each with
    /// its length before it, and content. Equal for two folders only if an export of one is an
    /// export of the other.
    pub(super) fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("groundwork studio production 2026-11");
        let mut add = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        add(self.text.as_bytes());
        for file in &self.files {
            add(file.path.as_str().as_bytes());
            add(file.blake3.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The length of all files together.
    pub(super) fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}

/// A production folder, held open: whatever its path leads to later, this is the one that is read,
/// and nothing outside of it.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    dir: Arc<Dir>,
    path: Arc<Path>,
}

impl Folder {
    fn open(path: &Path) -> Result<Self, ProductionError> {
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(|source| {
            ProductionError::Unreadable {
                path: path.display().to_string(),
                source,
            }
        })?;
        Ok(Self {
            dir: Arc::new(dir),
            path: path.into(),
        })
    }

    /// Opens a file for reading; what is no regular file gives `None`.
    pub(super) fn open_file(&self, path: &str) -> io::Result<Option<(File, u64)>> {
        let mut options = OpenOptions::new();
        // A pipe that nobody writes to must not hold us up.
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        options.read(true).custom_flags(flags);
        let file = self.dir.open_with(path, &options)?;
        let metadata = file.metadata()?;
        Ok(metadata
            .is_file()
            .then(|| (file.into_std(), metadata.len())))
    }

    pub(super) fn invalid(&self, problems: Problems) -> ProductionError {
        ProductionError::Invalid {
            folder: self.path.to_path_buf(),
            problems,
        }
    }

    /// Files that are not among `named`, without the storyboard. What cannot be read is left out:
    /// the list is a hint.
    fn others(&self, named: &BTreeSet<String>) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let at = if folder.is_empty() { "." } else { &folder };
            let Ok(entries) = self.dir.read_dir(at) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = match folder.as_str() {
                    "" => name,
                    folder => format!("{folder}/{name}"),
                };
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if path != STORYBOARD_FILE && !named.contains(&path) {
                    found.push(path);
                }
                if found.len() + folders.len() > MAX_UNUSED {
                    return found;
                }
            }
        }
        found.sort();
        found
    }
}

fn read_storyboard(
    folder: &Folder,
    bounds: Bounds,
) -> Result<(String, Storyboard), ProductionError> {
    let invalid = |message: String| folder.invalid(Problems::with_storyboard(message));
    let unreadable = |source| ProductionError::Unreadable {
        path: STORYBOARD_FILE.to_owned(),
        source,
    };
    let file = match folder.open_file(STORYBOARD_FILE) {
        Ok(Some((file, _))) => file,
        Ok(None) => return Err(invalid("is no regular file".to_owned())),
        Err(error) => match explain(&error) {
            Some(what) => return Err(invalid(what.to_owned())),
            None => return Err(unreadable(error)),
        },
    };
    let mut bytes = Vec::new();
    file.take(STORYBOARD_MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > STORYBOARD_MAX_BYTES {
        let message = format!("is larger than {STORYBOARD_MAX_BYTES} bytes");
        return Err(invalid(message));
    }
    let storyboard = Storyboard::parse(&bytes, bounds.max_scenes).map_err(|p| folder.invalid(p))?;
    // It has been read as UTF-8 a moment ago.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok((text, storyboard))
}

/// Looks at a file; what is wrong with it continues a sentence that names it.
fn look_at(
    folder: &Folder,
    path: ProductionPath,
    role: FileRole,
    bounds: Bounds,
) -> Result<ManifestFile, String> {
    let unreadable = |error: io::Error| match explain(&error) {
        Some(what) => what.to_owned(),
        None => format!("cannot be read: {error}"),
    };
    let opened = folder.open_file(path.as_str()).map_err(unreadable)?;
    let (mut file, length) = opened.ok_or("is no regular file")?;
    if length > bounds.max_file_bytes {
        return Err(format!(
            "has {length} bytes; at most {} are allowed (files.max_file_bytes)",
            bounds.max_file_bytes
        ));
    }
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let taken = file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head);
    taken.map_err(unreadable)?;
    MediaType::recognise(&head, accepted(role)).map_err(|error| format!("is refused: {error}"))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head);
    hasher.update_reader(&mut file).map_err(unreadable)?;
    Ok(ManifestFile {
        path,
        role,
        size_bytes: hasher.count(),
        blake3: hasher.finalize().to_hex().to_string(),
    })
}

/// What a file of this role becomes.
pub(super) fn artifact_kind(role: FileRole) -> ArtifactKind {
    match role {
        FileRole::Keyframe => ArtifactKind::Keyframe,
        FileRole::Clip => ArtifactKind::Clip,
        FileRole::Output => ArtifactKind::Output,
    }
}

fn accepted(role: FileRole) -> &'static [MediaType] {
    match role {
        FileRole::Keyframe => MediaType::IMAGES,
        FileRole::Clip | FileRole::Output => MediaType::VIDEOS,
    }
}

/// The errors that an author of a production causes, in words.
fn explain(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::NotFound => Some("is missing"),
        io::ErrorKind::NotADirectory => Some("is missing: a part of its path is no folder"),
        // What the capability says of a link that leads out; the system's own refusal has a number.
        io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
            Some("leads out of the production folder")
        }
        io::ErrorKind::PermissionDenied => Some("may not be read by this user"),
        _ => None,
    }
}
