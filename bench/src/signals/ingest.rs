//! 50,000 articles, each of which mentions two entities, from a file of JSON lines.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use groundwork_core::{
    clock::Clock,
    db::Engine,
    services::signals::{CreateArticle, EntityCategory, ImportOptions, OnProblem},
};
use rusqlite::{Connection, params};
use serde_json::json;
use uuid::Uuid;

use super::{
    copy,
    database::{BenchDatabase, number},
};
use crate::{
    file::PRAGMAS,
    outcome::{Outcome, count},
};

pub(super) const ARTICLES: u64 = 50_000;
/// The entities that they mention.
pub(super) const ENTITIES: u64 = 20;

/// The file, which every contender reads from its beginning.
pub(super) fn write_articles(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("articles.jsonl");
    let mut file = BufWriter::new(File::create(&path)?);
    let content = "The model answered in seconds what took a week before. ".repeat(10);
    for number in 0..ARTICLES {
        let at =
            DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(1_767_225_600 + number * 600)?);
        let score = f64::from(u32::try_from(number % 2001)?) / 1000.0 - 1.0;
        let article = json!({
            "external_id": format!("article-{number}"),
            "url": format!("https://news.example/2026/{number}"),
            "title": format!("What {number} people said about it"),
            "source_name": "The Courier",
            "content": content,
            "published_at": at,
            "sentiment_score": score,
            "entities": [name(number), name(number + 1 + number / 7 % (ENTITIES - 1))],
        });
        writeln!(file, "{article}")?;
    }
    file.flush()?;
    Ok(path)
}

fn name(number: u64) -> String {
    format!("Model {}", number % ENTITIES)
}

pub(super) async fn ours(database: &BenchDatabase, file: &Path) -> Result<Outcome> {
    let signals = database.signals().await?;
    let options = ImportOptions {
        on_problem: OnProblem::GoOn,
        category: EntityCategory::Model,
    };
    let started = Instant::now();
    let input = tokio::io::BufReader::with_capacity(256 * 1024, tokio::fs::File::open(file).await?);
    let imported = signals.ingest(input, options, &|_| {}).await?;
    let outcome = outcome(started);
    ensure!(
        imported.inserted == ARTICLES,
        "{} articles were inserted",
        imported.inserted
    );
    signals.db().clone().close().await?;
    Ok(outcome)
}

/// As fast as a person would write it for this very file: `COPY` into temporary tables and two
/// statements, or prepared statements in one transaction.
pub(super) async fn by_hand(database: &BenchDatabase, file: &Path) -> Result<Outcome> {
    let started = Instant::now();
    let clock = Clock::system();
    let mut articles = Vec::new();
    for line in BufReader::new(File::open(file)?).lines() {
        articles.push((
            clock.new_id(),
            serde_json::from_str::<CreateArticle>(&line?)?,
        ));
    }
    match database.engine {
        Engine::Postgres => copy::ingest(database, &clock, &articles).await?,
        Engine::Sqlite => by_rusqlite(database, &clock, &articles)?,
    }
    Ok(outcome(started))
}

fn by_rusqlite(
    database: &BenchDatabase,
    clock: &Clock,
    articles: &[(Uuid, CreateArticle)],
) -> Result<()> {
    let mut connection = Connection::open(&database.file)?;
    connection.execute_batch(PRAGMAS)?;
    let unit = connection.transaction()?;
    let mut ids = std::collections::HashMap::new();
    let mut track =
        unit.prepare("INSERT INTO tracked_entities (id, name, category) VALUES (?, ?, 'model')")?;
    let mut insert = unit.prepare(
        "INSERT INTO articles
             (id, external_id, url, title, source_name, content, published_at, sentiment_score)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (external_id) DO UPDATE SET url = excluded.url, title = excluded.title,
             source_name = excluded.source_name, content = excluded.content,
             published_at = excluded.published_at, sentiment_score = excluded.sentiment_score
         RETURNING id",
    )?;
    let mut mention = unit.prepare(
        "INSERT INTO article_mentions (article_id, tracked_entity_id, published_at, sentiment_score)
         VALUES (?, ?, ?, ?)
         ON CONFLICT (article_id, tracked_entity_id) DO UPDATE
         SET published_at = excluded.published_at, sentiment_score = excluded.sentiment_score",
    )?;
    for (id, article) in articles {
        let at = text(article.published_at);
        let values = params![
            id.as_bytes(),
            article.external_id,
            article.url,
            article.title,
            article.source_name,
            article.content,
            at,
            article.sentiment_score
        ];
        let id: [u8; 16] = insert.query_row(values, |row| row.get(0))?;
        for mentioned in &article.mentions {
            let entity = match ids.get(&mentioned.name) {
                Some(entity) => *entity,
                None => {
                    let entity = clock.new_id();
                    track.execute(params![entity.as_bytes(), mentioned.name])?;
                    ids.insert(mentioned.name.clone(), entity);
                    entity
                }
            };
            mention.execute(params![
                id,
                entity.as_bytes(),
                at,
                mentioned.sentiment_score
            ])?;
        }
    }
    drop((track, insert, mention));
    Ok(unit.commit()?)
}

/// As the other contenders store it.
fn text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339()
}

fn outcome(started: Instant) -> Outcome {
    Outcome {
        amount: count(ARTICLES) / started.elapsed().as_secs_f64(),
        kept: ARTICLES,
        ..Outcome::default()
    }
}

pub(super) async fn verify(database: &BenchDatabase) -> Result<()> {
    let articles = number(database, "SELECT count(*) FROM articles").await?;
    let mentions = number(database, "SELECT count(*) FROM article_mentions").await?;
    let entities = number(database, "SELECT count(*) FROM tracked_entities").await?;
    let found = [articles, mentions, entities].map(i64::unsigned_abs);
    ensure!(
        found == [ARTICLES, 2 * ARTICLES, ENTITIES],
        "stored {found:?} articles, mentions and entities"
    );
    Ok(())
}
