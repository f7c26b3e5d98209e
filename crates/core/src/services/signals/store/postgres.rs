//! Articles on PostgreSQL: a few are inserted as they are, many are copied into a temporary table, and
//! from there into their own.

use std::collections::HashSet;

use entity::signals::{ArticleId, article_mentions};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value, sea_query::ArrayType};
use serde_json::json;
use uuid::Uuid;

use super::{Known, Stage, found::Found};
use crate::{
    db::{CopyRows, Doing as _, UnitOfWork},
    services::signals::{SignalsError, batch::Incoming},
};

const STAGE: &str = "
CREATE TEMPORARY TABLE incoming_articles (
    place integer NOT NULL, id uuid NOT NULL, external_id text NOT NULL, url text NOT NULL,
    title text NOT NULL, source_name text, content text, published_at timestamptz NOT NULL,
    sentiment_score double precision
) ON COMMIT DROP";

/// So few articles are handed over as values. Two `COPY`s wait for the server twice each, and where
/// the network gathers small packets (Nagle), for 40 ms each time.
const FEW: usize = 100;

/// Articles from a text of JSON: an array of PostgreSQL's, as SeaORM hands it over, has no NULL.
const FEW_ARTICLES: &str = "
json_to_recordset($1::text::json) AS few (
    place integer, id uuid, external_id text, url text, title text, source_name text, content text,
    published_at timestamptz, sentiment_score double precision
)";

const INSERT_FEW: &str = "
INSERT INTO articles
    (id, external_id, url, title, source_name, content, published_at, sentiment_score)
SELECT id, external_id, url, title, source_name, content, published_at, sentiment_score
FROM {few} ORDER BY place
ON CONFLICT DO NOTHING RETURNING id";

const STAGE_FEW: &str = "
INSERT INTO incoming_articles
    (place, id, external_id, url, title, source_name, content, published_at, sentiment_score)
SELECT place, id, external_id, url, title, source_name, content, published_at, sentiment_score
FROM {few}";

const MENTION_FEW: &str = "
INSERT INTO article_mentions (article_id, tracked_entity_id, published_at, sentiment_score)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::double precision[])";

const EMPTY: &str = "TRUNCATE incoming_articles";

const COPY: &str = "
COPY incoming_articles
    (place, id, external_id, url, title, source_name, content, published_at, sentiment_score)
FROM STDIN (FORMAT binary)";

const INSERT: &str = "
INSERT INTO articles
    (id, external_id, url, title, source_name, content, published_at, sentiment_score)
SELECT id, external_id, url, title, source_name, content, published_at, sentiment_score
FROM incoming_articles
ON CONFLICT DO NOTHING";

const LEFT_OUT: &str = "
SELECT i.place FROM incoming_articles i
WHERE NOT EXISTS (SELECT 1 FROM articles a WHERE a.id = i.id)
ORDER BY i.place";

const FIND: &str = "
SELECT i.place, a.id, a.external_id, a.url,
       (a.title, a.source_name, a.content, a.published_at, a.sentiment_score)
       IS NOT DISTINCT FROM
       (i.title, i.source_name, i.content, i.published_at, i.sentiment_score) AS is_same
FROM incoming_articles i
JOIN articles a ON a.external_id = i.external_id OR a.url = i.url
WHERE i.place = ANY($1)";

const UPDATE: &str = "
UPDATE articles a
SET title = i.title, source_name = i.source_name, content = i.content,
    published_at = i.published_at, sentiment_score = i.sentiment_score
FROM unnest($1::integer[], $2::uuid[]) AS known (place, id)
JOIN incoming_articles i ON i.place = known.place
WHERE a.id = known.id";

const COPY_MENTIONS: &str = "
COPY article_mentions (article_id, tracked_entity_id, published_at, sentiment_score)
FROM STDIN (FORMAT binary)";

/// Inserts the articles; returns the places of those that were left out, because one with their
/// external id or their URL is there.
pub(super) async fn insert(
    work: &UnitOfWork,
    articles: &[Incoming],
    stage: Stage,
) -> Result<Vec<usize>, SignalsError> {
    const DOING: &str = "adding articles";
    if articles.len() <= FEW && stage == Stage::New {
        return insert_few(work, articles).await;
    }
    let make_room = match stage {
        Stage::New => STAGE,
        Stage::Used => EMPTY,
    };
    work.execute_unprepared(make_room).await.doing(DOING)?;
    let mut rows = CopyRows::new(9);
    for (place, Incoming { id, article, .. }) in (0..).zip(articles) {
        rows.row()
            .integer(place)
            .uuid(id.0)
            .text(&article.external_id)
            .text(&article.url)
            .text(&article.title)
            .optional_text(article.source_name.as_deref())
            .optional_text(article.content.as_deref())
            .instant(article.published_at)
            .optional_double(article.sentiment_score);
    }
    work.copy_in(COPY, &rows).await.doing(DOING)?;
    let inserted = work.execute_unprepared(INSERT).await.doing(DOING)?;
    if inserted.rows_affected() == rows.rows() {
        return Ok(Vec::new());
    }
    let left_out = Statement::from_string(DbBackend::Postgres, LEFT_OUT);
    let left_out = work.query_all_raw(left_out).await.doing(DOING)?;
    let places = left_out.iter().map(|row| {
        let place: i32 = row.try_get_by_index(0).doing(DOING)?;
        Ok(usize::try_from(place).unwrap_or_default())
    });
    places.collect()
}

/// The same for a few articles. They are staged only if some are there already.
async fn insert_few(work: &UnitOfWork, articles: &[Incoming]) -> Result<Vec<usize>, SignalsError> {
    const DOING: &str = "adding articles";
    let insert = of_few(INSERT_FEW, articles);
    let rows = work.query_all_raw(insert).await.doing(DOING)?;
    let inserted = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0));
    let inserted: HashSet<Uuid> = inserted.collect::<Result<_, _>>().doing(DOING)?;
    let left_out: Vec<usize> = (articles.iter().enumerate())
        .filter(|(_, incoming)| !inserted.contains(&incoming.id.0))
        .map(|(place, _)| place)
        .collect();
    if !left_out.is_empty() {
        work.execute_unprepared(STAGE).await.doing(DOING)?;
        let stage = of_few(STAGE_FEW, articles);
        work.execute_raw(stage).await.doing(DOING)?;
    }
    Ok(left_out)
}

fn of_few(sql: &str, articles: &[Incoming]) -> Statement {
    let rows = (0_i32..)
        .zip(articles)
        .map(|(place, Incoming { id, article, .. })| {
            json!({
                "place": place,
                "id": id,
                "external_id": article.external_id,
                "url": article.url,
                "title": article.title,
                "source_name": article.source_name,
                "content": article.content,
                "published_at": article.published_at,
                "sentiment_score": article.sentiment_score,
            })
        });
    let rows = serde_json::Value::from_iter(rows).to_string();
    let sql = sql.replace("{few}", FEW_ARTICLES);
    Statement::from_sql_and_values(DbBackend::Postgres, sql, [rows.into()])
}

/// The stored articles with the external id or the URL of those at these places.
pub(super) async fn find(work: &UnitOfWork, places: &[usize]) -> Result<Vec<Found>, SignalsError> {
    const DOING: &str = "comparing articles";
    let places: Vec<i32> = places.iter().copied().map(number).collect();
    let find = Statement::from_sql_and_values(DbBackend::Postgres, FIND, [places.into()]);
    let rows = work.query_all_raw(find).await.doing(DOING)?;
    let found = rows.iter().map(|row| {
        let place: i32 = row.try_get_by_index(0)?;
        Ok(Found {
            place: usize::try_from(place).unwrap_or_default(),
            id: row.try_get_by_index::<ArticleId>(1)?,
            external_id: row.try_get_by_index(2)?,
            url: row.try_get_by_index(3)?,
            is_same: row.try_get_by_index(4)?,
        })
    });
    found
        .collect::<Result<_, _>>()
        .doing(DOING)
        .map_err(Into::into)
}

/// Writes what changes of articles that keep their external ids and URLs.
pub(super) async fn update(work: &UnitOfWork, known: &[&Known<'_>]) -> Result<(), SignalsError> {
    if known.is_empty() {
        return Ok(());
    }
    let places: Vec<i32> = known.iter().map(|known| number(known.place)).collect();
    let ids: Vec<Uuid> = known.iter().map(|known| known.id.0).collect();
    let values: [Value; 2] = [places.into(), ids.into()];
    let update = Statement::from_sql_and_values(DbBackend::Postgres, UPDATE, values);
    work.execute_raw(update).await.doing("changing articles")?;
    Ok(())
}

pub(super) async fn insert_mentions(
    work: &UnitOfWork,
    mentions: &[article_mentions::Model],
) -> Result<(), SignalsError> {
    if mentions.is_empty() {
        return Ok(());
    }
    if mentions.len() <= FEW {
        return insert_few_mentions(work, mentions).await;
    }
    let mut rows = CopyRows::new(4);
    for mention in mentions {
        rows.row()
            .uuid(mention.article_id.0)
            .uuid(mention.tracked_entity_id.0)
            .instant(mention.published_at)
            .double(mention.sentiment_score);
    }
    work.copy_in(COPY_MENTIONS, &rows)
        .await
        .doing("adding mentions")?;
    Ok(())
}

async fn insert_few_mentions(
    work: &UnitOfWork,
    mentions: &[article_mentions::Model],
) -> Result<(), SignalsError> {
    let column = |kind: ArrayType, of: fn(&article_mentions::Model) -> Value| {
        Value::Array(kind, Some(Box::new(mentions.iter().map(of).collect())))
    };
    let values = [
        column(ArrayType::Uuid, |it| it.article_id.0.into()),
        column(ArrayType::Uuid, |it| it.tracked_entity_id.0.into()),
        column(ArrayType::ChronoDateTimeUtc, |it| it.published_at.into()),
        column(ArrayType::Double, |it| it.sentiment_score.into()),
    ];
    let insert = Statement::from_sql_and_values(DbBackend::Postgres, MENTION_FEW, values);
    work.execute_raw(insert).await.doing("adding mentions")?;
    Ok(())
}

/// A batch is far smaller than that.
fn number(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}
