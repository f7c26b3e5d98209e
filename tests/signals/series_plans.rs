//! Every statement by which signals are read is answered from an index, with as many rows as make a
//! planner choose, and with its own choice of plans.

use std::sync::{Mutex, PoisonError};

use acceptance::{Engine, on_both_engines, plan};
use groundwork_core::{
    db::Reader,
    page::{Cursor, PageLimit, PageRequest},
    services::signals::{
        ArticleId, EntityCategory, Gaps, MoversRequest, Period, SeriesRequest, Signals,
        TrackedEntityId,
    },
};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
};

use super::series_fixture::{SeriesFixture, at};

/// The tables that grow with the articles. An entity is something that people track: there are
/// hundreds of them, which a planner may well read one and all.
pub(super) const LARGE: [&str; 3] = ["articles", "article_mentions", "sentiment_timeseries"];

/// 300 entities, 30,000 articles over 208 days, as many mentions, and for each entity 600 hours and
/// 60 days.
pub(super) fn rows(engine: Engine) -> Vec<String> {
    let (id, instant, integer) = match engine {
        Engine::Sqlite => (
            "randomblob(16)",
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', '2026-01-01', '+' || (MINUTES) || ' minutes')",
            "integer",
        ),
        Engine::Postgres => (
            "gen_random_uuid()",
            "timestamptz '2026-01-01T00:00:00Z' + (MINUTES) * interval '1 minute'",
            "bigint",
        ),
    };
    let at = |minutes: &str| instant.replace("MINUTES", minutes);
    let numbers = |most: u32| {
        format!("WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {most})")
    };
    let points = |period: &str, minutes: &str, most: u32| {
        format!(
            "{} INSERT INTO sentiment_timeseries
             (tracked_entity_id, period, starts_at, mean, min, max, std, article_count)
             SELECT e.id, '{period}', {}, 0.1, 0, 0.2, 0.1, 2
             FROM n CROSS JOIN tracked_entities e",
            numbers(most),
            at(minutes),
        )
    };
    vec![
        format!(
            "{} INSERT INTO tracked_entities (id, name, category)
             SELECT {id}, 'Entity ' || n, 'model' FROM n",
            numbers(300)
        ),
        format!(
            "{} INSERT INTO articles (id, external_id, url, title, published_at)
             SELECT {id}, 'a' || n, 'https://news.example/' || n, 'Title', {} FROM n",
            numbers(30_000),
            at("n * 10"),
        ),
        format!(
            "INSERT INTO article_mentions
             (article_id, tracked_entity_id, published_at, sentiment_score)
             SELECT a.id, e.id, a.published_at, 0.1
             FROM articles a JOIN tracked_entities e
             ON e.name = 'Entity ' || (CAST(substr(a.external_id, 2) AS {integer}) % 300 + 1)"
        ),
        points("hourly", "n * 60", 600),
        points("daily", "n * 1440", 60),
    ]
}

/// Reads, and remembers by which statements.
struct Recorder {
    reader: Reader,
    statements: Mutex<Vec<Statement>>,
}

impl Recorder {
    fn note(&self, statement: &Statement) {
        let mut statements = self
            .statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        statements.push(statement.clone());
    }
}

#[async_trait]
impl ConnectionTrait for Recorder {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.reader)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.note(&statement);
        self.reader.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.note(&Statement::from_string(self.get_database_backend(), sql));
        self.reader.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(&statement);
        self.reader.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(&statement);
        self.reader.query_all_raw(statement).await
    }
}

/// Reads by every method that there is, in each of its ways.
async fn read_everything(
    signals: &Signals,
    connection: &Recorder,
    entities: &[TrackedEntityId],
    article: ArticleId,
) {
    let entity = entities[0];
    let daily = SeriesRequest {
        period: Period::Daily,
        from: None,
        to: None,
        gaps: Gaps::LeftOut,
    };
    let hourly = SeriesRequest {
        period: Period::Hourly,
        from: Some("2026-01-03".parse().unwrap()),
        to: Some("2026-01-05".parse().unwrap()),
        gaps: Gaps::Filled,
    };
    for request in [daily, hourly] {
        signals.series(connection, entity, request).await.unwrap();
        signals
            .comparison(connection, entities, request)
            .await
            .unwrap();
    }
    for (window, at) in [("7d", None), ("36h", None), ("2d", Some("2026-01-20"))] {
        let request = MoversRequest {
            window: window.parse().unwrap(),
            at: at.map(|at| at.parse().unwrap()),
            limit: PageLimit::DEFAULT,
        };
        signals.movers(connection, request).await.unwrap();
    }
    let later = PageRequest {
        after: Some(Cursor::after_instant(
            at("2026-03-01T00:00:00Z"),
            article.into(),
        )),
        ..PageRequest::FIRST
    };
    for page in [PageRequest::FIRST, later] {
        signals.list_articles(connection, page).await.unwrap();
        signals
            .list_articles_about(connection, entity, page)
            .await
            .unwrap();
        for category in [None, Some(EntityCategory::Tool)] {
            signals
                .list_entities(connection, category, page)
                .await
                .unwrap();
        }
    }
    signals.article(connection, article).await.unwrap();
    signals.entity_named(connection, "Entity 7").await.unwrap();
    signals
        .entity_named(connection, "Nobody")
        .await
        .unwrap_err();
}

/// What reads a whole large table, or a whole index of one without a bound.
fn scans<'a>(plan: &'a [String], statement: &Statement) -> Option<&'a String> {
    let is_bounded = statement.sql.contains("LIMIT");
    plan.iter().find(|line| {
        LARGE.iter().any(|table| {
            let of_all = line.contains(&format!("Seq Scan on {table}"));
            let by_table = **line == format!("SCAN {table}");
            let by_index = line.starts_with(&format!("SCAN {table} USING")) && !is_bounded;
            of_all || by_table || by_index
        })
    })
}

#[on_both_engines]
async fn no_query_reads_a_whole_large_table(engine: Engine) {
    let fixture = SeriesFixture::new(engine).await;
    let mut statements = rows(engine);
    // SQLite's planner does without statistics, and is to choose well with them too.
    if engine == Engine::Postgres {
        statements.push("ANALYZE".to_owned());
    }
    for sql in statements {
        let work = fixture.db.begin().await.unwrap();
        work.execute_unprepared(&sql).await.unwrap();
        work.commit().await.unwrap();
    }
    let recorder = Recorder {
        reader: fixture.db.reader(),
        statements: Mutex::default(),
    };
    let listed = fixture
        .signals
        .list_entities(&recorder, None, PageRequest::FIRST)
        .await
        .unwrap();
    let entities: Vec<_> = listed.items.iter().take(12).map(|it| it.id).collect();
    let first = fixture
        .signals
        .list_articles(&recorder, PageRequest::FIRST)
        .await
        .unwrap();
    let article = first.items[0].id;
    read_everything(&fixture.signals, &recorder, &entities, article).await;
    let statements = recorder.statements.into_inner().unwrap();
    let of_large = |it: &&Statement| LARGE.iter().any(|table| it.sql.contains(table));
    assert!(
        statements.iter().filter(of_large).count() > 20,
        "{statements:?}"
    );

    let reader = fixture.db.reader();
    let check = async || {
        for statement in &statements {
            let plan = plan(&reader, statement).await.unwrap();
            assert_eq!(
                scans(&plan, statement),
                None,
                "{statement}\n{}",
                plan.join("\n")
            );
        }
    };
    check().await;
    if engine == Engine::Sqlite {
        let work = fixture.db.begin().await.unwrap();
        work.execute_unprepared("ANALYZE").await.unwrap();
        work.commit().await.unwrap();
        check().await;
    }
    // The check finds what it looks for.
    let backend = ConnectionTrait::get_database_backend(&reader);
    let without = Statement::from_string(backend, "SELECT sum(std) FROM sentiment_timeseries");
    assert_ne!(
        scans(&plan(&reader, &without).await.unwrap(), &without),
        None
    );
}
