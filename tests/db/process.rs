//! What the program `database_writer` holds, and what it logs.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use acceptance::{Engine, Scratch, on_both_engines};

/// The program `database_writer`, which runs until it is killed.
pub(crate) struct Writer {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Writer {
    pub(crate) fn spawn(mode: &str, url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_database_writer"))
            .args([mode, url])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next whole line.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.strip_suffix('\n').map(str::to_owned)
    }

    /// Kills it with SIGKILL, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[on_both_engines]
async fn a_slow_statement_is_logged_without_its_values(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let out = Command::new(env!("CARGO_BIN_EXE_database_writer"))
        .args(["log", scratch.url()])
        .output()
        .unwrap();
    let log = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.success(), "{log}");
    assert!(
        log.contains("WARN") && log.contains("slow statement"),
        "{log}"
    );
    assert!(log.contains("INSERT INTO secrets"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
    let noise = log
        .lines()
        .filter(|line| line.contains("INFO") && line.contains("sqlx"));
    assert_eq!(noise.count(), 0, "{log}");
}
