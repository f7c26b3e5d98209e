//! `COPY` into temporary tables, by raw sqlx.

use anyhow::Result;
use groundwork_core::{clock::Clock, db::CopyRows, services::signals::CreateArticle};
use sqlx::{Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use super::database::BenchDatabase;

const STAGE: &str = "
CREATE TEMPORARY TABLE a (
    id uuid, external_id text, url text, title text, source_name text, content text,
    published_at timestamptz, sentiment_score double precision
) ON COMMIT DROP;
CREATE TEMPORARY TABLE m (
    external_id text, name text, entity_id uuid, sentiment_score double precision
) ON COMMIT DROP;";

const STORE: &str = "
INSERT INTO articles
    (id, external_id, url, title, source_name, content, published_at, sentiment_score)
SELECT id, external_id, url, title, source_name, content, published_at, sentiment_score FROM a
ON CONFLICT (external_id) DO UPDATE SET url = excluded.url, title = excluded.title,
    source_name = excluded.source_name, content = excluded.content,
    published_at = excluded.published_at, sentiment_score = excluded.sentiment_score;
INSERT INTO tracked_entities (id, name, category)
SELECT DISTINCT ON (name) entity_id, name, 'model' FROM m
ON CONFLICT (name) DO NOTHING;
INSERT INTO article_mentions (article_id, tracked_entity_id, published_at, sentiment_score)
SELECT articles.id, e.id, articles.published_at, m.sentiment_score
FROM m JOIN articles USING (external_id) JOIN tracked_entities e USING (name)
ON CONFLICT (article_id, tracked_entity_id) DO UPDATE
SET published_at = excluded.published_at, sentiment_score = excluded.sentiment_score;";

/// Stores all articles in one transaction.
pub(super) async fn ingest(
    database: &BenchDatabase,
    clock: &Clock,
    articles: &[(Uuid, CreateArticle)],
) -> Result<()> {
    let mut connection = PgConnection::connect(&database.url).await?;
    let (mut rows, mut mentions) = (CopyRows::new(8), CopyRows::new(4));
    for (id, article) in articles {
        rows.row()
            .uuid(*id)
            .text(&article.external_id)
            .text(&article.url)
            .text(&article.title)
            .optional_text(article.source_name.as_deref())
            .optional_text(article.content.as_deref())
            .instant(article.published_at)
            .optional_double(article.sentiment_score);
        for mention in &article.mentions {
            mentions
                .row()
                .text(&article.external_id)
                .text(&mention.name)
                .uuid(clock.new_id())
                .double(mention.sentiment_score);
        }
    }
    let mut unit = connection.begin().await?;
    unit.execute(sqlx::raw_sql(STAGE)).await?;
    for (statement, rows) in [
        ("COPY a FROM STDIN (FORMAT binary)", rows),
        ("COPY m FROM STDIN (FORMAT binary)", mentions),
    ] {
        let mut copy = unit.copy_in_raw(statement).await?;
        copy.send(rows.finished()).await?;
        copy.finish().await?;
    }
    unit.execute(sqlx::raw_sql(STORE)).await?;
    unit.commit().await?;
    Ok(connection.close().await?)
}
