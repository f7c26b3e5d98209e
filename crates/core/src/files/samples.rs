//! The smallest files of each type, for tests.

use super::MediaType;

pub(super) fn each() -> Vec<(Vec<u8>, MediaType)> {
    vec![
        (png(), MediaType::Png),
        (jpeg(), MediaType::Jpeg),
        (webp(), MediaType::Webp),
        (mp4(), MediaType::Mp4),
        (webm(), MediaType::Webm),
    ]
}

/// One grey pixel.
pub(super) fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0".to_vec();
    bytes.extend(b"\x3a\x7e\x9b\x55\0\0\0\x0aIDAT\x78\x9c\x63\x68\x02\0\0\x84\0\x83");
    bytes.extend(b"\xd0\x86\xce\x23\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

/// A PNG followed by `bytes` bytes that no decoder reads.
pub(super) fn png_of(bytes: usize) -> Vec<u8> {
    let mut content = png();
    assert!(bytes >= content.len());
    content.extend((content.len()..bytes).map(|at| (at % 251) as u8));
    content
}

/// The segments that a picture needs, and a scan with a stuffed zero and a restart in it.
pub(super) fn jpeg() -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    bytes.extend(b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0");
    bytes.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\xff\0\x34\xff\xd0\x56\xff\xd9");
    bytes
}

pub(super) fn webp() -> Vec<u8> {
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0".to_vec()
}

/// A list of one track, and some media.
pub(super) fn mp4() -> Vec<u8> {
    mp4_with(b"vide")
}

/// A list of one track that is handled by this, and some media.
pub(super) fn mp4_with(handler: &[u8; 4]) -> Vec<u8> {
    let hdlr = atom(b"hdlr", &[&[0; 8][..], handler, &[0; 13]].concat());
    let moov = atom(b"moov", &atom(b"trak", &atom(b"mdia", &hdlr)));
    let ftyp = atom(b"ftyp", b"isom\0\0\x02\0isommp41");
    [ftyp, moov, atom(b"mdat", b"frames")].concat()
}

/// A box of an MP4.
pub(super) fn atom(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap();
    [&length.to_be_bytes()[..], kind, content].concat()
}

/// A list of one track, and a cluster with some media.
pub(super) fn webm() -> Vec<u8> {
    webm_with(1)
}

/// A list of one track of this type, and a cluster with some media.
pub(super) fn webm_with(track_type: u8) -> Vec<u8> {
    let track = element(b"\xae", &element(b"\x83", &[track_type]));
    let tracks = element(b"\x16\x54\xae\x6b", &track);
    let cluster = element(b"\x1f\x43\xb6\x75", &element(b"\xa3", b"frames"));
    let segment = element(b"\x18\x53\x80\x67", &[tracks, cluster].concat());
    [webm_head(), segment].concat()
}

/// The EBML header of a WebM.
pub(super) fn webm_head() -> Vec<u8> {
    let version = element(b"\x42\x86", &[1]);
    let kind = element(b"\x42\x82", b"webm");
    element(
        b"\x1a\x45\xdf\xa3",
        &[version, kind, element(b"\x42\x87", &[2])].concat(),
    )
}

/// An EBML element with a length of one byte.
pub(super) fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    assert!(content.len() < 127);
    [id, &[0x80 | u8::try_from(content.len()).unwrap()], content].concat()
}
