//! Variables, of the process or of `.env`, as values of keys.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use super::{
    Origin, Problem,
    layers::{Entry, nearest_key},
    node::Node,
};

/// The variable that names the environment; it is no key.
pub(super) const ENVIRONMENT: &str = "GROUNDWORK_ENVIRONMENT";

const PREFIX: &str = "GROUNDWORK_";
const FROM_FILE: &str = "_FILE";
/// What hosting platforms and other tools call `database.url`; the proper name is stronger.
const CUSTOMARY: (&str, &str) = ("DATABASE_URL", "database.url");

/// A variable that is set.
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: OsString,
    pub(super) origin: Origin,
}

/// Whether a variable of this name is any business of ours.
pub(super) fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX) || name.strip_suffix(FROM_FILE).unwrap_or(name) == CUSTOMARY.0
}

/// The variable that sets a key.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// The values that `variables` set, weak before strong.
pub(super) fn entries(
    variables: Vec<Variable>,
    keys: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<Entry> {
    let mut seen: Vec<(String, Origin)> = Vec::new();
    let mut weak = Vec::new();
    let mut strong = Vec::new();
    for variable in variables {
        if variable.name == ENVIRONMENT || !is_ours(&variable.name) {
            continue;
        }
        let name = variable.name.clone();
        let stem = name.strip_suffix(FROM_FILE).unwrap_or(&name);
        let Some(key) = key_of(stem, keys) else {
            problems.push(unknown(variable, stem, keys));
            continue;
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| other == stem) {
            problems.push(Problem::SetTwice {
                key,
                first: first.clone(),
                second: variable.origin,
            });
            continue;
        }
        seen.push((stem.to_owned(), variable.origin.clone()));
        let layer = if stem == CUSTOMARY.0 {
            &mut weak
        } else {
            &mut strong
        };
        layer.extend(entry(key, variable, stem != name, problems));
    }
    weak.append(&mut strong);
    weak
}

fn key_of(stem: &str, keys: &[String]) -> Option<String> {
    if stem == CUSTOMARY.0 {
        return Some(CUSTOMARY.1.to_owned());
    }
    keys.iter().find(|key| variable_of(key) == stem).cloned()
}

fn entry(
    key: String,
    variable: Variable,
    from_file: bool,
    problems: &mut Vec<Problem>,
) -> Option<Entry> {
    if from_file {
        return read_file(
            key,
            PathBuf::from(variable.value),
            variable.origin,
            problems,
        );
    }
    let origin = variable.origin;
    match variable.value.into_string() {
        Ok(text) => Some(Entry {
            key,
            node: Node::word(text),
            origin,
        }),
        Err(_) => {
            problems.push(Problem::WrongValue {
                key,
                origin,
                expected: "text".to_owned(),
                found: "bytes that are not UTF-8".to_owned(),
            });
            None
        }
    }
}

/// The content of a file without the newline that editors and `echo` put at its end.
fn read_file(
    key: String,
    path: PathBuf,
    variable: Origin,
    problems: &mut Vec<Problem>,
) -> Option<Entry> {
    match read_text(&path) {
        Ok(text) => {
            let text = text.strip_suffix('\n').unwrap_or(&text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            Some(Entry {
                key,
                node: Node::word(text),
                origin: Origin::FileOf {
                    variable: Box::new(variable),
                    path,
                },
            })
        }
        Err(reason) => {
            problems.push(Problem::Unreadable {
                path,
                named_by_variable: Some(variable),
                reason,
            });
            None
        }
    }
}

/// The text of a file, or why it cannot be read.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        format!("line {} is not UTF-8", line + 1)
    })
}

fn unknown(variable: Variable, stem: &str, keys: &[String]) -> Problem {
    let written = stem.trim_start_matches(PREFIX).to_lowercase();
    let suffix = &variable.name[stem.len()..];
    let nearest = if strsim::damerau_levenshtein(stem, ENVIRONMENT) <= 3 {
        Some(ENVIRONMENT.to_owned())
    } else {
        nearest_key(&written.replace("__", "."), keys)
            .map(|key| format!("{}{suffix}", variable_of(&key)))
    };
    Problem::UnknownVariable {
        origin: variable.origin,
        nearest,
    }
}
