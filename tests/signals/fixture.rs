//! Signals of a test's own, and what is stored of them.

use std::{collections::BTreeMap, sync::Mutex};

use acceptance::{Engine, Scratch, given};
use groundwork_core::{
    db::Database,
    services::signals::{
        EntityCategory, ImportEvent, ImportOptions, Imported, LineProblem, OnProblem, Signals,
        SignalsError,
    },
};
use sea_orm::{ConnectionTrait as _, QueryResult, Statement};
use serde_json::{Value, json};

/// Signals over an empty database.
pub(crate) struct Fixture {
    pub(crate) signals: Signals,
    pub(crate) db: Database,
    scratch: Scratch,
}

/// A point of the time series: mean, min, max, std, count.
pub(crate) type Point = (f64, f64, f64, f64, i64);

/// Points by entity, period and start.
pub(crate) type Points = BTreeMap<(String, String, String), Point>;

impl Fixture {
    pub(crate) async fn new(engine: Engine) -> Self {
        let scratch = given::migrated(engine).await;
        let db = given::database(&scratch).await;
        Self {
            signals: Signals::new(db.clone(), given::clock()),
            db,
            scratch,
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.scratch.url()
    }

    pub(crate) async fn import(&self, lines: &[Value]) -> Imported {
        self.import_text(&text(lines)).await
    }

    pub(crate) async fn import_text(&self, text: &str) -> Imported {
        let imported = self.try_import(text, OnProblem::GoOn).await;
        imported.unwrap()
    }

    pub(crate) async fn try_import(
        &self,
        text: &str,
        on_problem: OnProblem,
    ) -> Result<Imported, SignalsError> {
        let reported: Mutex<Vec<LineProblem>> = Mutex::default();
        let watch = |event: ImportEvent<'_>| {
            if let ImportEvent::Problem(problem) = event {
                reported.lock().unwrap().push(problem.clone());
            }
        };
        let options = ImportOptions {
            on_problem,
            category: EntityCategory::Model,
        };
        let imported = self
            .signals
            .import(text.as_bytes(), options, &watch)
            .await?;
        assert_eq!(imported.problems, reported.into_inner().unwrap());
        Ok(imported)
    }

    pub(crate) async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let reader = self.db.reader();
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        reader.query_all_raw(statement).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let work = self.db.begin().await.unwrap();
        work.execute_unprepared(sql).await.unwrap();
        work.commit().await.unwrap();
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let rows = self.rows(&format!("SELECT count(*) FROM {table}")).await;
        rows[0].try_get_by_index(0).unwrap()
    }

    /// `external_id url title`, in order.
    pub(crate) async fn articles(&self) -> Vec<String> {
        let sql = "SELECT external_id || ' ' || url || ' ' || title FROM articles ORDER BY 1";
        let rows = self.rows(sql).await;
        rows.iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect()
    }

    /// The names and scores that an article mentions.
    pub(crate) async fn mentions(&self, external_id: &str) -> Vec<(String, f64)> {
        let sql = format!(
            "SELECT e.name, m.sentiment_score FROM article_mentions m
             JOIN tracked_entities e ON e.id = m.tracked_entity_id
             JOIN articles a ON a.id = m.article_id
             WHERE a.external_id = '{external_id}' ORDER BY 1"
        );
        let rows = self.rows(&sql).await;
        let pair = |row: &QueryResult| {
            (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            )
        };
        rows.iter().map(pair).collect()
    }

    /// The time series as it is stored.
    pub(crate) async fn points(&self) -> Points {
        let sql = "SELECT e.name, t.period, t.starts_at, t.mean, t.min, t.max, t.std,
                          t.article_count
                   FROM sentiment_timeseries t
                   JOIN tracked_entities e ON e.id = t.tracked_entity_id";
        let rows = self.rows(sql).await;
        let point = |row: &QueryResult| {
            let starts_at: chrono::DateTime<chrono::Utc> = row.try_get_by_index(2).unwrap();
            let number = |index| row.try_get_by_index::<f64>(index).unwrap();
            let key = (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
                starts_at.to_rfc3339(),
            );
            let count = row.try_get_by_index(7).unwrap();
            (key, (number(3), number(4), number(5), number(6), count))
        };
        rows.iter().map(point).collect()
    }

    /// The time series that the mentions make, computed plainly in two passes.
    pub(crate) async fn naive_points(&self) -> Points {
        let sql = "SELECT e.name, m.published_at, m.sentiment_score FROM article_mentions m
                   JOIN tracked_entities e ON e.id = m.tracked_entity_id";
        let mut scores: BTreeMap<(String, String, String), Vec<f64>> = BTreeMap::new();
        for row in self.rows(sql).await {
            let name: String = row.try_get_by_index(0).unwrap();
            let at: chrono::DateTime<chrono::Utc> = row.try_get_by_index(1).unwrap();
            let score: f64 = row.try_get_by_index(2).unwrap();
            for (period, format) in [
                ("hourly", "%Y-%m-%dT%H:00:00+00:00"),
                ("daily", "%Y-%m-%dT00:00:00+00:00"),
            ] {
                let key = (
                    name.clone(),
                    period.to_owned(),
                    at.format(format).to_string(),
                );
                scores.entry(key).or_default().push(score);
            }
        }
        scores
            .into_iter()
            .map(|(key, scores)| (key, naive(&scores)))
            .collect()
    }

    /// The time series is what the mentions make, to 1e-9.
    pub(crate) async fn assert_points_are_right(&self) {
        let (stored, expected) = (self.points().await, self.naive_points().await);
        let keys = |points: &Points| points.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&stored), keys(&expected));
        for (key, expected) in expected {
            let point = stored[&key];
            let pairs = [
                (point.0, expected.0),
                (point.1, expected.1),
                (point.2, expected.2),
                (point.3, expected.3),
            ];
            let is_close = pairs.iter().all(|(one, other)| (one - other).abs() <= 1e-9);
            assert!(
                is_close && point.4 == expected.4,
                "{key:?}: {point:?} {expected:?}"
            );
        }
        assert_eq!(self.count("stale_hours").await, 0);
    }
}

fn naive(scores: &[f64]) -> Point {
    let count = i64::try_from(scores.len()).unwrap();
    let n = f64::from(i32::try_from(count).unwrap());
    let mean = scores.iter().sum::<f64>() / n;
    let variance = scores
        .iter()
        .map(|score| (score - mean).powi(2))
        .sum::<f64>()
        / n;
    let min = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (mean, min, max, variance.sqrt(), count)
}

/// An article by its number, which mentions `GPT-5` with a score.
pub(crate) fn article(number: usize, at: &str, score: f64) -> Value {
    json!({
        "external_id": format!("a{number}"),
        "url": format!("https://news.example/{number}"),
        "title": format!("Title {number}"),
        "published_at": at,
        "sentiment_score": score,
        "entities": ["GPT-5"],
    })
}

/// The article with something else in a key.
pub(crate) fn with(mut article: Value, key: &str, value: Value) -> Value {
    article[key] = value;
    article
}

pub(crate) fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
