//! Imports of articles, a line of JSON each.

use std::collections::HashSet;

use entity::signals::{ArticleId, EntityCategory};
use serde::Serialize;
use tokio::io::AsyncBufRead;
use utoipa::ToSchema;

use super::{
    CreateArticle, RolledUp, Signals, SignalsError,
    batch::{Batch, Batches, Incoming, LINES},
    problem::{LineProblem, ProblemKind},
    store::{self, Outcome, Stage, Stored},
};
use crate::db::{UnitOfWork, UnitSize};

/// How many problems an import keeps to report them at its end.
const PROBLEMS_KEPT: usize = 1_000;

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct ImportOptions {
    /// What happens to the other lines if one cannot be stored.
    pub on_problem: OnProblem,
    /// The category of entities that are not tracked yet, where a line does not give it.
    pub category: EntityCategory,
}

/// What happens to the other lines if one cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnProblem {
    /// It is stored.
    GoOn,
    /// Nothing is stored. The whole import is one unit of work, which on SQLite may last as long as
    /// `database.unit_of_work_timeout_ms` says.
    StoreNothing,
}

/// What happens in an import, as it happens.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ImportEvent<'a> {
    /// A line was not stored.
    Problem(&'a LineProblem),
    /// So many more bytes have been dealt with, up to and with this line.
    Done {
        /// How many.
        bytes: u64,
        /// The number of the line.
        through_line: u64,
    },
    /// All lines are read; the time series is brought up to date.
    RollingUp,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// How many lines there were, blank ones left out.
    pub lines: u64,
    /// How many articles are new.
    pub inserted: u64,
    /// How many articles were changed.
    pub updated: u64,
    /// How many lines said what was stored already.
    pub unchanged: u64,
    /// How many lines were no article.
    pub bad: u64,
    /// How many lines contradicted an earlier one, or what is stored.
    pub conflicts: u64,
    /// How many entities are tracked from now on.
    pub entities_added: u64,
    /// The problems in the order of their lines, the first thousand.
    pub problems: Vec<LineProblem>,
    /// What became of the time series.
    pub rollup: RolledUp,
}

/// An article that came alone or with some others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddedArticle {
    /// The article.
    pub id: ArticleId,
    /// Whether it is new.
    pub outcome: Outcome,
}

impl Signals {
    /// Imports articles from lines of JSON (<https://jsonlines.org>), some thousands at a time, each
    /// such batch in a unit of work of its own; then brings the time series up to date. A caller that is
    /// interrupted has stored whole batches, and can run the same import again.
    ///
    /// An article is known by its external id and by its URL: what is stored already is left alone,
    /// what differs is changed. Memory does not grow with the input.
    ///
    /// # Errors
    /// [`SignalsError::Refused`] if a line cannot be stored and nothing is to be stored then;
    /// [`SignalsError::Input`] if the input cannot be read; [`SignalsError::NotRolledUp`] if the
    /// articles are stored and the time series is not up to date; otherwise
    /// [`SignalsError::Database`].
    pub async fn import<R: AsyncBufRead + Unpin + Send>(
        &self,
        input: R,
        options: ImportOptions,
        watch: &(dyn Fn(ImportEvent<'_>) + Send + Sync),
    ) -> Result<Imported, SignalsError> {
        let mut imported = self.ingest(input, options, watch).await?;
        watch(ImportEvent::RollingUp);
        let (rolled_up, failed) = self.roll_up_as_far_as_possible().await;
        imported.rollup = rolled_up;
        let Some(source) = failed else {
            return Ok(imported);
        };
        Err(SignalsError::NotRolledUp {
            imported: Box::new(imported),
            hours_left: self.stale_hours().await.ok(),
            source: Box::new(source),
        })
    }

    /// The same without the time series, which stays stale until the next
    /// [`roll_up`](Self::roll_up): for one of several imports in a row.
    ///
    /// # Errors
    /// As [`import`](Self::import).
    pub async fn ingest<R: AsyncBufRead + Unpin + Send>(
        &self,
        input: R,
        options: ImportOptions,
        watch: &(dyn Fn(ImportEvent<'_>) + Send + Sync),
    ) -> Result<Imported, SignalsError> {
        let mut report = Report {
            imported: Imported::default(),
            conflicted: HashSet::new(),
            watch,
        };
        let batches = Batches::new(input, self.clock().clone());
        match options.on_problem {
            OnProblem::GoOn => self.import_all(batches, options, &mut report).await?,
            OnProblem::StoreNothing => {
                self.import_or_nothing(batches, options, &mut report)
                    .await?
            }
        }
        Ok(report.imported)
    }

    /// Stores articles that come at once, all or none, and brings the time series up to date.
    ///
    /// # Errors
    /// [`SignalsError::Conflict`] if one of them contradicts another, or what is stored.
    pub async fn add_articles(
        &self,
        articles: Vec<CreateArticle>,
        category: EntityCategory,
    ) -> Result<Vec<AddedArticle>, SignalsError> {
        let batch = Batch::of(articles, self.clock());
        if let Some(problem) = batch.problems.first() {
            return Err(conflict(problem));
        }
        let batch = &batch;
        let store = |work: UnitOfWork| async move {
            let stored = self
                .store(&work, &batch.articles, category, Stage::New)
                .await?;
            match stored.conflicts.first() {
                Some(problem) => Err(conflict(problem)),
                None => Ok(stored),
            }
        };
        let stored = self.db().write(store).await?;
        if let Err(error) = self.roll_up().await {
            // They are stored, and the next rollup finds what is left.
            tracing::warn!(error = %error, "the time series is not up to date");
        }
        Ok(added(batch, &stored))
    }

    async fn import_all<R: AsyncBufRead + Unpin + Send>(
        &self,
        mut batches: Batches<R>,
        options: ImportOptions,
        report: &mut Report<'_>,
    ) -> Result<(), SignalsError> {
        let mut size = UnitSize::new(LINES);
        let mut next = batches.next().await;
        while let Some(batch) = next.map_err(|source| report.unreadable(source))? {
            // The next batch is read while this one is stored.
            let store = self.store_in_units(&batch, options.category, &mut size);
            let (stored, following) = tokio::join!(store, batches.next());
            report.take(&mut batches, &batch, &stored?);
            next = following;
        }
        Ok(())
    }

    async fn import_or_nothing<R: AsyncBufRead + Unpin + Send>(
        &self,
        mut batches: Batches<R>,
        options: ImportOptions,
        report: &mut Report<'_>,
    ) -> Result<(), SignalsError> {
        let mut stage = Stage::New;
        // Not before there is something to store: on SQLite others wait.
        let mut next = batches.next().await;
        let work = self.db().begin().await?;
        while let Some(batch) = next.map_err(|source| report.unreadable(source))? {
            report.refuse(&batch.problems)?;
            let store = self.store(&work, &batch.articles, options.category, stage);
            let (stored, following) = tokio::join!(store, batches.next());
            let stored = stored?;
            report.refuse(&stored.conflicts)?;
            report.take(&mut batches, &batch, &stored);
            (stage, next) = (Stage::Used, following);
        }
        Ok(work.commit().await?)
    }

    /// Stores a batch in one unit, or in several if it takes too long for one.
    async fn store_in_units(
        &self,
        batch: &Batch,
        category: EntityCategory,
        size: &mut UnitSize,
    ) -> Result<Stored, SignalsError> {
        let mut all = Stored::default();
        let mut articles = batch.articles.as_slice();
        while !articles.is_empty() {
            let rest = articles;
            let store = |work: UnitOfWork, rows: usize| async move {
                let some = rest.get(..rows).unwrap_or(rest);
                let stored = self.store(&work, some, category, Stage::New).await?;
                Ok::<_, SignalsError>((stored, some.len()))
            };
            let (stored, count) = self.db().write_sized(size, store).await?;
            all.append(stored);
            articles = rest.get(count..).unwrap_or_default();
        }
        Ok(all)
    }

    async fn store(
        &self,
        work: &UnitOfWork,
        articles: &[Incoming],
        category: EntityCategory,
        stage: Stage,
    ) -> Result<Stored, SignalsError> {
        store::store(work, self.clock(), articles, category, stage).await
    }
}

/// What an import reports.
struct Report<'a> {
    imported: Imported,
    /// Lines of late that were not stored, because they contradict what is.
    conflicted: HashSet<u64>,
    watch: &'a (dyn Fn(ImportEvent<'_>) + Send + Sync),
}

impl Report<'_> {
    fn take<R: AsyncBufRead + Unpin>(
        &mut self,
        batches: &mut Batches<R>,
        batch: &Batch,
        stored: &Stored,
    ) {
        let (count, imported) = (|number: usize| number as u64, &mut self.imported);
        imported.lines += batch.lines;
        imported.inserted += count(stored.count(Outcome::Inserted));
        imported.updated += count(stored.count(Outcome::Updated));
        imported.unchanged += count(stored.count(Outcome::Unchanged));
        imported.entities_added += stored.entities_added;
        let mut problems = batch.problems.clone();
        problems.extend(stored.conflicts.iter().cloned());
        let conflicted: HashSet<u64> = stored.conflicts.iter().map(|it| it.line).collect();
        for incoming in &batch.articles {
            if conflicted.contains(&incoming.line) {
                batches.forget(&incoming.article);
            }
        }
        for repetition in &batch.repetitions {
            let of = repetition.of;
            if conflicted.contains(&of) || self.conflicted.contains(&of) {
                problems.push(LineProblem {
                    line: repetition.line,
                    column: None,
                    kind: ProblemKind::Conflict { with: of },
                    reason: "repeats an article that was not stored".to_owned(),
                });
            } else {
                imported.unchanged += 1;
            }
        }
        // The following batch was read before these were known.
        self.conflicted = conflicted;
        problems.sort_by_key(|problem| problem.line);
        problems
            .into_iter()
            .for_each(|problem| self.report(problem));
        (self.watch)(ImportEvent::Done {
            bytes: batch.bytes,
            through_line: batch.last_line,
        });
    }

    fn report(&mut self, problem: LineProblem) {
        match problem.kind {
            ProblemKind::Bad => self.imported.bad += 1,
            ProblemKind::Conflict { .. } | ProblemKind::TwoArticles => self.imported.conflicts += 1,
        }
        (self.watch)(ImportEvent::Problem(&problem));
        if self.imported.problems.len() < PROBLEMS_KEPT {
            self.imported.problems.push(problem);
        }
    }

    /// Ends an import of which nothing is to be stored if there is a problem.
    fn refuse(&self, problems: &[LineProblem]) -> Result<(), SignalsError> {
        match problems.first() {
            Some(problem) => Err(SignalsError::Refused {
                problem: Box::new(problem.clone()),
            }),
            None => Ok(()),
        }
    }

    fn unreadable(&self, source: std::io::Error) -> SignalsError {
        SignalsError::Input {
            lines: self.imported.lines,
            source,
        }
    }
}

fn conflict(problem: &LineProblem) -> SignalsError {
    SignalsError::Conflict {
        place: problem.line,
        reason: problem.reason.clone(),
    }
}

/// The outcome for each article, in the order in which they came; one that repeats another has the
/// same outcome.
fn added(batch: &Batch, stored: &Stored) -> Vec<AddedArticle> {
    let outcomes = batch.articles.iter().zip(&stored.outcomes);
    let mut added: Vec<(u64, AddedArticle)> = outcomes
        .filter_map(|(incoming, outcome)| {
            let (id, outcome) = (*outcome)?;
            Some((incoming.line, AddedArticle { id, outcome }))
        })
        .collect();
    for repetition in &batch.repetitions {
        let original = added.iter().find(|(line, _)| *line == repetition.of);
        if let Some((_, AddedArticle { id, .. })) = original.copied() {
            let outcome = Outcome::Unchanged;
            added.push((repetition.line, AddedArticle { id, outcome }));
        }
    }
    added.sort_by_key(|(line, _)| *line);
    added.into_iter().map(|(_, added)| added).collect()
}
