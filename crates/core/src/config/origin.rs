//! Where a value was set.

use std::{fmt, path::PathBuf};

use serde::Serialize;

/// Where a value was set, exactly enough to go there and change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A variable in a `.env` file.
    DotEnv {
        /// The file's path.
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
        path: PathBuf,
    },
    /// A flag of the command line.
    Flag {
        /// The flag, such as `--bind`.
        name: String,
    },
}

impl Origin {
    /// The same origin at the line of a part of the value, where lines exist.
    pub(super) fn at_line(mut self, part: Option<usize>) -> Self {
        if let (Self::Embedded { line, .. } | Self::File { line, .. }, Some(part)) =
            (&mut self, part)
        {
            *line = part;
        }
        self
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded { file, .. } if file == "default.yaml" => f.write_str("default"),
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
