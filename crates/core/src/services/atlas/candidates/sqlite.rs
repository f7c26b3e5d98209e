//! Candidates on SQLite. FTS5 gives its rows newest first by itself, if it is the first to be asked:
//! SQLite keeps the order of a `CROSS JOIN`. Phrases and exclusions are its own, and beginnings of up
//! to three letters have an index of their own.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value, Values};

use super::filter::filter;
use crate::{
    db::Doing as _,
    services::atlas::{
        AtlasError,
        search::{MAX_RANKED, Search},
    },
};

/// The lines of the newest segments that match.
pub(in super::super) async fn newest(
    connection: &impl ConnectionTrait,
    search: &Search,
) -> Result<String, AtlasError> {
    const DOING: &str = "searching";
    let row = connection
        .query_one_raw(statement(search))
        .await
        .doing(DOING)?;
    let lines = row.map_or(Ok(None), |row| row.try_get_by_index::<Option<String>>(0));
    Ok(lines.doing(DOING)?.unwrap_or_default())
}

fn statement(search: &Search) -> Statement {
    let mut values: Vec<Value> = vec![search.query.to_fts5().into()];
    let mut sql = "SELECT group_concat(line, char(10)) FROM (\
                   SELECT s.id || ' ' || s.words AS line \
                   FROM segment_words w CROSS JOIN transcript_segments s ON s.id = w.rowid"
        .to_owned();
    if search.language.is_some() || search.channel.is_some() {
        sql.push_str(" CROSS JOIN transcripts t ON t.id = s.transcript_id");
    }
    if search.channel.is_some() {
        sql.push_str(" CROSS JOIN videos v ON v.id = t.video_id");
    }
    sql.push_str(" WHERE segment_words MATCH $1");
    sql.push_str(&filter(search, &mut values));
    sql.push_str(&format!(
        " ORDER BY w.rowid DESC LIMIT {MAX_RANKED}) AS found"
    ));
    Statement {
        sql,
        values: Some(Values(values)),
        db_backend: DbBackend::Sqlite,
    }
}
