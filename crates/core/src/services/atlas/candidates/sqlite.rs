//! Candidates on SQLite. FTS5 gives its rows newest first by itself, if it is the first to be asked:
//! SQLite keeps the order of a `CROSS JOIN`. Phrases and exclusions are its own, and beginnings of up
//! to three letters have an index of their own.
//!
//! Where a channel or a language has few transcripts, the ids of their segments are gathered first, and
//! each match is looked for among them: going to the video of every match takes ten times as long.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value, Values};

use super::{
    filter::{few_transcripts, filter},
    one,
};
use crate::services::atlas::{
    AtlasError,
    search::{MAX_RANKED, Search},
};

/// So many transcripts are few. Gathering the segments of more takes longer than the search.
const FEW: usize = 256;

/// Where matches are looked for.
#[derive(Clone, Copy)]
enum Scope {
    All,
    /// Among the segments of the few transcripts that fit.
    FewTranscripts,
    /// In every match's own transcript and video.
    ManyTranscripts,
}

/// The lines of the newest segments that match.
pub(in super::super) async fn newest(
    connection: &impl ConnectionTrait,
    search: &Search,
) -> Result<String, AtlasError> {
    let scope = scope(connection, search).await?;
    let lines = one(connection, matching(search, scope)).await?;
    Ok(lines.unwrap_or_default())
}

async fn scope(connection: &impl ConnectionTrait, search: &Search) -> Result<Scope, AtlasError> {
    if search.language.is_none() && search.channel.is_none() {
        return Ok(Scope::All);
    }
    let few = few_transcripts(connection, search, FEW).await?;
    Ok(few.map_or(Scope::ManyTranscripts, |_| Scope::FewTranscripts))
}

fn matching(search: &Search, scope: Scope) -> Statement {
    let mut values: Vec<Value> = vec![search.query.to_fts5().into()];
    let filter = filter(search, &mut values);
    let (joins, fits) = match scope {
        Scope::All => ("", String::new()),
        // The plus keeps FTS5 from being asked for each of these ids.
        Scope::FewTranscripts => (
            "",
            format!(
                " AND +w.rowid IN (SELECT s.id FROM videos v \
                 JOIN transcripts t ON t.video_id = v.id \
                 CROSS JOIN transcript_segments s ON s.transcript_id = t.id WHERE TRUE{filter})"
            ),
        ),
        Scope::ManyTranscripts => (
            " CROSS JOIN transcript_segments s ON s.id = w.rowid \
             CROSS JOIN transcripts t ON t.id = s.transcript_id \
             CROSS JOIN videos v ON v.id = t.video_id",
            filter,
        ),
    };
    let sql = format!(
        "WITH newest AS MATERIALIZED (\
         SELECT w.rowid AS id FROM segment_words w{joins} WHERE segment_words MATCH $1{fits} \
         ORDER BY w.rowid DESC LIMIT {MAX_RANKED}) \
         SELECT group_concat(line, char(10)) FROM (SELECT s.id || ' ' || s.words AS line \
         FROM newest n CROSS JOIN transcript_segments s ON s.id = n.id) AS found"
    );
    Statement {
        sql,
        values: Some(Values(values)),
        db_backend: DbBackend::Sqlite,
    }
}
