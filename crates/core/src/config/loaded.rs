//! The configuration as it was put together, with where each value comes from.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    Auth, ConfigErrors, Database, Environment, Files, Http, Log, Origin, Problem, Sections,
    Sources, load,
};

/// Everything that can be configured, checked. `S` are the program's own sections.
#[derive(Clone, Debug)]
pub struct Config<S = ()> {
    /// The database and how it is used.
    pub database: Database,
    /// Where files are stored.
    pub files: Files,
    /// The HTTP server.
    pub http: Http,
    /// Who may use the API.
    pub auth: Auth,
    /// The program's own sections.
    pub own: S,
    /// What is logged, and how.
    pub log: Log,
}

/// A configuration and where each of its values comes from. Serialised, it is what the command
/// `config --json` prints; it holds no secret in the clear.
#[derive(Debug, Serialize)]
pub struct Loaded<S = ()> {
    /// The checked values.
    #[serde(skip)]
    pub config: Config<S>,
    /// Where all of it was read from.
    #[serde(skip)]
    pub(super) sources: Sources,
    /// The environment that was chosen.
    pub environment: Environment,
    /// The files on disk that were read, from weak to strong.
    pub files: Vec<PathBuf>,
    /// Every key, in the order of `default.yaml`.
    pub values: Vec<Setting>,
    /// What deserves a look and does no harm: variables that begin as ours do and set nothing.
    pub warnings: Vec<Problem>,
}

impl<S: Sections> Loaded<S> {
    /// The configuration as its files have it by now; variables and flags stay what they were when
    /// the process started.
    ///
    /// # Errors
    /// As [`load()`].
    pub fn reload(&self) -> Result<Self, ConfigErrors> {
        load(&self.sources)
    }
}

/// One effective value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// The key, such as `database.url`.
    pub key: String,
    /// The value; what is secret in it is replaced by `***`.
    pub value: serde_json::Value,
    /// Where it was set.
    pub origin: Origin,
}
