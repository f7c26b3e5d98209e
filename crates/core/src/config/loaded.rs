//! The configuration as it was put together, for those who ask where a value comes from.

use std::path::PathBuf;

use serde::Serialize;

use super::{Config, Environment, Origin};

/// A configuration and where each of its values comes from. Serialised, it is what
/// `groundwork config --json` prints; it holds no secret in the clear.
#[derive(Debug, Serialize)]
pub struct Loaded {
    /// The checked values.
    #[serde(skip)]
    pub config: Config,
    /// The environment that was chosen.
    pub environment: Environment,
    /// The files on disk that were read, from weak to strong.
    pub files: Vec<PathBuf>,
    /// Every key, in the order of `default.yaml`.
    pub values: Vec<Setting>,
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
