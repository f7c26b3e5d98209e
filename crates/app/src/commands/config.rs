//! `groundwork config`.

use anyhow::Result;
use groundwork_core::{config, services::studio::Pipeline};
use serde_json::Value;

use crate::{
    cli::{ConfigFlags, Settings},
    output::{Output, table},
    settings::{self, Loaded},
};

/// Prints every setting with its effective value and its origin; secrets are hidden.
pub(crate) fn run(output: Output, settings: &Settings, flags: ConfigFlags) -> Result<()> {
    if flags.schema {
        let schema = config::schema::<Pipeline>(&settings::namespace());
        return Ok(output.text(&format!("{schema:#}\n"))?);
    }
    if flags.defaults {
        return Ok(output.text(&config::default_yaml::<Pipeline>(&settings::namespace()))?);
    }
    let loaded: Loaded = config::load(&settings.sources()?)?;
    Ok(output.data(flags.format, &loaded, text)?)
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
