//! Section `log`.

use tracing_subscriber::EnvFilter;

use super::{Keys, Section};

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct Log {
    /// A level, or levels per module, as [`EnvFilter`] reads them.
    pub level: String,
    /// How an event is written.
    pub format: LogFormat,
}

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A line of JSON for machines.
    Json,
}

impl Section for Log {
    const NAME: &'static str = "log";

    const DEFAULTS: &'static str = "\
# off, error, warn, info, debug or trace; also per module, such as info,groundwork_core=debug
level: info
# text or json
format: text
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let level = keys.parsed(
            "level",
            "off, error, warn, info, debug or trace, also per module, such as info,sqlx=warn",
            parse_level,
        );
        let format = keys.choice(
            "format",
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        );
        Some(Self {
            level: level?,
            format: format?,
        })
    }
}

/// [`EnvFilter`] takes any bare word for the name of a module; here a bare word is a level, so
/// that a misspelt one is noticed.
fn parse_level(text: &str) -> Option<String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let plausible = text
        .split(',')
        .all(|part| part.contains('=') || LEVELS.contains(&part.trim()));
    (plausible && EnvFilter::try_new(text).is_ok()).then(|| text.to_owned())
}
