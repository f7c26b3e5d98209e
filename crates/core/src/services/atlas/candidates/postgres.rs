//! Candidates on PostgreSQL.
//!
//! A GIN index gives all segments that hold some words, in no order. Where that is half of a million,
//! only the newest thousand of them are wanted. So the index also holds, for each segment, which ten
//! thousand and which hundred thousand ids its own is among: a search first asks for the words within
//! the newest part of the table, then within as much as is likely to hold enough, and for all of it
//! only if that is most of the table.
//!
//! What the index cannot answer, that words are next to each other, is decided by `LIKE` over the
//! normalised words, which takes a hundredth of the time of a `tsvector`. Everything is gathered before
//! it is put in order: otherwise the planner walks the primary key backwards, and makes a `tsvector` of
//! every row.
//!
//! Where a channel or a language has few transcripts, the segments of these are looked for in both
//! indexes at once.

use std::ops::RangeInclusive;

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value, Values};
use uuid::Uuid;

use super::{
    filter::{few_transcripts, filter},
    one,
};
use crate::services::atlas::{
    AtlasError,
    search::{MAX_RANKED, Search},
};

/// As the index has it (`ix_transcript_segments_words`).
const INDEXED: &str = "to_tsvector('simple', s.words) || array_to_tsvector(\
    ARRAY['#' || (s.id / 10000)::text, '##' || (s.id / 100000)::text])";

/// The parts of the table that the index knows: how many ids, and how a part is marked.
const FINE: (i64, &str) = (10_000, "#");
const COARSE: (i64, &str) = (100_000, "##");

/// So many transcripts are few.
const FEW: usize = 64;

/// What of the table is searched.
enum Scope {
    /// The parts that are marked so.
    Parts(&'static str, RangeInclusive<i64>),
    /// The ids from this one on, row by row.
    From(i64),
    All,
    /// The transcripts with these ids.
    Transcripts(Vec<Uuid>),
}

/// The lines of the newest segments that match.
pub(in super::super) async fn newest(
    connection: &impl ConnectionTrait,
    search: &Search,
) -> Result<String, AtlasError> {
    if let Some(few) = few_transcripts(connection, search, FEW).await? {
        return match few.is_empty() {
            true => Ok(String::new()),
            false => lines(connection, search, &Scope::Transcripts(few)).await,
        };
    }
    let Some(last) = last_id(connection).await? else {
        return Ok(String::new());
    };
    let mut seen: Option<(usize, i64)> = None;
    for (size, mark) in [FINE, COARSE] {
        let part = last / size;
        let Some(before) = parts_before(last, size, seen) else {
            continue;
        };
        let from = part - before;
        // Beginnings of half of all words are seen sooner in the rows.
        let scope = match size == FINE.0 && search.query.has_short_beginnings() {
            true => Scope::From(from * size),
            false => Scope::Parts(mark, from..=part),
        };
        let found = lines(connection, search, &scope).await?;
        let count = found.lines().count();
        if count as u64 >= MAX_RANKED {
            return Ok(found);
        }
        seen = Some((count, last - from * size));
    }
    lines(connection, search, &Scope::All).await
}

/// How many parts before the newest are likely to hold enough with it, as densely as matches were
/// `seen`: how many, among how many ids. `None` if that is most of the table.
fn parts_before(last: i64, size: i64, seen: Option<(usize, i64)>) -> Option<i64> {
    let all = last / size;
    let before = match seen {
        // The newest part may have just begun.
        None => 1,
        Some((found, among)) => {
            let found = i64::try_from(found).ok().filter(|found| *found > 0)?;
            // A quarter more, since matches are not spread evenly.
            let ids = i64::try_from(MAX_RANKED).ok()?.saturating_mul(among) / found * 5 / 4;
            ((ids - last % size).max(0) / size + 1).max(1)
        }
    };
    (before * 3 <= all * 2 && before < all).then_some(before)
}

async fn last_id(connection: &impl ConnectionTrait) -> Result<Option<i64>, AtlasError> {
    let sql = "SELECT max(id) FROM transcript_segments".to_owned();
    one(connection, statement(sql, Vec::new())).await
}

async fn lines(
    connection: &impl ConnectionTrait,
    search: &Search,
    scope: &Scope,
) -> Result<String, AtlasError> {
    let lines = one(connection, matching(search, scope)).await?;
    Ok(lines.unwrap_or_default())
}

fn matching(search: &Search, scope: &Scope) -> Statement {
    let mut values: Vec<Value> = Vec::new();
    let mut rows = "SELECT s.id, s.words FROM transcript_segments s".to_owned();
    if !matches!(scope, Scope::Transcripts(_))
        && (search.language.is_some() || search.channel.is_some())
    {
        rows.push_str(
            " JOIN transcripts t ON t.id = s.transcript_id JOIN videos v ON v.id = t.video_id",
        );
    }
    let patterns = match scope {
        Scope::Transcripts(ids) => {
            let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
            values.push(format!("{{{}}}", ids.join(",")).into());
            rows.push_str(" WHERE s.transcript_id = ANY ($1::text::uuid[])");
            if search.query.has_short_beginnings() {
                search.query.patterns()
            } else {
                values.push(words(search, scope).into());
                rows.push_str(&format!(" AND {INDEXED} @@ $2::text::tsquery"));
                search.query.phrases()
            }
        }
        Scope::From(id) => {
            values.push((*id).into());
            rows.push_str(" WHERE s.id >= $1");
            rows.push_str(&filter(search, &mut values));
            search.query.patterns()
        }
        Scope::All | Scope::Parts(..) => {
            values.push(words(search, scope).into());
            rows.push_str(&format!(" WHERE {INDEXED} @@ $1::text::tsquery"));
            rows.push_str(&filter(search, &mut values));
            search.query.phrases()
        }
    };
    for (fits, pattern) in patterns {
        values.push(pattern.into());
        let not = if fits { "" } else { "NOT " };
        let place = values.len();
        rows.push_str(&format!(" AND ' ' || s.words || ' ' {not}LIKE ${place}"));
    }
    let newest = format!("ORDER BY id DESC LIMIT {MAX_RANKED}");
    let sql = match scope {
        // The planner may stop as soon as there are enough.
        Scope::From(_) => format!(
            "SELECT string_agg(id || ' ' || words, chr(10)) FROM ({rows} {newest}) AS newest"
        ),
        _ => format!(
            "WITH found AS MATERIALIZED ({rows}) \
             SELECT string_agg(id || ' ' || words, chr(10)) FROM (\
             SELECT id, words FROM found {newest}) AS newest"
        ),
    };
    statement(sql, values)
}

/// The query of the index.
fn words(search: &Search, scope: &Scope) -> String {
    let query = search.query.to_tsquery();
    match scope {
        Scope::Parts(mark, parts) => {
            let parts: Vec<String> = parts
                .clone()
                .map(|part| format!("'{mark}{part}'"))
                .collect();
            format!("{query} & ({})", parts.join(" | "))
        }
        Scope::All | Scope::From(_) | Scope::Transcripts(_) => query,
    }
}

fn statement(sql: String, values: Vec<Value>) -> Statement {
    Statement {
        sql,
        values: Some(Values(values)),
        db_backend: DbBackend::Postgres,
    }
}
