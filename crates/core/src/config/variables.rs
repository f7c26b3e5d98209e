//! Variables, of the process or of `.env`, as values of keys.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use ::config::Value;

use super::{
    Namespace, Origin, Problem,
    known::KnownKeys,
    layer::Layer,
    namespace::{CUSTOMARY, FROM_FILE},
    value::value,
};

/// A variable that is set.
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: OsString,
    pub(super) origin: Origin,
}

/// The values that `variables` set, of two for one key the stronger. A variable that sets none is
/// one of the `problems`, or of the `warnings` if it may well not be meant for us.
pub(super) fn layer(
    variables: Vec<Variable>,
    namespace: &Namespace,
    known: &KnownKeys,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) -> Layer {
    let mut seen: Vec<(String, Origin)> = Vec::new();
    let (mut customary, mut proper) = (Layer::default(), Layer::default());
    let environment = namespace.environment_variable();
    let ours =
        |variable: &Variable| variable.name != environment && namespace.reads(&variable.name);
    for variable in variables.into_iter().filter(ours) {
        let stem = variable.name.strip_suffix(FROM_FILE);
        let from_file = stem.is_some();
        let stem = stem.unwrap_or(&variable.name).to_owned();
        let Some(key) = key_of(&stem, namespace, known) else {
            match may_be_of_others(&variable, &stem, namespace, known) {
                true => warnings.push(unknown(variable, &stem, namespace, known)),
                false => problems.push(unknown(variable, &stem, namespace, known)),
            }
            continue;
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == stem) {
            problems.push(Problem::SetTwice {
                key,
                first: first.clone(),
                second: variable.origin,
            });
            continue;
        }
        seen.push((stem.clone(), variable.origin.clone()));
        match value_of(&key, variable, from_file) {
            Ok(value) if stem == CUSTOMARY.0 => customary.set(key, value),
            Ok(value) => proper.set(key, value),
            Err(problem) => problems.push(*problem),
        }
    }
    customary.append(proper);
    customary
}

fn key_of(stem: &str, namespace: &Namespace, known: &KnownKeys) -> Option<String> {
    if stem == CUSTOMARY.0 {
        return Some(CUSTOMARY.1.to_owned());
    }
    let mut keys = known.0.iter();
    keys.find(|key| namespace.variable_of(key) == stem).cloned()
}

fn value_of(key: &str, variable: Variable, from_file: bool) -> Result<Value, Box<Problem>> {
    if from_file {
        return read_file(PathBuf::from(variable.value), variable.origin);
    }
    match variable.value.into_string() {
        Ok(text) => Ok(value(text, &variable.origin)),
        Err(_) => Err(Box::new(Problem::WrongValue {
            key: key.to_owned(),
            origin: variable.origin,
            expected: "text".to_owned(),
            found: "bytes that are not UTF-8".to_owned(),
        })),
    }
}

/// The content of a file without the newline that editors and `echo` put at its end.
fn read_file(path: PathBuf, variable: Origin) -> Result<Value, Box<Problem>> {
    match read_text(&path) {
        Ok(text) => {
            let text = text.strip_suffix('\n').unwrap_or(&text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let origin = Origin::FileOf {
                variable: Box::new(variable),
                path,
            };
            Ok(value(text, &origin))
        }
        Err(reason) => Err(Box::new(Problem::Unreadable {
            path,
            named_by_variable: Some(variable),
            reason,
        })),
    }
}

/// The text of a file without the mark that some editors put before it, or why it cannot be read.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        format!("line {} is not UTF-8", line + 1)
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Whether somebody else may have set the variable for a purpose of his own: an orchestrator sets
/// `SHOP_PORT` and `SHOP_SERVICE_HOST` beside each service that is called `shop`. A key in which an
/// underscore is missing was meant for us.
fn may_be_of_others(
    variable: &Variable,
    stem: &str,
    namespace: &Namespace,
    known: &KnownKeys,
) -> bool {
    let is_key = |key: &String| namespace.variable_of(key).replace("__", "_") == stem;
    matches!(variable.origin, Origin::Environment { .. })
        && !stem.contains("__")
        && !known.0.iter().any(is_key)
        && !is_like(stem, &namespace.environment_variable())
}

fn is_like(name: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(name, other) <= 3
}

fn unknown(variable: Variable, stem: &str, namespace: &Namespace, known: &KnownKeys) -> Problem {
    let prefix = namespace.prefix();
    let written = stem.strip_prefix(&prefix).unwrap_or(stem).to_lowercase();
    let suffix = &variable.name[stem.len()..];
    let environment = namespace.environment_variable();
    let nearest = if is_like(stem, &environment) {
        Some(environment)
    } else {
        known
            .nearest(&written.replace("__", "."))
            .map(|key| format!("{}{suffix}", namespace.variable_of(&key)))
    };
    Problem::UnknownVariable {
        origin: variable.origin,
        nearest,
    }
}
