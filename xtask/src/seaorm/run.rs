//! Runs the tests on both engines, and compares the result with the exceptions.

use std::{
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::Result;

use super::{
    exceptions::{Engine, FAILING, LEFT_OUT},
    sources,
};
use crate::{
    cargo::{Runner, cargo, target},
    postgres::Server,
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask seaorm                       all of SeaORM's tests
  cargo xtask seaorm -- --test basic       those of one file";

/// The fewest tests that pass.
const AT_LEAST: [(Engine, usize); 2] = [(Engine::Sqlite, 155), (Engine::Postgres, 167)];

/// Runs SeaORM's tests over the layer; `arguments` go to `cargo test`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let runner = Runner::new()?;
    let folder = tempfile::tempdir()?;
    sources::write(folder.path())?;
    let server = Server::of_environment_or_own(&runner)?;
    let mut is_good = true;
    for (engine, at_least) in AT_LEAST {
        let outcome = test(&runner, folder.path(), engine, &server, arguments)?;
        let at_least = if arguments.is_empty() { at_least } else { 0 };
        is_good &= report(engine, &outcome, at_least);
    }
    for (file, reason) in LEFT_OUT {
        println!("not run: {file}: {reason}");
    }
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What the tests reported.
#[derive(Default)]
struct Outcome {
    passed: usize,
    failed: Vec<String>,
    /// Whether every test program was built.
    is_built: bool,
}

impl Outcome {
    /// Takes in one line, such as `test a::b ... ok`.
    fn add(&mut self, line: &str) {
        self.is_built |= line.starts_with("test result: ");
        let Some((name, result)) = line
            .strip_prefix("test ")
            .and_then(|line| line.split_once(" ... "))
        else {
            return;
        };
        match result {
            "ok" => self.passed += 1,
            "FAILED" => self.failed.push(name.to_owned()),
            _ => {}
        }
    }
}

fn test(
    runner: &Runner,
    folder: &Path,
    engine: Engine,
    server: &Server,
    arguments: &[String],
) -> Result<Outcome> {
    let server_url = server.url();
    let databases = tempfile::tempdir()?;
    let (feature, url) = match engine {
        Engine::Sqlite => ("sqlx-sqlite", "sqlite::memory:"),
        // The tests put the name of a database behind it.
        Engine::Postgres => ("sqlx-postgres", without_database(&server_url)),
    };
    let mut command: Command = cargo(["test", "--no-fail-fast", "--features", feature]);
    command
        .args([
            "--target-dir".as_ref(),
            target()?.join("seaorm").as_os_str(),
        ])
        .args(arguments)
        .current_dir(folder)
        .env("DATABASE_URL", url)
        .env("SEAORM_TESTS_FOLDER", databases.path());
    let mut outcome = Outcome::default();
    runner.run_with(&mut command, |line| outcome.add(line))?;
    Ok(outcome)
}

fn without_database(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(server, _)| server)
}

/// Prints the result; false if it is not what it has to be.
fn report(engine: Engine, outcome: &Outcome, at_least: usize) -> bool {
    let Outcome {
        passed,
        failed,
        is_built,
    } = outcome;
    let name = match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    println!("{name}: {passed} passed, {} failed", failed.len());
    let mut is_good = *is_built && *passed >= at_least;
    for test in failed {
        let known = FAILING
            .iter()
            .find(|(known, on, _)| known == test && *on == engine);
        match known {
            Some((_, _, reason)) => println!("  {test}: {reason}"),
            None => {
                println!("  {test}: FAILED, and is no exception");
                is_good = false;
            }
        }
    }
    is_good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_one_by_one() {
        let mut outcome = Outcome::default();
        for line in [
            "running 3 tests",
            "test a::b ... ok",
            "test c ... FAILED",
            "test d ... ignored",
            "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out",
        ] {
            outcome.add(line);
        }
        assert_eq!((outcome.passed, outcome.failed), (1, vec!["c".to_owned()]));
        assert!(outcome.is_built);
    }

    #[test]
    fn the_name_of_a_database_is_taken_off_a_url() {
        assert_eq!(
            without_database("postgres://a:b@c:1/d"),
            "postgres://a:b@c:1"
        );
    }
}
