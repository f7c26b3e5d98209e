//! What the command says: data to stdout, everything else to stderr, colour on a terminal only.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use clap::builder::styling::AnsiColor;
use comfy_table::{Table, presets};

/// Where words go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    colour: bool,
    colours_data: bool,
}

/// The meaning of a coloured word on stderr.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tone {
    Good,
    Bad,
}

impl Output {
    /// The output of this process; `NO_COLOR` (<https://no-color.org>) turns colour off.
    pub(super) fn of_process() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colour: !refused && io::stderr().is_terminal(),
            colours_data: !refused && io::stdout().is_terminal(),
        }
    }

    /// Whether data that a person reads may be coloured.
    pub(super) fn colours_data(self) -> bool {
        self.colours_data
    }

    /// Prints data to stdout, with a line break at its end.
    pub(super) fn data(self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{text}")?;
        stdout.flush()
    }

    /// Tells a person something beside the data. A closed stderr is nobody's fault: ignored.
    pub(super) fn note(self, text: impl fmt::Display) {
        writeln!(io::stderr().lock(), "{text}").ok();
    }

    /// Tells how far a long step is, on a terminal only; the next word takes its place.
    pub(super) fn progress(self, text: &str) {
        if io::stderr().is_terminal() {
            write!(io::stderr().lock(), "\r\x1b[2K{text} …\r").ok();
        }
    }

    /// The word in its tone's colour, where stderr shows colours.
    pub(super) fn tinted(self, tone: Tone, word: &str) -> String {
        if !self.colour {
            return word.to_owned();
        }
        let style = match tone {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
        };
        format!("{style}{word}{style:#}")
    }
}

/// A table without lines, its columns apart by two blanks: easy to read, and easy to cut.
pub(super) fn table<const N: usize>(
    header: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}
