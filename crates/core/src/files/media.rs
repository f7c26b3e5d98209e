//! What a file is. Its content decides, never its name.

use std::{fmt, str::FromStr};

use super::{FilesError, sniff};

/// The types that a store takes. Each has one extension and one media type (RFC 6838).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MediaType {
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
    /// `image/webp`
    Webp,
    /// `video/mp4`
    Mp4,
    /// `video/webm`
    Webm,
}

impl MediaType {
    /// Every type.
    pub const ALL: &'static [Self] = &[Self::Png, Self::Jpeg, Self::Webp, Self::Mp4, Self::Webm];
    /// The still images.
    pub const IMAGES: &'static [Self] = &[Self::Png, Self::Jpeg, Self::Webp];
    /// The videos.
    pub const VIDEOS: &'static [Self] = &[Self::Mp4, Self::Webm];

    /// The media type as HTTP writes it, such as `image/png`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
        }
    }

    /// The extension on disk, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    /// The type with this extension, to the letter.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.extension() == extension)
    }

    /// Recognises a file by its first bytes, which must be all of it or at least 4 KiB.
    ///
    /// # Errors
    /// [`FilesError::Empty`], [`FilesError::TypeNotAllowed`] if it is something that `accepted`
    /// does not list, [`FilesError::Damaged`] if it begins like an accepted type and goes on wrong. That
    /// the rest of it is whole is for a store to see: it has all of it.
    pub fn recognise(head: &[u8], accepted: &[Self]) -> Result<Self, FilesError> {
        if head.is_empty() {
            return Err(FilesError::Empty);
        }
        let found = sniff::media_type(head);
        let recognised = accepted
            .iter()
            .copied()
            .find(|accepted| found == Some(accepted.as_str()))
            .ok_or_else(|| FilesError::TypeNotAllowed {
                found: found.unwrap_or_else(|| describe_unknown(head)),
                accepted: accepted.to_vec(),
            })?;
        match recognised.flaw(head) {
            None => Ok(recognised),
            Some(flaw) => Err(FilesError::Damaged {
                media_type: recognised,
                flaw,
            }),
        }
    }

    /// What is wrong with a head that begins like this type.
    fn flaw(self, head: &[u8]) -> Option<&'static str> {
        match self {
            Self::Png => png_flaw(head),
            Self::Jpeg => jpeg_flaw(head),
            Self::Webp => webp_flaw(head),
            Self::Mp4 => mp4_flaw(head),
            // Its header is elements like the rest of it.
            Self::Webm => None,
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MediaType {
    type Err = UnknownMediaType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == text)
            .ok_or(UnknownMediaType)
    }
}

/// The text names no type that a store takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a media type of this store")]
pub struct UnknownMediaType;

fn describe_unknown(head: &[u8]) -> &'static str {
    match std::str::from_utf8(&head[..head.len().min(512)]) {
        Ok(text) if !text.contains('\0') => "text",
        // A cut in the middle of a character is no sign against text.
        Err(cut) if cut.error_len().is_none() && cut.valid_up_to() > 0 => "text",
        _ => "of no known type",
    }
}

/// PNG (W3C, third edition) 5.2 and 11.2.1: the signature, then IHDR with 13 bytes.
fn png_flaw(head: &[u8]) -> Option<&'static str> {
    let Some((signature, rest)) = head.split_first_chunk::<8>() else {
        return Some("it ends within the signature");
    };
    if signature != b"\x89PNG\r\n\x1a\n" {
        return Some("its signature was altered, as a transfer in text mode does");
    }
    let Some(ihdr) = rest.first_chunk::<25>() else {
        return Some("it ends within the header");
    };
    if ihdr[..8] != *b"\0\0\0\x0dIHDR" {
        return Some("the first chunk is not IHDR");
    }
    let side = |at: usize| u32::from_be_bytes([ihdr[at], ihdr[at + 1], ihdr[at + 2], ihdr[at + 3]]);
    let sides = 1..=0x7fff_ffff;
    if !sides.contains(&side(8)) || !sides.contains(&side(12)) {
        return Some("it has no width or no height");
    }
    None
}

/// JPEG (ITU-T T.81) B.1.1: after the start marker, another marker with a length of at least 2.
fn jpeg_flaw(head: &[u8]) -> Option<&'static str> {
    match head.get(3..6) {
        None => Some("it ends within the header"),
        Some(&[0xc0..=0xfe, high, low]) if u16::from_be_bytes([high, low]) >= 2 => None,
        Some(_) => Some("no segment follows its start"),
    }
}

/// WebP (RFC 9649) 2.4 to 2.7: RIFF, a size, WEBP, then one of three chunks.
fn webp_flaw(head: &[u8]) -> Option<&'static str> {
    if !head.starts_with(b"RIFF") {
        return Some("it is not in a RIFF container");
    }
    match head.get(12..16) {
        None => Some("it ends within the header"),
        Some(b"VP8 " | b"VP8L" | b"VP8X") => None,
        Some(_) => Some("its first chunk is no image"),
    }
}

/// ISO/IEC 14496-12, 4.3: the box `ftyp` holds two words and a list of words.
fn mp4_flaw(head: &[u8]) -> Option<&'static str> {
    let ftyp = sniff::ftyp_at(head).and_then(|at| head.get(at..));
    let ftyp = ftyp.unwrap_or_default();
    let size = ftyp
        .first_chunk::<4>()
        .map(|size| u32::from_be_bytes(*size));
    match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) if !(16..=4096).contains(&size) || !size.is_multiple_of(4) => {
            Some("its box ftyp has an impossible size")
        }
        Some(size) if size <= ftyp.len() => None,
        _ => Some("it ends within the box ftyp"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::files::samples;

    fn flaw_of(head: &[u8]) -> &'static str {
        match MediaType::recognise(head, MediaType::ALL) {
            Err(FilesError::Damaged { flaw, .. }) => flaw,
            other => panic!("expected a flaw, got {other:?}"),
        }
    }

    #[test]
    fn each_type_is_recognised_by_its_content() {
        for (sample, media_type) in samples::each() {
            assert_eq!(
                MediaType::recognise(&sample, MediaType::ALL).unwrap(),
                media_type
            );
        }
    }

    #[test]
    fn a_type_that_is_not_accepted_is_refused_by_name() {
        let error = MediaType::recognise(&samples::png(), MediaType::VIDEOS).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the content is image/png, not video/mp4 or video/webm"
        );
    }

    #[test]
    fn text_is_refused_whatever_its_name() {
        let error = MediaType::recognise("a bright é".as_bytes(), MediaType::IMAGES).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the content is text, not image/png, image/jpeg or image/webp"
        );
    }

    #[test]
    fn nothing_is_no_file() {
        assert!(matches!(
            MediaType::recognise(b"", MediaType::ALL),
            Err(FilesError::Empty)
        ));
    }

    #[test]
    fn cut_headers_are_refused() {
        for (sample, media_type) in samples::each() {
            let shortest = match media_type {
                MediaType::Png => 33,
                MediaType::Jpeg => 6,
                MediaType::Webp => 16,
                MediaType::Mp4 => 24,
                MediaType::Webm => 16,
            };
            for cut in 0..shortest {
                MediaType::recognise(&sample[..cut], MediaType::ALL)
                    .expect_err(&format!("{media_type} cut to {cut} bytes"));
            }
            MediaType::recognise(&sample[..shortest], MediaType::ALL).unwrap();
        }
    }

    fn ftyp(major: &[u8; 4], compatible: &[&[u8; 4]]) -> Vec<u8> {
        let length = 16 + 4 * compatible.len();
        let mut bytes = (length as u32).to_be_bytes().to_vec();
        bytes.extend(b"ftyp");
        bytes.extend(major);
        bytes.extend([0; 4]);
        compatible.iter().for_each(|brand| bytes.extend(*brand));
        bytes
    }

    #[test]
    fn what_says_that_players_of_mp4_may_play_it_is_an_mp4() {
        for brand in [
            b"isom", b"iso2", b"iso7", b"iso8", b"iso9", b"mp42", b"av01", b"cmfc", b"M4V ",
            b"MSNV", b"XAVC", b"3gp4", b"dash", b"hlsf", b"f4v ",
        ] {
            for head in [ftyp(brand, &[]), ftyp(b"abcd", &[b"efgh", brand])] {
                let found = MediaType::recognise(&head, MediaType::VIDEOS);
                assert_eq!(found.unwrap(), MediaType::Mp4, "{}", brand.escape_ascii());
            }
        }
        let after_padding = [b"\0\0\0\x08free".to_vec(), ftyp(b"isom", &[])].concat();
        let found = MediaType::recognise(&after_padding, MediaType::VIDEOS);
        assert_eq!(found.unwrap(), MediaType::Mp4);
    }

    #[test]
    fn common_types_that_are_not_taken_are_refused_with_the_command_that_converts_them() {
        let refusal = |head: &[u8], accepted: &[MediaType]| {
            MediaType::recognise(head, accepted)
                .unwrap_err()
                .to_string()
        };
        let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
        for (head, accepted, name, command) in [
            (
                ftyp(b"qt  ", &[b"qt  "]),
                MediaType::VIDEOS,
                "video/quicktime",
                "in.mov -c copy out.mp4",
            ),
            (
                ftyp(b"avif", &[b"mif1", b"miaf"]),
                MediaType::IMAGES,
                "image/avif",
                "in.avif out.png",
            ),
            (
                ftyp(b"heic", &[b"mif1", b"iso8"]),
                MediaType::IMAGES,
                "image/heic",
                "in.heic out.png",
            ),
            (
                gif.to_vec(),
                MediaType::IMAGES,
                "image/gif",
                "in.gif -frames:v 1 out.png",
            ),
            (gif.to_vec(), MediaType::VIDEOS, "image/gif", "out.mp4"),
        ] {
            let text = refusal(&head, accepted);
            assert!(text.contains(name) && text.contains(command), "{text}");
        }
    }

    #[test]
    fn wrong_headers_are_refused() {
        let mut png = samples::png();
        png[12..16].copy_from_slice(b"IDAT");
        assert_eq!(flaw_of(&png), "the first chunk is not IHDR");
        let mut png = samples::png();
        png[16..20].fill(0);
        assert_eq!(flaw_of(&png), "it has no width or no height");
        let mut mp4 = samples::mp4();
        mp4[..4].copy_from_slice(&[0xff; 4]);
        assert_eq!(flaw_of(&mp4), "its box ftyp has an impossible size");
    }

    #[test]
    fn names_and_extensions_round_trip() {
        for media_type in MediaType::ALL {
            assert_eq!(media_type.as_str().parse(), Ok(*media_type));
            assert_eq!(
                MediaType::from_extension(media_type.extension()),
                Some(*media_type)
            );
        }
        assert_eq!("text/html".parse::<MediaType>(), Err(UnknownMediaType));
    }

    proptest! {
        #[test]
        fn no_content_makes_it_fail_otherwise(
            sample in proptest::sample::select(samples::each()),
            cut in 0_usize..600,
            noise in proptest::collection::vec((0_usize..600, any::<u8>()), 0..8),
        ) {
            let mut head = sample.0;
            head.truncate(cut);
            for (at, byte) in noise {
                if let Some(place) = head.get_mut(at) {
                    *place = byte;
                }
            }
            let _either = MediaType::recognise(&head, MediaType::ALL);
        }
    }
}
