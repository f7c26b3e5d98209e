//! Where configuration comes from, handed in: nothing here or beneath looks at the process.

use std::{collections::BTreeMap, ffi::OsString, fmt, path::PathBuf};

use super::Namespace;

/// Where configuration comes from. It holds secrets, which its `Debug` leaves out.
#[derive(Clone)]
pub struct Sources {
    /// The names under which values are looked for, and the embedded texts.
    pub namespace: Namespace,
    /// Values of the command line, the strongest; of two for one key, the later wins.
    pub flags: Vec<Flag>,
    /// The environment of the process.
    pub variables: BTreeMap<String, OsString>,
    /// The `.env` file, read if it exists; `None` for none.
    pub dotenv: Option<PathBuf>,
    /// The folder of `default.yaml` and `{environment}.yaml`; `None` for the embedded ones alone.
    pub folder: Option<PathBuf>,
    /// The flag that names the environment and its value, if it was given; otherwise the variable
    /// `GROUNDWORK_ENVIRONMENT` (with the prefix of the namespace) names it, of the process or of `.env`.
    pub environment: Option<EnvironmentFlag>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("namespace", &self.namespace.name())
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// A value of the command line.
#[derive(Clone)]
pub struct Flag {
    /// The flag as the user knows it, such as `--bind`.
    pub name: String,
    /// The key that it sets, such as `http.bind`.
    pub key: String,
    /// The value.
    pub value: String,
}

/// The environment, named on the command line.
#[derive(Clone)]
pub struct EnvironmentFlag {
    /// The flag as the user knows it, such as `--environment`.
    pub flag: String,
    /// The environment's name.
    pub name: String,
}

impl Sources {
    /// Nothing but what is embedded in the program.
    #[must_use]
    pub fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            flags: Vec::new(),
            variables: BTreeMap::new(),
            dotenv: None,
            folder: None,
            environment: None,
        }
    }

    /// What a program is started with: its environment, `.env` and `config/` in the working
    /// folder. Flags are the caller's to add.
    #[must_use]
    pub fn from_process(namespace: Namespace) -> Self {
        let variables = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
            .filter(|(name, _)| namespace.reads(name))
            .collect();
        Self {
            variables,
            dotenv: Some(PathBuf::from(".env")),
            folder: Some(PathBuf::from("config")),
            ..Self::new(namespace)
        }
    }

    /// Adds the value of a flag.
    #[must_use]
    pub fn with_flag(
        mut self,
        name: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.flags.push(Flag {
            name: name.into(),
            key: key.into(),
            value: value.into(),
        });
        self
    }

    /// Adds a variable of the environment.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }
}
