//! From the flags of the command line to the configuration, and to a log of the right level.

use std::path::PathBuf;

use clap::Args;
use groundwork_core::{
    config::{self, EnvironmentFlag, Loaded, Namespace, Origin, Sections, Sources},
    log,
};
use tracing::warn;

use crate::error::{CliError, Result};

/// Flags that every command takes; each wins over the environment and the configuration files.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Configuration")]
pub struct SettingsFlags {
    /// Folder of the configuration files [default: config]
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// Which {environment}.yaml is laid over default.yaml, such as production
    #[arg(long, global = true, value_name = "NAME")]
    pub environment: Option<String>,
    /// The database: sqlite://path/to/file.db or postgres://user@host/name
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder that holds the stored files
    #[arg(long, global = true, value_name = "DIR")]
    pub files_root: Option<String>,
    /// Any setting by its key, such as http.request_timeout_s=60; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Log more on stderr (-v: debug, -vv: trace)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What is logged unless a setting or a flag says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefaultLevel {
    /// As `default.yaml` says: a server logs what it does.
    AsConfigured,
    /// Warnings and errors: a command prints its output, and logs only what went wrong.
    Warnings,
}

impl SettingsFlags {
    /// Where the configuration comes from: the process's environment and files, under these flags.
    ///
    /// # Errors
    /// `--config-dir` names no folder.
    pub fn sources(&self, namespace: Namespace) -> Result<Sources> {
        let mut sources = Sources::from_process(namespace);
        if let Some(folder) = &self.config_dir {
            if !folder.is_dir() {
                let message = format!("there is no folder {}", folder.display());
                return Err(CliError::configuration(message)
                    .with_advice("name a folder that exists with --config-dir"));
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

    /// The configuration of a command, with the program's own sections `S`; its log is set up.
    ///
    /// # Errors
    /// The configuration is wrong.
    pub fn load<S: Sections>(&self, namespace: Namespace) -> Result<Loaded<S>> {
        load(&self.sources(namespace)?, DefaultLevel::Warnings)
    }
}

/// Reads the configuration and sets up the log.
pub(crate) fn load<S: Sections>(sources: &Sources, level: DefaultLevel) -> Result<Loaded<S>> {
    let loaded: Loaded<S> = config::load(sources)?;
    let mut to_log = loaded.config.log.clone();
    let origin = loaded.values.iter().find(|value| value.key == "log.level");
    let is_default = origin.is_some_and(|value| is_default(&value.origin));
    if level == DefaultLevel::Warnings && is_default {
        to_log.level = "warn".to_owned();
    }
    log::init(&to_log)?;
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    Ok(loaded)
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
#[must_use]
pub fn files<S>(loaded: &Loaded<S>) -> String {
    let files: Vec<String> = loaded
        .files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    match files.as_slice() {
        [] => "built-in defaults".to_owned(),
        files => files.join(", "),
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, such as http.request_timeout_s=60".to_owned()),
    }
}
