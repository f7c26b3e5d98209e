//! Reading forward through a file whose length is known.

use std::io::{BufReader, Read, Seek};

use super::{Flaw, Result};

const BUFFER_BYTES: usize = 64 * 1024;

/// A file and a place in it.
pub(super) struct Bytes<R> {
    file: BufReader<R>,
    at: u64,
    size: u64,
}

impl<R: Read + Seek> Bytes<R> {
    pub(super) fn new(file: R, size: u64) -> Self {
        Self {
            file: BufReader::with_capacity(BUFFER_BYTES, file),
            at: 0,
            size,
        }
    }

    /// Where the next byte is.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The length of the whole.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.size
    }

    /// The next bytes; `cut` is the flaw if there are fewer.
    pub(super) fn take<const N: usize>(&mut self, cut: &'static str) -> Result<[u8; N]> {
        let mut taken = [0; N];
        self.fill(&mut taken, cut)?;
        Ok(taken)
    }

    pub(super) fn fill(&mut self, buffer: &mut [u8], cut: &'static str) -> Result {
        let wanted = buffer.len() as u64;
        if self.size.saturating_sub(self.at) < wanted {
            return Err(Flaw::Content(cut));
        }
        self.file.read_exact(buffer).map_err(Flaw::Unreadable)?;
        self.at += wanted;
        Ok(())
    }

    pub(super) fn byte(&mut self, cut: &'static str) -> Result<u8> {
        let [byte] = self.take(cut)?;
        Ok(byte)
    }

    /// Goes on to a place that must not be before this one; `cut` is the flaw if the file ends
    /// before it.
    pub(super) fn skip_to(&mut self, place: u64, cut: &'static str) -> Result {
        if place > self.size || place < self.at {
            return Err(Flaw::Content(cut));
        }
        let ahead = i64::try_from(place - self.at).map_err(|_| Flaw::Content(cut))?;
        self.file.seek_relative(ahead).map_err(Flaw::Unreadable)?;
        self.at = place;
        Ok(())
    }
}
