//! PNG (W3C, third edition) 5.3 and 5.6: chunks with a length, a type and a CRC, from IHDR to IEND.
//! What follows IEND is nobody's business: decoders stop there.

use std::io::{Read, Seek};

use super::{Flaw, Result, bytes::Bytes};

const CUT: &str = "it ends before its last chunk, IEND";

/// What the CRC of a PNG is computed with (annex D).
const TABLE: [u32; 256] = table();

pub(super) fn check(bytes: &mut Bytes<impl Read + Seek>) -> Result {
    bytes.skip_to(8, CUT)?;
    let mut is_first = true;
    let mut has_picture = false;
    loop {
        let length = u32::from_be_bytes(bytes.take(CUT)?);
        let kind: [u8; 4] = bytes.take(CUT)?;
        if length > 0x7fff_ffff || !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(Flaw::Content("one of its chunks is none"));
        }
        if is_first && (length != 13 || kind != *b"IHDR") {
            return Err(Flaw::Content("the first chunk is not IHDR"));
        }
        is_first = false;
        let crc = crc_of_data(bytes, !update(u32::MAX, &kind), length)?;
        if crc != u32::from_be_bytes(bytes.take(CUT)?) {
            return Err(Flaw::Content("the checksum of one of its chunks is wrong"));
        }
        match &kind {
            b"IDAT" => has_picture = true,
            b"IEND" if has_picture => return Ok(()),
            b"IEND" => return Err(Flaw::Content("it has no picture in it: no chunk IDAT")),
            _ => {}
        }
    }
}

/// The CRC of a chunk, from that of its type.
fn crc_of_data(bytes: &mut Bytes<impl Read + Seek>, so_far: u32, length: u32) -> Result<u32> {
    let mut crc = !so_far;
    let mut buffer = [0; 4096];
    let mut left = length as usize;
    while left > 0 {
        let piece = left.min(buffer.len());
        bytes.fill(&mut buffer[..piece], CUT)?;
        crc = update(crc, &buffer[..piece]);
        left -= piece;
    }
    Ok(!crc)
}

fn update(crc: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(crc, |crc, byte| {
        TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8)
    })
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut crc = at as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        table[at] = crc;
        at += 1;
    }
    table
}

#[cfg(test)]
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !update(u32::MAX, bytes)
}
