//! MP4 (ISO/IEC 14496-12) 4.2 and 8: boxes with a length and a type. `moov` says which tracks there
//! are, `mdat` holds them.

use std::io::{Read, Seek};

use super::{Flaw, Result, bytes::Bytes};

const CUT: &str = "it ends within one of its boxes";

/// A box: where it ends, and its type. The place is at its content.
struct Header {
    kind: [u8; 4],
    end: u64,
}

pub(super) fn check(bytes: &mut Bytes<impl Read + Seek>) -> Result {
    let (mut has_index, mut has_video, mut has_media) = (false, false, false);
    let size = bytes.size();
    while !bytes.is_at_end() {
        let Header { kind, end } = header(bytes, size)?;
        match &kind {
            b"moov" => {
                has_index = true;
                has_video |= any_child(bytes, end, *b"trak", &mut is_video_track)?;
            }
            b"mdat" => has_media |= end > bytes.at(),
            _ => {}
        }
        bytes.skip_to(end, CUT)?;
    }
    match (has_index, has_video, has_media) {
        (false, ..) => Err(Flaw::Content(
            "it has no box moov, without which nothing can be played: it was cut, or its recording \
             never ended",
        )),
        (_, false, _) => Err(Flaw::Content("it has no video track")),
        (.., false) => Err(Flaw::Content(
            "it has a list of tracks and no media: no box mdat",
        )),
        _ => Ok(()),
    }
}

/// `trak` holds `mdia`, which holds `hdlr` (8.4.3): a version, a word, and what handles the track.
fn is_video_track<R: Read + Seek>(bytes: &mut Bytes<R>, end: u64) -> Result<bool> {
    any_child(bytes, end, *b"mdia", &mut |bytes: &mut Bytes<R>, end| {
        any_child(bytes, end, *b"hdlr", &mut |bytes: &mut Bytes<R>, _| {
            let _version_and_word: [u8; 8] = bytes.take(CUT)?;
            Ok(bytes.take(CUT)? == *b"vide")
        })
    })
}

/// Whether any child of this type fulfils something. Afterwards the place is at the end.
fn any_child<R: Read + Seek>(
    bytes: &mut Bytes<R>,
    end: u64,
    wanted: [u8; 4],
    fulfils: &mut dyn FnMut(&mut Bytes<R>, u64) -> Result<bool>,
) -> Result<bool> {
    let mut any = false;
    while bytes.at() < end {
        let child = header(bytes, end)?;
        if child.kind == wanted {
            any |= fulfils(bytes, child.end)?;
        }
        bytes.skip_to(
            child.end,
            "one of its boxes is longer than the one around it",
        )?;
    }
    Ok(any)
}

/// The header of the next box, which must fit into what ends at `limit`.
fn header(bytes: &mut Bytes<impl Read + Seek>, limit: u64) -> Result<Header> {
    let start = bytes.at();
    let short = u32::from_be_bytes(bytes.take(CUT)?);
    let kind = bytes.take(CUT)?;
    let length = match short {
        // To the end of what it is in.
        0 => limit.saturating_sub(start),
        1 => u64::from_be_bytes(bytes.take(CUT)?),
        short => u64::from(short),
    };
    let end = start.checked_add(length).filter(|end| *end <= limit);
    match end {
        Some(end) if end >= bytes.at() => Ok(Header { kind, end }),
        Some(_) => Err(Flaw::Content("one of its boxes has an impossible length")),
        None => Err(Flaw::Content(CUT)),
    }
}
