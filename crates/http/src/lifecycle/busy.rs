//! Whether a connection has a request under way.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    BoxError, Router,
    body::{Body, Bytes},
    http::{HeaderValue, Request, StatusCode, header},
    response::Response,
};
use http_body::Body as HttpBody;
use tokio::sync::watch;
use tower::ServiceExt as _;

use super::incoming::incoming;
use crate::{observed::observed, refused::Refused};

/// How many requests of one connection are under way; clones count the same ones.
#[derive(Clone, Debug)]
pub(super) struct Busy {
    count: Arc<watch::Sender<usize>>,
    left_a_body_unread: Arc<AtomicBool>,
}

impl Default for Busy {
    fn default() -> Self {
        Self {
            count: Arc::new(watch::Sender::new(0)),
            left_a_body_unread: Arc::default(),
        }
    }
}

impl Busy {
    /// Runs a request, and counts it from its head to the end of its response.
    pub(super) async fn answer<B>(
        self,
        router: Router,
        mut request: Request<B>,
    ) -> Result<Response, Infallible>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if let Some(refused) = Refused::by_head(&request) {
            request.extensions_mut().insert(refused);
        }
        let under_way = self.begin();
        // A sender that waits for leave (`Expect`) is not given it to throw away what it sends.
        let asks_first = request.headers().contains_key(header::EXPECT);
        let (head, body) = request.into_parts();
        let (body, rest) = incoming(Body::new(body));
        let request = Request::from_parts(head, Body::new(body));
        let mut response = router.oneshot(request).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            // It would be the length of the content. axum gives that of the empty body.
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
        if !rest.throw_away(asks_first).await {
            self.left_a_body_unread.store(true, Ordering::Relaxed);
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        // The request is over when the body of its response is dropped.
        Ok(response.map(|body| {
            observed(body, move |_| {
                let _ = &under_way;
            })
        }))
    }

    /// Whether a request is under way.
    pub(super) fn is_under_way(&self) -> bool {
        *self.count.borrow() > 0
    }

    /// Whether a request was answered before its body had come: the client may still be sending it.
    pub(super) fn left_a_body_unread(&self) -> bool {
        self.left_a_body_unread.load(Ordering::Relaxed)
    }

    /// Waits until a request is under way, at most for so long; whether none was.
    pub(super) async fn starts_none_within(&self, limit: Duration) -> bool {
        let mut count = self.count.subscribe();
        let started = count.wait_for(|count| *count > 0);
        tokio::time::timeout(limit, started).await.is_err()
    }

    fn begin(&self) -> UnderWay {
        self.count.send_modify(|count| *count += 1);
        UnderWay(self.clone())
    }
}

struct UnderWay(Busy);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.count.send_modify(|count| *count -= 1);
    }
}
