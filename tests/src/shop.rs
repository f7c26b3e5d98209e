//! The parts of `shop`, an example of a service outside this repository, that are not in
//! Groundwork: its table, a command and a check.

use groundwork_cli::{
    CliError, Result,
    doctor::{DatabaseState, Report},
};
use groundwork_core::{
    config::{Keys, Namespace, Section},
    db::Database,
};
use groundwork_http::{Routes, health};
pub use migration::CONVENTION;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait, prelude::MigrationName};

/// Its section of settings.
#[derive(Clone, Debug)]
pub struct Stock {
    /// Fewer lamps than this are too few.
    pub fewest_lamps: u32,
}

impl Section for Stock {
    const NAME: &'static str = "stock";
    const DEFAULTS: &'static str = "\
# Fewer lamps than this are too few.
fewest_lamps: 2
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let fewest_lamps = keys.integer("fewest_lamps", 0..=1_000);
        Some(Self {
            fewest_lamps: fewest_lamps?,
        })
    }
}

/// What its checks look at.
pub type Subject<'a> = groundwork_cli::doctor::Subject<'a, Stock>;

/// What its commands work with.
pub type Context = groundwork_cli::Context<Stock>;

/// The names under which `shop_migrate` finds its settings.
#[must_use]
pub fn namespace() -> Namespace {
    Namespace::new("shop").share(Stock::NAME)
}

/// The command of its own.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Count the lamps
    Count,
}

/// Does what the command says.
///
/// # Errors
/// If the database cannot be opened or read.
pub async fn run(context: Context, command: Command) -> Result {
    let db = Database::open(&context.loaded.config.database, CONVENTION).await?;
    match command {
        Command::Count => {
            let lamps = lamps(&db).await.map_err(CliError::unavailable)?;
            context.output.line(&lamps.to_string())?;
        }
    }
    Ok(db.close().await?)
}

/// Its routes.
#[must_use]
pub fn routes() -> Routes {
    Routes {
        open: health(Vec::new()),
        ..Routes::default()
    }
}

/// Adds the check of its own.
pub async fn check(subject: Subject<'_>, report: &mut Report) {
    let mut part = report.part("stock");
    let DatabaseState::Open(db) = subject.database else {
        return part.warn("lamps", "the database is not open", "run `shop_migrate up`");
    };
    match lamps(db).await {
        Ok(lamps) if lamps < subject.config.own.fewest_lamps.into() => {
            part.fail("lamps", lamps, "order some");
        }
        Ok(lamps) => part.ok("lamps", lamps),
        Err(error) => part.fail("lamps", error, "run `shop_migrate up`"),
    }
}

async fn lamps(db: &Database) -> Result<i64, DbErr> {
    let sql = "SELECT count(*) AS lamps FROM lamps";
    let reader = db.reader();
    let statement = Statement::from_string(reader.get_database_backend(), sql);
    let row = reader.query_one_raw(statement).await?;
    row.ok_or(DbErr::RecordNotFound(sql.to_owned()))?
        .try_get("", "lamps")
}

/// A table with three lamps.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateLamps)]
}

struct CreateLamps;

impl MigrationName for CreateLamps {
    fn name(&self) -> &str {
        "m20260101_000000_create_lamps"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateLamps {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE TABLE lamps (id bigint NOT NULL CONSTRAINT pk_lamps PRIMARY KEY); \
                   INSERT INTO lamps VALUES (1), (2), (3)";
        manager
            .get_connection()
            .execute_unprepared(sql)
            .await
            .map(drop)
    }
}
