//! Whether a file is whole: its container is read from end to end, and nothing is decoded.
//!
//! What begins like a picture or a clip may have been cut by a transfer, or hold nothing to see. The
//! structure of each format shows that: lengths that add up, checksums, the mark at the end, a video
//! track. Each check reads forward, skips what it need not see, and holds one buffer.

mod bytes;
mod jpeg;
mod mp4;
mod png;
#[cfg(test)]
mod tests;
mod webm;
mod webp;

use std::io::{self, Read, Seek};

use self::bytes::Bytes;
use super::MediaType;

/// Why a file is not whole.
#[derive(Debug)]
pub(super) enum Flaw {
    /// Something about its content.
    Content(&'static str),
    /// It could not be read.
    Unreadable(io::Error),
}

type Result<T = (), E = Flaw> = std::result::Result<T, E>;

/// Reads a file of `size` bytes from its beginning.
pub(super) fn check(media_type: MediaType, file: impl Read + Seek, size: u64) -> Result {
    let mut bytes = Bytes::new(file, size);
    match media_type {
        MediaType::Png => png::check(&mut bytes),
        MediaType::Jpeg => jpeg::check(&mut bytes),
        MediaType::Webp => webp::check(&mut bytes),
        MediaType::Mp4 => mp4::check(&mut bytes),
        MediaType::Webm => webm::check(&mut bytes),
    }
}
