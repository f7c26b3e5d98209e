//! Schemas read from live databases, and the differences between two of them.

mod adopted;
mod adopting;
mod census;
mod checking;
mod drawing;
mod linting;
mod mutations;
mod origins;
mod reading;
mod scratch_urls;
mod scratches;
mod verifying;

use std::fmt::Write as _;

use acceptance::{Engine, Home, Scratch};
use groundwork_schema::model::Schema;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

/// The only connection to a scratch database.
async fn connect(scratch: &Scratch) -> DatabaseConnection {
    let url = match scratch.engine() {
        Engine::Sqlite => format!("{}?mode=rwc", scratch.url()),
        Engine::Postgres => scratch.url().to_owned(),
    };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// The database of a home; SQLite's file is created where nothing has done so yet.
async fn connect_to(home: &Home) -> DatabaseConnection {
    let url = home.database_url();
    let mode = if url.starts_with("sqlite") {
        "?mode=rwc"
    } else {
        ""
    };
    let mut options = ConnectOptions::new(format!("{url}{mode}"));
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// A schema with everything that the model knows.
fn rich(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => include_str!("../samples/schemas/rich_sqlite.sql"),
        Engine::Postgres => include_str!("../samples/schemas/rich_postgres.sql"),
    }
}

async fn run(connection: &impl ConnectionTrait, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap();
}

/// A schema, for a snapshot: one line for each object.
fn shown(schema: &Schema) -> String {
    let empty = Schema::empty(schema.engine);
    let mut text = String::new();
    for table in schema.tables.values() {
        let mut alone = empty.clone();
        let mut bare = table.clone();
        bare.columns.clear();
        bare.primary_key = None;
        bare.uniques.clear();
        bare.foreign_keys.clear();
        bare.checks.clear();
        bare.indexes.clear();
        bare.triggers.clear();
        alone.tables.insert(table.name.clone(), bare);
        let mut whole = empty.clone();
        whole.tables.insert(table.name.clone(), table.clone());
        writeln!(text, "{}", table.name).unwrap();
        for difference in groundwork_migrate::diff::differences(&alone, &whole) {
            writeln!(text, "  {difference}").unwrap();
        }
    }
    let rest = Schema {
        tables: std::collections::BTreeMap::new(),
        catalog: std::collections::BTreeMap::new(),
        ..schema.clone()
    };
    for difference in groundwork_migrate::diff::differences(&empty, &rest) {
        writeln!(text, "{difference}").unwrap();
    }
    text.replace(": not expected (found: ", ": (")
}
