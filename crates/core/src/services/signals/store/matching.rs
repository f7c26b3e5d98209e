//! Articles that could not simply be inserted: which stored ones they are.

use std::collections::{BTreeMap, HashMap};

use entity::signals::ArticleId;

use super::{found::Found, postgres, sqlite};
use crate::{
    db::{Engine, UnitOfWork},
    services::signals::{
        SignalsError,
        article::CreateArticle,
        batch::Incoming,
        problem::{LineProblem, ProblemKind},
    },
};

/// What an incoming article turned out to be.
pub(super) enum Match {
    /// Its external id and its URL have become free in the meantime.
    New,
    /// A stored one.
    Known {
        id: ArticleId,
        /// Its external id or its URL changes.
        moves: bool,
        /// Something else changes.
        changes: bool,
    },
    /// Two stored ones.
    Conflict(LineProblem),
}

/// Finds out for the article at each of these places whether it is new, known or a conflict, as if
/// each had come alone, one after the other.
pub(super) async fn find(
    work: &UnitOfWork,
    articles: &[Incoming],
    places: &[usize],
) -> Result<Vec<(usize, Match)>, SignalsError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let found = match work.engine() {
        Engine::Postgres => postgres::find(work, places).await?,
        Engine::Sqlite => sqlite::find(work, articles, places).await?,
    };
    Ok(decide(articles, places, found))
}

fn decide(articles: &[Incoming], places: &[usize], found: Vec<Found>) -> Vec<(usize, Match)> {
    let mut keys = Keys::default();
    let mut differs: BTreeMap<(usize, ArticleId), bool> = BTreeMap::new();
    for found in found {
        differs.insert((found.place, found.id), !found.is_same);
        keys.set(found.id, found.external_id, found.url);
    }
    let mut decided = Vec::with_capacity(places.len());
    for place in places {
        let incoming = &articles[*place];
        let CreateArticle {
            external_id, url, ..
        } = &incoming.article;
        let by_id = keys.by_external_id.get(external_id).copied();
        let by_url = keys.by_url.get(url).copied();
        let matched = match (by_id, by_url) {
            (Some(one), Some(other)) if one != other => {
                Match::Conflict(two_articles(incoming, one, other))
            }
            (Some(id), _) | (None, Some(id)) => {
                keys.set(id, external_id.clone(), url.clone());
                Match::Known {
                    id,
                    moves: by_id != by_url,
                    changes: differs.get(&(*place, id)).copied().unwrap_or(true),
                }
            }
            (None, None) => {
                keys.set(incoming.id, external_id.clone(), url.clone());
                Match::New
            }
        };
        decided.push((*place, matched));
    }
    decided
}

fn two_articles(incoming: &Incoming, by_id: ArticleId, by_url: ArticleId) -> LineProblem {
    let CreateArticle {
        external_id, url, ..
    } = &incoming.article;
    LineProblem {
        line: incoming.line,
        column: None,
        kind: ProblemKind::TwoArticles,
        reason: format!(
            "external_id {external_id:?} is that of article {by_id}, but url {url:?} is that of \
             article {by_url}"
        ),
    }
}

/// Which article has which external id and URL.
#[derive(Default)]
struct Keys {
    by_external_id: HashMap<String, ArticleId>,
    by_url: HashMap<String, ArticleId>,
    of: HashMap<ArticleId, (String, String)>,
}

impl Keys {
    fn set(&mut self, id: ArticleId, external_id: String, url: String) {
        if let Some((external_id, url)) = self.of.remove(&id) {
            self.by_external_id.remove(&external_id);
            self.by_url.remove(&url);
        }
        self.by_external_id.insert(external_id.clone(), id);
        self.by_url.insert(url.clone(), id);
        self.of.insert(id, (external_id, url));
    }
}
