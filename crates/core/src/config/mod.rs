//! Configuration: one typed value from many layers, each value with its origin.
//!
//! From strong to weak: flags, the environment (`GROUNDWORK_DATABASE__URL`, `__` between section
//! and key; also `DATABASE_URL`, which yields to the former), `.env`, `config/{environment}.yaml`
//! and `config/default.yaml`. The files default, production and test are embedded as well, each
//! directly beneath its counterpart on disk: the programs run alone, and a file on disk needs to
//! name only what it changes. The embedded `default.yaml` is the list of all keys that exist.
//!
//! The layers are walked here rather than by a general crate, because every message has to name
//! the line of the file or the exact variable at fault, and all faults have to come at once;
//! the crates that merge layers lose the line, and stop at the first fault.
//!
//! A new key takes three lines: in `config/default.yaml`, in the struct of its section, and in that
//! section's `read`. A test finds a key that is in one place only.

mod auth;
mod database;
mod database_url;
mod dotenv;
mod environment;
mod files;
mod http;
mod layers;
mod loaded;
mod log;
mod mismatch;
mod node;
mod origin;
mod pipeline;
mod problem;
mod section;
mod sources;
mod variables;
mod yaml;

pub use self::{
    auth::{ApiKey, Auth, InvalidKeyHash, KeyHash},
    database::Database,
    database_url::{DatabaseUrl, InvalidDatabaseUrl},
    environment::Environment,
    files::Files,
    http::Http,
    loaded::{Loaded, Setting},
    log::{Log, LogFormat},
    origin::Origin,
    pipeline::Pipeline,
    problem::{ConfigErrors, Problem},
    sources::{EnvironmentFlag, Flag, Sources},
};
use self::{layers::Layers, section::Reader};

/// Everything that can be configured, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database and how it is used.
    pub database: Database,
    /// Where files are stored.
    pub files: Files,
    /// The HTTP server.
    pub http: Http,
    /// Who may use the API.
    pub auth: Auth,
    /// Limits of the studio's pipeline.
    pub pipeline: Pipeline,
    /// What is logged, and how.
    pub log: Log,
}

/// Reads the configuration from `sources`.
///
/// # Errors
/// All problems at once: unknown keys and variables, wrong types, values out of range, files that
/// cannot be read, and settings that contradict each other.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigErrors> {
    let mut problems = Vec::new();
    let layers = Layers::gather(sources, &mut problems);
    let mut reader = Reader::new(&layers, &mut problems);
    let config = Config::read(&mut reader);
    let values = reader.into_settings();
    match config {
        Some(config) if problems.is_empty() => Ok(Loaded {
            config,
            environment: layers.environment,
            files: layers.files,
            values,
        }),
        _ => Err(ConfigErrors::new(problems)),
    }
}

impl Config {
    /// `None` if a problem was reported to the reader.
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let database = Database::read(&mut reader.section("database"));
        let files = Files::read(&mut reader.section("files"));
        let http = Http::read(&mut reader.section("http"));
        let auth = Auth::read(&mut reader.section("auth"));
        let pipeline = Pipeline::read(&mut reader.section("pipeline"));
        let log = Log::read(&mut reader.section("log"));
        if let (Some(http), Some(auth)) = (&http, &auth) {
            refuse_an_open_api(http, auth, reader);
        }
        Some(Self {
            database: database?,
            files: files?,
            http: http?,
            auth: auth?,
            pipeline: pipeline?,
            log: log?,
        })
    }
}

/// Without a key the API is open to whoever reaches it, so it must not leave the machine.
fn refuse_an_open_api(http: &Http, auth: &Auth, reader: &mut Reader<'_>) {
    if auth.keys.is_empty() && !http.bind.ip().is_loopback() {
        reader.report(Problem::OpenToTheNetwork {
            bind: http.bind,
            bind_origin: reader.origin("http.bind"),
            keys_origin: reader.origin("auth.keys"),
        });
    }
}

#[cfg(test)]
mod tests;
