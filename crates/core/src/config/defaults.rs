//! The text of `default.yaml`: every key of a program with its default and its meaning.

use super::{Auth, Database, Files, Http, Log, Namespace, Sections};

const HEADER: &str = "\
# yaml-language-server: $schema=./schema.json
# Every key of the configuration, with its default; the unit is part of the name.
#
# This file is embedded in the programs, so that they run alone. A value is overridden, from weak to
# strong, by config/default.yaml and config/{environment}.yaml in the working folder, by .env, by
# the environment ({PROGRAM_}DATABASE__MAX_CONNECTIONS=20; also DATABASE_URL), and by flags.
# {PROGRAM_}DATABASE__URL_FILE=/run/secrets/url reads the value from a file instead.
# `{program} config` prints every effective value and where it comes from.
";

/// The text of `default.yaml`, which lists every key of a program with its default. A program
/// keeps it as `config/default.yaml` for those who look for a key.
#[must_use]
pub fn default_yaml<S: Sections>(namespace: &Namespace) -> String {
    let mut text = HEADER.to_owned();
    for (name, defaults) in sections::<S>() {
        text += &format!("\n{name}:\n");
        for line in defaults.lines() {
            let indent = if line.is_empty() { "" } else { "  " };
            text += &format!("{indent}{line}\n");
        }
    }
    namespace.fill_in(&text)
}

/// Name and defaults of every section, in the order in which they are read.
fn sections<S: Sections>() -> Vec<(&'static str, &'static str)> {
    let mut sections = Vec::new();
    Database::defaults(&mut sections);
    Files::defaults(&mut sections);
    Http::defaults(&mut sections);
    Auth::defaults(&mut sections);
    S::defaults(&mut sections);
    Log::defaults(&mut sections);
    sections
}
