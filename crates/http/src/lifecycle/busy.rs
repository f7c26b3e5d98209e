//! Whether a connection has a request under way.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError, Router,
    body::{Body, Bytes},
    http::Request,
    response::Response,
};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::watch;
use tower::ServiceExt as _;

/// How many requests of one connection are under way; clones count the same ones.
#[derive(Clone, Debug)]
pub(super) struct Busy(Arc<watch::Sender<usize>>);

impl Default for Busy {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Busy {
    /// Runs a request, and counts it from its head to the end of its response.
    pub(super) async fn answer<B>(
        self,
        router: Router,
        request: Request<B>,
    ) -> Result<Response, Infallible>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let under_way = self.begin();
        let answer = router.oneshot(request).await?;
        Ok(answer.map(|body| Body::new(Counted { body, under_way })))
    }

    /// Waits until a request is under way, at most for so long; whether none was.
    pub(super) async fn starts_none_within(&self, limit: Duration) -> bool {
        let mut count = self.0.subscribe();
        let started = count.wait_for(|count| *count > 0);
        tokio::time::timeout(limit, started).await.is_err()
    }

    fn begin(&self) -> UnderWay {
        self.0.send_modify(|count| *count += 1);
        UnderWay(self.clone())
    }
}

struct UnderWay(Busy);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let Self(Busy(count)) = self;
        count.send_modify(|count| *count -= 1);
    }
}

/// The body of a response; when it ends, the request is over.
struct Counted {
    body: Body,
    #[expect(
        dead_code,
        reason = "dropped with the body, it counts the request as over"
    )]
    under_way: UnderWay,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
