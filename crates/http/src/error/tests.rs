//! Kinds become statuses, and internals never leave.

use std::sync::Arc;

use axum::body::to_bytes;
use groundwork_core::{
    config::{Log, LogFormat},
    log,
};
use serde_json::{Value, json};

use super::*;

#[derive(Debug, thiserror::Error)]
#[error("the lighthouse is dark")]
struct Dark {
    kind: Kind,
    field: Option<&'static str>,
    #[source]
    source: std::io::Error,
}

impl DomainError for Dark {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn code(&self) -> &'static str {
        "LIGHTHOUSE_DARK"
    }

    fn field(&self) -> Option<&str> {
        self.field
    }
}

fn dark(kind: Kind) -> Dark {
    Dark {
        kind,
        field: None,
        source: std::io::Error::other("password hunter2"),
    }
}

async fn answer(error: impl Into<ApiError>) -> (u16, HeaderMap, Value) {
    let (parts, body) = error.into().into_response().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap();
    (parts.status.as_u16(), parts.headers, body)
}

#[tokio::test]
async fn each_kind_has_its_status() {
    for (kind, status) in [
        (Kind::NotFound, 404),
        (Kind::Conflict, 409),
        (Kind::AlreadyExists, 409),
        (Kind::Usage, 400),
        (Kind::Invalid, 422),
        (Kind::TooLarge, 413),
        (Kind::Unauthenticated, 401),
        (Kind::Forbidden, 403),
        (Kind::Unavailable, 503),
        (Kind::TimedOut, 504),
        (Kind::Full, 507),
        (Kind::Damaged, 500),
    ] {
        let (answered, _, body) = answer(dark(kind)).await;
        assert_eq!(answered, status, "{kind:?}");
        assert_eq!(body["code"], "LIGHTHOUSE_DARK");
        assert_eq!(body["detail"], "the lighthouse is dark");
        assert!(!body.to_string().contains("hunter2"));
    }
}

#[tokio::test]
async fn an_internal_error_reveals_nothing() {
    let (status, _, body) = answer(dark(Kind::Internal)).await;
    assert_eq!(status, 500);
    assert_eq!(
        body,
        json!({"detail": "Internal server error", "code": "INTERNAL_ERROR", "status": 500,
               "title": "Internal error", "type": "/docs/errors/INTERNAL_ERROR"})
    );
}

#[tokio::test]
async fn what_is_unavailable_says_when_to_try_again() {
    let (_, headers, _) = answer(dark(Kind::Unavailable)).await;
    assert_eq!(headers["retry-after"], "1");
}

#[tokio::test]
async fn every_422_lists_its_faults() {
    let error = Dark {
        field: Some("lamp"),
        ..dark(Kind::Invalid)
    };
    let (_, _, body) = answer(error).await;
    let fault =
        json!({"field": "lamp", "detail": "the lighthouse is dark", "code": "LIGHTHOUSE_DARK"});
    assert_eq!(body["errors"], json!([fault]));
    assert_eq!(body["field"], "lamp");

    let fault = |field: &str| FieldError {
        field: Some(field.to_owned()),
        detail: "must not be empty".to_owned(),
        code: Cow::Borrowed("INVALID_VALUE"),
    };
    let (status, _, body) =
        answer(ApiError::validation(vec![fault("title"), fault("style")])).await;
    assert_eq!(status, 422);
    assert_eq!(
        body["detail"],
        "title: must not be empty (and another fault)"
    );
    assert_eq!(body["errors"][1]["field"], "style");
    assert_eq!(body["field"], "title");
}

/// What is logged while an error turns into an answer.
fn logged(error: Dark) -> String {
    let (reader, writer) = std::io::pipe().unwrap();
    let log = Log {
        level: "warn".to_owned(),
        format: LogFormat::Text,
    };
    let writer = Arc::new(writer);
    let subscriber = log::subscriber(&log, false, Arc::clone(&writer));
    tracing::subscriber::with_default(subscriber, || drop(ApiError::from(error)));
    drop(writer);
    std::io::read_to_string(reader).unwrap()
}

#[test]
fn an_internal_error_is_logged_once_with_its_whole_chain() {
    let text = logged(dark(Kind::Internal));
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.contains("the lighthouse is dark: password hunter2"),
        "{text}"
    );
    assert_eq!(logged(dark(Kind::NotFound)), "");
}
