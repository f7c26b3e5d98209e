//! JPEG (ITU-T T.81) annex B: segments with a marker and a length, entropy-coded data after each
//! start of scan, and a mark at the end. Cameras put more behind it, which is left alone.

use std::io::{Read, Seek};

use super::{Flaw, Result, bytes::Bytes};

const CUT: &str = "it ends before its mark of the end";

pub(super) fn check(bytes: &mut Bytes<impl Read + Seek>) -> Result {
    bytes.skip_to(2, CUT)?;
    let (mut has_frame, mut has_scan) = (false, false);
    let mut marker = next_marker(bytes)?;
    loop {
        match marker {
            0xd9 if has_frame && has_scan => return Ok(()),
            0xd9 => return Err(Flaw::Content("it has no picture in it")),
            // Markers without a segment: restarts, and TEM.
            0xd0..=0xd7 | 0x01 => {}
            0x00 | 0x02..=0xbf | 0xd8 => {
                return Err(Flaw::Content("something else is in the place of a segment"));
            }
            _ => {
                skip_segment(bytes)?;
                // Every frame but the tables (DHT, JPG, DAC), which are among their numbers.
                has_frame |= matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
                if marker == 0xda {
                    has_scan = true;
                    marker = marker_after_scan(bytes)?;
                    continue;
                }
            }
        }
        marker = next_marker(bytes)?;
    }
}

/// A marker may have any number of fill bytes before it.
fn next_marker(bytes: &mut Bytes<impl Read + Seek>) -> Result<u8> {
    if bytes.byte(CUT)? != 0xff {
        return Err(Flaw::Content("something else is in the place of a segment"));
    }
    loop {
        let byte = bytes.byte(CUT)?;
        if byte != 0xff {
            return Ok(byte);
        }
    }
}

fn skip_segment(bytes: &mut Bytes<impl Read + Seek>) -> Result {
    let length = u16::from_be_bytes(bytes.take(CUT)?);
    if length < 2 {
        return Err(Flaw::Content(
            "one of its segments has an impossible length",
        ));
    }
    let end = bytes.at() + u64::from(length) - 2;
    bytes.skip_to(end, CUT)
}

/// The first marker that ends the entropy-coded data: not a stuffed zero, and no restart.
fn marker_after_scan(bytes: &mut Bytes<impl Read + Seek>) -> Result<u8> {
    loop {
        if bytes.byte(CUT)? != 0xff {
            continue;
        }
        let mut marker = bytes.byte(CUT)?;
        while marker == 0xff {
            marker = bytes.byte(CUT)?;
        }
        if !matches!(marker, 0x00 | 0xd0..=0xd7) {
            return Ok(marker);
        }
    }
}
