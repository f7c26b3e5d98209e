//! Which files describe videos, and which captions belong to which.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{report::Problem, unread};
use crate::services::atlas::captions::Format;

/// A file that describes a video, with the captions beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) form: Form,
    /// In the order of their names.
    pub(super) captions: Vec<CaptionsFile>,
}

/// How a video is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `NAME.info.json`, as yt-dlp writes it.
    Info,
    /// `video.json` or `NAME.video.json`.
    Manifest,
}

/// Captions beside a `NAME.info.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CaptionsFile {
    pub(super) path: PathBuf,
    pub(super) format: Format,
    /// The part between `NAME.` and the extension: `en`, `en-orig`; empty for `NAME.vtt`.
    pub(super) tag: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) sources: Vec<Source>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<Problem>,
    /// Captions that are missed unless a `video.json` names them.
    pub(super) unless_named: BTreeSet<PathBuf>,
}

/// Looks through files and folders. A video is found once, however often it is named.
pub(super) fn find(paths: &[PathBuf]) -> Sources {
    let mut search = Search::default();
    for path in paths {
        search.named(path);
    }
    search.finish()
}

#[derive(Default)]
struct Search {
    found: Sources,
    /// By the path without links, so that none is there twice.
    described: BTreeMap<PathBuf, Source>,
    /// Captions of folders that were looked through.
    seen: BTreeSet<PathBuf>,
    /// Files beside a video that are not read.
    unread: BTreeSet<PathBuf>,
}

impl Search {
    fn named(&mut self, path: &Path) {
        match std::fs::metadata(path) {
            Ok(it) if it.is_dir() => {
                let before = self.described.len();
                self.folder(path);
                if self.described.len() == before && self.found.problems.is_empty() {
                    self.problem(path, "holds no *.info.json and no video.json");
                }
            }
            Ok(_) => match kind_of(path) {
                Some(Kind::Description(form)) => self.describe(path, form),
                Some(Kind::Captions(_)) => self.owner_of(path),
                None => self.problem(path, "is none of *.info.json, video.json, *.vtt and *.srt"),
            },
            Err(error) => self.problem(path, &format!("cannot be read: {error}")),
        }
    }

    /// Everything in a folder; links to folders are not followed, so that it ends.
    fn folder(&mut self, folder: &Path) {
        let entries = match entries(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problem(folder, &format!("cannot be read: {error}")),
        };
        for entry in entries {
            let is_folder = std::fs::symlink_metadata(&entry).is_ok_and(|it| it.is_dir());
            if is_folder {
                self.folder(&entry);
                continue;
            }
            match kind_of(&entry) {
                Some(Kind::Description(form)) => self.describe(&entry, form),
                Some(Kind::Captions(_)) => {
                    self.seen.insert(entry);
                }
                None if entry.is_dir() => {
                    let reason = "is a link to a folder, which is not followed";
                    self.found.skipped.push(Problem::new(&entry, reason));
                }
                None if looks_like_ours(&entry) => {
                    self.unread.insert(entry);
                }
                None if unread::is_other_captions(&entry) => {
                    self.seen.insert(entry);
                }
                None => {}
            }
        }
    }

    fn describe(&mut self, path: &Path, form: Form) {
        let key = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.described.contains_key(&key) {
            return;
        }
        let captions = match form {
            Form::Info => {
                self.unread.extend(unread_beside(path));
                captions_beside(path)
            }
            Form::Manifest => Vec::new(),
        };
        let path = path.to_owned();
        self.described.insert(
            key,
            Source {
                path,
                form,
                captions,
            },
        );
    }

    /// Captions that were named themselves are imported with their video.
    fn owner_of(&mut self, captions: &Path) {
        let beside = captions.parent().and_then(|folder| entries(folder).ok());
        let owner = beside.unwrap_or_default().into_iter().find(|path| {
            kind_of(path) == Some(Kind::Description(Form::Info))
                && captions_beside(path)
                    .iter()
                    .any(|own| own.path == *captions)
        });
        match owner {
            Some(owner) => self.describe(&owner, Form::Info),
            None => self.problem(captions, "has no *.info.json beside it"),
        }
    }

    fn problem(&mut self, path: &Path, reason: &str) {
        self.found.problems.push(Problem::new(path, reason));
    }

    fn finish(mut self) -> Sources {
        let sources: Vec<Source> = self.described.into_values().collect();
        let owned: BTreeSet<&Path> = sources
            .iter()
            .flat_map(|source| &source.captions)
            .map(|captions| captions.path.as_path())
            .collect();
        let folders: BTreeSet<&Path> = (sources.iter())
            .filter(|source| source.form == Form::Manifest)
            .filter_map(|source| source.path.parent())
            .collect();
        for path in &self.unread {
            let reason = unread::reason(path);
            self.found.problems.push(Problem::new(path, reason));
        }
        for path in self.seen.difference(&self.unread) {
            if owned.contains(path.as_path()) {
                continue;
            }
            let is_readable = kind_of(path).is_some();
            if !is_readable && path.parent().is_some_and(|folder| folders.contains(folder)) {
                let problem = Problem::new(path, unread::reason(path));
                self.found.problems.push(problem);
                continue;
            }
            // A `video.json` names its captions itself.
            if path.ancestors().any(|folder| folders.contains(folder)) {
                self.found.unless_named.insert(path.clone());
                continue;
            }
            let reason = match is_readable {
                true => "has no *.info.json beside it",
                false => unread::reason(path),
            };
            self.found.skipped.push(Problem::new(path, reason));
        }
        self.found.sources = sources;
        self.found
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Description(Form),
    Captions(Format),
}

/// What a file is by its name.
fn kind_of(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?;
    if name.ends_with(".info.json") {
        return Some(Kind::Description(Form::Info));
    }
    if name == "video.json" || name.ends_with(".video.json") {
        return Some(Kind::Description(Form::Manifest));
    }
    let extension = path.extension().and_then(OsStr::to_str)?;
    Format::of_extension(extension).map(Kind::Captions)
}

/// Whether a file would be read if its name were UTF-8.
fn looks_like_ours(path: &Path) -> bool {
    let name = path.file_name().map(OsStr::to_string_lossy);
    let would_be = PathBuf::from(name.unwrap_or_default().as_ref());
    !unread::is_named_in_utf8(path)
        && (kind_of(&would_be).is_some() || unread::is_other_captions(path))
}

/// The files whose names begin as the description's does, that may hold something and are not read.
fn unread_beside(info: &Path) -> Vec<PathBuf> {
    let name = info.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let Some(stem) = name.strip_suffix("info.json") else {
        return Vec::new();
    };
    let is_unread = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(stem.as_bytes())
            && kind_of(path).is_none()
            && unread::may_be_missed(path)
            && !path.is_dir()
    };
    let beside = info.parent().and_then(|folder| entries(folder).ok());
    let beside = beside.unwrap_or_default().into_iter();
    beside.filter(is_unread).collect()
}

/// The captions whose names begin as the description's does.
fn captions_beside(info: &Path) -> Vec<CaptionsFile> {
    let name = info.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let Some(stem) = name.strip_suffix(".info.json") else {
        return Vec::new();
    };
    let beside = info.parent().and_then(|folder| entries(folder).ok());
    let own = |path: PathBuf| {
        let Some(Kind::Captions(format)) = kind_of(&path) else {
            return None;
        };
        let rest = path.file_stem()?.to_str()?.strip_prefix(stem)?;
        let tag = match rest {
            "" => "",
            _ => rest.strip_prefix('.')?,
        };
        // Another video's, whose name goes on.
        let tag = Some(tag).filter(|tag| !tag.contains('.'))?.to_owned();
        Some(CaptionsFile { path, format, tag })
    };
    beside
        .unwrap_or_default()
        .into_iter()
        .filter_map(own)
        .collect()
}

/// What a folder holds, by name.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let mut paths = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
