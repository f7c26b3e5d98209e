//! Fields of requests for which JSON's `null` means something of its own.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with)]` on an `Option<Option<T>>`: a field that is left out is
/// `None`, `null` is `Some(None)`.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// For `#[serde(default, deserialize_with)]`: `null` is the default, as if the field were left out.
pub(super) fn default_if_null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
