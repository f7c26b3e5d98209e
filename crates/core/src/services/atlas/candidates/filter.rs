//! What a search wants of the transcripts and videos of its segments.

use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use crate::{
    db::Doing as _,
    services::atlas::{AtlasError, search::Search},
};

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

/// The transcripts that a search with a language or a channel keeps to, if they are no more than
/// `most`. `None` for more, and for a search of all.
pub(super) async fn few_transcripts(
    connection: &impl ConnectionTrait,
    search: &Search,
    most: usize,
) -> Result<Option<Vec<Uuid>>, AtlasError> {
    const DOING: &str = "searching";
    if search.language.is_none() && search.channel.is_none() {
        return Ok(None);
    }
    let mut values = Vec::new();
    let filter = filter(search, &mut values);
    let sql = format!(
        "SELECT t.id FROM transcripts t JOIN videos v ON v.id = t.video_id \
         WHERE TRUE{filter} LIMIT {}",
        most + 1
    );
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let rows = connection.query_all_raw(statement).await.doing(DOING)?;
    let ids = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0));
    let ids: Vec<Uuid> = ids.collect::<Result<_, _>>().doing(DOING)?;
    Ok(Some(ids).filter(|ids| ids.len() <= most))
}
