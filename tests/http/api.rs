//! A server and a client that talks to it.

use std::path::PathBuf;

use acceptance::{Engine, Home, Program, Server, given, send};
use groundwork_test::TestResponse;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::documented;

/// An id that nothing has.
pub(super) const NOBODY: &str = "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21";

/// A running server and a client.
pub(super) struct Api {
    pub(super) server: Server,
    pub(super) home: Home,
    pub(super) client: Client,
}

impl Api {
    /// A server over a database of its own at the newest schema.
    pub(super) async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    /// The same, with settings from the environment.
    pub(super) async fn start_with(engine: Engine, variables: &[(&str, &str)]) -> Self {
        let home = Home::over(given::migrated(engine).await);
        let mut command = home.command(Program::Groundwork, ["serve"]);
        command.envs(variables.iter().copied());
        Self {
            server: Server::start(command).await,
            home,
            client: Client::new(),
        }
    }

    /// Sends a request with a body and headers.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> TestResponse {
        let name = method.to_string();
        let mut request = self
            .client
            .request(method, self.server.url(path))
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = send(request).await;
        documented::check(&name, path, &response);
        response
    }

    pub(super) async fn get(&self, path: &str) -> TestResponse {
        self.send(Method::GET, path, &[], "").await
    }

    pub(super) async fn delete(&self, path: &str) -> TestResponse {
        self.send(Method::DELETE, path, &[], "").await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.send_json(Method::POST, path, body).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> TestResponse {
        self.send_json(Method::PATCH, path, body).await
    }

    pub(super) async fn put(&self, path: &str, file: impl Into<reqwest::Body>) -> TestResponse {
        self.send(Method::PUT, path, &[], file).await
    }

    async fn send_json(&self, method: Method, path: &str, body: &Value) -> TestResponse {
        let headers = [("content-type", "application/json")];
        self.send(method, path, &headers, body.to_string()).await
    }

    /// Opens a connection of its own and writes to it, for what no client would send.
    pub(super) async fn connect(&self, text: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = TcpStream::connect(self.server.address()).await.unwrap();
        stream.write_all(text.as_ref()).await.unwrap();
        stream
    }

    /// What the server answers to exactly these bytes.
    pub(super) async fn raw(&self, text: impl AsRef<[u8]>) -> String {
        read_to_end(self.connect(text).await).await
    }

    /// The files under the files root, staged ones included, while the server adds and removes some.
    pub(super) fn stored(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.home.dir().join("var/files")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    // What the root calls itself.
                    _ if entry.file_name() == "identity" => {}
                    _ => found.push(entry.path()),
                }
            }
        }
        found
    }

    /// A project to work with.
    pub(super) async fn given_project(&self) -> String {
        let body = json!({"title": "Dusk", "prompt": "A lamp is lit", "style": "ink"});
        self.post("/api/projects", &body).await.id(201)
    }

    /// A scene of this project, the last.
    pub(super) async fn given_scene(&self, project: &str) -> String {
        let path = format!("/api/projects/{project}/scenes");
        self.post(&path, &scene("a scene")).await.id(201)
    }
}

/// A sound scene.
pub(super) fn scene(description: &str) -> Value {
    json!({
        "description": description,
        "start_prompt": "dark",
        "end_prompt": "bright",
        "motion_prompt": "slowly",
        "duration_ms": 250,
    })
}

/// Whatever comes until the connection ends, which may be broken off.
pub(super) async fn read_to_end(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok();
    String::from_utf8_lossy(&bytes).into_owned()
}
