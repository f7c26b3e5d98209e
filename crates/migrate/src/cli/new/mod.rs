//! A new migration: a file that compiles, with its place in the list.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use groundwork_cli::{Format, Result};
use groundwork_error::{DomainError, Kind};

use super::context::Context;

const CREATE_TABLE: &str = include_str!("create_table.rs");
const CHANGE: &str = include_str!("change.rs");

/// How the instant in a migration's name is written.
const TIMESTAMP: &str = "m%Y%m%d_%H%M%S";

/// Write the file of a new migration, and register it
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The name says what it does to what, in snake case. The timestamp is added.

Examples:
  migrate new create_captions
  migrate new add_language_to_captions --json")]
pub(super) struct New {
    /// Verb and object, such as create_captions
    name: String,

    /// As JSON: migration, file
    #[arg(long)]
    json: bool,
}

impl New {
    pub(super) fn run(&self, context: &Context<'_>) -> Result {
        let (app, output) = (context.app, context.output);
        let known: Vec<&str> = app.migrations.iter().map(|m| m.name()).collect();
        let written = add(&app.sources, &self.name, app.now, &known)?;
        let report = serde_json::json!({
            "migration": written.migration,
            "file": written.file,
        });
        let format = Format { json: self.json };
        output.data(format, &report, |_| written.file.display().to_string())?;
        output.note("write its up and its down, then run `migrate up`");
        Ok(())
    }
}

/// Why no new migration was written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NewError {
    /// The name cannot be that of a migration.
    #[error("{name:?} is no name for a migration: {problem}; try {suggestion}")]
    BadName {
        /// The name asked for.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
        /// A name that would do.
        suggestion: String,
    },
    /// There is a migration of this name, under an older timestamp.
    #[error("there is a migration {existing}; give this one another name")]
    Taken {
        /// The existing one.
        existing: String,
    },
    /// The program was taken away from its source code.
    #[error("{} is missing: `new` works where the source code is", path.display())]
    NoSources {
        /// The file that lists the migrations.
        path: PathBuf,
    },
    /// The file that lists the migrations is not as expected.
    #[error(
        "{} has neither `Box::new({last}::Migration),` nor `vec![]` to register {name} in; add it by hand",
        path.display()
    )]
    NoList {
        /// The file.
        path: PathBuf,
        /// The last migration.
        last: String,
        /// The new one.
        name: String,
    },
    /// A file could not be read or written.
    #[error("cannot write {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Writes the file of a new migration into `sources` and registers it in `lib.rs` after those that
/// are `known`.
fn add(
    sources: &Path,
    name: &str,
    now: DateTime<Utc>,
    known: &[&str],
) -> Result<Written, NewError> {
    require_good(name)?;
    require_free(name, known)?;
    let newest = known.iter().max().copied();
    let migration = format!("{}_{name}", timestamp(now, newest));
    let place = ListPosition::After(known.last().copied().unwrap_or_default());
    let file = write_and_register(sources, &migration, &contents(name), place)?;
    Ok(Written { migration, file })
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) migration: String,
    pub(super) file: PathBuf,
}

/// Writes a migration that comes before all others.
pub(super) fn add_first(
    sources: &Path,
    name: &str,
    now: DateTime<Utc>,
    known: &[&str],
    contents: &str,
) -> Result<Written, NewError> {
    require_good(name)?;
    require_free(name, known)?;
    let oldest = known.iter().min().copied();
    let migration = format!("{}_{name}", timestamp_before(now, oldest));
    let place = match known.first() {
        Some(first) => ListPosition::Before(first),
        None => ListPosition::After(""),
    };
    let file = write_and_register(sources, &migration, contents, place)?;
    Ok(Written { migration, file })
}

/// Where in the list a migration goes.
#[derive(Clone, Copy)]
enum ListPosition<'a> {
    After(&'a str),
    Before(&'a str),
}

impl<'a> ListPosition<'a> {
    fn neighbour(self) -> &'a str {
        match self {
            Self::After(name) | Self::Before(name) => name,
        }
    }

    /// The line of the new one, given that of its neighbour.
    fn line(self, neighbour: usize) -> usize {
        match self {
            Self::After(_) => neighbour + 1,
            Self::Before(_) => neighbour,
        }
    }
}

fn write_and_register(
    sources: &Path,
    full_name: &str,
    contents: &str,
    place: ListPosition<'_>,
) -> Result<PathBuf, NewError> {
    let list = sources.join("lib.rs");
    let before = fs::read_to_string(&list).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => NewError::NoSources { path: list.clone() },
        _ => file_error(&list)(source),
    })?;
    let after = register(&before, full_name, place).ok_or_else(|| NewError::NoList {
        path: list.clone(),
        last: place.neighbour().to_owned(),
        name: full_name.to_owned(),
    })?;
    let file = sources.join(format!("{full_name}.rs"));
    write(&file, contents)?;
    // Renamed over the old one, so that it is never half written.
    let draft = sources.join(".lib.rs.new");
    let replaced =
        write(&draft, &after).and_then(|()| fs::rename(&draft, &list).map_err(file_error(&list)));
    if replaced.is_err() {
        fs::remove_file(&file).ok();
        fs::remove_file(&draft).ok();
    }
    replaced.map(|()| file)
}

fn require_good(name: &str) -> Result<(), NewError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let problem = if name.is_empty() {
        "it is empty"
    } else if name.len() > 100 {
        "it is longer than 100 letters"
    } else if !name.chars().all(allowed) {
        "it may have small letters, digits and `_`"
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        "it begins with a letter"
    } else if is_timestamped(name) {
        "the timestamp is added by itself"
    } else if name.split('_').any(str::is_empty) {
        "it has single `_` between words"
    } else if !name.contains('_') {
        "it says what is done to what"
    } else {
        return Ok(());
    };
    Err(NewError::BadName {
        name: name.to_owned(),
        problem,
        suggestion: suggest(name),
    })
}

/// The nearest name that would do.
fn suggest(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            words.push('_');
        }
        words.push(if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        });
    }
    let words: Vec<&str> = words
        .split('_')
        .skip_while(|word| {
            !word
                .trim_start_matches('m')
                .starts_with(|c: char| c.is_ascii_lowercase())
        })
        .filter(|word| !word.is_empty())
        .take(8)
        .collect();
    match words.as_slice() {
        [] => "create_captions".to_owned(),
        [one] => format!("create_{}", &one[..one.len().min(60)]),
        words => {
            let joined = words.join("_");
            joined[..joined.len().min(60)]
                .trim_end_matches('_')
                .to_owned()
        }
    }
}

fn is_timestamped(name: &str) -> bool {
    name.get(..16)
        .is_some_and(|start| NaiveDateTime::parse_from_str(start, TIMESTAMP).is_ok())
}

fn require_free(name: &str, known: &[&str]) -> Result<(), NewError> {
    let same = known
        .iter()
        .find(|known| known.splitn(3, '_').nth(2) == Some(name));
    match same {
        Some(existing) => Err(NewError::Taken {
            existing: (*existing).to_owned(),
        }),
        None => Ok(()),
    }
}

/// Now, or a second after the newest migration if that is later: names must ascend.
fn timestamp(now: DateTime<Utc>, newest: Option<&str>) -> String {
    let of_newest = newest
        .and_then(|name| name.get(..16))
        .and_then(|start| NaiveDateTime::parse_from_str(start, TIMESTAMP).ok());
    let instant = match of_newest {
        Some(newest) => now.naive_utc().max(newest + TimeDelta::seconds(1)),
        None => now.naive_utc(),
    };
    instant.format(TIMESTAMP).to_string()
}

/// Now, or a second before the oldest migration if that is earlier.
fn timestamp_before(now: DateTime<Utc>, oldest: Option<&str>) -> String {
    let of_oldest = oldest
        .and_then(|name| name.get(..16))
        .and_then(|start| NaiveDateTime::parse_from_str(start, TIMESTAMP).ok());
    let instant = match of_oldest {
        Some(oldest) => now.naive_utc().min(oldest - TimeDelta::seconds(1)),
        None => now.naive_utc(),
    };
    instant.format(TIMESTAMP).to_string()
}

fn contents(name: &str) -> String {
    let sentence = sentence(name);
    match name.strip_prefix("create_") {
        Some(table) => CREATE_TABLE
            .replace("examples", table)
            .replace("EXAMPLES", &table.to_uppercase())
            .replace("Create a table", &sentence),
        None => CHANGE
            .replace("change_something", name)
            .replace("Change something", &sentence),
    }
}

/// `Add language to captions`, of `add_language_to_captions`.
fn sentence(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The text of `lib.rs` with the module and the list entry of a new migration beside those of its
/// neighbour; `None` if there is no place for it.
fn register(text: &str, name: &str, place: ListPosition<'_>) -> Option<String> {
    let neighbour = place.neighbour();
    let module = format!("mod {name};");
    let entry = format!("Box::new({name}::Migration),");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let place_of = |lines: &[String], text: &str| {
        lines
            .iter()
            .position(|line| line.trim().trim_start_matches("pub ") == text)
    };
    if let Some(at) = place_of(&lines, &format!("Box::new({neighbour}::Migration),")) {
        let blanks = lines[at].len() - lines[at].trim_start().len();
        lines.insert(place.line(at), format!("{}{entry}", " ".repeat(blanks)));
    } else {
        let at = lines.iter().position(|line| line.contains("vec![]"))?;
        let blanks = lines[at].len() - lines[at].trim_start().len();
        let (outer, inner) = (" ".repeat(blanks), " ".repeat(blanks + 4));
        lines[at] = lines[at].replace("vec![]", &format!("vec![\n{inner}{entry}\n{outer}]"));
    }
    match place_of(&lines, &format!("mod {neighbour};")) {
        Some(at) => lines.insert(place.line(at), module),
        None => lines.extend([String::new(), module]),
    }
    Some(lines.join("\n") + "\n")
}

/// Writes a file that does not exist yet.
fn write(path: &Path, text: &str) -> Result<(), NewError> {
    let mut options = fs::OpenOptions::new();
    options
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(file_error(path))
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> NewError {
    let path = path.to_owned();
    move |source| NewError::File { path, source }
}

impl DomainError for NewError {
    fn kind(&self) -> Kind {
        match self {
            Self::BadName { .. } | Self::Taken { .. } => Kind::Usage,
            Self::NoSources { .. } | Self::File { .. } => Kind::Unavailable,
            Self::NoList { .. } => Kind::Invalid,
        }
    }
}

#[cfg(test)]
mod tests;
