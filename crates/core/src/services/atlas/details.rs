//! A video or a transcript with what belongs to it.

use entity::atlas::{TranscriptId, VideoId};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Atlas, AtlasError, captions,
    views::{Segment, Transcript, Video},
};

/// A video with its transcripts.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VideoDetails {
    /// The video itself.
    #[serde(flatten)]
    pub video: Video,
    /// Its transcripts, by language, those that people wrote first.
    pub transcripts: Vec<Transcript>,
}

/// A transcript with what it says.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TranscriptDetails {
    /// The transcript itself.
    #[serde(flatten)]
    pub transcript: Transcript,
    /// What it says, in order.
    pub segments: Vec<Segment>,
}

/// A form in which a transcript can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// WebVTT.
    WebVtt,
    /// SubRip.
    SubRip,
    /// What is said, a line for each segment.
    Plain,
}

impl Atlas {
    /// The video with its transcripts.
    ///
    /// # Errors
    /// [`AtlasError::VideoNotFound`].
    pub async fn video_details(
        &self,
        connection: &impl ConnectionTrait,
        video: VideoId,
    ) -> Result<VideoDetails, AtlasError> {
        Ok(VideoDetails {
            video: self.video(connection, video).await?,
            transcripts: self.transcripts(connection, video).await?,
        })
    }

    /// The transcript with what it says.
    ///
    /// # Errors
    /// [`AtlasError::TranscriptNotFound`].
    pub async fn transcript_details(
        &self,
        connection: &impl ConnectionTrait,
        transcript: TranscriptId,
    ) -> Result<TranscriptDetails, AtlasError> {
        Ok(TranscriptDetails {
            transcript: self.transcript(connection, transcript).await?,
            segments: self.segments(connection, transcript).await?,
        })
    }
}

impl TranscriptDetails {
    /// The transcript as a text.
    #[must_use]
    pub fn to_text(&self, form: TextForm) -> String {
        match form {
            TextForm::WebVtt => captions::webvtt(&self.transcript.language, &self.segments),
            TextForm::SubRip => captions::subrip(&self.segments),
            TextForm::Plain => captions::plain(&self.segments),
        }
    }
}

impl TextForm {
    /// The form that a file with this extension has: `vtt`, `srt` or `txt`.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "vtt" => Self::WebVtt,
            "srt" => Self::SubRip,
            "txt" => Self::Plain,
            _ => return None,
        })
    }

    /// Its media type (RFC 6838).
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::WebVtt => "text/vtt; charset=utf-8",
            Self::SubRip => "application/x-subrip; charset=utf-8",
            Self::Plain => "text/plain; charset=utf-8",
        }
    }
}
