//! Videos: keep, read, list, remove.

use chrono::{DateTime, Utc};
use entity::atlas::{VideoId, videos};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, TryInsertResult,
};
use serde::Serialize;
use tracing::info;
use url::Url;
use utoipa::ToSchema;

use super::{Atlas, AtlasError, views::Video};
use crate::{
    db::{Doing as _, UnitOfWork},
    page::{Page, PageRequest},
};

/// The longest title and the longest name of a channel, in bytes.
pub const MAX_NAME_BYTES: usize = 1_000;
/// The longest id of a platform, in bytes.
pub const MAX_EXTERNAL_ID_BYTES: usize = 255;
/// The longest address, in bytes.
pub const MAX_URL_BYTES: usize = 2_048;

/// A video, as its publisher describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewVideo {
    /// What the platform calls it; what it is recognised by when it comes again.
    pub external_id: String,
    /// What people call it.
    pub title: String,
    /// Who published it.
    pub channel: String,
    /// Where it can be watched: an `http` or `https` address.
    pub url: Option<String>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// How long it lasts.
    pub duration_ms: Option<i64>,
}

/// What keeping something did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(as = ImportOutcome)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// It was not there before.
    Added,
    /// It was there, and said something else.
    Updated,
    /// It was there and said the same; nothing was written.
    Unchanged,
}

/// Which videos a list holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoFilter {
    /// Only those of this channel, by its exact name.
    pub channel: Option<String>,
}

impl Atlas {
    /// Keeps the description of a video: adds it, or brings the one with this `external_id` up to
    /// date. Its row stays locked until the unit of work ends.
    ///
    /// # Errors
    /// [`AtlasError::InvalidValue`] if a field breaks its rule.
    pub async fn put_video(
        &self,
        work: &UnitOfWork,
        new: &NewVideo,
    ) -> Result<(VideoId, Kept), AtlasError> {
        new.check()?;
        let now = self.clock.now();
        let row = videos::ActiveModel {
            id: Set(VideoId::from(self.clock.new_id())),
            external_id: Set(new.external_id.clone()),
            created_at: Set(now),
            ..row_of(new, now)
        };
        let inserted = videos::Entity::insert(row)
            .on_conflict_do_nothing_on([videos::Column::ExternalId])
            .exec_without_returning(work)
            .await
            .doing("adding a video")?;
        let known = videos::Entity::find()
            .filter(videos::Column::ExternalId.eq(&new.external_id))
            .lock_exclusive()
            .into_partial_model::<Video>()
            .one(work)
            .await
            .doing("reading a video")?
            .ok_or(AtlasError::Lost { what: "the video" })?;
        if matches!(inserted, TryInsertResult::Inserted(1..)) {
            return Ok((known.id, Kept::Added));
        }
        if new.is_equal_to(&known) {
            return Ok((known.id, Kept::Unchanged));
        }
        videos::Entity::update_many()
            .set(row_of(new, now))
            .filter(videos::Column::Id.eq(known.id))
            .exec(work)
            .await
            .doing("changing a video")?;
        Ok((known.id, Kept::Updated))
    }

    /// The video.
    ///
    /// # Errors
    /// [`AtlasError::VideoNotFound`].
    pub async fn video(
        &self,
        connection: &impl ConnectionTrait,
        video: VideoId,
    ) -> Result<Video, AtlasError> {
        videos::Entity::find_by_id(video)
            .into_partial_model::<Video>()
            .one(connection)
            .await
            .doing("reading a video")?
            .ok_or(AtlasError::VideoNotFound { video })
    }

    /// The video that its platform calls so, or `None`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_video(
        &self,
        connection: &impl ConnectionTrait,
        external_id: &str,
    ) -> Result<Option<Video>, AtlasError> {
        videos::Entity::find()
            .filter(videos::Column::ExternalId.eq(external_id))
            .into_partial_model::<Video>()
            .one(connection)
            .await
            .doing("reading a video")
            .map_err(Into::into)
    }

    /// A page of videos, those that were imported last first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_videos(
        &self,
        connection: &impl ConnectionTrait,
        filter: &VideoFilter,
        page: PageRequest,
    ) -> Result<Page<Video>, AtlasError> {
        let rows = videos::Entity::find()
            .apply_if(page.after, |query, cursor| {
                query.filter(videos::Column::Id.lt(cursor.id()))
            })
            .apply_if(filter.channel.as_ref(), |query, channel| {
                query.filter(videos::Column::Channel.eq(channel))
            })
            .order_by_desc(videos::Column::Id)
            .limit(page.limit.items() + 1)
            .into_partial_model::<Video>()
            .all(connection)
            .await
            .doing("listing videos")?;
        Ok(Page::of_surplus(rows, page.limit, |row| row.id.into()))
    }

    /// Removes a video with its transcripts.
    ///
    /// # Errors
    /// [`AtlasError::VideoNotFound`].
    pub async fn remove_video(&self, work: &UnitOfWork, video: VideoId) -> Result<(), AtlasError> {
        let removed = videos::Entity::delete_by_id(video)
            .exec(work)
            .await
            .doing("removing a video")?;
        if removed.rows_affected == 0 {
            return Err(AtlasError::VideoNotFound { video });
        }
        info!(video.id = %video, "removed video");
        Ok(())
    }
}

impl NewVideo {
    /// Whether every field keeps its rule.
    ///
    /// # Errors
    /// [`AtlasError::InvalidValue`] about the first that does not.
    pub fn check(&self) -> Result<(), AtlasError> {
        check_name("external_id", &self.external_id, MAX_EXTERNAL_ID_BYTES)?;
        check_name("title", &self.title, MAX_NAME_BYTES)?;
        check_name("channel", &self.channel, MAX_NAME_BYTES)?;
        if let Some(url) = &self.url {
            check_name("url", url, MAX_URL_BYTES)?;
            let is_web = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !is_web {
                return Err(invalid("url", "must be an http or https address"));
            }
        }
        match self.duration_ms {
            Some(..0) => Err(invalid("duration_ms", "must not be negative")),
            _ => Ok(()),
        }
    }

    fn is_equal_to(&self, video: &Video) -> bool {
        *self
            == Self {
                external_id: video.external_id.clone(),
                title: video.title.clone(),
                channel: video.channel.clone(),
                url: video.url.clone(),
                published_at: video.published_at,
                duration_ms: video.duration_ms,
            }
    }
}

/// What may change of a video.
fn row_of(new: &NewVideo, now: DateTime<Utc>) -> videos::ActiveModel {
    videos::ActiveModel {
        title: Set(new.title.clone()),
        channel: Set(new.channel.clone()),
        url: Set(new.url.clone()),
        published_at: Set(new.published_at),
        duration_ms: Set(new.duration_ms),
        updated_at: Set(now),
        ..Default::default()
    }
}

fn check_name(field: &'static str, text: &str, max_bytes: usize) -> Result<(), AtlasError> {
    if text.trim().is_empty() {
        return Err(invalid(field, "must not be empty"));
    }
    if text.contains('\0') {
        return Err(invalid(field, "must not contain NUL"));
    }
    if text.len() > max_bytes {
        let expected = format!("has {} bytes; at most {max_bytes} are allowed", text.len());
        return Err(AtlasError::InvalidValue { field, expected });
    }
    Ok(())
}

fn invalid(field: &'static str, expected: &str) -> AtlasError {
    AtlasError::InvalidValue {
        field,
        expected: expected.to_owned(),
    }
}
