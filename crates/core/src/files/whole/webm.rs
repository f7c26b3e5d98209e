//! WebM, which is Matroska (RFC 9559) in EBML (RFC 8794): elements with an id and a length of
//! variable width. A recording that was streamed leaves the lengths of its segment and clusters
//! open; then they end where an element begins that cannot be in them.

use std::io::{Read, Seek};

use super::{Flaw, Result, bytes::Bytes};

const CUT: &str = "it ends within one of its elements";

const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK_ENTRY: u32 = 0xae;
const TRACK_TYPE: u32 = 0x83;
const CLUSTER: u32 = 0x1f43_b675;
/// The other children of a segment: SeekHead, Info, Chapters, Attachments, Cues, Tags.
const OTHERS: [u32; 6] = [
    0x114d_9b74,
    0x1549_a966,
    0x1043_a770,
    0x1941_a469,
    0x1c53_bb6b,
    0x1254_c367,
];

/// An element: its id, and where it ends, unless that is left open. The place is at its content.
struct Header {
    id: u32,
    end: Option<u64>,
}

pub(super) fn check(bytes: &mut Bytes<impl Read + Seek>) -> Result {
    let size = bytes.size();
    let head = header(bytes, size)?;
    bytes.skip_to(head.end.ok_or(Flaw::Content(CUT))?, CUT)?;
    // Padding may stand before the segment.
    let segment = loop {
        let next = header(bytes, size)?;
        match next.end {
            _ if next.id == SEGMENT => break next,
            Some(end) => bytes.skip_to(end, CUT)?,
            None => return Err(Flaw::Content(CUT)),
        }
    };
    children_of_segment(bytes, segment.end.unwrap_or(size))
}

fn children_of_segment(bytes: &mut Bytes<impl Read + Seek>, end: u64) -> Result {
    let (mut has_video, mut has_media) = (false, false);
    while bytes.at() < end {
        let mut child = header(bytes, end)?;
        // Clusters of open length follow each other: each ends where the next child begins.
        while child.id == CLUSTER && child.end.is_none() {
            has_media = true;
            match next_after_open_cluster(bytes, end)? {
                Some(next) => child = next,
                None => return whole(has_video, has_media),
            }
        }
        let child_end = child.end.ok_or(Flaw::Content(CUT))?;
        match child.id {
            TRACKS => has_video |= has_video_track(bytes, child_end)?,
            CLUSTER => has_media |= child_end > bytes.at(),
            _ => {}
        }
        bytes.skip_to(child_end, CUT)?;
    }
    whole(has_video, has_media)
}

fn whole(has_video: bool, has_media: bool) -> Result {
    match (has_video, has_media) {
        (false, _) => Err(Flaw::Content("it has no video track")),
        (_, false) => Err(Flaw::Content(
            "it has a list of tracks and no media: no cluster",
        )),
        _ => Ok(()),
    }
}

/// The child of the segment after a cluster whose length is open; `None` at the end.
fn next_after_open_cluster(
    bytes: &mut Bytes<impl Read + Seek>,
    end: u64,
) -> Result<Option<Header>> {
    while bytes.at() < end {
        let next = header(bytes, end)?;
        if next.id == CLUSTER || next.id == TRACKS || OTHERS.contains(&next.id) {
            return Ok(Some(next));
        }
        bytes.skip_to(next.end.ok_or(Flaw::Content(CUT))?, CUT)?;
    }
    Ok(None)
}

/// Whether one of the entries has the type 1 (RFC 9559, 5.1.4.1.3).
fn has_video_track(bytes: &mut Bytes<impl Read + Seek>, end: u64) -> Result<bool> {
    let mut any = false;
    while bytes.at() < end {
        let entry = header(bytes, end)?;
        let entry_end = entry.end.ok_or(Flaw::Content(CUT))?;
        while entry.id == TRACK_ENTRY && bytes.at() < entry_end {
            let field = header(bytes, entry_end)?;
            let field_end = field.end.ok_or(Flaw::Content(CUT))?;
            if field.id == TRACK_TYPE && field_end > bytes.at() {
                bytes.skip_to(field_end - 1, CUT)?;
                any |= bytes.byte(CUT)? == 1;
            }
            bytes.skip_to(field_end, CUT)?;
        }
        bytes.skip_to(entry_end, CUT)?;
    }
    Ok(any)
}

/// The header of the next element, which must fit into what ends at `limit`.
fn header(bytes: &mut Bytes<impl Read + Seek>, limit: u64) -> Result<Header> {
    let first = bytes.byte(CUT)?;
    let more = first.leading_zeros();
    if more > 3 {
        return Err(Flaw::Content(
            "something else is in the place of an element",
        ));
    }
    let mut id = u32::from(first);
    for _ in 0..more {
        id = id << 8 | u32::from(bytes.byte(CUT)?);
    }
    let end = match length(bytes)? {
        None => None,
        Some(length) => match bytes.at().checked_add(length) {
            Some(end) if end <= limit => Some(end),
            _ => return Err(Flaw::Content(CUT)),
        },
    };
    Ok(Header { id, end })
}

/// A length of one to eight bytes; `None` if all its bits are set, which leaves it open.
fn length(bytes: &mut Bytes<impl Read + Seek>) -> Result<Option<u64>> {
    let first = bytes.byte(CUT)?;
    let more = first.leading_zeros();
    if more > 7 {
        return Err(Flaw::Content(
            "something else is in the place of an element",
        ));
    }
    let mut value = u64::from(first) & (0x7f >> more);
    for _ in 0..more {
        value = value << 8 | u64::from(bytes.byte(CUT)?);
    }
    let is_open = value == (1 << (7 * (more + 1))) - 1;
    Ok((!is_open).then_some(value))
}
