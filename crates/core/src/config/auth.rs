//! Section `auth`: API keys, of which only hashes are ever configured.

use std::{fmt, str::FromStr};

use ::config::{Map, Value, ValueKind};
use constant_time_eq::constant_time_eq_32;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{
    Keys, Origin, Section,
    mismatch::{Mismatch, Taken, items},
    value::{text, untyped, value},
};

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
}

impl Section for Auth {
    const NAME: &'static str = "auth";

    const DEFAULTS: &'static str = r#"# API keys as their SHA-256, so that this file holds no secret. Make a key and its hash with
#   key=$(openssl rand -hex 32); echo "$key"; printf %s "$key" | sha256sum
# and list it as {name: laptop, sha256: 64 hex digits}; in the environment as name:sha256,name:sha256.
# Without a key the API is open, and therefore listens on loopback only.
keys: []
"#;

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let keys = keys.read("keys", keys_schema(), take_keys)?;
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

/// Shows the first four digits, which is enough to distinguish keys.
impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}{:02x}…", self.0[0], self.0[1])
    }
}

const EXPECTED_HASH: &str = "the SHA-256 of the key: 64 hexadecimal digits";

/// What may be written in a file.
fn keys_schema() -> Json {
    json!({
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "sha256": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
            },
            "required": ["name", "sha256"],
            "additionalProperties": false,
        },
    })
}

fn take_keys(list: &Value) -> Taken<Vec<ApiKey>> {
    let mut keys: Vec<ApiKey> = Vec::new();
    for (index, item) in items(list)?.iter().enumerate() {
        let within = |mismatch: Mismatch| mismatch.within(&format!("[{index}]"));
        let key = take_key(item).map_err(within)?;
        if keys.iter().any(|other| other.name == key.name) {
            let mismatch = Mismatch::of(item, "named differently from the others");
            let found = format!("{:?} again", key.name);
            return Err(within(Mismatch { found, ..mismatch }));
        }
        keys.push(key);
    }
    let shown = keys
        .iter()
        .map(|key| json!({"name": key.name, "sha256": format!("{:?}", key.sha256)}))
        .collect();
    Ok((keys, Json::Array(shown)))
}

/// `{name: …, sha256: …}`, or `name:sha256` in a variable. Nothing of a wrong hash is ever shown:
/// it may be the key itself, put there by mistake.
fn take_key(item: &Value) -> Result<ApiKey, Mismatch> {
    if untyped(item).is_some() {
        return take_pair(item);
    }
    match &item.kind {
        ValueKind::Table(fields) => take_fields(item, fields),
        _ => Err(Mismatch::of_secret(item, "{name: …, sha256: …}")),
    }
}

fn take_pair(item: &Value) -> Result<ApiKey, Mismatch> {
    let (name, hash) = text(item)
        .and_then(|pair| pair.split_once(':'))
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Mismatch::of_secret(item, "name:sha256"))?;
    Ok(ApiKey {
        name: name.to_owned(),
        sha256: take_hash(&value(hash, &Origin::of(item)))?,
    })
}

fn take_fields(item: &Value, fields: &Map<String, Value>) -> Result<ApiKey, Mismatch> {
    let (mut name, mut hash) = (None, None);
    for (field, value) in fields {
        match field.as_str() {
            "name" => name = Some(value),
            "sha256" => hash = Some(value),
            other => {
                let mismatch = Mismatch::of(value, "{name: …, sha256: …} and nothing else");
                let found = format!("the key {other}");
                return Err(Mismatch { found, ..mismatch });
            }
        }
    }
    let nothing = value(ValueKind::Nil, &Origin::of(item));
    let name = name.unwrap_or(&nothing);
    let written = text(name)
        .ok_or_else(|| Mismatch::of(name, "a name: a word to tell keys apart").within(".name"))?;
    Ok(ApiKey {
        name: written.to_owned(),
        sha256: take_hash(hash.unwrap_or(&nothing))?,
    })
}

fn take_hash(hash: &Value) -> Result<KeyHash, Mismatch> {
    text(hash)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Mismatch::of_secret(hash, EXPECTED_HASH).within(".sha256"))
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
