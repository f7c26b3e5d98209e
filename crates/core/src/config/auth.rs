//! Section `auth`: API keys, of which only hashes are ever configured.

use std::{fmt, str::FromStr};

use constant_time_eq::constant_time_eq_32;
use sha2::{Digest, Sha256};

use super::section::Section;

/// Who may use the API.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    /// The keys that are accepted; without any the API is open, and bound to loopback.
    pub keys: Vec<ApiKey>,
}

/// A key that is accepted, known by its hash alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Who or what uses the key; for logs.
    pub name: String,
    /// The hash of the key.
    pub sha256: KeyHash,
}

/// The SHA-256 of an API key. Keys are long and random, so that a fast hash is as good as a slow
/// one, and anybody can make it with `sha256sum`.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

/// The text is no SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256: 64 hexadecimal digits are expected")]
pub struct InvalidKeyHash;

impl Auth {
    /// The key that `presented` is; `None` if it is none of them. Takes the same time whichever
    /// key it is, and however much of one was guessed.
    #[must_use]
    pub fn find(&self, presented: &str) -> Option<&ApiKey> {
        let hash = KeyHash::of(presented);
        self.keys.iter().fold(None, |found, key| {
            let same = constant_time_eq_32(&key.sha256.0, &hash.0);
            if same { Some(key) } else { found }
        })
    }

    pub(super) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let keys = section.api_keys("keys")?;
        Some(Self { keys })
    }
}

impl KeyHash {
    /// The hash of a key.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }
}

impl FromStr for KeyHash {
    type Err = InvalidKeyHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut hash = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(InvalidKeyHash);
        }
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = str::from_utf8(digits).map_err(|_| InvalidKeyHash)?;
            // `from_str_radix` would take a sign.
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(InvalidKeyHash);
            }
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidKeyHash)?;
        }
        Ok(Self(hash))
    }
}

/// Shows the first four digits, which is enough to tell keys apart.
impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}{:02x}…", self.0[0], self.0[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_hash() {
        let key = |name: &str, text| ApiKey {
            name: name.to_owned(),
            sha256: KeyHash::of(text),
        };
        let auth = Auth {
            keys: vec![key("laptop", "open sesame"), key("robot", "klaatu")],
        };
        assert_eq!(
            auth.find("klaatu").map(|key| key.name.as_str()),
            Some("robot")
        );
        assert_eq!(auth.find("barada"), None);
    }

    #[test]
    fn the_hash_is_the_one_of_sha256sum() {
        // printf %s abc | sha256sum
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(text.parse(), Ok(KeyHash::of("abc")));
    }

    #[test]
    fn anything_but_64_hexadecimal_digits_is_refused() {
        for text in [
            "",
            "abc",
            &"+1".repeat(32),
            &"é".repeat(32),
            &"a".repeat(65),
        ] {
            assert_eq!(text.parse::<KeyHash>(), Err(InvalidKeyHash), "{text}");
        }
    }
}
