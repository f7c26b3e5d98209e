//! A program outside this repository: its own migrations, and the whole command `migrate` for them.
//!
//! The migrations make a table with one number, and double it ten times: whatever runs twice, or
//! in part, shows. `MIGRATIONS_OF_THE_TEST` names another list: `none`, or a baseline that `adopt`
//! has written; `SOURCES_OF_THE_TEST` the folder of its source code.

use std::{path::PathBuf, process::ExitCode};

use groundwork_migrate::cli::{self, App, Namespace};
use migration::CONVENTION;
use sea_orm_migration::prelude::*;

/// What `adopt` has written for the databases of the tests: compiled here, as by a person who adopts one.
#[path = "../../schema/adopted/postgres/m19700101_000000_adopt_schema.rs"]
mod adopted_from_postgres;
#[path = "../../schema/adopted/sqlite/m19700101_000000_adopt_schema.rs"]
mod adopted_from_sqlite;

fn main() -> ExitCode {
    let app = App {
        namespace: Namespace::new("downstream"),
        migrations: match variable("MIGRATIONS_OF_THE_TEST").as_deref() {
            Some("none") => Vec::new(),
            Some("adopted_from_postgres") => vec![Box::new(adopted_from_postgres::Migration)],
            Some("adopted_from_sqlite") => vec![Box::new(adopted_from_sqlite::Migration)],
            _ => migrations(),
        },
        convention: CONVENTION,
        sources: variable("SOURCES_OF_THE_TEST").map_or_else(
            || concat!(env!("CARGO_MANIFEST_DIR"), "/src").into(),
            PathBuf::from,
        ),
        now: chrono::DateTime::UNIX_EPOCH,
        kept_by_restore: &[],
        program: "downstream 1.0.0".to_owned(),
    };
    cli::run(&app)
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok()
}

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let doublings = (1..=10).map(|n| Step {
        name: format!("m20260102_{n:06}_double"),
        sql: "UPDATE numbers SET n = n * 2",
    });
    let first = Step {
        name: "m20260101_000000_create_numbers".to_owned(),
        sql: "CREATE TABLE numbers (n bigint NOT NULL); INSERT INTO numbers VALUES (1)",
    };
    std::iter::once(first)
        .chain(doublings)
        .map(|step| Box::new(step) as Box<dyn MigrationTrait>)
        .collect()
}

struct Step {
    name: String,
    sql: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(self.sql).await.map(drop)
    }
}
