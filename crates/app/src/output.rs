//! What a command says: data to stdout, everything else to stderr, colour only where it is wanted.

use std::{
    ffi::OsStr,
    fmt,
    io::{self, IsTerminal, Write},
};

use chrono::{DateTime, SecondsFormat, Utc};
use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{Table, presets};
use groundwork_core::log;
use serde::Serialize;

use crate::cli::Format;

/// Where a command's words go. Colour is used on a terminal, unless `NO_COLOR` is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    colour_of_stdout: bool,
    colour_of_stderr: bool,
    progress: bool,
}

/// The meaning of a coloured word.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    Good,
    Warning,
    Bad,
    Advice,
    Strong,
}

/// Which of the two streams a word goes to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

impl Output {
    /// The output of this process; `no_color` is the value of `NO_COLOR`, which turns colour off
    /// unless it is empty (<https://no-color.org>).
    pub(crate) fn of_process(no_color: Option<&OsStr>) -> Self {
        let wanted = no_color.is_none_or(OsStr::is_empty);
        Self {
            colour_of_stdout: wanted && io::stdout().is_terminal(),
            colour_of_stderr: log::colour(),
            progress: io::stderr().is_terminal(),
        }
    }

    /// Output without colour and progress.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self {
            colour_of_stdout: false,
            colour_of_stderr: false,
            progress: false,
        }
    }

    /// Whether somebody watches, so that a progress bar makes sense.
    pub(crate) fn shows_progress(self) -> bool {
        self.progress
    }

    /// Prints data as JSON, or as `table` makes it.
    pub(crate) fn data<T: Serialize>(
        self,
        format: Format,
        data: &T,
        table: impl FnOnce(&T) -> String,
    ) -> Result<(), OutputError> {
        if format.json {
            let mut json = serde_json::to_string_pretty(data).map_err(io::Error::from)?;
            json.push('\n');
            self.text(&json)
        } else {
            let mut text = table(data);
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            self.text(&text)
        }
    }

    /// Prints text to stdout as it is.
    pub(crate) fn text(self, text: &str) -> Result<(), OutputError> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Tells a person something beside the data. A closed stderr is nobody's fault: ignored.
    pub(crate) fn note(self, text: impl fmt::Display) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// The word in its tone's colour, where the stream shows colours.
    pub(crate) fn tinted(self, stream: Stream, tone: Tone, word: &str) -> String {
        let coloured = match stream {
            Stream::Stdout => self.colour_of_stdout,
            Stream::Stderr => self.colour_of_stderr,
        };
        if !coloured {
            return word.to_owned();
        }
        let style = match tone {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Advice => AnsiColor::Cyan.on_default(),
            Tone::Strong => Style::new().bold(),
        };
        format!("{style}{word}{style:#}")
    }
}

/// A table without lines, its columns apart by two blanks: easy to read, and easy to cut.
pub(crate) fn table<R, C>(header: &[&str], rows: R) -> String
where
    R: IntoIterator<Item = Vec<C>>,
    C: ToString,
{
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(&cell.to_string())));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// The text without what could move a terminal's cursor or forge a second line.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A number of bytes as people say it, in powers of 1024.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut tenths = u128::from(count) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// `1 scene`, `3 scenes`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// An instant to the second, in UTC (RFC 3339).
pub(crate) fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Stdout took no more.
#[derive(Debug)]
pub(crate) struct OutputError(io::Error);

impl OutputError {
    /// Whether the reader has simply gone, as `head` does when it has seen enough.
    pub(crate) fn is_reader_gone(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot write to stdout")
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(10 * 1024 * 1024), "10.0 MiB");
        assert_eq!(bytes(u64::MAX), "15.9 EiB");
    }

    #[test]
    fn a_title_cannot_forge_lines_or_colours() {
        let table = table(&["title"], [vec!["a\n\u{1b}[31mb"]]);
        assert_eq!(table.lines().count(), 2);
        assert!(!table.contains('\u{1b}'));
    }
}
