//! `groundwork config`.

use anyhow::Result;
use groundwork_core::config::{self, Loaded};
use serde_json::Value;

use crate::{
    cli::{Format, Settings},
    output::{Output, table},
    settings,
};

/// Prints every setting with its effective value and its origin; secrets are hidden.
pub(crate) fn run(output: Output, settings: &Settings, format: Format) -> Result<()> {
    let loaded = config::load(&settings.sources()?)?;
    Ok(output.data(format, &loaded, text)?)
}

fn text(loaded: &Loaded) -> String {
    let rows = loaded.values.iter().map(|setting| {
        vec![
            setting.key.clone(),
            plain(&setting.value),
            setting.origin.to_string(),
        ]
    });
    format!(
        "environment: {}\nfiles: {}\n\n{}",
        loaded.environment,
        settings::files(loaded),
        table(&["key", "value", "from"], rows),
    )
}

/// A value as one would write it in YAML.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
