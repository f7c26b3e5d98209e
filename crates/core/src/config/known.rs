//! The keys that exist, and which of them a misspelt one was meant to be.

use super::{Origin, Problem};

/// The keys that exist, in the order of `default.yaml`.
#[derive(Default)]
pub(super) struct KnownKeys(pub(super) Vec<String>);

impl KnownKeys {
    pub(super) fn contains(&self, key: &str) -> bool {
        self.0.iter().any(|known| known == key)
    }

    pub(super) fn is_section(&self, path: &str) -> bool {
        self.0.iter().any(|key| {
            key.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// That this key does not exist.
    pub(super) fn unknown(&self, key: String, origin: Origin) -> Problem {
        Problem::UnknownKey {
            nearest: self.nearest(&key),
            key,
            origin,
        }
    }

    /// The key that was probably meant: one of the same name in another section, else one like it
    /// in the same section, else one alike as a whole.
    pub(super) fn nearest(&self, written: &str) -> Option<String> {
        let (section, name) = written.split_once('.').unwrap_or(("", written));
        let parts = || self.0.iter().filter_map(|key| key.split_once('.'));
        let namesakes: Vec<_> = parts().filter(|(_, other)| *other == name).collect();
        if let [(section, name)] = namesakes.as_slice() {
            return Some(format!("{section}.{name}"));
        }
        if parts().any(|(other, _)| other == section) {
            let siblings = parts().filter(|(other, _)| *other == section);
            return nearest(name, siblings.map(|(_, name)| name))
                .map(|name| format!("{section}.{name}"));
        }
        nearest(written, self.0.iter().map(String::as_str))
    }
}

/// The candidate that `word` was probably meant to be, if one is near enough.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let likeness = |candidate: &str| {
        let begun = word.len() >= 3 && candidate.starts_with(word);
        let alike = strsim::normalized_damerau_levenshtein(word, candidate);
        if begun { alike.max(0.9) } else { alike }
    };
    candidates
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate.to_owned())
}
