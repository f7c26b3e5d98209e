//! The command `config`.

use clap::Args;
use groundwork_core::config::{self, Loaded};
use serde_json::Value;

use crate::{
    error::Result,
    output::{Format, Output},
    program::Program,
    settings::{self, SettingsFlags},
    text::table,
};

/// What is printed about the configuration.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ConfigFlags {
    #[command(flatten)]
    format: Format,
    /// Print every key with its default and its meaning, as a YAML file
    #[arg(long, conflicts_with = "json")]
    defaults: bool,
    /// Print the JSON Schema of the YAML files, for editors
    #[arg(long, conflicts_with_all = ["json", "defaults"])]
    schema: bool,
}

/// Prints every setting with its effective value and its origin; secrets are hidden.
pub(crate) fn run<P: Program>(
    program: &P,
    output: Output,
    settings: &SettingsFlags,
    flags: ConfigFlags,
) -> Result {
    let namespace = program.namespace();
    if flags.schema {
        let schema = config::schema::<P::Settings>(&namespace);
        return output.line(&format!("{schema:#}"));
    }
    if flags.defaults {
        return output.text(&config::default_yaml::<P::Settings>(&namespace));
    }
    let loaded: Loaded<P::Settings> = config::load(&settings.sources(namespace)?)?;
    output.data(flags.format, &loaded, text)?;
    for warning in &loaded.warnings {
        output.note(format!("warning: {warning}"));
    }
    Ok(())
}

fn text<S>(loaded: &Loaded<S>) -> String {
    let rows = loaded.values.iter().map(|setting| {
        [
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
