//! The atlas: videos, what is said in them, and where.
//!
//! Reads take any connection; changes take the unit of work that they are part of. What reads files
//! takes neither: it opens its own units, one for each video.

mod candidates;
pub mod captions;
mod details;
mod error;
pub mod graph;
pub mod import;
pub mod language;
pub mod query;
mod rank;
pub mod search;
mod service;
pub mod snippet;
mod transcripts;
mod videos;
mod views;
pub mod words;

pub use details::{TextForm, TranscriptDetails, VideoDetails};
pub use entity::atlas::{TranscriptId, TranscriptOrigin, VideoId};
pub use error::AtlasError;
pub use import::{Counts, ImportProgress, ImportReport, OnBadCue, Problem};
pub use language::Language;
pub use query::Query;
pub use search::{Found, Hit, Search};
pub use service::Atlas;
pub use transcripts::{MAX_SEGMENT_BYTES, MAX_SEGMENTS, NewSegment, NewTranscript};
pub use videos::{
    Kept, MAX_EXTERNAL_ID_BYTES, MAX_NAME_BYTES, MAX_URL_BYTES, NewVideo, VideoFilter,
};
pub use views::{Segment, Transcript, Video};
