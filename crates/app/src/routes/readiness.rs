//! Whether the service can do its work: the checks of `/health/ready`, and the gate that keeps the
//! API closed until the schema is there.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use groundwork_core::{
    db::{Database, DbError},
    files::{FileStore, FilesError},
};
use groundwork_http::{ApiError, Check, CheckFailed, Shutdown};
use tracing::{info, warn};

use crate::state::{self, AppState};

const ESTRANGED: &str = "the files root belongs to another database";

/// What has to be right before the service can do its work.
pub(super) fn checks(parts: &AppState, shutdown: &Shutdown) -> Vec<Check> {
    let (db, schema) = (parts.db.clone(), parts.db.clone());
    let (files, stored, rows) = (parts.files.clone(), parts.files.clone(), parts.db.clone());
    let shutdown = shutdown.clone();
    vec![
        Check::new("server", move || {
            let is_stopping = shutdown.has_begun();
            async move { is_running(is_stopping) }
        }),
        Check::new("database", move || {
            let db = db.clone();
            async move { answers(&db).await }
        }),
        Check::new("migrations", move || {
            let db = schema.clone();
            async move { up_to_date(&db).await }
        }),
        Check::new("files", move || {
            let (files, db) = (files.clone(), rows.clone());
            async move {
                checked(files.health().await, "the files root cannot be written")?;
                belongs(&files, &db).await
            }
        }),
        Check::new("stored_files", move || {
            let files = stored.clone();
            async move { whole(&files).await }
        })
        .advisory(),
    ]
}

/// A load balancer is to send no more requests to a server that shuts down.
fn is_running(is_stopping: bool) -> Result<(), CheckFailed> {
    if is_stopping {
        return Err(CheckFailed("it is shutting down".to_owned()));
    }
    Ok(())
}

async fn answers(db: &Database) -> Result<(), CheckFailed> {
    match db.ping().await {
        Err(error @ (DbError::Replaced | DbError::ReadOnly)) => Err(CheckFailed(error.to_string())),
        answer => checked(answer, "the database does not answer"),
    }
}

/// The cause goes to the log only: the response, which anybody may read, says what does not work.
fn checked<T, E>(outcome: Result<T, E>, reason: &str) -> Result<(), CheckFailed>
where
    E: std::error::Error + 'static,
{
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => {
            warn!(
                error = &error as &dyn std::error::Error,
                "not ready: {reason}"
            );
            Err(CheckFailed(reason.to_owned()))
        }
    }
}

/// A database that cannot be asked is another check's to report.
async fn belongs(files: &FileStore, db: &Database) -> Result<(), CheckFailed> {
    match files.belonging(db).await {
        Err(error @ FilesError::Estranged { .. }) => checked::<(), _>(Err(error), ESTRANGED),
        _ => Ok(()),
    }
}

/// Which files they are is for `doctor` and the log.
async fn whole(files: &FileStore) -> Result<(), CheckFailed> {
    let damaged = match files.damaged().await {
        Ok(damaged) => damaged.len(),
        Err(error) => return checked::<(), _>(Err(error), "the files root cannot be read"),
    };
    match damaged {
        0 => Ok(()),
        1 => Err(CheckFailed(
            "1 stored file is damaged or missing".to_owned(),
        )),
        some => Err(CheckFailed(format!(
            "{some} stored files are damaged or missing"
        ))),
    }
}

async fn up_to_date(db: &Database) -> Result<(), CheckFailed> {
    match state::pending(db).await {
        Ok(pending) if pending.is_empty() => Ok(()),
        Ok(pending) => Err(CheckFailed(format!("pending: {}", pending.join(", ")))),
        Err(error) => checked::<(), _>(Err(error), "the schema does not fit this program"),
    }
}

/// Closed while migrations are pending, and open for good once none is.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    db: Database,
    files: FileStore,
    is_open: Arc<AtomicBool>,
}

impl Gate {
    /// A gate that is closed if there are `pending` migrations.
    pub(super) fn new(db: Database, files: FileStore, pending: &[String]) -> Self {
        Self {
            db,
            files,
            is_open: Arc::new(AtomicBool::new(pending.is_empty())),
        }
    }
}

/// Answers 503 as long as the schema is not the one that this program needs.
pub(super) async fn require_schema(
    State(gate): State<Gate>,
    request: Request,
    next: Next,
) -> Response {
    if !gate.is_open.load(Ordering::Relaxed) {
        if let Err(CheckFailed(reason)) = up_to_date(&gate.db).await {
            return ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "SCHEMA_NOT_READY",
                format!("the database is not at the schema of this program ({reason})"),
            )
            .into_response();
        }
        // A server that starts with the newest schema has asked this before.
        if let Err(error) = gate.files.claim(&gate.db).await {
            return refused(error);
        }
        gate.is_open.store(true, Ordering::Relaxed);
        info!("the schema is up to date: the API is open");
    }
    next.run(request).await
}

/// The error names the folder, which is for the log alone.
fn refused(error: FilesError) -> Response {
    match error {
        FilesError::Estranged { .. } => {
            warn!(
                error = &error as &dyn std::error::Error,
                "the API stays closed"
            );
            let status = StatusCode::SERVICE_UNAVAILABLE;
            ApiError::new(status, "STORAGE_MISMATCH", ESTRANGED).into_response()
        }
        error => ApiError::from(error).into_response(),
    }
}
