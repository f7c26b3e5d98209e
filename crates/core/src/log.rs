//! Sets up where log events go: to stderr, so that stdout is for data alone.

use std::{
    io::{self, IsTerminal},
    sync::OnceLock,
};

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{
    config::{Log, LogFormat},
    error::{DomainError, Kind},
};

/// Changes what is logged.
type SetLevel = Box<dyn Fn(EnvFilter) + Send + Sync>;

/// Of the subscriber that [`init`] has installed.
static SET_LEVEL: OnceLock<SetLevel> = OnceLock::new();

/// Logging was set up already, by this program or by a library that it uses.
#[derive(Debug, thiserror::Error)]
#[error("logging is set up already")]
pub struct AlreadySetUp(#[source] tracing::subscriber::SetGlobalDefaultError);

impl DomainError for AlreadySetUp {
    fn kind(&self) -> Kind {
        Kind::Internal
    }
}

/// Sends events to stderr from now on, in colour if [`colour`] says so.
///
/// # Errors
/// [`AlreadySetUp`] on a second call.
pub fn init(config: &Log) -> Result<(), AlreadySetUp> {
    let (subscriber, set_level) = adjustable(config, colour(), io::stderr);
    tracing::subscriber::set_global_default(subscriber).map_err(AlreadySetUp)?;
    // Only the first call gets here.
    let _ = SET_LEVEL.set(set_level);
    Ok(())
}

/// Logs from now on what a level says, in the form of the setting `log.level`. Before [`init`] it
/// does nothing.
pub fn set_level(level: &str) {
    if let Some(set_level) = SET_LEVEL.get() {
        set_level(EnvFilter::new(level));
    }
}

/// Whether what goes to stderr may be coloured: it is a terminal, and `NO_COLOR`
/// (<https://no-color.org>) is not set to anything.
#[must_use]
pub fn colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && io::stderr().is_terminal()
}

/// What [`init`] installs, with a writer of the caller's.
pub fn subscriber<W>(
    config: &Log,
    colour: bool,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync + 'static>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    adjustable(config, colour, writer).0
}

fn adjustable<W>(
    config: &Log,
    colour: bool,
    writer: W,
) -> (Box<dyn Subscriber + Send + Sync + 'static>, SetLevel)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.level))
        .with_writer(writer)
        .with_ansi(colour);
    match config.format {
        LogFormat::Text => {
            let builder = builder.with_filter_reloading();
            let handle = builder.reload_handle();
            // It fails once the subscriber is gone.
            let set_level = move |filter| drop(handle.reload(filter));
            (Box::new(builder.finish()), Box::new(set_level))
        }
        LogFormat::Json => {
            let builder = builder.json().flatten_event(true).with_filter_reloading();
            let handle = builder.reload_handle();
            let set_level = move |filter| drop(handle.reload(filter));
            (Box::new(builder.finish()), Box::new(set_level))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, format: LogFormat) -> String {
        let buffer = Buffer::default();
        let config = Log {
            level: level.to_owned(),
            format,
        };
        let writer = buffer.clone();
        let subscriber = subscriber(&config, false, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!("a detail");
            tracing::info!(scenes = 3, "stored a project");
        });
        String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn the_level_decides_what_is_logged() {
        assert!(!logged("info", LogFormat::Text).contains("a detail"));
        assert!(logged("debug", LogFormat::Text).contains("a detail"));
        assert_eq!(logged("error", LogFormat::Text), "");
    }

    #[test]
    fn json_has_the_fields_of_the_event() {
        let text = logged("info", LogFormat::Json);
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(event["message"], "stored a project");
        assert_eq!(event["scenes"], 3);
    }
}
