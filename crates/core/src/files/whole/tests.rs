//! What is whole, what is not, and that nothing makes a check fail otherwise.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::files::samples::{self, atom, element};

/// Of an encoder.
const CLIP: &[u8] = include_bytes!("../../../samples/clip.mp4");
const KEYFRAME: &[u8] = include_bytes!("../../../samples/keyframe.png");

fn flaw(media_type: MediaType, bytes: &[u8]) -> Option<&'static str> {
    match check(media_type, Cursor::new(bytes), bytes.len() as u64) {
        Ok(()) => None,
        Err(Flaw::Content(flaw)) => Some(flaw),
        Err(Flaw::Unreadable(error)) => panic!("{error}"),
    }
}

fn all() -> Vec<(Vec<u8>, MediaType)> {
    let mut all = samples::each();
    all.push((CLIP.to_vec(), MediaType::Mp4));
    all.push((KEYFRAME.to_vec(), MediaType::Png));
    all.push((open_webm(), MediaType::Webm));
    all.push((fragmented(), MediaType::Mp4));
    all
}

/// As a browser records: the lengths of the segment and of its clusters are left open.
fn open_webm() -> Vec<u8> {
    let tracks = element(
        b"\x16\x54\xae\x6b",
        &element(b"\xae", &element(b"\x83", &[1])),
    );
    let mut bytes = samples::webm_head();
    bytes.extend(b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff");
    bytes.extend(tracks);
    for _ in 0..2 {
        bytes.extend(b"\x1f\x43\xb6\x75\xff");
        bytes.extend(element(b"\xe7", &[0]));
        bytes.extend(element(b"\xa3", b"frames"));
    }
    bytes
}

fn fragmented() -> Vec<u8> {
    let whole = samples::mp4();
    let media = whole.len() - 14;
    [
        &whole[..media],
        &atom(b"moof", &atom(b"mfhd", &[0; 8])),
        &whole[media..],
    ]
    .concat()
}

#[test]
fn what_is_whole_is_taken() {
    for (sample, media_type) in all() {
        assert_eq!(flaw(media_type, &sample), None, "{media_type}");
    }
}

#[test]
fn what_was_cut_is_refused_wherever_it_was_cut() {
    // A recording of open length may end after any of its elements.
    for (sample, media_type) in samples::each() {
        for cut in 0..sample.len() {
            assert!(
                flaw(media_type, &sample[..cut]).is_some(),
                "{media_type} at {cut}"
            );
        }
    }
    for cut in 0..CLIP.len() {
        assert!(
            flaw(MediaType::Mp4, &CLIP[..cut]).is_some(),
            "the clip at {cut}"
        );
    }
    for cut in 0..KEYFRAME.len() {
        assert!(
            flaw(MediaType::Png, &KEYFRAME[..cut]).is_some(),
            "the picture at {cut}"
        );
    }
}

#[test]
fn what_has_no_picture_in_it_is_refused() {
    let only_head = &samples::png()[..33];
    let end = &samples::png()[55..];
    let empty = [only_head, end].concat();
    assert_eq!(
        flaw(MediaType::Png, &empty),
        Some("it has no picture in it: no chunk IDAT")
    );
    let audio = samples::mp4_with(b"soun");
    assert_eq!(flaw(MediaType::Mp4, &audio), Some("it has no video track"));
    let audio = samples::webm_with(2);
    assert_eq!(flaw(MediaType::Webm, &audio), Some("it has no video track"));
    let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9";
    assert_eq!(flaw(MediaType::Jpeg, jpeg), Some("it has no picture in it"));
    let webp = b"RIFF\x0c\0\0\0WEBPEXIF\0\0\0\0";
    assert!(flaw(MediaType::Webp, webp).is_some());
}

#[test]
fn a_clip_whose_recording_never_ended_is_refused() {
    let media = [
        atom(b"ftyp", b"isom\0\0\x02\0isommp41"),
        atom(b"mdat", b"frames"),
    ]
    .concat();
    let found = flaw(MediaType::Mp4, &media).unwrap();
    assert!(found.starts_with("it has no box moov"), "{found}");
}

#[test]
fn a_wrong_checksum_in_a_picture_is_found() {
    for at in [20, 30, 45, 60] {
        let mut png = samples::png();
        png[at] ^= 1;
        assert!(flaw(MediaType::Png, &png).is_some(), "{at}");
    }
    assert_eq!(png::crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn what_follows_the_end_of_a_picture_is_left_alone() {
    for (mut sample, media_type) in samples::each() {
        if MediaType::IMAGES.contains(&media_type) {
            sample.extend(b"whatever a camera puts here");
            assert_eq!(flaw(media_type, &sample), None, "{media_type}");
        }
    }
    let longer = [samples::mp4(), b"junk".to_vec()].concat();
    assert!(flaw(MediaType::Mp4, &longer).is_some());
}

proptest! {
    #[test]
    fn no_content_makes_a_check_fail_otherwise(
        (sample, media_type) in proptest::sample::select(all()),
        cut in 0_usize..1200,
        noise in proptest::collection::vec((0_usize..1200, any::<u8>()), 0..8),
    ) {
        let mut bytes = sample;
        bytes.truncate(cut);
        for (at, byte) in noise {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let _either = flaw(media_type, &bytes);
    }

    #[test]
    fn random_bytes_are_never_taken_and_make_nothing_fail(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        media_type in proptest::sample::select(MediaType::ALL),
    ) {
        prop_assert!(flaw(media_type, &bytes).is_some());
    }
}
