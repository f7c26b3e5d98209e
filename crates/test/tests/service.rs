//! The tests of a service as an author outside this repository writes them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use groundwork_core::db::Database;
use groundwork_naming::Convention;
use groundwork_test::{Engine, Scratch, Template, TestClient, on_both_engines};
use sea_orm::{ConnectionTrait as _, Statement};
use sea_orm_migration::prelude::*;
use serde_json::{Value, json};

const CONVENTION: Convention = Convention {
    primary_key: "pk_{table}",
    foreign_key: "fk_{table}_{columns}_{referred_table}",
    unique: "uq_{table}_{columns}",
    check: "ck_{table}_{rule}",
    index: "ix_{table}_{columns}",
    not_null: "nn_{table}_{columns}",
};

static SHOP: Template = Template::new(CONVENTION, || vec![Box::new(CreateBooks)]);

struct CreateBooks;

impl MigrationName for CreateBooks {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_books"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateBooks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE TABLE books (title text NOT NULL CONSTRAINT pk_books PRIMARY KEY)";
        let connection = manager.get_connection();
        connection.execute_unprepared(sql).await.map(drop)
    }
}

fn routes(db: Database) -> Router {
    Router::new()
        .route("/books", get(list).post(add))
        .with_state(db)
}

async fn list(State(db): State<Database>) -> Json<Value> {
    let reader = db.reader();
    let backend = reader.get_database_backend();
    let titles = Statement::from_string(backend, "SELECT title FROM books ORDER BY title");
    let rows = reader.query_all_raw(titles).await.unwrap();
    let titles = rows.iter().map(|row| row.try_get("", "title").unwrap());
    Json(titles.collect::<Vec<String>>().into())
}

async fn add(State(db): State<Database>, Json(title): Json<String>) -> StatusCode {
    let work = db.begin().await.unwrap();
    let insert = Query::insert()
        .into_table("books")
        .columns(["title"])
        .values_panic([title.into()])
        .to_owned();
    work.execute(&insert).await.unwrap();
    work.commit().await.unwrap();
    StatusCode::NO_CONTENT
}

/// The service twice at the same time: were the database shared, the second would fail.
#[on_both_engines]
async fn each_test_has_a_database_of_its_own_with_the_schema(engine: Engine) {
    let scratches = [SHOP.copy(engine).await, SHOP.copy(engine).await];
    for scratch in &scratches {
        assert_eq!(scratch.engine(), engine);
        let client = TestClient::new(routes(scratch.open().await));
        assert_eq!(client.get("/books").await.with(200), json!([]));
        client.post("/books", &json!("Dune")).await.is_done();
        assert_eq!(client.get("/books").await.with(200), json!(["Dune"]));
        assert_eq!(client.post("/books", &json!({})).await.status, 422);
        assert_eq!(client.delete("/books").await.status, 405);
    }
}

/// Two tests at the same time, which on PostgreSQL share a database, and one after them.
#[on_both_engines]
async fn a_request_in_a_transaction_leaves_nothing_and_is_seen_by_nobody_else(engine: Engine) {
    let tests = [
        SHOP.rolled_back(engine).await,
        SHOP.rolled_back(engine).await,
    ];
    let [one, other] = tests
        .each_ref()
        .map(|test| TestClient::new(routes(test.database())));
    one.post("/books", &json!("Dune")).await.is_done();
    assert_eq!(one.get("/books").await.with(200), json!(["Dune"]));
    assert_eq!(other.get("/books").await.with(200), json!([]));
    let (emma, ulysses) = (json!("Emma"), json!("Ulysses"));
    let both = tokio::join!(one.post("/books", &emma), one.post("/books", &ulysses));
    both.0.is_done();
    both.1.is_done();
    let [first, second] = tests;
    drop((one, first));
    let third = SHOP.rolled_back(engine).await;
    let client = TestClient::new(routes(third.database()));
    assert_eq!(client.get("/books").await.with(200), json!([]));
    drop(second);
}

#[on_both_engines]
async fn an_empty_scratch_has_no_table(engine: Engine) {
    let (one, other) = (Scratch::empty(engine).await, Scratch::empty(engine).await);
    assert_ne!(one.url(), other.url());
    assert_ne!(one.dir(), other.dir());
    let config = groundwork_test::database_config(one.url());
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let reader = db.reader();
    let missing = reader.execute_unprepared("SELECT title FROM books").await;
    assert!(missing.is_err());
}

#[on_both_engines]
async fn a_dropped_scratch_leaves_nothing_even_with_sessions_open(engine: Engine) {
    let scratch = SHOP.copy(engine).await;
    let (url, dir) = (scratch.url().to_owned(), scratch.dir().to_owned());
    let session = sea_orm::Database::connect(&url).await.unwrap();
    session.execute_unprepared("SELECT 1").await.unwrap();
    drop(scratch);
    assert!(sea_orm::Database::connect(&url).await.is_err());
    assert!(!dir.exists());
}
