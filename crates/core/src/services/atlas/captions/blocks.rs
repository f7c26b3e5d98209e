//! The blocks of a file: header, cues, and what is passed over.

use super::{
    cue::{Cue, MAX_CUE_BYTES},
    fault::{CaptionsError, Fault},
    format::Format,
    markup, time,
};

/// What a file holds, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) cues: Vec<Cue>,
    pub(super) language: Option<String>,
    /// Whether a word has a time of its own, as `<00:00:01.000>` in front of it.
    pub(super) has_timed_words: bool,
    /// The blocks that break the format, and are left out.
    pub(super) faults: Vec<CaptionsError>,
}

/// Takes a file apart. A block that breaks the format is noted, and the next one is read.
pub(super) fn read(text: &str, format: Format) -> Result<File, CaptionsError> {
    let mut reading = Reading {
        lines: lines(text),
        next: 0,
        format,
        file: File::default(),
    };
    if format == Format::WebVtt {
        reading.header()?;
    }
    while reading.skip_blank() {
        if let Err(fault) = reading.block() {
            reading.file.faults.push(fault);
            reading.skip_rest();
        }
    }
    Ok(reading.file)
}

/// The number of the line that holds this byte, from 1.
pub(super) fn line_at(bytes: &[u8], offset: usize) -> usize {
    let before = &bytes[..offset];
    let breaks = before.iter().enumerate().filter(|&(at, &byte)| {
        byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
    });
    breaks.count() + 1
}

/// The lines, whether they end with CRLF, LF or CR.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        lines.extend(line.strip_suffix('\r').unwrap_or(line).split('\r'));
    }
    lines
}

struct Reading<'a> {
    lines: Vec<&'a str>,
    /// The index of the line that comes next.
    next: usize,
    format: Format,
    file: File,
}

impl<'a> Reading<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.next).copied()
    }

    /// The line that comes next, unless it is blank or there is none.
    fn peek_text(&self) -> Option<&'a str> {
        self.peek().filter(|line| !is_blank(line))
    }

    /// Goes to the next line that is not blank; whether there is one.
    fn skip_blank(&mut self) -> bool {
        while self.peek().is_some_and(is_blank) {
            self.next += 1;
        }
        self.next < self.lines.len()
    }

    fn skip_block(&mut self) {
        while self.peek_text().is_some() {
            self.next += 1;
        }
    }

    /// Goes on behind a block that cannot be read: to a blank line, or to the times of the next cue.
    fn skip_rest(&mut self) {
        self.next += 1;
        while self.peek_text().is_some_and(|line| !time::is_range(line)) {
            self.next += 1;
        }
    }

    /// An error about the line that comes next.
    fn refused(&self, fault: Fault) -> CaptionsError {
        CaptionsError {
            line: self.next + 1,
            fault,
        }
    }

    /// `WEBVTT`, and the lines up to a blank one; a time range ends it too.
    fn header(&mut self) -> Result<(), CaptionsError> {
        let first = self.peek().unwrap_or_default();
        let rest = first.strip_prefix("WEBVTT");
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
            return Err(self.refused(Fault::NoSignature));
        }
        self.next += 1;
        while let Some(line) = self.peek_text() {
            if time::is_range(line) {
                break;
            }
            if let Some(language) = line.strip_prefix("Language:") {
                self.file.language = Some(language.trim().to_owned());
            }
            self.next += 1;
        }
        Ok(())
    }

    /// The lines between two blank lines, or up to the times of the next cue.
    fn block(&mut self) -> Result<(), CaptionsError> {
        let Some(first) = self.peek_text() else {
            return Ok(());
        };
        if self.format == Format::WebVtt && is_passed_over(first) {
            self.skip_block();
            return Ok(());
        }
        if !time::is_range(first) {
            // A cue's number or name.
            self.next += 1;
            match self.peek_text() {
                Some(line) if time::is_range(line) => {}
                Some(line) => {
                    let found = time::excerpt(line);
                    return Err(self.refused(Fault::NoTimes { found }));
                }
                None => {
                    self.next -= 1;
                    return Err(self.refused(Fault::BlockWithoutTimes));
                }
            }
        }
        self.cue()
    }

    fn cue(&mut self) -> Result<(), CaptionsError> {
        let line = self.peek().unwrap_or_default();
        let (starts_ms, ends_ms) = time::range(line).map_err(|fault| self.refused(fault))?;
        let of_times = self.next;
        self.next += 1;
        let mut payload = Vec::<&str>::new();
        while let Some(line) = self.peek_payload() {
            if time::is_range(line) {
                // The blank line is missing; a number before the times is the next cue's.
                if payload.last().is_some_and(|last| is_number(last)) {
                    payload.pop();
                }
                break;
            }
            payload.push(line);
            self.next += 1;
        }
        let payload = payload.join("\n");
        if payload.len() > MAX_CUE_BYTES {
            self.next = of_times;
            return Err(self.refused(Fault::TooLong));
        }
        let text = markup::text(&payload, self.format);
        self.file.has_timed_words |= text.has_timed_words;
        if !text.lines.is_empty() {
            self.file.cues.push(Cue {
                starts_ms,
                ends_ms,
                lines: text.lines,
            });
        }
        Ok(())
    }

    /// The next line of a cue: rolling captions write a line of a single blank as a part of the
    /// cue, where only an empty line ends it.
    fn peek_payload(&self) -> Option<&'a str> {
        self.peek().filter(|line| !line.is_empty())
    }
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Notes, styles and regions.
fn is_passed_over(first: &str) -> bool {
    ["NOTE", "STYLE", "REGION"].iter().any(|word| {
        first
            .strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    })
}
