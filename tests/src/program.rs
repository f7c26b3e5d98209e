//! The programs `groundwork` and `migrate`, run as a user runs them: as processes, in a folder.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use tokio::process::Command;

use crate::{Engine, Scratch, Server};

/// No command of a test takes longer, unless it hangs.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// A program of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The backend.
    Groundwork,
    /// The command that evolves the schema.
    Migrate,
    /// A service outside this repository.
    Shop,
    /// The command that evolves its schema.
    ShopMigrate,
    /// `migrate` with the recipes of CONTRIBUTING.
    RecipeMigrate,
}

impl Program {
    /// Where cargo has put it: two folders up from this test's executable.
    fn path(self) -> PathBuf {
        let name = match self {
            Self::Groundwork => "groundwork",
            Self::Migrate => "migrate",
            Self::Shop => "shop",
            Self::ShopMigrate => "shop_migrate",
            Self::RecipeMigrate => "recipe_migrate",
        };
        let test = std::env::current_exe().expect("the path of this test's executable");
        let folder = test.ancestors().nth(2).expect("target/{profile}/deps");
        let path = folder
            .join(name)
            .with_extension(std::env::consts::EXE_EXTENSION);
        assert!(
            path.is_file(),
            "{} is missing: run `cargo xtask test`, which builds the programs first",
            path.display()
        );
        path
    }
}

/// A user's surroundings: an empty folder, a database, and an environment that names only it.
#[derive(Debug)]
pub struct Home {
    scratch: Scratch,
    database_url: String,
}

impl Home {
    /// An empty folder with an empty database.
    pub async fn new(engine: Engine) -> Self {
        Self::over(Scratch::empty(engine).await)
    }

    /// The folder and the database of `scratch`.
    #[must_use]
    pub fn over(scratch: Scratch) -> Self {
        let database_url = scratch.url().to_owned();
        Self {
            scratch,
            database_url,
        }
    }

    /// The folder in which the programs run.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.scratch.dir()
    }

    /// The database that the programs use.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Makes the programs use another database.
    pub fn set_database_url(&mut self, url: impl Into<String>) {
        self.database_url = url.into();
    }

    /// A command that has not started yet: in this folder, with nothing of the test's environment
    /// but the PATH, and killed when it is dropped.
    pub fn command<A: AsRef<OsStr>>(
        &self,
        program: Program,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(program.path());
        command
            .args(arguments)
            .current_dir(self.dir())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.dir())
            .env("GROUNDWORK_DATABASE__URL", &self.database_url)
            .env("GROUNDWORK_HTTP__BIND", "127.0.0.1:0")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs `groundwork` to its end.
    pub async fn groundwork<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Outcome {
        Outcome::of(&mut self.command(Program::Groundwork, arguments)).await
    }

    /// Runs `migrate` to its end.
    pub async fn migrate<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Outcome {
        Outcome::of(&mut self.command(Program::Migrate, arguments)).await
    }

    /// Starts `groundwork serve` on a free port and waits until it answers.
    pub async fn serve(&self) -> Server {
        Server::start(self.command(Program::Groundwork, ["serve"])).await
    }
}

/// How a program ended, and what it printed.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The data.
    pub stdout: String,
    /// Everything else.
    pub stderr: String,
}

impl Outcome {
    /// Runs a command to its end.
    ///
    /// # Panics
    /// If it does not end within a minute.
    pub async fn of(command: &mut Command) -> Self {
        let output = tokio::time::timeout(TIMEOUT, command.output())
            .await
            .unwrap_or_else(|_| panic!("{:?} does not end", command.as_std()))
            .expect("the program starts");
        output.into()
    }

    /// The data of a program that must have succeeded.
    ///
    /// # Panics
    /// If it did not, with all that it printed.
    #[track_caller]
    #[must_use]
    pub fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// What a program that must have failed with this exit code printed on stderr.
    ///
    /// # Panics
    /// If it ended otherwise, with all that it printed.
    #[track_caller]
    #[must_use]
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self.stderr
    }

    /// The JSON document that a program that must have succeeded printed.
    ///
    /// # Panics
    /// If it did not succeed, or printed something else.
    #[track_caller]
    #[must_use]
    pub fn json(self) -> serde_json::Value {
        let text = self.succeeded();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON, {error}:\n{text}"))
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
