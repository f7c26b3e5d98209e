//! Where a command's texts go: data to stdout, everything else to stderr, colour only where it is
//! wanted.

use std::{
    ffi::OsStr,
    fmt,
    io::{self, IsTerminal, Write},
};

use clap::builder::styling::{self, AnsiColor};
use groundwork_core::log;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::{CliError, Result};

/// Where a command's texts go. Colour is used on a terminal, unless `NO_COLOR` is set.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    colour_of_stdout: bool,
    colour_of_stderr: bool,
    progress: bool,
}

/// The meaning of a coloured word.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// As it should be.
    Good,
    /// Deserves a look.
    Warning,
    /// Wrong.
    Bad,
    /// What to do.
    Advice,
    /// A heading.
    Strong,
}

/// Which of the two streams a text goes to.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// The data.
    Stdout,
    /// Everything else.
    Stderr,
}

/// How data is printed.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Format {
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

impl Output {
    /// The output of this process; `NO_COLOR` turns colour off unless it is empty
    /// (<https://no-color.org>).
    #[must_use]
    pub fn of_process() -> Self {
        let no_color = std::env::var_os("NO_COLOR");
        let is_wanted = no_color.as_deref().is_none_or(OsStr::is_empty);
        Self {
            colour_of_stdout: is_wanted && io::stdout().is_terminal(),
            colour_of_stderr: log::colour(),
            progress: io::stderr().is_terminal(),
        }
    }

    /// Output without colour and progress.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            colour_of_stdout: false,
            colour_of_stderr: false,
            progress: false,
        }
    }

    /// Prints data as JSON if the format says so, or else as `text` makes it.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn data<T: Serialize + ?Sized>(
        self,
        format: Format,
        data: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result {
        let mut text = match format.json {
            true => serde_json::to_string_pretty(data).map_err(CliError::internal)?,
            false => text(data),
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        self.text(&text)
    }

    /// Prints text to stdout as it is.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn text(self, text: &str) -> Result {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes());
        written
            .and_then(|()| stdout.flush())
            .map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => CliError::reader_gone(),
                _ => CliError::unavailable(error).context("cannot write to stdout"),
            })
    }

    /// Prints text to stdout, with a line break at its end.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn line(self, text: &str) -> Result {
        self.text(&format!("{text}\n"))
    }

    /// Prints a line for people beside the data. A closed stderr is no reason to stop: ignored.
    pub fn note(self, text: impl fmt::Display) {
        writeln!(io::stderr().lock(), "{text}").ok();
    }

    /// Shows how far a long step is, on a terminal only; the next text takes its place.
    pub fn progress(self, text: &str) {
        if self.progress {
            write!(io::stderr().lock(), "\r\x1b[2K{text} …\r").ok();
        }
    }

    /// A progress bar on a terminal, and nothing elsewhere. `length` is `None` while it is not
    /// known; `template` is one of [`indicatif`]'s.
    #[must_use]
    pub fn bar(self, length: Option<u64>, template: &str) -> ProgressBar {
        let target = match self.progress {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::with_draw_target(length, target).with_style(style)
    }

    /// Whether a text on this stream may be coloured.
    #[must_use]
    pub fn is_coloured(self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => self.colour_of_stdout,
            Stream::Stderr => self.colour_of_stderr,
        }
    }

    /// The word in its style's colour, where the stream shows colours.
    #[must_use]
    pub fn styled(self, stream: Stream, style: Style, word: &str) -> String {
        if !self.is_coloured(stream) {
            return word.to_owned();
        }
        let style = match style {
            Style::Good => AnsiColor::Green.on_default(),
            Style::Warning => AnsiColor::Yellow.on_default(),
            Style::Bad => AnsiColor::Red.on_default().bold(),
            Style::Advice => AnsiColor::Cyan.on_default(),
            Style::Strong => styling::Style::new().bold(),
        };
        format!("{style}{word}{style:#}")
    }
}
