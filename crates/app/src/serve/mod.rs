//! `groundwork serve`: opens what is needed, serves until a signal, and leaves everything closed.

mod banner;
mod reload;
mod sweeper;

use std::net::SocketAddr;

use groundwork_cli::{CliError, Result};
use groundwork_core::{
    clock::Clock,
    db::{Database, Holder, ServerLock},
};
use groundwork_http::{Hangups, Metrics, Replaceable, ServeOptions, Shutdown, bind};
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::{
    routes,
    state::{self, AppState, Config, Context},
};

/// Serves until SIGTERM or Ctrl-C.
pub(crate) async fn run(context: Context) -> Result {
    let Context { output, loaded } = context;
    let shutdown = Shutdown::on_signals().map_err(CliError::internal)?;
    let hangups = Hangups::listen().map_err(CliError::internal)?;
    let config = &loaded.config;
    let (listener, lock) = claim(config).await?;
    let metrics = Metrics::collect()?;
    let address = listener.local_addr().map_err(CliError::internal)?;

    let db = Database::open(&config.database, migration::CONVENTION).await?;
    let pending = state::migrate(&db, &config.database).await?;
    db.keep_reserve();
    let state = AppState::over(db, config).await?;
    prepare(&state, &pending).await?;
    let sweeper = sweeper::start(state.clone(), &pending);
    banner::print(output, &loaded, address, &pending);

    let routed =
        |config: &Config| routes::app(&state, config, &pending, metrics.clone(), &shutdown);
    let app = Replaceable::new(routed(config));
    let options = ServeOptions::new(config);
    tokio::select! {
        _ = groundwork_http::serve(listener, app.router(), &shutdown, &options) => {}
        never = reload::on_hangups(hangups, &loaded, |config| app.replace(routed(config))) => match never {},
    }

    sweeper.stop().await;
    state.close().await?;
    drop(lock);
    info!("stopped");
    Ok(())
}

/// Takes the address and the database for this server alone. If another server has both, the error
/// is about the database: that says more than a port in use.
async fn claim(config: &Config) -> Result<(TcpListener, ServerLock)> {
    let listener = bind(config.http.bind).await;
    let address = match &listener {
        Ok(listener) => listener.local_addr().map_err(CliError::internal)?,
        Err(_) => config.http.bind,
    };
    let lock = ServerLock::acquire(&config.database, &holder(address))?;
    Ok((listener?, lock))
}

fn holder(address: SocketAddr) -> Holder {
    Holder {
        pid: std::process::id(),
        address,
        started_at: Clock::system().now(),
    }
}

/// Settles what a server before this one had in flight, which takes a schema to ask. A root that
/// belongs to another database ends the start.
async fn prepare(state: &AppState, pending: &[String]) -> Result {
    if pending.is_empty() {
        state.files.repair(&state.db).await?;
    } else {
        warn!(
            migrations = pending.join(", "),
            "the database is behind this program: not ready until `migrate up` has run"
        );
    }
    Ok(())
}
