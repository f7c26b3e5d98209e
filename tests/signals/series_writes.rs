//! Import, rollup and removal read only the rows that they need of large tables, and never the whole
//! of them.
//!
//! SQLite shows its plans. PostgreSQL cannot explain a statement whose values are not at hand, but
//! counts how often it has read a whole table.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::{Engine, Scratch, given, plan};
use groundwork_core::{
    db::Database,
    page::PageRequest,
    services::signals::{EntityCategory, ImportOptions, OnProblem, Signals},
};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use super::series_plans::{LARGE, rows};

/// Signals whose every statement is logged as a slow one.
async fn open(scratch: &Scratch) -> Signals {
    let config = groundwork_core::config::Database {
        slow_statement: Duration::ZERO,
        ..groundwork_test::database_config(scratch.url())
    };
    let db = Database::open(&config, migration::CONVENTION)
        .await
        .unwrap();
    Signals::new(db, given::clock())
}

/// Large tables, and statistics of them.
async fn fill(scratch: &Scratch) {
    let db = given::database(scratch).await;
    let work = db.begin().await.unwrap();
    for sql in rows(scratch.engine()) {
        work.execute_unprepared(&sql).await.unwrap();
    }
    // PostgreSQL reads as many pages as a few hundred looks at an index cost as a whole, and is right.
    if scratch.engine() == Engine::Postgres {
        let more = "INSERT INTO articles (id, external_id, url, title, published_at)
                    SELECT gen_random_uuid(), 'b' || n, 'https://news.example/b/' || n, 'Title', now()
                    FROM generate_series(1, 100000) n";
        work.execute_unprepared(more).await.unwrap();
    }
    // The notes of what was stored just now.
    work.execute_unprepared("DELETE FROM stale_hours")
        .await
        .unwrap();
    work.execute_unprepared("ANALYZE").await.unwrap();
    work.commit().await.unwrap();
    db.close().await.unwrap();
}

/// Imports some new and some known articles, twice, and removes one.
async fn change(signals: &Signals) {
    let line = |number: u32| {
        json!({
            "external_id": format!("a{number}"),
            "url": format!("https://news.example/{number}"),
            "title": "Another title",
            "published_at": format!("2026-02-{:02}T10:20:30Z", 1 + number % 28),
            "sentiment_score": 0.5,
            "entities": [format!("Entity {}", 1 + number % 300)],
        })
        .to_string()
    };
    let lines: Vec<String> = (29_990..30_010).map(line).collect();
    let text = lines.join("\n");
    for _ in 0..2 {
        let options = ImportOptions {
            on_problem: OnProblem::GoOn,
            category: EntityCategory::Model,
        };
        let import = signals.import(text.as_bytes(), options, &|_| {});
        import.await.unwrap();
    }
    let reader = signals.db().reader();
    let newest = signals
        .list_articles(&reader, PageRequest::FIRST)
        .await
        .unwrap();
    let work = signals.db().begin().await.unwrap();
    signals
        .remove_article(&work, newest.items[0].id)
        .await
        .unwrap();
    work.commit().await.unwrap();
    let _ = signals.roll_up().await.unwrap();
}

/// Gathers the texts of the statements that are logged.
#[derive(Clone, Default)]
struct LoggedSql(Arc<Mutex<Vec<String>>>);

impl Subscriber for LoggedSql {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Visit for LoggedSql {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            self.0.lock().unwrap().push(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[tokio::test]
async fn no_change_reads_a_whole_large_table_on_sqlite() {
    /// What may be read from end to end: what is tracked, the notes, and what a statement has gathered
    /// from them.
    const SMALL: [&str; 10] = [
        "tracked_entities",
        "stale_hours",
        "i",
        "first",
        "stale",
        "s",
        "hours",
        "days",
        "deviations",
        "(subquery-1)",
    ];
    let scratch = given::migrated(Engine::Sqlite).await;
    fill(&scratch).await;
    let signals = open(&scratch).await;
    let logged = LoggedSql::default();
    let listening = tracing::subscriber::set_default(logged.clone());
    change(&signals).await;
    drop(listening);
    let mut statements = logged.0.lock().unwrap().clone();
    statements.retain(|sql| {
        let verb = sql.split_whitespace().next().unwrap_or_default();
        ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&verb)
    });
    statements.sort();
    statements.dedup();
    for table in LARGE {
        assert!(
            statements.iter().any(|sql| sql.contains(table)),
            "{table}: {statements:#?}"
        );
    }
    let reader = signals.db().reader();
    for sql in statements {
        let statement = Statement::from_string(sea_orm::DbBackend::Sqlite, sql);
        for step in plan(&reader, &statement).await.unwrap() {
            let whole = step
                .strip_prefix("SCAN ")
                .filter(|rest| !rest.contains(' '));
            assert!(
                whole.is_none_or(|table| SMALL.contains(&table)),
                "{step}: {}",
                statement.sql
            );
        }
    }
}

#[tokio::test]
async fn no_change_reads_a_whole_large_table_on_postgresql() {
    let scratch = given::migrated(Engine::Postgres).await;
    fill(&scratch).await;
    let before = counted(&scratch).await;
    let signals = open(&scratch).await;
    change(&signals).await;
    signals.db().clone().close().await.unwrap();
    let after = counted(&scratch).await;
    assert_eq!(
        after["articles"].1 - before["articles"].1,
        9,
        "new articles"
    );
    for table in LARGE {
        assert_eq!(
            after[table].0, before[table].0,
            "{table} was read as a whole"
        );
    }
}

/// How often each table was read as a whole, and how many rows came in, as the server has counted it
/// once all other sessions are over.
async fn counted(scratch: &Scratch) -> BTreeMap<String, (i64, i64)> {
    let connection = sea_orm::Database::connect(scratch.url()).await.unwrap();
    let query = async |sql: &str| {
        let backend = connection.get_database_backend();
        let rows = connection.query_all_raw(Statement::from_string(backend, sql));
        rows.await.unwrap()
    };
    for _ in 0..200 {
        let others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        if query(others).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let counts = "SELECT relname::text, seq_scan, n_tup_ins FROM pg_stat_user_tables";
    let rows = query(counts).await;
    connection.close().await.unwrap();
    rows.iter()
        .map(|row| {
            let of = |column| row.try_get("", column).unwrap();
            (
                row.try_get("", "relname").unwrap(),
                (of("seq_scan"), of("n_tup_ins")),
            )
        })
        .collect()
}
