//! What a search wants of the transcripts and videos of its segments.

use sea_orm::Value;

use crate::services::atlas::search::Search;

/// The conditions on the transcripts `t` and the videos `v`, whose values are added.
pub(super) fn filter(search: &Search, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    if let Some(language) = &search.language {
        values.push(language.as_str().into());
        sql.push_str(&format!(" AND t.language = ${}", values.len()));
    }
    if let Some(channel) = &search.channel {
        values.push(channel.as_str().into());
        sql.push_str(&format!(" AND v.channel = ${}", values.len()));
    }
    sql
}
