//! A router that can be replaced while it serves.

use std::sync::{Arc, PoisonError, RwLock};

use axum::{Router, extract::Request};
use tower::{ServiceExt as _, service_fn};

/// A router that can be replaced while it serves, for instance when the configuration is read again:
/// requests that come later go to the new one. Clones share the same router.
///
/// ```
/// # use axum::{Router, routing::get};
/// use groundwork_http::Replaceable;
///
/// let app = Replaceable::new(Router::new());
/// let served = app.router(); // given to `serve`
/// app.replace(Router::new().route("/", get(async || "new")));
/// # let _ = served;
/// ```
#[derive(Clone, Debug)]
pub struct Replaceable(Arc<RwLock<Router>>);

impl Replaceable {
    /// Begins with this router.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self(Arc::new(RwLock::new(router)))
    }

    /// Gives later requests to this router.
    pub fn replace(&self, router: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// A router that hands each request to the one of the moment.
    pub fn router(&self) -> Router {
        let this = self.clone();
        Router::new().fallback_service(service_fn(move |request: Request| {
            this.current().oneshot(request)
        }))
    }

    fn current(&self) -> Router {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }
}
