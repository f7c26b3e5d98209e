//! The lines of a stream, one at a time and none longer than [`MAX_LINE_BYTES`], so that the memory
//! that they take does not depend on what there is to read.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};

/// The most bytes of a line.
pub const MAX_LINE_BYTES: usize = 8 << 20;

/// What a UTF-8 file of Windows may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads lines.
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    line: Vec<u8>,
}

/// A line, without its line break.
pub(super) enum ReadLine<'a> {
    Whole(&'a [u8]),
    /// It is longer than [`MAX_LINE_BYTES`], and skipped.
    TooLong,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            line: Vec::new(),
        }
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line, and how many bytes were read for it; `None` at the end.
    pub(super) async fn next(&mut self) -> io::Result<Option<(ReadLine<'_>, u64)>> {
        self.line.clear();
        let (mut read, mut is_too_long) = (0, false);
        loop {
            let available = self.input.fill_buf().await?;
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = end.map_or(available, |end| &available[..end]);
            is_too_long |= self.line.len() + part.len() > MAX_LINE_BYTES;
            if !is_too_long {
                self.line.extend_from_slice(part);
            }
            let taken = end.map_or(available.len(), |end| end + 1);
            read += taken as u64;
            let is_over = taken == 0 || end.is_some();
            self.input.consume(taken);
            if is_over {
                break;
            }
        }
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if is_too_long {
            return Ok(Some((ReadLine::TooLong, read)));
        }
        let line = self.line.as_slice();
        let line = match self.number {
            1 => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line),
            _ => line,
        };
        Ok(Some((ReadLine::Whole(line), read)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::BufReader;

    use super::*;

    async fn all(text: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(BufReader::with_capacity(7, text));
        let mut all = Vec::new();
        while let Some((line, _)) = lines.next().await.unwrap() {
            all.push(match line {
                ReadLine::Whole(line) => Some(line.to_vec()),
                ReadLine::TooLong => None,
            });
        }
        all
    }

    #[tokio::test]
    async fn lines_end_at_line_breaks_and_at_the_end() {
        let expected = [b"a longer line".to_vec(), Vec::new(), b"b".to_vec()].map(Some);
        assert_eq!(all(b"\xef\xbb\xbfa longer line\n\nb").await, expected);
        assert_eq!(all(b"").await, []);
        assert_eq!(all(b"a\n").await, [Some(b"a".to_vec())]);
    }

    #[tokio::test]
    async fn a_line_at_the_limit_is_read_and_one_beyond_it_is_skipped() {
        let mut text = vec![b'x'; MAX_LINE_BYTES];
        text.push(b'\n');
        text.extend(vec![b'y'; MAX_LINE_BYTES + 1]);
        text.extend(b"\nz");
        let lengths = all(&text)
            .await
            .into_iter()
            .map(|line| line.map(|it| it.len()));
        assert_eq!(
            lengths.collect::<Vec<_>>(),
            [Some(MAX_LINE_BYTES), None, Some(1)]
        );
    }
}
