//! Transcripts: keep, read.

use entity::atlas::{
    TranscriptId, TranscriptOrigin, VideoId, transcript_segments, transcripts, videos,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, TryInsertResult,
};

use super::{
    Atlas, AtlasError, Kept,
    captions::MAX_CUE_BYTES,
    language::Language,
    views::{Segment, Transcript},
    words,
};
use crate::db::{Doing as _, UnitOfWork};

/// The most segments of a transcript.
pub const MAX_SEGMENTS: usize = 100_000;
/// The longest text of a segment, in bytes.
pub const MAX_SEGMENT_BYTES: usize = MAX_CUE_BYTES;

/// The rows of one statement, whose text is thereby mostly the same: prepared once, it is kept.
const ROWS_AT_ONCE: usize = 100;

/// A transcript as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTranscript {
    /// In which language it is.
    pub language: Language,
    /// Whether a person or a machine wrote it down.
    pub origin: TranscriptOrigin,
    /// What is said, in order.
    pub segments: Vec<NewSegment>,
}

/// What is said from one moment to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSegment {
    /// When it begins, from the start of the video.
    pub starts_ms: i64,
    /// When it ends; never before it begins.
    pub ends_ms: i64,
    /// What is said; lines are separated by `\n`.
    pub text: String,
}

impl Atlas {
    /// Keeps a transcript of a video: adds it, or makes the one in this language and of this origin
    /// say the same. A transcript that says the same already is not written to.
    ///
    /// # Errors
    /// [`AtlasError::InvalidValue`] if a segment breaks its rule; [`AtlasError::VideoNotFound`].
    pub async fn put_transcript(
        &self,
        work: &UnitOfWork,
        video: VideoId,
        new: &NewTranscript,
    ) -> Result<(TranscriptId, Kept), AtlasError> {
        new.check()?;
        lock_video(work, video).await?;
        let now = self.clock.now();
        let row = transcripts::ActiveModel {
            id: Set(TranscriptId::from(self.clock.new_id())),
            video_id: Set(video),
            language: Set(new.language.to_string()),
            origin: Set(new.origin),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let inserted = transcripts::Entity::insert(row.clone())
            .on_conflict_do_nothing_on([
                transcripts::Column::VideoId,
                transcripts::Column::Language,
                transcripts::Column::Origin,
            ])
            .exec_without_returning(work)
            .await
            .doing("adding a transcript")?;
        if let (TryInsertResult::Inserted(1..), Set(id)) = (inserted, row.id) {
            insert(work, id, &new.segments).await?;
            return Ok((id, Kept::Added));
        }
        let known = self.find_transcript(work, video, new).await?;
        let id = known.ok_or(AtlasError::Lost {
            what: "the transcript",
        })?;
        if are_equal(&self.segments(work, id).await?, &new.segments) {
            return Ok((id, Kept::Unchanged));
        }
        replace(work, id, &new.segments).await?;
        transcripts::Entity::update_many()
            .set(transcripts::ActiveModel {
                updated_at: Set(now),
                ..Default::default()
            })
            .filter(transcripts::Column::Id.eq(id))
            .exec(work)
            .await
            .doing("changing a transcript")?;
        Ok((id, Kept::Updated))
    }

    /// The transcript, without what it says.
    ///
    /// # Errors
    /// [`AtlasError::TranscriptNotFound`].
    pub async fn transcript(
        &self,
        connection: &impl ConnectionTrait,
        transcript: TranscriptId,
    ) -> Result<Transcript, AtlasError> {
        transcripts::Entity::find_by_id(transcript)
            .into_partial_model::<Transcript>()
            .one(connection)
            .await
            .doing("reading a transcript")?
            .ok_or(AtlasError::TranscriptNotFound { transcript })
    }

    /// The transcripts of a video, by language, those that people wrote first.
    ///
    /// # Errors
    /// [`AtlasError::VideoNotFound`].
    pub async fn transcripts(
        &self,
        connection: &impl ConnectionTrait,
        video: VideoId,
    ) -> Result<Vec<Transcript>, AtlasError> {
        self.video(connection, video).await?;
        transcripts::Entity::find()
            .filter(transcripts::Column::VideoId.eq(video))
            .order_by_asc(transcripts::Column::Language)
            .order_by_desc(transcripts::Column::Origin)
            .into_partial_model::<Transcript>()
            .all(connection)
            .await
            .doing("listing transcripts")
            .map_err(Into::into)
    }

    /// What a transcript says, in order; nothing if there is no such transcript.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn segments(
        &self,
        connection: &impl ConnectionTrait,
        transcript: TranscriptId,
    ) -> Result<Vec<Segment>, AtlasError> {
        transcript_segments::Entity::find()
            .filter(transcript_segments::Column::TranscriptId.eq(transcript))
            .order_by_asc(transcript_segments::Column::Position)
            .into_partial_model::<Segment>()
            .all(connection)
            .await
            .doing("reading a transcript's segments")
            .map_err(Into::into)
    }

    async fn find_transcript(
        &self,
        work: &UnitOfWork,
        video: VideoId,
        new: &NewTranscript,
    ) -> Result<Option<TranscriptId>, AtlasError> {
        transcripts::Entity::find()
            .select_only()
            .column(transcripts::Column::Id)
            .filter(transcripts::Column::VideoId.eq(video))
            .filter(transcripts::Column::Language.eq(new.language.as_str()))
            .filter(transcripts::Column::Origin.eq(new.origin))
            .into_tuple()
            .one(work)
            .await
            .doing("reading a transcript")
            .map_err(Into::into)
    }
}

impl NewTranscript {
    /// Whether every segment keeps its rules.
    ///
    /// # Errors
    /// [`AtlasError::InvalidValue`] about the first that does not.
    pub fn check(&self) -> Result<(), AtlasError> {
        let invalid = |expected: String| {
            let field = "segments";
            Err(AtlasError::InvalidValue { field, expected })
        };
        if self.segments.len() > MAX_SEGMENTS {
            let count = self.segments.len();
            return invalid(format!("are {count}; at most {MAX_SEGMENTS} are allowed"));
        }
        for (position, segment) in self.segments.iter().enumerate() {
            if let Some(fault) = segment.fault() {
                return invalid(format!("have a fault at position {position}: {fault}"));
            }
        }
        Ok(())
    }
}

impl NewSegment {
    fn fault(&self) -> Option<String> {
        if self.starts_ms < 0 {
            Some("it starts before the video".to_owned())
        } else if self.ends_ms < self.starts_ms {
            Some("it ends before it starts".to_owned())
        } else if self.text.trim().is_empty() {
            Some("its text is empty".to_owned())
        } else if self.text.contains('\0') {
            Some("its text contains NUL".to_owned())
        } else if self.text.len() > MAX_SEGMENT_BYTES {
            let length = self.text.len();
            Some(format!(
                "its text has {length} bytes; at most {MAX_SEGMENT_BYTES} are allowed"
            ))
        } else {
            None
        }
    }
}

/// A change of anything of a video locks its row first.
async fn lock_video(work: &UnitOfWork, video: VideoId) -> Result<(), AtlasError> {
    videos::Entity::find_by_id(video)
        .select_only()
        .column(videos::Column::Id)
        .lock_exclusive()
        .into_tuple::<VideoId>()
        .one(work)
        .await
        .doing("locking a video")?
        .map(drop)
        .ok_or(AtlasError::VideoNotFound { video })
}

fn are_equal(old: &[Segment], new: &[NewSegment]) -> bool {
    let same = |(old, new): (&Segment, &NewSegment)| {
        old.starts_ms == new.starts_ms && old.ends_ms == new.ends_ms && old.text == new.text
    };
    old.len() == new.len() && old.iter().zip(new).all(same)
}

async fn replace(
    work: &UnitOfWork,
    transcript: TranscriptId,
    segments: &[NewSegment],
) -> Result<(), AtlasError> {
    transcript_segments::Entity::delete_many()
        .filter(transcript_segments::Column::TranscriptId.eq(transcript))
        .exec(work)
        .await
        .doing("removing a transcript's segments")?;
    insert(work, transcript, segments).await
}

async fn insert(
    work: &UnitOfWork,
    transcript: TranscriptId,
    segments: &[NewSegment],
) -> Result<(), AtlasError> {
    let rows = (0..)
        .zip(segments)
        .map(|(position, segment)| transcript_segments::ActiveModel {
            transcript_id: Set(transcript),
            position: Set(position),
            starts_ms: Set(segment.starts_ms),
            ends_ms: Set(segment.ends_ms),
            text: Set(segment.text.clone()),
            words: Set(words::written(&segment.text)),
            ..Default::default()
        });
    let rows: Vec<_> = rows.collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        transcript_segments::Entity::insert_many(rows.to_vec())
            .exec_without_returning(work)
            .await
            .doing("adding a transcript's segments")?;
    }
    Ok(())
}
