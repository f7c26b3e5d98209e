//! Runs cargo and other programs so that an interruption reaches all of their children, and is
//! noticed here.

use std::{
    ffi::OsStr,
    io::{self, BufRead as _, BufReader, IsTerminal as _, PipeReader},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::MetadataCommand;
use rustix::process::{Pid, Signal, kill_process_group};

/// How long interrupted programs may take to end before they are killed.
const GRACE: Duration = Duration::from_secs(10);

enum Event {
    Line(String),
    Closed,
    Interrupted,
}

/// Runs programs, one after the other; SIGINT, SIGTERM and SIGHUP end the one that runs.
pub(crate) struct Runner {
    events: Receiver<Event>,
    sender: Sender<Event>,
}

impl Runner {
    /// Takes over the handling of signals; there is one runner in a process.
    pub(crate) fn new() -> Result<Self> {
        let (sender, events) = mpsc::channel();
        let interrupted = sender.clone();
        ctrlc::set_handler(move || {
            interrupted.send(Event::Interrupted).ok();
        })
        .context("cannot listen for signals")?;
        Ok(Self { events, sender })
    }

    /// Runs `command` to its end; what it prints goes where this process prints.
    ///
    /// # Errors
    /// If it cannot be started, or a signal interrupted it.
    pub(crate) fn run(&self, command: &mut Command) -> Result<ExitStatus> {
        self.run_with(command, |_| ())
    }

    /// Like [`run`](Self::run), and shows each line of its standard output to `look` as well.
    pub(crate) fn run_with(
        &self,
        command: &mut Command,
        mut look: impl FnMut(&str),
    ) -> Result<ExitStatus> {
        let (output, input) = io::pipe()?;
        if !io::stderr().is_terminal() {
            // In a log both belong together, in order; on a terminal cargo draws its progress.
            command.stderr(input.try_clone()?);
        }
        let spawned = command
            .stdin(Stdio::null())
            .stdout(input)
            .process_group(0)
            .spawn();
        // The pipe ends when the last child ends: `command` must not hold it.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = spawned.with_context(|| format!("cannot start {}", name(command)))?;
        self.forward(output);
        loop {
            match self.events.recv()? {
                Event::Line(line) => {
                    look(&line);
                    println!("{line}");
                }
                Event::Closed => return Ok(child.wait()?),
                Event::Interrupted => {
                    self.end(&mut child)?;
                    bail!("interrupted");
                }
            }
        }
    }

    /// Sends every line of the child's output as an event.
    fn forward(&self, output: PipeReader) {
        let sender = self.sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n') {
                let Ok(line) = line else { break };
                let line = String::from_utf8_lossy(&line).into_owned();
                sender.send(Event::Line(line)).ok();
            }
            sender.send(Event::Closed).ok();
        });
    }

    /// Asks the child and all its children to end, and makes them after a while.
    fn end(&self, child: &mut Child) -> Result<()> {
        let group = Pid::from_child(child);
        kill_process_group(group, Signal::INT).ok();
        loop {
            match self.events.recv_timeout(GRACE) {
                Ok(Event::Closed) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Event::Line(line)) => println!("{line}"),
                // Asked twice, or the time is over.
                Ok(Event::Interrupted) | Err(RecvTimeoutError::Timeout) => break,
            }
        }
        kill_process_group(group, Signal::KILL).ok();
        child.wait()?;
        Ok(())
    }
}

/// The cargo that runs this task, in the workspace's folder.
pub(crate) fn cargo<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(workspace());
    command
}

/// The workspace's folder.
pub(crate) fn workspace() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

/// The folder in which cargo puts the programs that it builds for development.
pub(crate) fn programs() -> Result<PathBuf> {
    Ok(target()?.join("debug"))
}

/// The folder in which cargo puts what it builds.
pub(crate) fn target() -> Result<PathBuf> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .no_deps()
        .exec()?;
    Ok(metadata.target_directory.into())
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
