//! The body of a request, and what its handler leaves of it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;

/// How much is read and thrown away, so that the connection can go on.
const SMALL_BYTES: u64 = 64 * 1024;
/// How long that may take: a small body comes with its head.
const SMALL_TIME: Duration = Duration::from_millis(100);

/// A body, and what will be left of it.
pub(super) fn incoming(body: Body) -> (Incoming, Rest) {
    let rest = Rest::default();
    let body = Incoming {
        body: Some(body),
        rest: rest.clone(),
    };
    (body, rest)
}

/// The body of a request; dropped before its end, it hands over what is left.
pub(super) struct Incoming {
    body: Option<Body>,
    rest: Rest,
}

/// What a handler has left of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest(Arc<Mutex<Option<Body>>>);

impl Rest {
    /// Throws away what is small; whether nothing is left then. A sender that asks first has sent
    /// nothing yet.
    pub(super) async fn throw_away(self, asks_first: bool) -> bool {
        let rest = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(rest) = rest else { return true };
        let is_small = rest
            .size_hint()
            .upper()
            .is_some_and(|size| size <= SMALL_BYTES);
        if asks_first || !is_small {
            return false;
        }
        let collected = tokio::time::timeout(SMALL_TIME, rest.collect()).await;
        matches!(collected, Ok(Ok(_)))
    }
}

impl HttpBody for Incoming {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        if let Poll::Ready(None | Some(Err(_))) = polled {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            let mut rest = self.rest.0.lock().unwrap_or_else(PoisonError::into_inner);
            *rest = Some(body);
        }
    }
}
