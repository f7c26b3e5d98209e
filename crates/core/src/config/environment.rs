//! Which environment a program runs in, and so which file of settings it reads.

use std::fmt;

use super::{Origin, Problem, Sources, variables::Variable};

/// The environment when none is named; it needs no file.
pub(super) const DEVELOPMENT: &str = "development";

/// The name of the environment that a program runs in, such as `production`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Environment {
    /// Lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// Where the name comes from; `None` is the default, `development`.
    pub origin: Option<Origin>,
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The environment that the sources name, the flag before the variable; `development` if none does.
pub(super) fn choose(
    sources: &Sources,
    process: &[Variable],
    dotenv: &[Variable],
    problems: &mut Vec<Problem>,
) -> Environment {
    let named_by = sources.namespace.environment_variable();
    let variable = process
        .iter()
        .chain(dotenv)
        .find(|variable| variable.name == named_by);
    let (name, origin) = match (&sources.environment, variable) {
        (Some(given), _) => {
            let origin = Origin::Flag {
                name: given.flag.clone(),
            };
            (given.name.clone(), origin)
        }
        (None, Some(variable)) => {
            let name = variable.value.to_string_lossy().into_owned();
            (name, variable.origin.clone())
        }
        (None, None) => {
            return Environment {
                name: DEVELOPMENT.to_owned(),
                origin: None,
            };
        }
    };
    let sane = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(sane) {
        problems.push(Problem::InvalidEnvironment { name, origin });
        return Environment {
            name: DEVELOPMENT.to_owned(),
            origin: None,
        };
    }
    Environment {
        name,
        origin: Some(origin),
    }
}
