//! The names of migrations.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::error::NewError;

/// How the instant in a migration's name is written.
const TIMESTAMP: &str = "m%Y%m%d_%H%M%S";

pub(super) fn require_good(name: &str) -> Result<(), NewError> {
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
pub(super) fn suggest(name: &str) -> String {
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

pub(super) fn is_timestamped(name: &str) -> bool {
    name.get(..16)
        .is_some_and(|start| NaiveDateTime::parse_from_str(start, TIMESTAMP).is_ok())
}

pub(super) fn require_free(name: &str, known: &[&str]) -> Result<(), NewError> {
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
pub(super) fn timestamp(now: DateTime<Utc>, newest: Option<&str>) -> String {
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
pub(super) fn timestamp_before(now: DateTime<Utc>, oldest: Option<&str>) -> String {
    let of_oldest = oldest
        .and_then(|name| name.get(..16))
        .and_then(|start| NaiveDateTime::parse_from_str(start, TIMESTAMP).ok());
    let instant = match of_oldest {
        Some(oldest) => now.naive_utc().min(oldest - TimeDelta::seconds(1)),
        None => now.naive_utc(),
    };
    instant.format(TIMESTAMP).to_string()
}

/// `Add language to captions`, of `add_language_to_captions`.
pub(super) fn sentence(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
