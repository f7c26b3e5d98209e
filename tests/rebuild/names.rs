//! Names that are computed are taken whole by PostgreSQL.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use acceptance::{Engine, Scratch};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tracing::{Event, Metadata, Subscriber, span};

use super::given::CONVENTION;

/// Names of every kind, with characters of one byte to four.
fn names() -> Vec<String> {
    const PARTS: [&str; 6] = ["данные", "💡", "表名", "measurement", "é", "user_account"];
    let part = |number: usize| PARTS[number % PARTS.len()];
    let of = |number: usize| {
        let table = format!("{}_{}_{number}", part(number), part(number / 6).repeat(3));
        let column = format!("{}_{number}", part(number / 36).repeat(2));
        [
            CONVENTION.primary_key(&table),
            CONVENTION.foreign_key(&table, &[&column, "id"], &table),
            CONVENTION.unique(&table, &[&column]),
            CONVENTION.check(&table, &column),
            CONVENTION.index(&table, &[&column, &table]),
        ]
    };
    (0..20_000).flat_map(of).collect()
}

#[tokio::test]
async fn postgres_cuts_no_name_and_gives_no_notice() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let names = names();
    let mut client = PgConnection::connect(scratch.url()).await.unwrap();
    // A cast to `name` cuts silently: nothing may have changed.
    let cut = "SELECT count(*) FROM unnest($1::text[]) AS t (n) WHERE n <> n::name::text";
    let cut = sqlx::query(cut).bind(&names).fetch_one(&mut client).await;
    assert_eq!(cut.unwrap().get::<i64, _>(0), 0);

    let notices = Arc::<AtomicU32>::default();
    let _listening = tracing::subscriber::set_default(Notices(Arc::clone(&notices)));
    let mut sample: Vec<String> = names.into_iter().step_by(43).collect();
    for (position, names) in sample.chunks(500).enumerate() {
        let columns: Vec<String> = names.iter().map(|name| format!("\"{name}\" int")).collect();
        create(&mut client, &format!("t{position}"), &columns.join(", ")).await;
    }
    assert_eq!(notices.load(Ordering::SeqCst), 0);
    let found = "SELECT attname::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                 WHERE relname ~ '^t[0-9]+$' AND attnum > 0";
    let found = sqlx::query(found).fetch_all(&mut client).await.unwrap();
    let mut found: Vec<String> = found.iter().map(|row| row.get(0)).collect();
    found.sort();
    sample.sort();
    assert_eq!(found, sample);

    // It would have been noticed.
    create(&mut client, "other", &format!("\"{}\" int", "é".repeat(32))).await;
    assert_eq!(notices.load(Ordering::SeqCst), 1);
}

async fn create(client: &mut PgConnection, table: &str, columns: &str) {
    let sql = format!("CREATE TABLE {table} ({columns})");
    let created = sqlx::raw_sql(AssertSqlSafe(sql)).execute(client).await;
    created.unwrap();
}

/// Counts what the server remarks.
struct Notices(Arc<AtomicU32>);

impl Subscriber for Notices {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::postgres::notice"
    }

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
