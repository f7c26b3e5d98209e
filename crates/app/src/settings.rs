//! From the flags of the command line to the configuration, and to a log of the right loudness.

use std::path::PathBuf;

use anyhow::Result;
use groundwork_core::{
    config::{self, EnvironmentFlag, Log, Namespace, Origin, Sources},
    log,
    services::studio::Pipeline,
};

use crate::{
    cli::{Serve, Settings},
    failure::Refusal,
};

/// The configuration of `groundwork`; `own` is the section of the studio.
pub(crate) type Config = config::Config<Pipeline>;

/// As [`Config`], with where each value comes from.
pub(crate) type Loaded = config::Loaded<Pipeline>;

/// Under which names the settings of `groundwork` and `migrate` are found.
pub(crate) fn namespace() -> Namespace {
    Namespace::new("groundwork")
}

/// Who asks for the configuration: it decides how much is logged when nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// The server tells what it does.
    Server,
    /// A command speaks through its output, and logs what went wrong only.
    Command,
}

impl Settings {
    /// Where the configuration comes from: the process's environment and files, under these flags.
    pub(crate) fn sources(&self) -> Result<Sources, Refusal> {
        let mut sources = Sources::from_process(namespace());
        if let Some(folder) = &self.config_dir {
            if !folder.is_dir() {
                return Err(Refusal::NoConfigDir(folder.clone()));
            }
            sources.folder = Some(folder.clone());
        }
        sources.environment = self.environment.clone().map(|name| EnvironmentFlag {
            flag: "--environment".to_owned(),
            name,
        });
        for (key, value) in &self.set {
            sources = sources.with_flag(format!("--set {key}"), key, value);
        }
        if let Some(url) = &self.database_url {
            sources = sources.with_flag("--database-url", "database.url", url);
        }
        if let Some(root) = &self.files_root {
            sources = sources.with_flag("--files-root", "files.root", root);
        }
        match self.verbose {
            0 => Ok(sources),
            1 => Ok(sources.with_flag("-v", "log.level", "debug")),
            _ => Ok(sources.with_flag("-vv", "log.level", "trace")),
        }
    }

    /// The configuration of a command, its log set up.
    pub(crate) fn load(&self) -> Result<Loaded> {
        let loaded: Loaded = config::load(&self.sources()?)?;
        log::init(&log_of(&loaded, Program::Command))?;
        Ok(loaded)
    }

    /// The configuration of the server, its log set up.
    pub(crate) fn load_to_serve(&self, serve: &Serve) -> Result<Loaded> {
        let mut sources = self.sources()?;
        if let Some(bind) = serve.bind {
            sources = sources.with_flag("--bind", "http.bind", bind.to_string());
        }
        let loaded: Loaded = config::load(&sources)?;
        log::init(&log_of(&loaded, Program::Server))?;
        Ok(loaded)
    }
}

fn log_of(loaded: &Loaded, program: Program) -> Log {
    let mut log = loaded.config.log.clone();
    let level = loaded.values.iter().find(|value| value.key == "log.level");
    if program == Program::Command && level.is_some_and(|value| is_default(&value.origin)) {
        log.level = "warn".to_owned();
    }
    log
}

/// Nobody asked for this value: it is the default, embedded or on disk.
fn is_default(origin: &Origin) -> bool {
    match origin {
        Origin::Embedded { .. } => true,
        Origin::File { path, .. } => path.ends_with("default.yaml"),
        _ => false,
    }
}

/// The files that the configuration was read from, for people.
pub(crate) fn files(loaded: &Loaded) -> String {
    let files: Vec<String> = loaded
        .files
        .iter()
        .map(|path: &PathBuf| path.display().to_string())
        .collect();
    match files.as_slice() {
        [] => "built-in defaults".to_owned(),
        files => files.join(", "),
    }
}
