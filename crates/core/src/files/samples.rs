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
    bytes.extend(b"\x3a\x7e\x9b\x55\0\0\0\x0aIDAT\x78\x9c\x63\x68\0\0\0\x82\0\x81");
    bytes.extend(b"\x77\xcd\x72\xb6\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

/// A PNG followed by `bytes` bytes that no decoder reads.
pub(super) fn png_of(bytes: usize) -> Vec<u8> {
    let mut content = png();
    assert!(bytes >= content.len());
    content.extend((content.len()..bytes).map(|at| (at % 251) as u8));
    content
}

fn jpeg() -> Vec<u8> {
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9".to_vec()
}

fn webp() -> Vec<u8> {
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0".to_vec()
}

pub(super) fn mp4() -> Vec<u8> {
    b"\0\0\0\x18ftypisom\0\0\x02\0isommp41\0\0\0\x08moov".to_vec()
}

fn webm() -> Vec<u8> {
    let mut bytes =
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87\x81\x02".to_vec();
    bytes.resize(300, 0);
    bytes
}
