//! What can be wrong with a configuration, with all that is needed to correct it.

use std::{error::Error, fmt, net::SocketAddr, path::PathBuf};

use serde::{Serialize, Serializer};

use super::Origin;
use crate::error::{DomainError, Kind};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A key, or a section, that does not exist.
    #[error("{origin}: there is no key {key}{}", hint(nearest.as_deref()))]
    UnknownKey {
        /// The key as it was written.
        key: String,
        /// Where it was written.
        origin: Origin,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// A variable that looks like one of ours and is none.
    #[error("{origin}: it sets no key that exists{}", hint(nearest.as_deref()))]
    UnknownVariable {
        /// The variable and where it is set.
        origin: Origin,
        /// The variable that was probably meant.
        nearest: Option<String>,
    },
    /// A value of the wrong type or outside its range.
    #[error("{origin}: {key} must be {expected}; found {found}")]
    WrongValue {
        /// The key, with an index where the value is part of a list.
        key: String,
        /// Where the value was set.
        origin: Origin,
        /// What the value has to be.
        expected: String,
        /// What it is; never the text of a secret.
        found: String,
    },
    /// A value is set directly and through a file, in the same place.
    #[error("{first} and {second} both set {key}: remove one of them")]
    SetTwice {
        /// The key that both set.
        key: String,
        /// The one.
        first: Origin,
        /// The other.
        second: Origin,
    },
    /// A file exists or was named, and cannot be read.
    #[error("{}{}: cannot be read: {reason}", named_by(named_by_variable.as_ref()), path.display())]
    Unreadable {
        /// The file's path.
        path: PathBuf,
        /// The variable that names the file, for those that end in `_FILE`.
        named_by_variable: Option<Origin>,
        /// What the operating system says.
        reason: String,
    },
    /// A file is not what its format requires.
    #[error("{file}:{line}: {reason}")]
    Malformed {
        /// The file's path, or its name if it is embedded.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there; never the text of a `.env` line.
        reason: String,
    },
    /// The environment has a name that no file can have.
    #[error(
        "{origin}: the name of an environment must be lower-case letters, digits, - and _; found {name:?}"
    )]
    InvalidEnvironment {
        /// The name.
        name: String,
        /// Where it was set.
        origin: Origin,
    },
    /// The environment was named, and has no file.
    #[error(
        "{origin}: there is no environment {name}: {} does not exist{}",
        path.display(),
        hint(nearest.as_deref())
    )]
    UnknownEnvironment {
        /// The name.
        name: String,
        /// Where it was set.
        origin: Origin,
        /// The file that would describe it.
        path: PathBuf,
        /// The environment that was probably meant.
        nearest: Option<String>,
    },
    /// A file that is not read has nearly the name of one that would be.
    #[error("{}: nothing reads this file; did you mean {meant}? Rename it, or put it elsewhere", path.display())]
    NearMiss {
        /// The file.
        path: PathBuf,
        /// The name under which it would be read.
        meant: String,
    },
    /// The API would be open to the network without a key.
    #[error(
        "{bind_origin}: http.bind is {bind}, which others can reach, but auth.keys ({keys_origin}) \
         holds no key: add one, or bind to a loopback address such as 127.0.0.1:{}",
        bind.port()
    )]
    OpenToTheNetwork {
        /// The address.
        bind: SocketAddr,
        /// Where the address was set.
        bind_origin: Origin,
        /// Where the empty list of keys was set.
        keys_origin: Origin,
    },
}

impl Serialize for Problem {
    /// As the sentence that people read.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Everything that is wrong with a configuration.
#[derive(Debug)]
pub struct ConfigErrors {
    problems: Vec<Problem>,
}

impl ConfigErrors {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// The problems, at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [problem] => write!(f, "the configuration has a problem:\n  {problem}"),
            problems => {
                write!(f, "the configuration has {} problems:", problems.len())?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl Error for ConfigErrors {}

impl DomainError for ConfigErrors {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

fn named_by(variable: Option<&Origin>) -> String {
    variable.map_or_else(String::new, |origin| format!("{origin}: the file "))
}
