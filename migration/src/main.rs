//! The command `migrate`: evolves the schema of the database that `groundwork` uses.

use std::process::ExitCode;

use groundwork_core::{
    clock::Clock,
    config::{self, EnvironmentFlag, Loaded, Namespace, Sources},
    db, log,
};
use groundwork_migrate::cli::{self, Access, App, Failure, Flags, Target};
use sea_orm_migration::sea_orm::DatabaseConnection;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let app = App {
        migrations: migration::migrations(),
        convention: migration::CONVENTION,
        sources: concat!(env!("CARGO_MANIFEST_DIR"), "/src").into(),
        now: Clock::system().now(),
        program: concat!("migrate ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    cli::run(app, connect).await
}

/// Opens the database of the configuration that `groundwork` reads too.
async fn connect(target: Target) -> Result<Option<DatabaseConnection>, Failure> {
    let loaded: Loaded = config::load(&sources(&target.flags)?)
        .map_err(|errors| Failure::new(errors.exit_code(), errors))?;
    let mut to_log = loaded.config.log;
    to_log.level = match target.flags.verbose {
        0 => "warn",
        1 => "debug",
        _ => "trace",
    }
    .to_owned();
    log::init(&to_log).map_err(Failure::unavailable)?;
    let database = loaded.config.database;
    if target.access == Access::Look && !db::may_exist(&database).map_err(Failure::unavailable)? {
        return Ok(None);
    }
    let connection = match target.access {
        Access::Replace => db::connect_for_replacement(&database).await,
        Access::Look | Access::Change => db::connect_for_migration(&database).await,
    };
    connection.map(Some).map_err(Failure::unavailable)
}

fn sources(flags: &Flags) -> Result<Sources, Failure> {
    // The studio's section is of no concern here.
    let namespace = Namespace::new("groundwork").share("pipeline");
    let mut sources = Sources::from_process(namespace);
    if let Some(folder) = &flags.config_dir {
        if !folder.is_dir() {
            let message = format!("--config-dir: there is no folder {}", folder.display());
            return Err(Failure::new(78, message));
        }
        sources.folder = Some(folder.clone());
    }
    sources.environment = flags.environment.clone().map(|name| EnvironmentFlag {
        flag: "--environment".to_owned(),
        name,
    });
    if let Some(url) = &flags.database_url {
        sources = sources.with_flag("--database-url", "database.url", url);
    }
    Ok(sources)
}
