//! `/health`: whether the process lives. `/health/ready`: whether it can do its work.

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::future::join_all;
use serde::Serialize;
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::extract::Json;

/// How long a check may take before it counts as failed.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Something that has to be right before the service can do its work.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    /// What it counts as if it is not right.
    weight: Weight,
    run: Arc<dyn Fn() -> CheckFuture + Send + Sync>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// The service cannot do its work.
    Required,
    /// It works; somebody should look.
    Advisory,
}

type CheckFuture = Pin<Box<dyn Future<Output = Result<(), CheckFailed>> + Send>>;

/// Why a check failed, in words that anybody may read and act on: no secrets, no paths of users.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CheckFailed(
    /// The reason.
    pub String,
);

impl Check {
    /// A check under a name such as `database`.
    pub fn new<F, Fut>(name: &'static str, run: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), CheckFailed>> + Send + 'static,
    {
        Self {
            name,
            weight: Weight::Required,
            run: Arc::new(move || Box::pin(run())),
        }
    }

    /// The same, but the service is ready all the same if this is not right: the response says
    /// `warn` and why. One damaged file is no reason to take a whole service out of use.
    #[must_use]
    pub fn advisory(self) -> Self {
        Self {
            weight: Weight::Advisory,
            ..self
        }
    }

    async fn outcome(&self) -> Outcome {
        let started = Instant::now();
        let result = tokio::time::timeout(TIME_LIMIT, (self.run)()).await;
        let failure = match result {
            Ok(Ok(())) => None,
            Ok(Err(CheckFailed(reason))) => Some(reason),
            Err(_) => Some(format!("no answer within {} s", TIME_LIMIT.as_secs())),
        };
        let status = match (&failure, self.weight) {
            (None, _) => "ok",
            (Some(_), Weight::Required) => "failed",
            (Some(_), Weight::Advisory) => "warn",
        };
        Outcome {
            status,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            detail: failure,
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

/// What a check found.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckOutcome)]
struct Outcome {
    /// `ok`, `warn` or `failed`.
    #[schema(example = "ok")]
    status: &'static str,
    /// How long it took.
    duration_ms: u64,
    /// What is not right.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "the database does not answer", extensions(("x-optional" = json!(true))))]
    detail: Option<String>,
}

/// The routes `/health` and `/health/ready`; the latter answers 503 unless all checks are right.
pub fn health(checks: Vec<Check>) -> Router {
    router().with_state(Arc::new(checks)).into()
}

/// What the routes say of themselves.
pub(crate) fn described() -> OpenApi {
    router().into_openapi()
}

fn router() -> OpenApiRouter<Arc<Vec<Check>>> {
    OpenApiRouter::new()
        .routes(routes!(alive))
        .routes(routes!(ready))
}

/// That the process answers.
#[derive(Serialize, ToSchema)]
struct Alive {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the service can do its work, and why not.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready` or `not_ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Each check by its name.
    #[schema(value_type = BTreeMap<String, Outcome>, example = json!({"database": {"status": "ok", "duration_ms": 1}}))]
    checks: BTreeMap<&'static str, Outcome>,
}

/// Whether the process answers
///
/// It asks nobody, not even the database.
#[utoipa::path(
    get, path = "/health", operation_id = "get_health", tag = "operation",
    responses((status = 200, description = "The process answers", body = Alive))
)]
async fn alive() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Whether the service can do its work
#[utoipa::path(
    get, path = "/health/ready", operation_id = "get_readiness", tag = "operation",
    responses(
        (status = 200, description = "It can", body = Readiness),
        (status = 503, description = "It cannot: a check has failed", body = Readiness)
    )
)]
async fn ready(State(checks): State<Arc<Vec<Check>>>) -> Response {
    let outcomes = join_all(checks.iter().map(Check::outcome)).await;
    let is_ready = outcomes.iter().all(|outcome| outcome.status != "failed");
    let checks: BTreeMap<&'static str, Outcome> = checks
        .iter()
        .map(|check| check.name)
        .zip(outcomes)
        .collect();
    let (code, status) = if is_ready {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not_ready")
    };
    (code, Json(Readiness { status, checks })).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str, checks: Vec<Check>) -> (u16, Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = health(checks).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    fn fine() -> Check {
        Check::new("files", async || Ok(()))
    }

    fn broken() -> Check {
        Check::new("database", async || {
            Err(CheckFailed("it refuses".to_owned()))
        })
    }

    #[tokio::test]
    async fn health_asks_nobody() {
        assert_eq!(
            ask("/health", vec![broken()]).await,
            (200, json!({"status": "ok"}))
        );
    }

    #[tokio::test]
    async fn ready_means_that_every_check_is_right() {
        let (status, body) = ask("/health/ready", vec![fine()]).await;
        assert_eq!((status, &body["status"]), (200, &json!("ready")));

        let (status, body) = ask("/health/ready", vec![fine(), broken()]).await;
        assert_eq!((status, &body["status"]), (503, &json!("not_ready")));
        assert_eq!(body["checks"]["files"]["status"], "ok");
        assert_eq!(body["checks"]["database"]["detail"], "it refuses");
    }

    #[tokio::test]
    async fn what_only_deserves_a_look_is_shown_and_leaves_the_service_ready() {
        let (status, body) = ask("/health/ready", vec![fine(), broken().advisory()]).await;
        assert_eq!((status, &body["status"]), (200, &json!("ready")));
        assert_eq!(body["checks"]["database"]["status"], "warn");
        assert_eq!(body["checks"]["database"]["detail"], "it refuses");
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_counts_as_failed() {
        let hangs = Check::new("database", std::future::pending);
        let (status, body) = ask("/health/ready", vec![hangs, fine()]).await;
        assert_eq!(status, 503);
        assert_eq!(body["checks"]["database"]["detail"], "no answer within 2 s");
        assert_eq!(body["checks"]["files"]["status"], "ok");
    }
}
