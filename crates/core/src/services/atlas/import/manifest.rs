//! `video.json`: a video described by hand or by a program, with its transcripts or the names of
//! their files.
//!
//! ```json
//! {
//!   "external_id": "talk-7", "title": "On tides", "channel": "Harbour School",
//!   "url": "https://example.org/talks/7", "published_at": "2026-03-01T18:00:00Z",
//!   "duration_ms": 1260000,
//!   "transcripts": [
//!     { "language": "en", "segments": [ { "starts_ms": 0, "ends_ms": 2400, "text": "Welcome." } ] },
//!     { "language": "de", "origin": "automatic", "file": "talk-7.de.vtt" }
//!   ]
//! }
//! ```

use std::path::{Component, Path};

use chrono::{DateTime, SubsecRound as _, Utc};
use serde::Deserialize;

use super::{
    info,
    reading::{Found, Reading, bytes_of, of_json},
    report::Problem,
    sources::Source,
};
use crate::services::atlas::{
    NewSegment, NewTranscript, NewVideo, TranscriptOrigin, captions::Format, language::Language,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    external_id: String,
    title: String,
    channel: String,
    url: Option<String>,
    published_at: Option<DateTime<Utc>>,
    duration_ms: Option<i64>,
    #[serde(default)]
    transcripts: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    language: String,
    origin: Option<TranscriptOrigin>,
    segments: Option<Vec<ListedSegment>>,
    file: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedSegment {
    starts_ms: i64,
    ends_ms: i64,
    text: String,
}

/// Reads a description and the files that it names.
pub(super) fn read(source: &Source, reading: &mut Reading) -> Result<Option<Found>, Problem> {
    let path = &source.path;
    let bytes = bytes_of(path)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|error| of_json(path, &error))?;
    let mut transcripts: Vec<NewTranscript> = Vec::new();
    for listed in manifest.transcripts {
        match listed.transcript(path, reading) {
            Ok(new) => {
                let same = |old: &NewTranscript| {
                    (&old.language, old.origin) == (&new.language, new.origin)
                };
                if transcripts.iter().any(same) {
                    let (language, origin) = (&new.language, new.origin);
                    let reason = format!("has two {origin} transcripts in {language}");
                    return Err(Problem::new(path, reason));
                }
                transcripts.push(new);
            }
            Err(problem) => reading.problems.push(problem),
        }
    }
    let video = NewVideo {
        external_id: manifest.external_id,
        title: manifest.title,
        channel: manifest.channel,
        url: manifest.url,
        // The resolution that both engines store.
        published_at: manifest.published_at.map(|it| it.trunc_subsecs(6)),
        duration_ms: manifest.duration_ms,
    };
    Ok(Some(Found { video, transcripts }))
}

impl Listed {
    fn transcript(self, path: &Path, reading: &mut Reading) -> Result<NewTranscript, Problem> {
        let language: Language = self
            .language
            .parse()
            .map_err(|error| Problem::new(path, format!("{error}")))?;
        match (self.segments, self.file) {
            (Some(segments), None) => Ok(NewTranscript {
                language,
                origin: self.origin.unwrap_or(TranscriptOrigin::Manual),
                segments: segments.into_iter().map(NewSegment::from).collect(),
            }),
            (None, Some(file)) => of_file(path, &file, language, self.origin, reading),
            _ => {
                let reason =
                    format!("the transcript in {language} needs either segments or a file");
                Err(Problem::new(path, reason))
            }
        }
    }
}

impl From<ListedSegment> for NewSegment {
    fn from(listed: ListedSegment) -> Self {
        let ListedSegment {
            starts_ms,
            ends_ms,
            text,
        } = listed;
        Self {
            starts_ms,
            ends_ms,
            text,
        }
    }
}

/// A transcript whose captions are in the description's folder or below it.
fn of_file(
    manifest: &Path,
    file: &str,
    language: Language,
    origin: Option<TranscriptOrigin>,
    reading: &mut Reading,
) -> Result<NewTranscript, Problem> {
    let is_inside = |part| matches!(part, Component::Normal(_));
    if file.is_empty() || !Path::new(file).components().all(is_inside) {
        let reason = format!("{file:?} is outside of its folder");
        return Err(Problem::new(manifest, reason));
    }
    let path = manifest.with_file_name("").join(file);
    let extension = path.extension().and_then(|it| it.to_str());
    let format = extension
        .and_then(Format::of_extension)
        .ok_or_else(|| Problem::new(manifest, format!("{file:?} is no .vtt and no .srt")))?;
    let captions = reading.captions(&path, format)?;
    reading.named.push(path);
    let origin = origin.unwrap_or(match captions.is_rolling {
        true => TranscriptOrigin::Automatic,
        false => TranscriptOrigin::Manual,
    });
    Ok(NewTranscript {
        language,
        origin,
        segments: info::segments(captions, origin),
    })
}
