//! PgBouncer in front of PostgreSQL, in both of its modes, as it is configured by default and where
//! it passes over the parameters that a connection begins with.

use std::time::{Duration, Instant};

use acceptance::{PgBouncer, PoolMode, PostgresServer};
use futures_util::StreamExt as _;
use groundwork_core::{
    config,
    db::{Database, Role, connect_for_migration},
};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement, StreamTrait as _};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tokio::task::JoinSet;

use super::given::{CONVENTION, config as database, number};

const BY_DEFAULT: &[&str] = &[];
const PASSING_OVER: &[&str] = &["ignore_startup_parameters = extra_float_digits, options"];

/// Limits that a test can wait for.
fn limited(url: &str) -> config::Database {
    config::Database {
        max_connections: 8,
        statement_timeout: Duration::from_millis(1_500),
        lock_timeout: Duration::from_millis(300),
        ..database(url)
    }
}

async fn prepared() -> PostgresServer {
    let server = PostgresServer::start();
    for sql in [
        "CREATE TABLE counters (id bigint PRIMARY KEY, n bigint NOT NULL)",
        "INSERT INTO counters VALUES (1, 0), (2, 0)",
    ] {
        server.run(sql).await;
    }
    server
}

fn bound(sql: &str, value: i64) -> Statement {
    Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, [value.into()])
}

/// The code of PostgreSQL's error.
fn code(error: &DbErr) -> String {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        panic!("{error:?}");
    };
    let error = error.as_database_error().expect("an error of the server");
    error.code().expect("a code").into_owned()
}

/// One caller: units that read, write and are taken back, reads, and rows as they come.
async fn works(db: Database, caller: i64, rounds: i64) -> i64 {
    let mut added = 0;
    for round in 0..rounds {
        let value = caller * 1_000 + round;
        let work = db.begin().await.unwrap();
        let row = work.query_one_raw(bound("SELECT $1::bigint", value)).await;
        let found: i64 = row.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(found, value);
        let changed = work
            .execute_raw(bound("UPDATE counters SET n = n + $1 WHERE id = 2", 1))
            .await;
        assert_eq!(changed.unwrap().rows_affected(), 1);
        if round % 3 == 0 {
            work.rollback().await.unwrap();
        } else {
            work.commit().await.unwrap();
            added += 1;
        }
        let reader = db.reader();
        let row = reader.query_one_raw(bound("SELECT -$1::bigint", value));
        let found: i64 = row.await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(found, -value);
        let several = bound("SELECT n::bigint FROM generate_series(1, $1) AS n", 20);
        let rows = reader.stream_raw(several).await.unwrap();
        assert_eq!(rows.count().await, 20);
    }
    added
}

#[rstest]
#[case::transaction(PoolMode::Transaction, BY_DEFAULT)]
#[case::transaction_passing_over(PoolMode::Transaction, PASSING_OVER)]
#[case::session(PoolMode::Session, BY_DEFAULT)]
#[case::session_passing_over(PoolMode::Session, PASSING_OVER)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_and_reads_work_within_their_limits_and_leave_nothing_on_a_session(
    #[case] mode: PoolMode,
    #[case] settings: &[&str],
) {
    let server = prepared().await;
    // Fewer sessions than callers, so that they are handed on.
    let sessions = match mode {
        PoolMode::Transaction => "default_pool_size = 3",
        PoolMode::Session => "default_pool_size = 40",
    };
    let pooler = PgBouncer::start(&server, mode, &[settings, &[sessions]].concat());
    let db = Database::open(&limited(&pooler.url()), CONVENTION)
        .await
        .unwrap();
    assert!(db.is_behind_a_pooler());

    let mut callers = JoinSet::new();
    for caller in 0..8 {
        callers.spawn(works(db.clone(), caller, 30));
    }
    let mut added = 0;
    while let Some(caller) = callers.join_next().await {
        added += caller.unwrap();
    }
    let stored = number(&db.reader(), "SELECT n FROM counters WHERE id = 2").await;
    assert_eq!((stored.unwrap(), added), (160, 160));

    limits_are_in_force(&db).await;
    nothing_stays(&pooler).await;
    db.close().await.unwrap();
    let log = server.log();
    let warnings: Vec<_> = (log.lines())
        .filter(|line| line.contains("WARNING"))
        .collect();
    assert!(warnings.is_empty(), "{warnings:#?}\n{}", pooler.log());
}

async fn limits_are_in_force(db: &Database) {
    let all = db.settings().await.unwrap();
    assert_eq!(all.len(), 8);
    for one in &all {
        let read_only = if one.role == Role::Reader {
            "on"
        } else {
            "off"
        };
        for (name, value) in [
            ("application_name", "groundwork"),
            ("statement_timeout", "1500ms"),
            ("lock_timeout", "300ms"),
            ("transaction_read_only", read_only),
            ("TimeZone", "UTC"),
        ] {
            assert_eq!(one.values[name], value, "{name} of {one:?}");
        }
    }
    let reader = db.reader();
    let refused = reader.execute_unprepared("DELETE FROM counters").await;
    assert_eq!(code(&refused.unwrap_err()), "25006");

    let start = Instant::now();
    let slow = "SELECT 1::bigint FROM (SELECT pg_sleep(20)) AS s";
    assert_eq!(code(&number(&reader, slow).await.unwrap_err()), "57014");
    let work = db.begin().await.unwrap();
    assert_eq!(code(&number(&work, slow).await.unwrap_err()), "57014");
    work.rollback().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "cut off in time");

    let holds = db.begin().await.unwrap();
    let update = "UPDATE counters SET n = 7 WHERE id = 1";
    holds.execute_unprepared(update).await.unwrap();
    let waits = db.begin().await.unwrap();
    let start = Instant::now();
    let refused = waits.execute_unprepared(update).await.unwrap_err();
    assert_eq!(code(&refused), "55P03");
    assert!(start.elapsed() < Duration::from_millis(1_200));
    waits.rollback().await.unwrap();
    holds.rollback().await.unwrap();
}

/// What other clients of the pooler find.
async fn nothing_stays(pooler: &PgBouncer) {
    let mut clients = Vec::new();
    for _ in 0..4 {
        let options = pooler.url().parse::<sqlx::postgres::PgConnectOptions>();
        let options = options.unwrap().extra_float_digits(None);
        let mut client = PgConnection::connect_with(&options).await.unwrap();
        // Held until all have one, so that each has a session of its own, as far as there are.
        if clients.len() < 3 {
            client.execute(sqlx::raw_sql("BEGIN")).await.unwrap();
        }
        clients.push(client);
    }
    for client in &mut clients[..3] {
        let asked = sqlx::raw_sql(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),
                    current_setting('default_transaction_read_only'),
                    current_setting('transaction_read_only'),
                    (SELECT count(*) FROM pg_prepared_statements)::text",
        );
        let row = client.fetch_one(asked).await.unwrap();
        let found: Vec<String> = (0..5).map(|at| row.try_get(at).unwrap()).collect();
        assert_eq!(found, ["0", "0", "off", "off", "0"]);
    }
}

/// The programs begin their connections as they always did where nothing is in between.
#[tokio::test]
async fn a_server_itself_is_no_pooler() {
    let server = PostgresServer::start();
    let db = Database::open(&limited(&server.url()), CONVENTION)
        .await
        .unwrap();
    assert!(!db.is_behind_a_pooler());
    let unit = number(&db, "SELECT count(*) FROM pg_prepared_statements").await;
    assert!(unit.unwrap() <= 1);
}

/// `database.migrate_url` leads past the pooler.
#[tokio::test]
async fn migrations_connect_where_they_are_told_to() {
    let server = PostgresServer::start();
    let pooler = PgBouncer::start(&server, PoolMode::Transaction, BY_DEFAULT);
    let mut config = limited(&pooler.url());
    config.migrate_url = Some(server.url().parse().unwrap());
    let connection = connect_for_migration(&config).await.unwrap();
    let sql = "SELECT count(*) FROM pg_settings WHERE name = 'lock_timeout' AND source = 'client'";
    assert_eq!(number(&connection, sql).await.unwrap(), 1);
    connection.close().await.unwrap();
    config.migrate_url = None;
    let connection = connect_for_migration(&config).await.unwrap();
    assert_eq!(number(&connection, sql).await.unwrap(), 0);
    connection.close().await.unwrap();
}
