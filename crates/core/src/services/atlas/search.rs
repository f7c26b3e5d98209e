//! Full-text search over what is said, by the index that the database keeps current itself.
//!
//! Both engines find the same segments, because both are asked with the same words about the same
//! words (`words`). The rank is computed here, so that it is the same too.

use entity::atlas::{TranscriptId, TranscriptOrigin, VideoId};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::{
    Atlas, AtlasError, candidates,
    language::Language,
    query::Query,
    rank,
    snippet::{self, Part},
};
use crate::{db::Doing as _, page::PageLimit};

/// The most matches that are ranked: those that were imported last. A query that has more says so.
pub const MAX_RANKED: u64 = 1_000;

/// What to look for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The words; see [`query`](super::query).
    pub query: Query,
    /// Only in transcripts in this language.
    pub language: Option<Language>,
    /// Only in videos of this channel, by its exact name.
    pub channel: Option<String>,
    /// The most hits.
    pub limit: PageLimit,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = SearchResult)]
pub struct Found {
    /// The best hits, the best first.
    pub items: Vec<Hit>,
    /// How many segments match, counted up to [`MAX_RANKED`].
    #[schema(example = 1)]
    pub matches: u64,
    /// Whether there may be more matches than were ranked.
    pub is_cut: bool,
}

/// A segment that matches.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = SearchHit)]
pub struct Hit {
    /// The video.
    pub video_id: VideoId,
    /// What its platform calls it.
    #[schema(example = "dQw4w9WgXcQ")]
    pub external_id: String,
    /// What people call it.
    #[schema(example = "How lighthouses work")]
    pub title: String,
    /// Who published it.
    #[schema(example = "Harbour")]
    pub channel: String,
    /// The transcript.
    pub transcript_id: TranscriptId,
    /// Its language.
    #[schema(example = "en")]
    pub language: String,
    /// Whether a person or a machine wrote it down.
    pub origin: TranscriptOrigin,
    /// The segment's place in the transcript.
    #[schema(minimum = 0, example = 0)]
    pub position: i64,
    /// When it begins, from the start of the video.
    #[schema(minimum = 0, example = 1000)]
    pub starts_ms: i64,
    /// When it ends.
    #[schema(minimum = 0, example = 3500)]
    pub ends_ms: i64,
    /// The text around the match, in parts that match and parts that do not.
    pub snippet: Vec<Part>,
    /// Where to watch it from its beginning; `None` if the video's address is not known.
    #[schema(example = "https://video.example/watch?v=dQw4w9WgXcQ&t=1")]
    pub link: Option<String>,
    /// How good the hit is; more is better.
    #[schema(example = 1.5)]
    pub score: f64,
}

#[derive(Debug, FromQueryResult)]
struct HitRow {
    id: i64,
    video_id: VideoId,
    external_id: String,
    title: String,
    channel: String,
    url: Option<String>,
    transcript_id: TranscriptId,
    language: String,
    origin: TranscriptOrigin,
    position: i64,
    starts_ms: i64,
    ends_ms: i64,
    text: String,
}

impl Atlas {
    /// Finds what is said.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn search(
        &self,
        connection: &impl ConnectionTrait,
        search: &Search,
    ) -> Result<Found, AtlasError> {
        const DOING: &str = "searching";
        let lines = match connection.get_database_backend() {
            DbBackend::Sqlite => candidates::sqlite::newest(connection, search).await?,
            _ => candidates::postgres::newest(connection, search).await?,
        };
        let candidates = lines.lines().map(candidate);
        let candidates = candidates.collect::<Result<Vec<_>, _>>().doing(DOING)?;
        let matches = candidates.len() as u64;
        let best = rank::best(&search.query, candidates.into_iter(), search.limit);
        let ids: Vec<i64> = best.iter().map(|&(id, _)| id).collect();
        let rows = self.hit_rows(connection, &ids).await?;
        let items = best.into_iter().filter_map(|(id, score)| {
            let row = rows.iter().find(|row| row.id == id)?;
            Some(hit(row, score, &search.query))
        });
        Ok(Found {
            items: items.collect(),
            matches,
            is_cut: matches >= MAX_RANKED,
        })
    }

    async fn hit_rows(
        &self,
        connection: &impl ConnectionTrait,
        ids: &[i64],
    ) -> Result<Vec<HitRow>, AtlasError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let engine = connection.get_database_backend();
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        let ids = ids.join(", ");
        // One value for all of them, so that the statement is always the same.
        let (these, ids) = match engine {
            DbBackend::Sqlite => ("IN (SELECT value FROM json_each($1))", format!("[{ids}]")),
            _ => ("= ANY ($1::text::bigint[])", format!("{{{ids}}}")),
        };
        let sql = format!(
            "SELECT s.id, v.id AS video_id, v.external_id, v.title, v.channel, v.url, \
                    s.transcript_id, t.language, t.origin, s.position, s.starts_ms, s.ends_ms, s.text \
             FROM transcript_segments s \
             JOIN transcripts t ON t.id = s.transcript_id JOIN videos v ON v.id = t.video_id \
             WHERE s.id {these}"
        );
        let statement = Statement::from_sql_and_values(engine, sql, [ids.into()]);
        HitRow::find_by_statement(statement)
            .all(connection)
            .await
            .doing("reading what was found")
            .map_err(Into::into)
    }
}

/// A segment's id and words, from its line.
fn candidate(line: &str) -> Result<(i64, &str), DbErr> {
    let parts = line.split_once(' ');
    parts
        .and_then(|(id, words)| Some((id.parse().ok()?, words)))
        .ok_or_else(|| DbErr::Type(format!("{line:?} is not a segment's id and words")))
}

fn hit(row: &HitRow, score: f64, query: &Query) -> Hit {
    Hit {
        video_id: row.video_id,
        external_id: row.external_id.clone(),
        title: row.title.clone(),
        channel: row.channel.clone(),
        transcript_id: row.transcript_id,
        language: row.language.clone(),
        origin: row.origin,
        position: row.position,
        starts_ms: row.starts_ms,
        ends_ms: row.ends_ms,
        snippet: snippet::of(&row.text, query),
        link: row.url.as_deref().and_then(|url| link(url, row.starts_ms)),
        score,
    }
}

/// The address with `t=SECONDS`, which the players of the large platforms start from.
#[must_use]
pub fn link(url: &str, starts_ms: i64) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "t")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair("t", &(starts_ms / 1000).to_string());
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_starts_there() {
        for (url, expected) in [
            (
                "https://example.org/watch?v=x",
                "https://example.org/watch?v=x&t=83",
            ),
            (
                "https://example.org/watch?t=5&v=x",
                "https://example.org/watch?v=x&t=83",
            ),
            ("https://example.org/a#b", "https://example.org/a?t=83#b"),
        ] {
            assert_eq!(link(url, 83_999).as_deref(), Some(expected));
        }
        assert_eq!(link("no address", 0), None);
    }
}
