//! Imports and rollups where a unit of work has little time: they come to their end in smaller units,
//! or say what is left to do.

use std::{fmt::Write as _, fs, time::Duration};

use acceptance::{Engine, Home, given, on_both_engines};
use groundwork_core::{
    db::Database,
    services::signals::{EntityCategory, ImportOptions, OnProblem, Signals},
};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use super::fixture::{Fixture, article, text};

const NOON: &str = "2026-05-01T12:30:00Z";

/// Lines about 50 entities over two years, an article every 52 minutes or so.
fn two_years(articles: usize) -> String {
    let mut lines = String::new();
    for number in 0..articles {
        let minute = number * 1_051_200 / articles;
        let at = chrono::DateTime::from_timestamp(1_735_689_600, 0).unwrap()
            + chrono::TimeDelta::minutes(i64::try_from(minute).unwrap());
        let line = json!({
            "external_id": format!("a{number}"),
            "url": format!("https://news.example/{number}"),
            "title": "Title",
            "published_at": at.to_rfc3339(),
            "sentiment_score": f64::from(u32::try_from(number % 201).unwrap()) / 100.0 - 1.0,
            "entities": [format!("Entity {}", number % 50)],
        });
        writeln!(lines, "{line}").unwrap();
    }
    lines
}

/// Signals in the fixture's database, whose units and statements have so little time.
async fn hurried(fixture: &Fixture, limit: Duration) -> Signals {
    let config = groundwork_core::config::Database {
        unit_of_work_timeout: limit,
        statement_timeout: limit,
        ..groundwork_test::database_config(fixture.url())
    };
    let db = Database::open(&config, migration::CONVENTION).await;
    Signals::new(db.unwrap(), given::clock())
}

const OPTIONS: ImportOptions = ImportOptions {
    on_problem: OnProblem::GoOn,
    category: EntityCategory::Model,
};

/// Stores 20,000 articles, and leaves their hours to be rolled up.
async fn ingest_two_years(fixture: &Fixture) {
    let lines = two_years(20_000);
    let ingested = fixture.signals.ingest(lines.as_bytes(), OPTIONS, &|_| {});
    let _ = ingested.await.unwrap();
}

#[on_both_engines]
async fn a_rollup_takes_smaller_units_where_time_is_short(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    ingest_two_years(&fixture).await;
    // All of them at once take several times as long, also on a fast machine.
    let signals = hurried(&fixture, Duration::from_millis(120)).await;
    let rolled_up = signals.roll_up().await.unwrap();
    assert_eq!(rolled_up.hours, 20_000);
    fixture.assert_points_are_right().await;
}

#[on_both_engines]
async fn an_import_takes_smaller_units_where_time_is_short(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let signals = hurried(&fixture, Duration::from_millis(120)).await;
    let lines = two_years(6_000);
    let imported = signals.import(lines.as_bytes(), OPTIONS, &|_| {}).await;
    let imported = imported.unwrap();
    assert_eq!((imported.inserted, imported.entities_added), (6_000, 50));
    assert_eq!(imported.rollup.hours, 6_000);
    fixture.assert_points_are_right().await;
    let again = signals.import(lines.as_bytes(), OPTIONS, &|_| {}).await;
    assert_eq!(again.unwrap().unchanged, 6_000);
}

/// Once a nested loop of the hours with themselves, where nothing is known of their number: half a
/// minute, and under load a time limit that no repetition kept.
#[tokio::test]
async fn a_first_import_needs_no_statistics_on_postgresql() {
    let fixture = Fixture::new(Engine::Postgres).await;
    for table in [
        "articles",
        "article_mentions",
        "stale_hours",
        "sentiment_timeseries",
    ] {
        let never = format!("ALTER TABLE {table} SET (autovacuum_enabled = false)");
        fixture.execute(&never).await;
    }
    ingest_two_years(&fixture).await;
    let started = std::time::Instant::now();
    let _ = fixture.signals.roll_up().await.unwrap();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    fixture.assert_points_are_right().await;
    // What becomes empty is found as fast.
    fixture
        .execute("DELETE FROM articles WHERE external_id LIKE '%1'")
        .await;
    let started = std::time::Instant::now();
    let _ = fixture.signals.roll_up().await.unwrap();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    fixture.assert_points_are_right().await;
}

#[on_both_engines]
async fn an_import_whose_rollup_fails_says_what_is_stored_and_what_is_left(engine: Engine) {
    let home = Home::new(engine).await;
    let articles = [article(1, NOON, 0.5), article(2, NOON, 0.1)];
    fs::write(home.dir().join("articles.jsonl"), text(&articles)).unwrap();
    let broken = match engine {
        Engine::Sqlite => {
            "CREATE TRIGGER broken BEFORE INSERT ON sentiment_timeseries
             BEGIN SELECT RAISE(ABORT, 'out of order'); END"
        }
        Engine::Postgres => {
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE 'out of order'; END $$;
             CREATE TRIGGER broken BEFORE INSERT ON sentiment_timeseries
             FOR EACH ROW EXECUTE FUNCTION broken()"
        }
    };
    let mended = match engine {
        Engine::Sqlite => "DROP TRIGGER broken",
        Engine::Postgres => "DROP TRIGGER broken ON sentiment_timeseries",
    };
    let execute = async |sql: &str| {
        let config = groundwork_test::database_config(home.database_url());
        let db = Database::open(&config, migration::CONVENTION)
            .await
            .unwrap();
        let work = db.begin().await.unwrap();
        work.execute_unprepared(sql).await.unwrap();
        work.commit().await.unwrap();
        db.close().await.unwrap();
    };
    let migrated = home.migrate(["up"]).await;
    drop(migrated.succeeded());
    execute(broken).await;
    let outcome = home
        .groundwork(["signals", "import", "articles.jsonl"])
        .await;
    assert_eq!(outcome.code, Some(75), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .starts_with("2 articles inserted, 0 updated, 0 unchanged"),
        "{outcome:?}"
    );
    for part in [
        "the articles are stored",
        "1 of its hours are still to be computed",
        "signals rollup",
    ] {
        assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
    }
    execute(mended).await;
    let goes_on = home.groundwork(["signals", "rollup"]).await;
    assert_eq!(goes_on.succeeded(), "1 hour and 1 day computed anew\n");
}

#[on_both_engines]
async fn many_articles_are_stored_compared_and_changed_as_few_are(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    // Few are handed over as values, many are copied.
    for count in [99_usize, 100, 101, 250] {
        let lines = |score: f64| {
            let numbers = (0..count).map(|number| count * 1_000 + number);
            numbers
                .map(|number| article(number, NOON, score))
                .collect::<Vec<_>>()
        };
        let first = fixture.import(&lines(0.5)).await;
        assert_eq!(first.inserted, count as u64);
        let mut changed = lines(0.5);
        changed[1]["title"] = json!("Another title");
        changed[2]["entities"] = json!(["Cursor"]);
        changed.push(article(count * 1_000 + count, NOON, 0.25));
        let second = fixture.import(&changed).await;
        assert_eq!(
            (second.inserted, second.updated, second.unchanged),
            (1, 2, count as u64 - 2)
        );
        fixture.assert_points_are_right().await;
    }
}

/// Vacuuming leaves an index as large as it has ever been.
#[tokio::test]
async fn the_notes_of_a_large_import_leave_no_large_index() {
    let fixture = Fixture::new(Engine::Postgres).await;
    let size = async || {
        let rows = fixture
            .rows("SELECT pg_total_relation_size('stale_hours')")
            .await;
        rows[0].try_get_by_index::<i64>(0).unwrap()
    };
    let many = "INSERT INTO stale_hours
                SELECT md5((n % 300)::text)::uuid, to_timestamp(3600 * n::bigint), 1
                FROM generate_series(1, 250000) n";
    fixture.execute(many).await;
    let before = size().await;
    assert!(before > 20 << 20, "{before} bytes");
    // Somebody who notes something is not waited for, and loses nothing.
    let writing = fixture.db.begin().await.unwrap();
    let note = "INSERT INTO stale_hours VALUES (md5('somebody')::uuid, to_timestamp(0), 2)";
    writing.execute_unprepared(note).await.unwrap();
    let _ = fixture.signals.roll_up().await.unwrap();
    assert!(size().await > 20 << 20);
    writing.commit().await.unwrap();
    assert_eq!(fixture.count("stale_hours").await, 1);
    let _ = fixture.signals.roll_up().await.unwrap();
    assert_eq!(fixture.count("stale_hours").await, 0);
    let after = size().await;
    assert!(after < 1 << 20, "{after} bytes");
}
