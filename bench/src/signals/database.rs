//! A migrated database for a work.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use groundwork_core::{
    clock::Clock,
    config,
    db::{Database, Engine, connect_for_migration},
    services::signals::Signals,
};
use groundwork_schema::run::{self, Goal, Settings};
use migration::CONVENTION;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use crate::{contender, file};

/// The variable that names the server; `cargo xtask bench` sets it.
const VARIABLE: &str = "TEST_DATABASE_URL";
/// The database on the server.
const DATABASE: &str = "groundwork_bench";
/// No statement of a peer is cut off.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(600);

pub(crate) struct BenchDatabase {
    pub(super) engine: Engine,
    pub(super) url: String,
    pub(super) file: PathBuf,
}

impl BenchDatabase {
    /// An empty database with the newest schema.
    pub(crate) async fn fresh(engine: Engine, folder: &Path) -> Result<Self> {
        let file = folder.join("signals.db");
        let url = match engine {
            Engine::Sqlite => {
                file::remove(&file)?;
                format!("sqlite://{}", file.display())
            }
            Engine::Postgres => fresh_database().await?,
        };
        let database = Self { engine, url, file };
        let connection = connect_for_migration(&database.settings()?).await?;
        let migrations = migration::migrations();
        run::up(
            &connection,
            &migrations,
            Goal::All,
            &Settings::new(&CONVENTION),
        )
        .await?;
        connection.close().await?;
        Ok(database)
    }

    pub(crate) fn settings(&self) -> Result<config::Database> {
        Ok(config::Database {
            url: self.url.parse().context("the URL of the database")?,
            statement_timeout: STATEMENT_TIMEOUT,
            ..contender::settings(&self.file)?
        })
    }

    /// The services over it.
    pub(super) async fn signals(&self) -> Result<Signals> {
        let db = Database::open(&self.settings()?, CONVENTION).await?;
        Ok(Signals::new(db, Clock::system()))
    }

    /// A connection for statements by hand, with the settings that every contender has.
    pub(crate) async fn connect(&self) -> Result<DatabaseConnection> {
        Ok(connect_for_migration(&self.settings()?).await?)
    }

    /// As SQLAlchemy names it.
    pub(super) fn python_url(&self) -> Result<String> {
        match self.url.split_once("://") {
            Some(("sqlite", path)) => Ok(format!("sqlite+aiosqlite:///{path}")),
            Some((_, rest)) => Ok(format!("postgresql+asyncpg://{rest}")),
            None => bail!("{} is no URL", self.url),
        }
    }
}

/// Runs the statements of the database's engine.
pub(super) async fn execute(
    database: &BenchDatabase,
    sqlite: &[&str],
    postgres: &[&str],
) -> Result<()> {
    let connection = database.connect().await?;
    let statements = match database.engine {
        Engine::Sqlite => sqlite,
        Engine::Postgres => postgres,
    };
    for statement in statements {
        connection.execute_unprepared(statement).await?;
    }
    connection.close().await?;
    Ok(())
}

/// The number that a query gives.
pub(super) async fn number(database: &BenchDatabase, sql: &str) -> Result<i64> {
    let connection = database.connect().await?;
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection
        .query_one_raw(statement)
        .await?
        .context("no row")?;
    let number = row.try_get_by_index(0)?;
    connection.close().await?;
    Ok(number)
}

async fn fresh_database() -> Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bench reads no configuration"
    )]
    let server = env::var(VARIABLE).ok();
    let server = server
        .filter(|url| !url.is_empty())
        .with_context(|| format!("{VARIABLE} names no PostgreSQL: run `cargo xtask bench`"))?;
    let connection = sea_orm::Database::connect(&server).await?;
    for statement in [
        format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"),
        format!("CREATE DATABASE {DATABASE}"),
    ] {
        connection.execute_unprepared(&statement).await?;
    }
    connection.close().await?;
    let (before, _) = server
        .rsplit_once('/')
        .context("the URL names no database")?;
    Ok(format!("{before}/{DATABASE}"))
}
