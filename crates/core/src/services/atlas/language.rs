//! Tags of languages.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// The longest tag that BCP 47 asks implementations to keep.
const MAX_BYTES: usize = 35;

/// A tag such as `en`, `pt-BR` or `zh-Hant`, in the case that BCP 47 recommends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Language(String);

/// The text is no tag of a language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no tag of a language such as en, pt-BR or zh-Hant")]
pub struct InvalidLanguage(pub String);

impl Language {
    /// `und`: nobody has said which.
    #[must_use]
    pub fn undetermined() -> Self {
        Self("und".to_owned())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Language {
    type Err = InvalidLanguage;

    /// Takes `_` for `-`. The first part has two or three letters, or up to eight; what follows it
    /// is kept where it is none of BCP 47's parts, as platforms number their tracks that way.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidLanguage(text.to_owned());
        let mut parts = text.split(['-', '_']);
        let first = parts.next().unwrap_or_default();
        let is_language =
            (2..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_language || text.len() > MAX_BYTES {
            return Err(invalid());
        }
        let mut tag = first.to_ascii_lowercase();
        for part in parts {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(invalid());
            }
            let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
            tag.push('-');
            match part.len() {
                2 if letters => tag.push_str(&part.to_ascii_uppercase()),
                4 if letters => {
                    tag.push_str(&part[..1].to_ascii_uppercase());
                    tag.push_str(&part[1..].to_ascii_lowercase());
                }
                _ => tag.push_str(part),
            }
        }
        Ok(Self(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_one_spelling() {
        for (text, tag) in [
            ("EN", "en"),
            ("pt_br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("en-nP7xK2PuUl7o", "en-nP7xK2PuUl7o"),
        ] {
            assert_eq!(text.parse::<Language>().unwrap().as_str(), tag);
        }
        for text in [
            "",
            "e",
            "1n",
            "en-",
            "-en",
            "en--us",
            "en us",
            "é",
            "abcdefghi",
            "en/us",
        ] {
            assert!(text.parse::<Language>().is_err(), "{text}");
        }
    }
}
