//! `/metrics`: what the service counts, in the text format of Prometheus
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use groundwork_core::error::{DomainError, Kind};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How often what was recorded is summed up, also while nobody asks for it.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper bounds for durations in seconds: 50 µs to 10 s.
const SECONDS: [f64; 13] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 10.0,
];

/// Upper bounds for numbers of things that were done together.
const NUMBERS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// What collects the metrics of this process.
#[derive(Clone, Debug)]
pub struct Metrics {
    collected: PrometheusHandle,
}

/// The metrics of this process are collected already, by something else.
#[derive(Debug, thiserror::Error)]
#[error("cannot collect metrics")]
pub struct CannotCollect(#[from] BuildError);

impl DomainError for CannotCollect {
    fn kind(&self) -> Kind {
        Kind::Internal
    }
}

impl Metrics {
    /// Collects what the process records from now on.
    ///
    /// # Errors
    /// [`CannotCollect`] if that is done already.
    pub fn collect() -> Result<Self, CannotCollect> {
        let collected = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_units".to_owned()), &NUMBERS)?
            .install_recorder()?;
        let upkeep = collected.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                upkeep.run_upkeep();
            }
        });
        Ok(Self { collected })
    }

    /// The route `/metrics`; `measure` brings gauges up to date before they are read.
    pub fn route(self, measure: impl Fn() + Send + Sync + 'static) -> Router {
        let source = Source {
            collected: self.collected,
            measure: Box::new(measure),
        };
        router().with_state(Arc::new(source)).into()
    }
}

struct Source {
    collected: PrometheusHandle,
    measure: Box<dyn Fn() + Send + Sync>,
}

/// What the route says of itself.
pub(crate) fn described() -> OpenApi {
    router().into_openapi()
}

fn router() -> OpenApiRouter<Arc<Source>> {
    OpenApiRouter::new().routes(routes!(render))
}

/// What the service counts
///
/// In the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", operation_id = "get_metrics", tag = "operation",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain"))
)]
async fn render(State(source): State<Arc<Source>>) -> Response {
    (source.measure)();
    let text = source.collected.render();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn gauges_are_measured_when_they_are_asked_for() {
        let metrics = Metrics::collect().unwrap();
        assert!(Metrics::collect().is_err());
        let router = metrics.route(|| ::metrics::gauge!("depth").set(3.0));
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "text/plain; version=0.0.4"
        );
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("depth 3"), "{text}");
    }
}
