//! `groundwork serve`: opens what is needed, serves until a signal, and leaves everything closed.

mod banner;
mod sweeper;

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use groundwork_core::{
    clock::Clock,
    db::{Database, Holder, ServerLock},
};
use groundwork_http::{Metrics, Shutdown, bind};
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::{
    foundation::{self, Foundation},
    output::Output,
    routes,
    settings::{Config, Loaded},
};

/// How long requests that are under way get to finish once the server was told to stop. Service
/// managers commonly kill after 30 s.
const DRAIN: Duration = Duration::from_secs(20);

/// Serves until SIGTERM or Ctrl-C.
pub(crate) async fn run(output: Output, loaded: Loaded) -> Result<()> {
    let shutdown = Shutdown::on_signals()?;
    let config = &loaded.config;
    let (listener, lock) = claim(config).await?;
    let metrics = Metrics::collect()?;
    let address = listener.local_addr()?;

    let db = Database::open(&config.database, migration::CONVENTION).await?;
    let pending = foundation::migrate(&db, &config.database).await?;
    let parts = Foundation::over(db, config).await?;
    prepare(&parts, &pending).await?;
    let sweeper = sweeper::start(parts.clone(), &pending);
    banner::print(output, &loaded, address, &pending);

    let app = routes::app(&parts, config, &pending, metrics, &shutdown);
    groundwork_http::serve(listener, app, &shutdown, DRAIN).await;

    sweeper.stop().await;
    parts.close().await?;
    drop(lock);
    info!("stopped");
    Ok(())
}

/// Takes the address and the database for this server alone. Who serves this database already is
/// more to the point than who has the port, and is told first.
async fn claim(config: &Config) -> Result<(TcpListener, ServerLock)> {
    let listener = bind(config.http.bind).await;
    let address = match &listener {
        Ok(listener) => listener.local_addr()?,
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

/// Settles what a server before this one had in flight, which takes a schema to ask.
async fn prepare(parts: &Foundation, pending: &[String]) -> Result<()> {
    if pending.is_empty() {
        parts.files.repair(&parts.db).await?;
    } else {
        warn!(
            migrations = pending.join(", "),
            "the database is behind this program: not ready until `migrate up` has run"
        );
    }
    Ok(())
}
