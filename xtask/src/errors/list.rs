//! The lists that programs show: some of the codes, as JSON.

use anyhow::Result;
use serde_json::json;

use super::explained::EXPLAINED;

/// The explained codes that are wanted.
pub(super) fn render(is_wanted: impl Fn(&str) -> bool) -> Result<String> {
    let wanted = EXPLAINED.iter().filter(|known| is_wanted(known.code));
    let list: Vec<_> = wanted
        .map(|known| json!({"code": known.code, "meaning": known.meaning, "remedy": known.remedy}))
        .collect();
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}
