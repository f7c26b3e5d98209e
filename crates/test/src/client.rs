//! Requests to a router without a server, a socket or a second process.

use axum::{Router, body::Body};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// Calls a router directly. Cheap to clone; clones may send at the same time.
///
/// ```
/// use axum::{Json, Router, routing::get};
/// use groundwork_test::TestClient;
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let routes = Router::new().route("/books", get(|| async { Json(json!(["Dune"])) }));
/// let client = TestClient::new(routes);
/// assert_eq!(client.get("/books").await.with(200), json!(["Dune"]));
/// assert_eq!(client.get("/films").await.status, 404);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TestClient {
    router: Router,
}

impl TestClient {
    /// A client of this router, whose state is complete.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self { router }
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(request(Method::GET, path, Body::empty())).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> TestResponse {
        self.send(request(Method::DELETE, path, Body::empty()))
            .await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.send(json_request(Method::POST, path, body)).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> TestResponse {
        self.send(json_request(Method::PATCH, path, body)).await
    }

    /// `PUT` with the bytes of a file.
    pub async fn put(&self, path: &str, body: impl Into<Body>) -> TestResponse {
        self.send(request(Method::PUT, path, body.into())).await
    }

    /// Sends any request, and reads the response whole.
    ///
    /// # Panics
    /// If the body of the response breaks off.
    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("the whole response").to_bytes();
        TestResponse {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }
}

/// A response, read whole.
#[derive(Clone, Debug)]
pub struct TestResponse {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl TestResponse {
    /// The body as JSON.
    ///
    /// # Panics
    /// If it is not JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the body is not JSON, {error}: {self:?}"))
    }

    /// The JSON body of a response that must have this status.
    ///
    /// # Panics
    /// If the status is another one, or the body is not JSON.
    #[track_caller]
    pub fn with(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// The `id` in the body of a response that must have this status.
    ///
    /// # Panics
    /// As [`with`](Self::with), or if there is no `id`.
    #[track_caller]
    pub fn id(&self, status: u16) -> String {
        let body = self.with(status);
        body["id"].as_str().expect("an id").to_owned()
    }

    /// The body of an error that must have this status, this code, and the shape that all errors of
    /// `groundwork-http` have.
    ///
    /// # Panics
    /// If the response is anything else.
    #[track_caller]
    pub fn refuses(&self, status: u16, code: &str) -> Value {
        let body = self.with(status);
        assert_eq!(body["code"], code, "{body}");
        assert!(body["detail"].is_string(), "{body}");
        assert_eq!(self.header("content-type"), "application/json");
        body
    }

    /// Checks for 204, which has no body.
    ///
    /// # Panics
    /// If the response is anything else.
    #[track_caller]
    pub fn is_done(&self) {
        assert_eq!((self.status, self.body.len()), (204, 0), "{self:?}");
    }

    /// A header's text, empty if it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

fn json_request(method: Method, path: &str, body: &Value) -> Request<Body> {
    let mut request = request(method, path, Body::from(body.to_string()));
    let json = header::HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    request
}

fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().expect("a path, such as /api/books?limit=2");
    request
}
