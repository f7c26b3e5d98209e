//! Works of the schema toolkit on schemas that are generated.

use std::{path::Path, time::Instant};

use anyhow::{Result, ensure};
use async_trait::async_trait;
use groundwork_core::db;
use groundwork_migrate::check;
use groundwork_schema::run::{self, Goal, Settings};
use migration::CONVENTION;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use crate::{contender::settings, file, outcome::Outcome, work::OURS};

/// The limit of `check`, in milliseconds.
const CHECK_LIMIT: f64 = 2_000.0;

/// Creates a table, or several.
struct Creates {
    first: u32,
    tables: u32,
}

impl MigrationName for Creates {
    fn name(&self) -> &str {
        // Names live as long as the bench: there are some thousand of them.
        String::leak(format!("m20260101_{:06}_create_tables", self.first))
    }
}

#[async_trait]
impl MigrationTrait for Creates {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in self.first..self.first + self.tables {
            let parent = table.saturating_sub(1).max(1);
            for statement in [
                format!(
                    "CREATE TABLE table_{table} (
                        id bigint NOT NULL, parent_id bigint NOT NULL, name text NOT NULL,
                        kind text NOT NULL DEFAULT 'a', size_bytes bigint, note text,
                        CONSTRAINT pk_table_{table} PRIMARY KEY (id),
                        CONSTRAINT uq_table_{table}_name UNIQUE (name),
                        CONSTRAINT ck_table_{table}_kind CHECK (kind IN ('a', 'b')),
                        CONSTRAINT fk_table_{table}_parent_id_table_{parent}
                            FOREIGN KEY (parent_id) REFERENCES table_{parent} (id))"
                ),
                format!("CREATE INDEX ix_table_{table}_parent_id ON table_{table} (parent_id)"),
            ] {
                manager
                    .get_connection()
                    .execute_unprepared(&statement)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Migrations that create `tables` tables, so many in each.
fn migrations(tables: u32, each: u32) -> Vec<Box<dyn MigrationTrait>> {
    let firsts = (1..=tables).step_by(usize::try_from(each).unwrap_or(1));
    firsts
        .map(|first| -> Box<dyn MigrationTrait> {
            Box::new(Creates {
                first,
                tables: each,
            })
        })
        .collect()
}

/// The time for each of 1,000 migrations, and for each of 250 and 500.
pub(crate) async fn linear(folder: &Path) -> Result<Vec<(&'static str, Outcome)>> {
    let mut outcomes = Vec::new();
    for (who, number) in [("250 of them", 250), ("500 of them", 500), (OURS, 1_000)] {
        let started = Instant::now();
        let connection = applied(folder, &migrations(number, 1)).await?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        connection.close().await?;
        outcomes.push((who, millis(took / f64::from(number))));
    }
    Ok(outcomes)
}

/// `check` of a database of 500 tables against the migrations that made it.
pub(crate) async fn check(folder: &Path) -> Result<Vec<(&'static str, Outcome)>> {
    let migrations = migrations(500, 10);
    let connection = applied(folder, &migrations).await?;
    let started = Instant::now();
    let findings = check::database(&connection, &migrations, &CONVENTION, None).await?;
    let took = started.elapsed().as_secs_f64() * 1e3;
    ensure!(findings.is_empty(), "check found {}", findings[0]);
    connection
        .execute_unprepared("DROP INDEX ix_table_250_parent_id")
        .await?;
    let findings = check::database(&connection, &migrations, &CONVENTION, None).await?;
    ensure!(findings.len() == 1, "check overlooked a dropped index");
    connection.close().await?;
    Ok(vec![
        (OURS, millis(took)),
        ("the limit", millis(CHECK_LIMIT)),
    ])
}

async fn applied(
    folder: &Path,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<DatabaseConnection> {
    let file = folder.join("generated.db");
    file::remove(&file)?;
    let connection = db::connect_for_migration(&settings(&file)?).await?;
    let report = run::up(
        &connection,
        migrations,
        Goal::All,
        &Settings::new(&CONVENTION),
    )
    .await?;
    ensure!(
        report.steps.len() == migrations.len(),
        "not every migration ran"
    );
    Ok(connection)
}

fn millis(amount: f64) -> Outcome {
    Outcome {
        amount,
        ..Outcome::default()
    }
}
