//! SQLAlchemy, in a Python process that answers a line for each that it is sent.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;

use super::interface::Contender;
use crate::{
    outcome::Outcome,
    python::Python,
    work::{SQLALCHEMY, Work},
};

pub(crate) struct SqlAlchemy {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl SqlAlchemy {
    /// Starts the program; it ends when this is dropped.
    pub(crate) fn start(python: &Python) -> Result<Self> {
        let mut child = Command::new(python.program("python"))
            .arg(python.peers().join("rows.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start Python")?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().context("Python has no output")?;
        Ok(Self {
            child,
            requests,
            answers: BufReader::new(answers),
        })
    }
}

#[async_trait]
impl Contender for SqlAlchemy {
    fn name(&self) -> &'static str {
        SQLALCHEMY
    }

    async fn run(&mut self, work: Work, file: &Path, length: Duration) -> Result<Outcome> {
        let request = serde_json::json!({
            "work": work.name(),
            "file": file,
            "seconds": length.as_secs_f64(),
        });
        let requests = self.requests.as_mut().context("Python is gone")?;
        writeln!(requests, "{request}")?;
        let mut answer = String::new();
        // Nothing else runs meanwhile: this thread may wait.
        self.answers.read_line(&mut answer)?;
        ensure!(!answer.is_empty(), "rows.py died; its output is above");
        serde_json::from_str(&answer).with_context(|| format!("rows.py answered {answer}"))
    }
}

impl Drop for SqlAlchemy {
    fn drop(&mut self) {
        self.requests.take();
        self.child.wait().ok();
    }
}
