//! A running `groundwork serve`.

use std::{
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
    time::timeout,
};

use crate::program::TIMEOUT;

/// A server that answers requests. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    origin: String,
    output: Arc<Mutex<String>>,
}

impl Server {
    /// Starts the command, waits until it says where it serves, and then until it is well.
    ///
    /// # Panics
    /// If it ends instead, or is not well within a minute; with all that it printed.
    pub async fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let output = Arc::default();
        let (address, mut found) = watch::channel(None);
        tokio::spawn(follow(
            child.stdout.take(),
            Arc::clone(&output),
            Some(address),
        ));
        tokio::spawn(follow(child.stderr.take(), Arc::clone(&output), None));
        let report = |what| format!("the server {what}:\n{}", text(&output));
        let waited = timeout(TIMEOUT, found.wait_for(Option::is_some)).await;
        let origin = match waited {
            Ok(Ok(origin)) => origin.clone().expect("checked"),
            Ok(Err(_)) => panic!("{}", report("ended")),
            Err(_) => panic!("{}", report("does not say where it serves")),
        };
        let server = Self {
            child,
            origin,
            output,
        };
        let health = timeout(TIMEOUT, reqwest::get(server.url("/health"))).await;
        let health = health.expect("an answer within a minute");
        let status = health.expect("an answer").status();
        assert!(status.is_success(), "/health answers {status}");
        server
    }

    /// The address of a path, such as `/api/projects`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The address to listen on, such as `127.0.0.1:40123`.
    #[must_use]
    pub fn address(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// The number of the process.
    ///
    /// # Panics
    /// If it has ended and was waited for.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().expect("a process that runs")
    }

    /// What it has printed so far, on both streams.
    #[must_use]
    pub fn output(&self) -> String {
        text(&self.output)
    }

    /// Sends the process a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.pid().cast_signed()).expect("a number of a process");
        kill_process(pid, signal).expect("a process that can be signalled");
    }

    /// Waits until the process has ended.
    ///
    /// # Panics
    /// If it does not within a minute.
    pub async fn ended(&mut self) -> ExitStatus {
        timeout(TIMEOUT, self.child.wait())
            .await
            .unwrap_or_else(|_| panic!("the server does not end:\n{}", self.output()))
            .expect("the status of a child")
    }

    /// Asks the server to stop, as a service manager does, and waits until it has.
    ///
    /// # Panics
    /// If it does not end in order.
    pub async fn stop(mut self) -> String {
        self.signal(Signal::TERM);
        let status = self.ended().await;
        assert!(status.success(), "{status}:\n{}", self.output());
        self.output()
    }
}

/// Gathers the lines of a stream, and finds the first `http://host:port` among them.
async fn follow(
    stream: Option<impl AsyncRead + Unpin>,
    output: Arc<Mutex<String>>,
    address: Option<watch::Sender<Option<String>>>,
) {
    let Some(stream) = stream else { return };
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let (Some(address), Some(origin)) = (&address, origin(&line)) {
            address.send_if_modified(|found| {
                let first = found.is_none();
                found.get_or_insert(origin);
                first
            });
        }
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output.push_str(&line);
        output.push('\n');
    }
}

fn origin(line: &str) -> Option<String> {
    let start = line.find("http://")?;
    let rest = &line[start + "http://".len()..];
    let end = rest
        .find(|c: char| c == '/' || c.is_whitespace())
        .unwrap_or(rest.len());
    Some(format!("http://{}", &rest[..end]))
}

fn text(output: &Mutex<String>) -> String {
    output
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}
