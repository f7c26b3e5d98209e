//! The settings as a JSON Schema, with which editors complete and check the YAML files.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::{Namespace, Origin, Sections, Setting, Sources, defaults::default_yaml, load::read};

/// The settings of a program as a JSON Schema (draft 7) of its YAML files. The meaning of each key
/// is the comment above it in [`default_yaml`].
#[must_use]
pub fn schema<S: Sections>(namespace: &Namespace) -> Json {
    let text = default_yaml::<S>(namespace);
    let (_, _, reader) = read::<S>(&Sources::new(namespace.clone()));
    let defaults: HashMap<&str, &Setting> = reader
        .settings
        .iter()
        .map(|setting| (setting.key.as_str(), setting))
        .collect();
    let mut sections = Map::new();
    for (key, mut schema) in reader.schemas {
        let Some((section, name)) = key.split_once('.') else {
            continue;
        };
        if let Some(default) = defaults.get(key.as_str()) {
            schema["default"] = default.value.clone();
            schema["description"] = json!(comment(&text, &default.origin));
        }
        let section = sections.entry(section).or_insert_with(empty_section);
        section["properties"][name] = schema;
    }
    let mut root = empty_section();
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!(format!("Settings of {}", namespace.name()));
    root["properties"] = Json::Object(sections);
    root
}

/// A section may be empty, which in YAML is `null`.
fn empty_section() -> Json {
    json!({"type": ["object", "null"], "properties": {}, "additionalProperties": false})
}

/// The comment above a line of the text.
fn comment(text: &str, origin: &Origin) -> String {
    let Origin::Embedded { line, .. } = origin else {
        return String::new();
    };
    let lines: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
    let above = lines.iter().rev();
    let mut comment: Vec<&str> = above
        .map_while(|line| line.trim_start().strip_prefix('#'))
        .map(str::trim)
        .collect();
    comment.reverse();
    comment.join("\n")
}
