//! WebP (RFC 9649) 2.3 to 2.7: a RIFF container with a length, and chunks with theirs, padded to
//! even places.

use std::io::{Read, Seek};

use super::{Flaw, Result, bytes::Bytes};

const CUT: &str = "it ends before its RIFF container does";

pub(super) fn check(bytes: &mut Bytes<impl Read + Seek>) -> Result {
    bytes.skip_to(4, CUT)?;
    let end = u64::from(u32::from_le_bytes(bytes.take(CUT)?)) + 8;
    if end > bytes.size() {
        return Err(Flaw::Content(CUT));
    }
    bytes.skip_to(12, CUT)?;
    let mut has_picture = false;
    while bytes.at() < end {
        let kind: [u8; 4] = bytes.take(CUT)?;
        let length = u64::from(u32::from_le_bytes(bytes.take(CUT)?));
        let next = bytes.at() + length + length % 2;
        if next > end {
            return Err(Flaw::Content("one of its chunks is longer than the whole"));
        }
        has_picture |= length > 0 && matches!(&kind, b"VP8 " | b"VP8L" | b"ANMF");
        bytes.skip_to(next, CUT)?;
    }
    match has_picture {
        true => Ok(()),
        false => Err(Flaw::Content("it has no picture in it")),
    }
}
