//! Stores articles, some thousands at a time.
//!
//! Most articles are new, so all are inserted, and those that are there already are left out by the
//! engine. Only those are then looked at, one after the other as if each had come alone: it is
//! unchanged, changes what is stored, or contradicts it.

mod entities;
mod found;
mod matching;
mod postgres;
mod sqlite;

use std::collections::{HashMap, HashSet};

use entity::signals::{ArticleId, EntityCategory, TrackedEntityId, article_mentions, articles};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::LockType,
};
use serde::Serialize;

use self::matching::Match;
use super::{SignalsError, batch::Incoming, problem::LineProblem};
use crate::{
    clock::Clock,
    db::{Doing as _, Engine, UnitOfWork},
};
use utoipa::ToSchema;

/// How many values a list in a statement has at most.
const LIST: usize = 500;

/// What became of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ArticleOutcome)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    Inserted,
    /// It was there, and is changed.
    Updated,
    /// It was there like this.
    Unchanged,
}

/// Whether the unit has stored articles before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    New,
    Used,
}

/// What became of some articles.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// For each article its id and what became of it; `None` if it contradicts what is stored.
    pub(super) outcomes: Vec<Option<(ArticleId, Outcome)>>,
    pub(super) conflicts: Vec<LineProblem>,
    pub(super) entities_added: u64,
}

impl Stored {
    /// This, and what became of the articles that follow.
    pub(super) fn append(&mut self, other: Self) {
        self.outcomes.extend(other.outcomes);
        self.conflicts.extend(other.conflicts);
        self.entities_added += other.entities_added;
    }

    pub(super) fn count(&self, outcome: Outcome) -> usize {
        let outcomes = self.outcomes.iter().flatten();
        outcomes.filter(|(_, it)| *it == outcome).count()
    }
}

/// An article that was there before.
struct Known<'a> {
    place: usize,
    id: ArticleId,
    incoming: &'a Incoming,
    /// Its external id or its URL changes.
    moves: bool,
    /// Something else of it changes.
    changes: bool,
    /// What it mentions changes.
    mentions_change: bool,
}

/// Stores articles, no two of which share an external id or a URL.
pub(super) async fn store(
    work: &UnitOfWork,
    clock: &Clock,
    articles: &[Incoming],
    category: EntityCategory,
    stage: Stage,
) -> Result<Stored, SignalsError> {
    let left_out = match work.engine() {
        Engine::Postgres => postgres::insert(work, articles, stage).await?,
        Engine::Sqlite => sqlite::insert(work, articles).await?,
    };
    let mut stored = Stored {
        outcomes: (articles.iter())
            .map(|it| Some((it.id, Outcome::Inserted)))
            .collect(),
        conflicts: Vec::new(),
        entities_added: 0,
    };
    let (mut known, mut late) = (Vec::new(), Vec::new());
    for (place, found) in matching::find(work, articles, &left_out).await? {
        let incoming = &articles[place];
        match found {
            Match::New => late.push(incoming),
            Match::Known { id, moves, changes } => known.push(Known {
                place,
                id,
                incoming,
                moves,
                changes,
                mentions_change: false,
            }),
            Match::Conflict(problem) => {
                stored.outcomes[place] = None;
                stored.conflicts.push(problem);
            }
        }
    }
    let accepted: Vec<&Incoming> = (articles.iter().zip(&stored.outcomes))
        .filter_map(|(incoming, outcome)| outcome.is_some().then_some(incoming))
        .collect();
    let entities = entities::resolve(work, clock, &accepted, category).await?;
    stored.entities_added = entities.added;
    if !known.is_empty() {
        compare_mentions(work, &entities.ids, &mut known).await?;
        change(work, &known).await?;
    }
    for incoming in late {
        insert_one(work, incoming).await?;
    }
    for known in &known {
        let is_changed = known.moves || known.changes || known.mentions_change;
        let outcome = match is_changed {
            true => Outcome::Updated,
            false => Outcome::Unchanged,
        };
        stored.outcomes[known.place] = Some((known.id, outcome));
    }
    let rows = mentions(articles, &stored, &known, &entities.ids);
    match work.engine() {
        Engine::Postgres => postgres::insert_mentions(work, &rows).await?,
        Engine::Sqlite => sqlite::insert_mentions(work, &rows).await?,
    }
    Ok(stored)
}

/// The mentions that are to be inserted.
fn mentions(
    articles: &[Incoming],
    stored: &Stored,
    known: &[Known<'_>],
    entities: &HashMap<String, TrackedEntityId>,
) -> Vec<article_mentions::Model> {
    let kept: HashSet<usize> = (known.iter())
        .filter(|known| !known.mentions_change)
        .map(|known| known.place)
        .collect();
    let mut rows = Vec::with_capacity(articles.len() * 2);
    for (place, (incoming, outcome)) in articles.iter().zip(&stored.outcomes).enumerate() {
        let Some((id, _)) = outcome else { continue };
        if kept.contains(&place) {
            continue;
        }
        let article = &incoming.article;
        for mention in &article.mentions {
            if let Some(entity) = entities.get(&mention.name) {
                rows.push(article_mentions::Model {
                    article_id: *id,
                    tracked_entity_id: *entity,
                    published_at: article.published_at,
                    sentiment_score: mention.sentiment_score,
                });
            }
        }
    }
    rows
}

/// Finds out which articles mention something else than they did.
async fn compare_mentions(
    work: &UnitOfWork,
    entities: &HashMap<String, TrackedEntityId>,
    known: &mut [Known<'_>],
) -> Result<(), SignalsError> {
    let mut stored: HashMap<ArticleId, HashMap<TrackedEntityId, f64>> = HashMap::new();
    let ids: Vec<ArticleId> = known.iter().map(|known| known.id).collect();
    for ids in ids.chunks(LIST) {
        let rows: Vec<(ArticleId, TrackedEntityId, f64)> = article_mentions::Entity::find()
            .select_only()
            .columns([
                article_mentions::Column::ArticleId,
                article_mentions::Column::TrackedEntityId,
                article_mentions::Column::SentimentScore,
            ])
            .filter(article_mentions::Column::ArticleId.is_in(ids.iter().copied()))
            .into_tuple()
            .all(work)
            .await
            .doing("reading mentions")?;
        for (article, entity, score) in rows {
            stored.entry(article).or_default().insert(entity, score);
        }
    }
    for known in known {
        let wanted = &known.incoming.article.mentions;
        let stored = stored.remove(&known.id).unwrap_or_default();
        known.mentions_change = stored.len() != wanted.len()
            || wanted.iter().any(|mention| {
                let entity = entities.get(&mention.name);
                let score = entity.and_then(|entity| stored.get(entity));
                score.is_none_or(|score| *score != mention.sentiment_score)
            });
    }
    Ok(())
}

/// Writes what changes of articles that were there before, and takes their mentions away if they
/// change.
async fn change(work: &UnitOfWork, known: &[Known<'_>]) -> Result<(), SignalsError> {
    let is_changed = |it: &&Known<'_>| it.moves || it.changes || it.mentions_change;
    let changed: Vec<ArticleId> = known.iter().filter(is_changed).map(|it| it.id).collect();
    lock(work, &changed).await?;
    let stays = |it: &&Known<'_>| it.changes && !it.moves;
    let staying: Vec<&Known<'_>> = known.iter().filter(stays).collect();
    match work.engine() {
        Engine::Postgres => postgres::update(work, &staying).await?,
        Engine::Sqlite => {
            for known in staying {
                update_one(work, known).await?;
            }
        }
    }
    // In the order of the lines: one may take the URL that another has just given up.
    for known in known.iter().filter(|known| known.moves) {
        update_one(work, known).await?;
    }
    let others = known.iter().filter(|known| known.mentions_change);
    let others: Vec<ArticleId> = others.map(|known| known.id).collect();
    for ids in others.chunks(LIST) {
        article_mentions::Entity::delete_many()
            .filter(article_mentions::Column::ArticleId.is_in(ids.iter().copied()))
            .exec(work)
            .await
            .doing("replacing mentions")?;
    }
    Ok(())
}

/// Keeps others from changing the same articles; in one order, so that nobody waits in a circle.
async fn lock(work: &UnitOfWork, articles: &[ArticleId]) -> Result<(), SignalsError> {
    if !work.engine().capabilities().locks_rows {
        return Ok(());
    }
    let mut ids = articles.to_vec();
    ids.sort_unstable();
    for ids in ids.chunks(LIST) {
        let _: Vec<ArticleId> = articles::Entity::find()
            .select_only()
            .column(articles::Column::Id)
            .filter(articles::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(articles::Column::Id)
            .lock(LockType::Update)
            .into_tuple()
            .all(work)
            .await
            .doing("locking articles")?;
    }
    Ok(())
}

async fn update_one(work: &UnitOfWork, known: &Known<'_>) -> Result<(), SignalsError> {
    articles::Entity::update(row(known.id, known.incoming))
        .validate()
        .doing("changing an article")?
        .exec(work)
        .await
        .doing("changing an article")?;
    Ok(())
}

async fn insert_one(work: &UnitOfWork, incoming: &Incoming) -> Result<(), SignalsError> {
    articles::Entity::insert(row(incoming.id, incoming))
        .exec_without_returning(work)
        .await
        .doing("adding an article")?;
    Ok(())
}

fn row(id: ArticleId, incoming: &Incoming) -> articles::ActiveModel {
    let article = incoming.article.clone();
    articles::ActiveModel {
        id: Set(id),
        external_id: Set(article.external_id),
        url: Set(article.url),
        title: Set(article.title),
        source_name: Set(article.source_name),
        content: Set(article.content),
        published_at: Set(article.published_at),
        sentiment_score: Set(article.sentiment_score),
    }
}
