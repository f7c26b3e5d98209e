//! `cargo xtask test`: every test, on both engines.

use std::{
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    cargo::{Runner, cargo},
    postgres::{Server, VARIABLE},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask test                                 everything
  cargo xtask test -- importing                    the tests with `importing` in their names
  cargo xtask test -- -p groundwork-schema         the tests of one package
  cargo xtask test -- --test acceptance cli::      the tests of the programs
  cargo xtask test -- cli:: -- --nocapture         with what they print
  TEST_DATABASE_URL=postgres://me@localhost/postgres cargo xtask test
                                                   on a server of yours: the tests make databases
                                                   named groundwork_test_… and drop them again
  PGBOUNCER=/opt/pgbouncer/bin/pgbouncer cargo xtask test -- pool
                                                   with another PgBouncer than the system's";

/// Builds the programs and runs the tests; `arguments` go to `cargo test`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    run_with(&Runner::new()?, arguments)
}

/// The same, as a step of a longer task.
pub(crate) fn run_with(runner: &Runner, arguments: &[String]) -> Result<ExitCode> {
    let start = Instant::now();
    let server = Server::of_environment_or_own(runner)?;
    let mut summary = Summary::default();
    let passed = build(runner)?
        && runner
            .run_with(&mut test_command(&server, arguments), |line| {
                summary.add(line);
            })?
            .success()
        && (!arguments.is_empty() || run_ignored(runner, &server, &mut summary)?);
    let described = server.described()?;
    drop(server);
    println!("{}", summary.sentence(&described, start.elapsed(), passed));
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Builds the programs, which the tests run as a user does. The tests are built along with them:
/// alone, the programs would need fewer features of their dependencies, and those be built twice.
pub(crate) fn build(runner: &Runner) -> Result<bool> {
    let everything = ["build", "--workspace", "--bins", "--tests"];
    Ok(runner.run(&mut cargo(everything))?.success())
}

/// Runs the tests that mount small or frozen filesystems, where the system allows that; elsewhere
/// they stay ignored, and the summary counts them.
fn run_ignored(runner: &Runner, server: &Server, summary: &mut Summary) -> Result<bool> {
    if summary.ignored == 0 || !mounts_are_allowed() {
        return Ok(true);
    }
    let mut command = cargo(["test", "--workspace", "--test", "acceptance"]);
    command
        .args(["--", "--ignored"])
        .env(VARIABLE, server.url());
    let mut again = Summary::default();
    let status = runner.run_with(&mut command, |line| again.add(line))?;
    summary.replace_ignored(&again);
    Ok(status.success())
}

fn mounts_are_allowed() -> bool {
    Command::new("unshare")
        .args(["--mount", "--map-root-user"])
        .args(["mount", "-t", "tmpfs", "groundwork", "/mnt"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn test_command(server: &Server, arguments: &[String]) -> Command {
    let mut command = cargo(["test", "--no-fail-fast"]);
    if !chooses_packages(arguments) {
        command.arg("--workspace");
    }
    command.args(arguments).envs(environment(server));
    command
}

/// Where the tests find PostgreSQL; and that a proxy of this machine leads to none of their servers.
fn environment(server: &Server) -> [(&'static str, String); 2] {
    [
        (VARIABLE, server.url()),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
    ]
}

fn chooses_packages(arguments: &[String]) -> bool {
    arguments
        .iter()
        .take_while(|it| *it != "--")
        .any(|it| it.starts_with("-p") || it.starts_with("--package"))
}

/// What the test programs reported, added up.
#[derive(Default)]
struct Summary {
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Summary {
    /// Takes in one line, such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else {
            return;
        };
        for count in counts.split(['.', ';']) {
            match count.trim().split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => self.ignored += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    /// Takes in a second run, of tests that the first one ignored.
    fn replace_ignored(&mut self, again: &Self) {
        let run = again.passed + again.failed;
        self.ignored = self.ignored.saturating_sub(run);
        self.passed += again.passed;
        self.failed += again.failed;
    }

    fn sentence(&self, server: &str, took: Duration, good: bool) -> String {
        let Self {
            passed,
            failed,
            ignored,
        } = self;
        let verdict = if good { "passed" } else { "FAILED" };
        let (minutes, seconds) = (took.as_secs() / 60, took.as_secs() % 60);
        format!(
            "\nxtask test: {verdict} on SQLite and {server}: {passed} passed, {failed} failed, \
             {ignored} ignored in {minutes} min {seconds} s"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_adds_up_what_each_program_reports() {
        let mut summary = Summary::default();
        summary.add("running 4 tests");
        summary.add("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.42s");
        summary.add("test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        let Summary {
            passed,
            failed,
            ignored,
        } = summary;
        assert_eq!((passed, failed, ignored), (13, 2, 1));
    }

    #[test]
    fn a_package_among_the_arguments_replaces_the_whole_workspace() {
        let arguments = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(chooses_packages(&arguments("-p xtask")));
        assert!(chooses_packages(&arguments("--package=xtask summary")));
        assert!(!chooses_packages(&arguments("importing -- -p")));
    }
}
