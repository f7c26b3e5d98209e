//! `*.info.json`, as yt-dlp writes it, with the captions that it has downloaded beside it.
//!
//! Only what the atlas keeps is read; everything else may be missing or of any shape. Captions are
//! automatic or manual as the lists `automatic_captions` and `subtitles` say; where both or neither
//! has the language, by how they are written: captions of a machine roll.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    reading::{Found, Reading, bytes_of, of_json},
    report::Problem,
    sources::{CaptionsFile, Source},
};
use crate::services::atlas::{
    NewSegment, NewTranscript, NewVideo, TranscriptOrigin,
    captions::{self, Captions},
    language::Language,
};

/// What yt-dlp calls the captions in the language that is spoken, among those that are translated.
const ORIGINAL: &str = "-orig";

#[derive(Debug, Deserialize)]
struct Info {
    #[serde(default)]
    id: String,
    title: Option<String>,
    #[serde(rename = "_type")]
    kind: Option<String>,
    channel: Option<String>,
    uploader: Option<String>,
    uploader_id: Option<String>,
    extractor_key: Option<String>,
    webpage_url: Option<String>,
    timestamp: Option<f64>,
    release_timestamp: Option<f64>,
    /// `20260131`
    upload_date: Option<String>,
    /// Seconds.
    duration: Option<f64>,
    language: Option<String>,
    subtitles: Option<BTreeMap<String, IgnoredAny>>,
    automatic_captions: Option<BTreeMap<String, IgnoredAny>>,
}

/// Reads a description and its captions. Captions that cannot be read are noted in `reading`, and
/// keep nothing else from being imported.
pub(super) fn read(source: &Source, reading: &mut Reading) -> Result<Option<Found>, Problem> {
    let bytes = bytes_of(&source.path)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let info: Info =
        serde_json::from_slice(bytes).map_err(|error| of_json(&source.path, &error))?;
    if let Some(kind) = info.kind.as_deref().filter(|&kind| kind != "video") {
        // yt-dlp describes a playlist beside its videos.
        let reason = format!("describes a {kind}, not a video");
        reading.skipped.push(Problem::new(&source.path, reason));
        return Ok(None);
    }
    let video = info.video(&source.path)?;
    let mut read = Vec::new();
    for file in &source.captions {
        match info.transcript(file, reading) {
            Ok(transcript) => read.push((file, transcript)),
            Err(problem) => reading.problems.push(problem),
        }
    }
    let transcripts = best_of_each(read, reading);
    Ok(Some(Found { video, transcripts }))
}

impl Info {
    fn video(&self, path: &Path) -> Result<NewVideo, Problem> {
        let first_text = |texts: &[&Option<String>]| {
            let texts = texts.iter().filter_map(|text| text.as_deref());
            texts
                .map(str::trim)
                .find(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let missing = |what| Problem::new(path, format!("has no {what}"));
        Ok(NewVideo {
            external_id: self.id.clone(),
            title: first_text(&[&self.title]).ok_or_else(|| missing("title"))?,
            channel: first_text(&[
                &self.channel,
                &self.uploader,
                &self.uploader_id,
                &self.extractor_key,
            ])
            .ok_or_else(|| missing("channel, uploader or extractor_key"))?,
            url: self.webpage_url.clone(),
            published_at: self.published_at(),
            duration_ms: self.duration.and_then(milliseconds),
        })
    }

    fn published_at(&self) -> Option<DateTime<Utc>> {
        let instant = self.timestamp.or(self.release_timestamp);
        if let Some(ms) = instant.and_then(milliseconds) {
            return DateTime::from_timestamp_millis(ms);
        }
        let date = self.upload_date.as_deref()?;
        let date = NaiveDate::parse_from_str(date, "%Y%m%d").ok()?;
        Some(date.and_time(NaiveTime::MIN).and_utc())
    }

    fn transcript(
        &self,
        file: &CaptionsFile,
        reading: &mut Reading,
    ) -> Result<NewTranscript, Problem> {
        let captions = reading.captions(&file.path, file.format)?;
        let language = self.language_of(file, &captions)?;
        let origin = self.origin_of(&file.tag, &captions);
        Ok(NewTranscript {
            language,
            origin,
            segments: segments(captions, origin),
        })
    }

    fn language_of(&self, file: &CaptionsFile, captions: &Captions) -> Result<Language, Problem> {
        let tag = file.tag.strip_suffix(ORIGINAL).unwrap_or(&file.tag);
        if !tag.is_empty() {
            let language = tag.parse::<Language>();
            return language.map_err(|error| Problem::new(&file.path, error.to_string()));
        }
        let tag = captions.language.as_deref().or(self.language.as_deref());
        let language = tag.and_then(|tag| tag.parse().ok());
        Ok(language.unwrap_or_else(Language::undetermined))
    }

    fn origin_of(&self, tag: &str, captions: &Captions) -> TranscriptOrigin {
        let has = |list: &Option<BTreeMap<_, _>>| {
            list.as_ref().is_some_and(|list| list.contains_key(tag))
        };
        match (has(&self.subtitles), has(&self.automatic_captions)) {
            (true, false) => TranscriptOrigin::Manual,
            (false, true) => TranscriptOrigin::Automatic,
            _ if tag.ends_with(ORIGINAL) || captions.is_rolling => TranscriptOrigin::Automatic,
            _ => TranscriptOrigin::Manual,
        }
    }
}

/// The cues as segments; what a machine's captions repeat is stored once.
pub(super) fn segments(captions: Captions, origin: TranscriptOrigin) -> Vec<NewSegment> {
    let captions = match origin {
        TranscriptOrigin::Automatic => captions.unrolled(),
        TranscriptOrigin::Manual => captions,
    };
    let segment = |cue: captions::Cue| NewSegment {
        starts_ms: cue.starts_ms,
        ends_ms: cue.ends_ms,
        text: cue.text(),
    };
    captions.cues.into_iter().map(segment).collect()
}

/// One transcript of each language and origin: the original rather than a translation of it, and
/// WebVTT rather than SubRip, which holds less.
fn best_of_each(
    mut read: Vec<(&CaptionsFile, NewTranscript)>,
    reading: &mut Reading,
) -> Vec<NewTranscript> {
    read.sort_by_key(|(file, _)| (!file.tag.ends_with(ORIGINAL), file.format));
    let mut taken = BTreeSet::new();
    let mut kept = Vec::new();
    for (file, transcript) in read {
        let key = (transcript.language.clone(), transcript.origin.as_str());
        if transcript.segments.is_empty() {
            reading
                .skipped
                .push(Problem::new(&file.path, "has no text"));
        } else if taken.insert(key) {
            kept.push(transcript);
        } else {
            let (language, origin) = (&transcript.language, transcript.origin);
            let reason = format!("another file has the {origin} transcript in {language}");
            reading.skipped.push(Problem::new(&file.path, reason));
        }
    }
    kept
}

/// Whole milliseconds; `None` for what is no time, which yt-dlp passes on from the platform.
fn milliseconds(seconds: f64) -> Option<i64> {
    const LATEST: f64 = 8e12;
    let is_time = seconds.is_finite() && (0.0..LATEST).contains(&seconds);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked, and a fraction of a millisecond is not kept"
    )]
    is_time.then(|| (seconds * 1000.0).round() as i64)
}
