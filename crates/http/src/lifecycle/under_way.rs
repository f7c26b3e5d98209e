//! Which requests of a connection are under way: from their head to the last byte of their answer.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    BoxError, Router,
    body::{Body, Bytes, HttpBody},
    http::Request,
    response::Response,
};
use http_body_util::BodyExt as _;
use tower::{Service, ServiceExt as _, service_fn};

use super::Shutdown;

/// The requests of one connection that have a head and not yet their whole answer.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }

    /// Counts the requests that go to the router, and gives each the shutdown along, so that a
    /// handler can tell that the server is about to stop.
    pub(super) fn watch<B>(
        &self,
        router: Router,
        shutdown: Shutdown,
    ) -> impl Service<
        Request<B>,
        Response = Response,
        Error = Infallible,
        Future = impl Future<Output = Result<Response, Infallible>> + Send + use<B>,
    > + Clone
    + use<B>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let under_way = self.clone();
        service_fn(move |mut request: Request<B>| {
            let one = under_way.one();
            request.extensions_mut().insert(shutdown.clone());
            let router = router.clone();
            async move {
                let answer = router.oneshot(request).await?;
                // The body owns the count, and is dropped when its last byte was sent.
                Ok(answer.map(|body| {
                    Body::new(body.map_err(move |error| {
                        let _counted = &one;
                        error
                    }))
                }))
            }
        })
    }

    fn one(&self) -> One {
        self.0.fetch_add(1, Ordering::SeqCst);
        One(self.clone())
    }
}

/// One request, until this is dropped.
struct One(UnderWay);

impl Drop for One {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
