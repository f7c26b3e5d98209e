//! Articles on SQLite: many rows in each statement, always the same number, so that its text stays
//! prepared.

use std::{collections::HashSet, iter};

use entity::signals::{ArticleId, article_mentions, articles};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement,
    Value,
};

use super::found::Found;
use crate::{
    db::{Doing as _, UnitOfWork},
    services::signals::{SignalsError, batch::Incoming},
};

/// How many articles a statement inserts.
const ARTICLES: usize = 100;
/// How many mentions a statement inserts.
const MENTIONS: usize = 200;

/// Inserts the articles; returns the places of those that were left out, because one with their
/// external id or their URL is there.
pub(super) async fn insert(
    work: &UnitOfWork,
    articles: &[Incoming],
) -> Result<Vec<usize>, SignalsError> {
    const DOING: &str = "adding articles";
    let mut left_out = Vec::new();
    for (first, chunk) in (0..).step_by(ARTICLES).zip(articles.chunks(ARTICLES)) {
        let sql = format!(
            "INSERT INTO articles (id, external_id, url, title, source_name, content, published_at, \
             sentiment_score) VALUES {} ON CONFLICT DO NOTHING",
            rows(chunk.len(), 8)
        );
        let values = chunk
            .iter()
            .flat_map(|incoming| iter::once(Value::from(incoming.id.0)).chain(values(incoming)));
        let insert = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        let inserted = work.execute_raw(insert).await.doing(DOING)?;
        if inserted.rows_affected() < chunk.len() as u64 {
            let there = there(work, chunk).await?;
            let absent = (first..)
                .zip(chunk)
                .filter(|(_, it)| !there.contains(&it.id));
            left_out.extend(absent.map(|(place, _)| place));
        }
    }
    Ok(left_out)
}

/// Which of these articles were inserted.
async fn there(work: &UnitOfWork, chunk: &[Incoming]) -> Result<HashSet<ArticleId>, SignalsError> {
    let ids: Vec<ArticleId> = articles::Entity::find()
        .select_only()
        .column(articles::Column::Id)
        .filter(articles::Column::Id.is_in(chunk.iter().map(|it| it.id)))
        .into_tuple()
        .all(work)
        .await
        .doing("adding articles")?;
    Ok(ids.into_iter().collect())
}

/// The stored articles with the external id or the URL of those at these places.
pub(super) async fn find(
    work: &UnitOfWork,
    articles: &[Incoming],
    places: &[usize],
) -> Result<Vec<Found>, SignalsError> {
    const DOING: &str = "comparing articles";
    let mut found = Vec::new();
    for places in places.chunks(ARTICLES) {
        // The order of the join is fixed: each incoming article is looked for by two indexes.
        let sql = format!(
            "WITH i (place, external_id, url, title, source_name, content, published_at, score) \
             AS (VALUES {}) \
             SELECT i.place, a.id, a.external_id, a.url, \
                    a.title IS i.title AND a.source_name IS i.source_name \
                    AND a.content IS i.content AND a.published_at IS i.published_at \
                    AND a.sentiment_score IS i.score \
             FROM i CROSS JOIN articles a ON a.external_id = i.external_id OR a.url = i.url",
            rows(places.len(), 8)
        );
        let values = places.iter().flat_map(|place| {
            let number = i64::try_from(*place).unwrap_or(i64::MAX);
            iter::once(Value::from(number)).chain(values(&articles[*place]))
        });
        let find = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        for row in work.query_all_raw(find).await.doing(DOING)? {
            let place: i64 = row.try_get_by_index(0).doing(DOING)?;
            found.push(Found {
                place: usize::try_from(place).unwrap_or_default(),
                id: row.try_get_by_index(1).doing(DOING)?,
                external_id: row.try_get_by_index(2).doing(DOING)?,
                url: row.try_get_by_index(3).doing(DOING)?,
                is_same: row.try_get_by_index(4).doing(DOING)?,
            });
        }
    }
    Ok(found)
}

pub(super) async fn insert_mentions(
    work: &UnitOfWork,
    mentions: &[article_mentions::Model],
) -> Result<(), SignalsError> {
    for chunk in mentions.chunks(MENTIONS) {
        let sql = format!(
            "INSERT INTO article_mentions (article_id, tracked_entity_id, published_at, \
             sentiment_score) VALUES {}",
            rows(chunk.len(), 4)
        );
        let values = chunk.iter().flat_map(|mention| {
            [
                Value::from(mention.article_id.0),
                mention.tracked_entity_id.0.into(),
                mention.published_at.into(),
                mention.sentiment_score.into(),
            ]
        });
        let insert = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        work.execute_raw(insert).await.doing("adding mentions")?;
    }
    Ok(())
}

/// The columns of an article behind its id.
fn values(incoming: &Incoming) -> [Value; 7] {
    let article = &incoming.article;
    [
        article.external_id.clone().into(),
        article.url.clone().into(),
        article.title.clone().into(),
        article.source_name.clone().into(),
        article.content.clone().into(),
        article.published_at.into(),
        article.sentiment_score.into(),
    ]
}

/// `(?, ?), (?, ?)`
fn rows(count: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; count].join(", ")
}
