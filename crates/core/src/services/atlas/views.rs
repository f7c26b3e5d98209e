//! What the atlas shows of itself: plain values with a stable shape as JSON (ids as text, instants
//! as RFC 3339 in UTC).

use chrono::{DateTime, Utc};
use entity::atlas::{
    TranscriptId, TranscriptOrigin, VideoId, transcript_segments, transcripts, videos,
};
use sea_orm::DerivePartialModel;
use serde::Serialize;
use utoipa::ToSchema;

/// A video.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "videos::Entity")]
pub struct Video {
    /// Its id; later videos have greater ones.
    pub id: VideoId,
    /// What the platform that it comes from calls it.
    #[schema(example = "dQw4w9WgXcQ")]
    pub external_id: String,
    /// What people call it.
    #[schema(example = "How lighthouses work")]
    pub title: String,
    /// Who published it.
    #[schema(example = "Harbour")]
    pub channel: String,
    /// Where it can be watched.
    #[schema(example = "https://video.example/watch?v=dQw4w9WgXcQ")]
    pub url: Option<String>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// How long it lasts.
    #[schema(minimum = 0, example = 212000)]
    pub duration_ms: Option<i64>,
    /// When it was first imported.
    pub created_at: DateTime<Utc>,
    /// When one of the fields above last changed.
    pub updated_at: DateTime<Utc>,
}

/// A transcript, without what it says.
#[derive(Clone, Debug, PartialEq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "transcripts::Entity")]
pub struct Transcript {
    /// Its id.
    pub id: TranscriptId,
    /// The video.
    pub video_id: VideoId,
    /// A BCP 47 tag, such as `en` or `pt-BR`.
    #[schema(example = "en")]
    pub language: String,
    /// Whether a person or a machine wrote it down.
    pub origin: TranscriptOrigin,
    /// When it was first imported.
    pub created_at: DateTime<Utc>,
    /// When what it says last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is said from one moment to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "transcript_segments::Entity")]
pub struct Segment {
    /// Its place in the transcript, from 0 without gaps.
    #[schema(minimum = 0, example = 0)]
    pub position: i64,
    /// When it begins, from the start of the video.
    #[schema(minimum = 0, example = 1000)]
    pub starts_ms: i64,
    /// When it ends, from the start of the video.
    #[schema(minimum = 0, example = 3500)]
    pub ends_ms: i64,
    /// What is said; lines are separated by `\n`.
    #[schema(example = "The lamp turns once a minute.")]
    pub text: String,
}
