//! The command `health`: one request to `/health/ready`, for the health check of a container.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::Url;

use crate::{
    error::{CliError, Result},
    output::{Format, Output, Stream, Style},
    program::Program,
    settings::SettingsFlags,
    text::printable,
};

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Which server to ask, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct HealthFlags {
    /// The server, such as http://127.0.0.1:8000 [default: at http.bind of the configuration]
    #[arg(long, value_name = "URL", value_parser = server)]
    url: Option<Url>,
    /// How long to wait for the answer
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    #[command(flatten)]
    format: Format,
}

/// Asks, prints the answer, and fails unless the server is ready.
pub(crate) async fn run<P: Program>(
    program: &P,
    output: Output,
    settings: &SettingsFlags,
    flags: HealthFlags,
) -> Result {
    let url = match flags.url {
        Some(url) => url,
        None => {
            let loaded = settings.load::<P::Settings>(program.namespace())?;
            local(loaded.config.http.bind)?
        }
    };
    let limit = Duration::from_secs(flags.timeout);
    let response = match timeout(limit, ask(&url)).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => HealthResponse::none(problem),
        Err(_) => HealthResponse::none(format!("no answer within {} s", flags.timeout)),
    };
    output.data(flags.format, &response.body, |_| {
        response.text(output, &url)
    })?;
    match response.is_ready {
        true => Ok(()),
        false => Err(CliError::found()),
    }
}

/// The server's response.
struct HealthResponse {
    is_ready: bool,
    body: Value,
}

impl HealthResponse {
    fn none(problem: impl ToString) -> Self {
        let body = json!({"status": "unreachable", "detail": problem.to_string()});
        Self {
            is_ready: false,
            body,
        }
    }

    fn text(&self, output: Output, url: &Url) -> String {
        let word = match self.is_ready {
            true => output.styled(Stream::Stdout, Style::Good, "ready"),
            false => output.styled(Stream::Stdout, Style::Bad, "not ready"),
        };
        let mut text = format!("{url} is {word}\n");
        let checks = self.body["checks"].as_object().into_iter().flatten();
        let details = checks.map(|(name, check)| (name.as_str(), &check["detail"]));
        for (name, detail) in details.chain([("server", &self.body["detail"])]) {
            if let Some(detail) = detail.as_str() {
                text.push_str(&format!("  {}: {}\n", printable(name), printable(detail)));
            }
        }
        text
    }
}

/// One request of HTTP/1.1; an error is a sentence that says what did not work.
async fn ask(url: &Url) -> Result<HealthResponse, String> {
    let addresses = url
        .socket_addrs(|| None)
        .map_err(|error| error.to_string())?;
    let mut stream = TcpStream::connect(addresses.as_slice())
        .await
        .map_err(|error| format!("cannot connect: {error}"))?;
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let path = format!("{}/health/ready", url.path().trim_end_matches('/'));
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
    );
    let mut response = Vec::new();
    let exchanged = async {
        stream.write_all(request.as_bytes()).await?;
        stream.take(LONGEST).read_to_end(&mut response).await
    };
    exchanged
        .await
        .map_err(|error| format!("the connection broke: {error}"))?;
    parse(&response).ok_or_else(|| "it does not answer as a service of this kind does".to_owned())
}

/// The status and the JSON of a response that was not sent in chunks: a small one is made at once.
fn parse(response: &[u8]) -> Option<HealthResponse> {
    let response = std::str::from_utf8(response).ok()?;
    let (head, body) = response.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let body: Value = serde_json::from_str(body).ok()?;
    Some(HealthResponse {
        is_ready: status == "200" && body["status"] == "ready",
        body,
    })
}

/// The server of this configuration on this machine.
fn local(bind: SocketAddr) -> Result<Url> {
    let mut address = bind;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    Url::parse(&format!("http://{address}")).map_err(CliError::internal)
}

fn server(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}"))?;
    match url.scheme() {
        "http" => Ok(url),
        _ => Err("expected http://host:port".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_ready_only_if_status_and_body_say_so() {
        let ready = |text: &str| parse(text.as_bytes()).map(|response| response.is_ready);
        let body = r#"{"status":"ready","checks":{}}"#;
        assert_eq!(ready(&format!("HTTP/1.1 200 OK\r\n\r\n{body}")), Some(true));
        let unavailable = format!("HTTP/1.1 503 Service Unavailable\r\n\r\n{body}");
        assert_eq!(ready(&unavailable), Some(false));
        assert_eq!(
            ready("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"ok\"}"),
            Some(false)
        );
        assert_eq!(ready("HTTP/1.1 200 OK\r\n\r\n<html>"), None);
        assert_eq!(ready("220 smtp.example.org"), None);
    }

    #[test]
    fn a_server_that_listens_everywhere_is_asked_on_this_machine() {
        let url = |bind: &str| local(bind.parse().unwrap()).unwrap().to_string();
        assert_eq!(url("0.0.0.0:8000"), "http://127.0.0.1:8000/");
        assert_eq!(url("[::]:8000"), "http://[::1]:8000/");
        assert_eq!(url("10.0.0.7:80"), "http://10.0.0.7/");
    }
}
