//! Where a value was set.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use ::config::Value;
use serde::{Deserialize, Serialize, Serializer};

/// The file that holds every key.
const DEFAULT_YAML: &str = "default.yaml";

/// Where a value was set, exactly enough to go there and change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// A file that is embedded in the program; `default.yaml` holds the defaults.
    Embedded {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A YAML file on disk.
    File {
        /// The file's path.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A variable in a `.env` file.
    DotEnv {
        /// The file's path.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The variable's name.
        variable: String,
    },
    /// A variable of the process's environment.
    Environment {
        /// The variable's name.
        variable: String,
    },
    /// A file that a variable ending in `_FILE` names.
    FileOf {
        /// The variable and where it is set: [`Origin::DotEnv`] or [`Origin::Environment`].
        variable: Box<Origin>,
        /// The path that it names.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
    },
    /// A flag of the command line.
    Flag {
        /// The flag, such as `--bind`.
        name: String,
    },
}

impl Origin {
    /// Where a value was set. Every value that is read has an origin; without one it counts as a
    /// default.
    pub(super) fn of(value: &Value) -> Self {
        value
            .origin()
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_else(|| Self::default_yaml(1))
    }

    /// A line of the embedded `default.yaml`.
    pub(super) fn default_yaml(line: usize) -> Self {
        Self::Embedded {
            file: DEFAULT_YAML.to_owned(),
            line,
        }
    }

    /// The origin as a value of the crate `config` carries it, which has room for a text only.
    pub(super) fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Whether values of this origin are plain text, which may mean a value of any type.
    pub(super) fn is_untyped(&self) -> bool {
        !matches!(self, Self::Embedded { .. } | Self::File { .. })
    }
}

/// A path that is not UTF-8 is still worth showing.
fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded { file, .. } if file == DEFAULT_YAML => f.write_str("default"),
            Self::Embedded { file, line } => write!(f, "built-in {file}:{line}"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::DotEnv {
                path,
                line,
                variable,
            } => write!(f, "{}:{line} ({variable})", path.display()),
            Self::Environment { variable } => write!(f, "environment variable {variable}"),
            Self::FileOf { variable, path } => write!(f, "{variable} → {}", path.display()),
            Self::Flag { name } => write!(f, "flag {name}"),
        }
    }
}
