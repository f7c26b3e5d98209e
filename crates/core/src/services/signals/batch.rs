//! The lines of an import, some thousands at a time.
//!
//! A line that repeats an earlier one changes nothing; one with another content for the same
//! article is a conflict. For that the last [`REMEMBERED`] ids and URLs are kept in mind; lines
//! that are further apart are compared with the database alone.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
};

use entity::signals::ArticleId;
use tokio::io::AsyncBufRead;

use super::{
    article::CreateArticle,
    lines::{Lines, MAX_LINE_BYTES, ReadLine},
    problem::{LineProblem, ProblemKind, of_json},
};
use crate::clock::Clock;

/// The most lines of a batch.
pub(super) const LINES: usize = 4_000;
/// The most bytes of a batch, but for its last line.
const BYTES: u64 = 8 << 20;
/// How many external ids and URLs are kept in mind.
const REMEMBERED: usize = 1 << 18;
/// After how many lines others may run.
const LINES_AT_A_STRETCH: u64 = 64;

/// An article with the line that it comes from.
pub(super) struct Incoming {
    pub(super) line: u64,
    /// The id that it has if it is new.
    pub(super) id: ArticleId,
    pub(super) article: CreateArticle,
}

/// A line that says what an earlier one has said.
pub(super) struct Repetition {
    pub(super) line: u64,
    pub(super) of: u64,
}

/// Lines that are stored together. No two articles in it share an external id or a URL.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) articles: Vec<Incoming>,
    pub(super) repetitions: Vec<Repetition>,
    pub(super) problems: Vec<LineProblem>,
    /// How many lines were read, blank ones left out.
    pub(super) lines: u64,
    pub(super) bytes: u64,
    /// The number of the last line that was read.
    pub(super) last_line: u64,
}

/// Reads batches.
pub(super) struct Batches<R> {
    lines: Lines<R>,
    clock: Clock,
    memory: Memory,
}

impl<R: AsyncBufRead + Unpin> Batches<R> {
    pub(super) fn new(input: R, clock: Clock) -> Self {
        Self {
            lines: Lines::new(input),
            clock,
            memory: Memory::default(),
        }
    }

    /// The next batch; `None` at the end.
    pub(super) async fn next(&mut self) -> io::Result<Option<Batch>> {
        let mut batch = Batch::default();
        while batch.articles.len() < LINES && batch.bytes < BYTES {
            let Some((line, bytes)) = self.lines.next().await? else {
                break;
            };
            batch.bytes += bytes;
            let parsed = match line {
                ReadLine::Whole(line) if line.trim_ascii().is_empty() => None,
                ReadLine::Whole(line) => Some(parse(line)),
                ReadLine::TooLong => Some(Err((MAX_LINE_BYTES as u64 + 1, too_long()))),
            };
            let number = self.lines.number();
            batch.last_line = number;
            if let Some(parsed) = parsed {
                batch.lines += 1;
                match parsed {
                    Ok(article) => batch.take(number, article, &mut self.memory, &self.clock),
                    Err((column, reason)) => batch.problems.push(LineProblem {
                        line: number,
                        column: Some(column),
                        kind: ProblemKind::Bad,
                        reason,
                    }),
                }
            }
            if number.is_multiple_of(LINES_AT_A_STRETCH) {
                tokio::task::yield_now().await;
            }
        }
        Ok((batch.last_line > 0).then_some(batch))
    }

    /// Forgets an article that was not stored after all.
    pub(super) fn forget(&mut self, article: &CreateArticle) {
        for key in keys(article) {
            self.memory.seen.remove(&key);
        }
    }
}

impl Batch {
    /// A batch of articles that come at once; each has its place as its line, from 0.
    pub(super) fn of(articles: Vec<CreateArticle>, clock: &Clock) -> Self {
        let (mut batch, mut memory) = (Self::default(), Memory::default());
        for (place, article) in (0..).zip(articles) {
            batch.lines += 1;
            batch.take(place, article, &mut memory, clock);
        }
        batch
    }

    fn take(&mut self, line: u64, article: CreateArticle, memory: &mut Memory, clock: &Clock) {
        let digest = digest(&article);
        let keys = keys(&article);
        let known = keys.map(|key| memory.seen.get(&key).copied());
        match known {
            [None, None] => {
                memory.remember(keys, Seen { line, digest });
                self.articles.push(Incoming {
                    line,
                    id: ArticleId::from(clock.new_id()),
                    article,
                });
            }
            [Some(one), Some(other)] if one.line == other.line && one.digest == digest => {
                self.repetitions.push(Repetition { line, of: one.line });
            }
            [by_id, by_url] => {
                let (key, seen) = match (by_id, by_url) {
                    (Some(seen), _) => ("external_id", seen),
                    (None, seen) => ("url", seen.unwrap_or(Seen { line, digest })),
                };
                self.problems.push(LineProblem {
                    line,
                    column: None,
                    kind: ProblemKind::Conflict { with: seen.line },
                    reason: format!("has the {key} of another article that came before it"),
                });
            }
        }
    }
}

fn parse(line: &[u8]) -> Result<CreateArticle, (u64, String)> {
    serde_json::from_slice(line).map_err(|error| of_json(line, &error))
}

fn too_long() -> String {
    format!("the line has more than {MAX_LINE_BYTES} bytes")
}

/// What earlier lines said.
#[derive(Default)]
struct Memory {
    seen: HashMap<Key, Seen>,
    /// Oldest first.
    order: VecDeque<Key>,
}

/// The first half of a digest: no two texts that anybody can find share it.
type Key = [u8; 16];

#[derive(Clone, Copy)]
struct Seen {
    line: u64,
    /// Distinguishes a repetition from another article.
    digest: u64,
}

impl Memory {
    fn remember(&mut self, keys: [Key; 2], seen: Seen) {
        for key in keys {
            if self.order.len() == REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
            }
            self.seen.insert(key, seen);
            self.order.push_back(key);
        }
    }
}

/// The keys of an article's external id and URL.
fn keys(article: &CreateArticle) -> [Key; 2] {
    let key = |kind: u8, text: &str| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[kind]).update(text.as_bytes());
        let mut key = Key::default();
        hasher.finalize_xof().fill(&mut key);
        key
    };
    [key(0, &article.external_id), key(1, &article.url)]
}

fn digest(article: &CreateArticle) -> u64 {
    let mut hasher = DefaultHasher::new();
    let CreateArticle {
        external_id,
        url,
        title,
        source_name,
        content,
        published_at,
        sentiment_score,
        mentions,
    } = article;
    (external_id, url, title, source_name, content, published_at).hash(&mut hasher);
    sentiment_score.map(f64::to_bits).hash(&mut hasher);
    for mention in mentions {
        (&mention.name, mention.sentiment_score.to_bits()).hash(&mut hasher);
    }
    hasher.finish()
}
