//! The migrations, the schema that they make, and what runs them.

mod catalog;
mod checks;
mod command;
mod crowds;
mod edits;
mod history;
mod marks;
mod planning;
mod pooled;
mod recipes;
mod running;
mod sessions;
mod template;
mod trash;
mod untransacted;

use std::time::Duration;

use acceptance::{Engine, Scratch};
use groundwork_schema::run::{self, Goal, Report, RunError, Settings};
use migration::CONVENTION;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, Statement},
};

/// A migration that runs plain SQL, the same on both engines.
struct Script {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

impl MigrationName for Script {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Script {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(self.up).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(self.down).await.map(drop)
    }
}

/// A list of migrations from `(name, up, down)`.
pub(super) fn scripts(
    list: &[(&'static str, &'static str, &'static str)],
) -> Vec<Box<dyn MigrationTrait>> {
    list.iter()
        .map(|&(name, up, down)| Box::new(Script { name, up, down }) as Box<dyn MigrationTrait>)
        .collect()
}

/// A statement that no transaction takes, as a migration.
struct Untransacted {
    name: &'static str,
    up: &'static str,
}

/// Makes an index that does not lock its table.
const INDEX_ONE: Untransacted = Untransacted {
    name: "m20260102_000000_index_one",
    up: "CREATE INDEX CONCURRENTLY ix_one_n ON one (n)",
};

impl MigrationName for Untransacted {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Untransacted {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(self.up).await.map(drop)
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

/// A connection of a migration's own to the scratch database.
async fn connect(scratch: &Scratch) -> DatabaseConnection {
    connect_with(scratch, 1).await
}

async fn connect_with(scratch: &Scratch, connections: u32) -> DatabaseConnection {
    let url = match scratch.engine() {
        Engine::Sqlite => format!("{}?mode=rwc", scratch.url()),
        Engine::Postgres => scratch.url().to_owned(),
    };
    open(url, connections).await
}

async fn open(url: String, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// A scratch database with the newest schema.
async fn migrated(engine: Engine) -> (Scratch, DatabaseConnection) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &migration::migrations(), Goal::All)
        .await
        .unwrap();
    (scratch, connection)
}

async fn up(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    goal: Goal<'_>,
) -> Result<Report, RunError> {
    run::up(connection, migrations, goal, &settings()).await
}

async fn down(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
    goal: Goal<'_>,
) -> Result<Report, RunError> {
    run::down(connection, migrations, goal, &settings()).await
}

fn settings() -> Settings<'static> {
    Settings {
        acquire_timeout: Duration::from_secs(30),
        ..Settings::new(&CONVENTION)
    }
}

fn names(report: &Report) -> Vec<&str> {
    report.steps.iter().map(|s| s.migration.as_str()).collect()
}

/// Runs SQL that must succeed.
async fn execute(connection: &DatabaseConnection, sql: &str) {
    if let Err(error) = connection.execute_unprepared(sql).await {
        panic!("{error}: {sql}");
    }
}

/// The first column of every row, as text.
async fn texts(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index::<String>(0).unwrap())
        .collect()
}

/// The tables of a database, in the order of their names.
async fn tables(connection: &DatabaseConnection) -> Vec<String> {
    let sql = match connection.get_database_backend() {
        // Without virtual tables, and those that they keep their content in.
        DbBackend::Sqlite => {
            "SELECT name FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             ORDER BY 1"
        }
        _ => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    };
    texts(connection, sql).await
}
