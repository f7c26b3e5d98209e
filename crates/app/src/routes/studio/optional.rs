//! Fields of a change that can be emptied: a field that is `null` is told from one left out.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with)]` on an `Option<Option<T>>`: left out is `None`, `null`
/// is `Some(None)`.
pub(super) fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
