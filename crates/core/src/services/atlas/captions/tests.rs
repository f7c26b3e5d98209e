use super::*;

fn vtt(text: &str) -> Result<Captions, CaptionsError> {
    parse(text.as_bytes(), Format::WebVtt)
}

fn srt(text: &str) -> Result<Captions, CaptionsError> {
    parse(text.as_bytes(), Format::SubRip)
}

fn texts(captions: &Captions) -> Vec<String> {
    captions.cues.iter().map(Cue::text).collect()
}

#[test]
fn all_that_webvtt_has_is_recognised() {
    let captions = vtt("\u{FEFF}WEBVTT - a title\r\nKind: captions\r\nLanguage: en\r\n\r\n\
        NOTE\r\nnot\r\nshown\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n\
        REGION\r\nid:fred\r\nwidth:40%\r\n\r\n\
        first\r\n00:01.000 --> 00:02.000 align:start position:0%,line-left region:fred\r\n\
        <v Ann O'Neill>Fish &amp; <b>chips</b>&lrm; &#x27;now&#39;\r\nat &lt;3\r\n\r\n\
        NOTE inline\r\n\r\n100:00:00.000 --> 100:00:01.000\r\n<c.loud.red>Late</c> &unknown; a < b\r\n")
    .unwrap();
    assert_eq!(captions.language.as_deref(), Some("en"));
    assert!(!captions.is_rolling);
    assert_eq!(
        captions.cues,
        [
            Cue {
                starts_ms: 1_000,
                ends_ms: 2_000,
                lines: vec!["Fish & chips\u{200E} 'now'".to_owned(), "at <3".to_owned()],
            },
            Cue {
                starts_ms: 360_000_000,
                ends_ms: 360_001_000,
                lines: vec!["Late &unknown; a < b".to_owned()],
            },
        ]
    );
}

#[test]
fn all_that_subrip_has_is_recognised() {
    let captions = srt(
        "\u{FEFF}1\r\n00:00:01,000 --> 00:00:02,500 X1:100 X2:200\r\n\
        {\\an8}<i>Hello</i>,\r\n<font color=\"#fff\">you</font> <3 & {me}\r\n\r\n\
        2\r\n00:00:02.500 --> 00:00:03,000\r\n<unknown> stays\r\n",
    )
    .unwrap();
    assert_eq!(
        texts(&captions),
        ["Hello,\nyou <3 & {me}", "<unknown> stays"]
    );
}

#[test]
fn the_blank_line_between_cues_may_be_missing() {
    let captions = srt("1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:02,000 --> 00:00:03,000\nTwo\n\n\n\n3\n00:00:03,000 --> 00:00:04,000\n\n4\n00:00:04,000 --> 00:00:05,000\nFour").unwrap();
    assert_eq!(texts(&captions), ["One", "Two", "Four"]);
    let captions =
        vtt("WEBVTT\n00:01.000 --> 00:02.000\nOne\n00:02.000 --> 00:03.000\nTwo").unwrap();
    assert_eq!(texts(&captions), ["One", "Two"]);
}

#[test]
fn cues_that_overlap_or_stand_out_of_order_are_sorted() {
    let captions = vtt("WEBVTT\n\n00:05.000 --> 00:09.000\nb\n\n00:01.000 --> 00:07.000\na\n\n00:05.000 --> 00:05.000\nc\n").unwrap();
    assert_eq!(texts(&captions), ["a", "b", "c"]);
}

#[test]
fn lines_end_in_any_way() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "WEBVTT",
            "",
            "00:01.000 --> 00:02.000",
            "One",
            "two",
            "",
            "",
        ]
        .join(end);
        assert_eq!(texts(&vtt(&text).unwrap()), ["One\ntwo"], "{end:?}");
    }
}

#[test]
fn what_breaks_the_format_is_reported_with_its_line() {
    for (text, expected) in [
        ("", "line 1: a WebVTT file begins with WEBVTT"),
        ("WEBVTTX\n", "line 1: a WebVTT file begins with WEBVTT"),
        ("webvtt\n", "line 1: a WebVTT file begins with WEBVTT"),
        (
            "WEBVTT\n\n00:01.000 -> 00:02.000\nHi",
            "line 4: expected times such as 00:01:02.345 --> 00:01:04.000, found \"Hi\"",
        ),
        (
            "WEBVTT\n\nname\n\n00:01.000 --> 00:02.000\nHi",
            "line 3: expected times such as 00:01:02.345 --> 00:01:04.000 after this line",
        ),
        (
            "WEBVTT\n\n00:01.000 -->\nHi",
            "line 3: \"\" is no time such as 00:01:02.345",
        ),
        (
            "WEBVTT\n\n00:01.000 --> 00:61.000\nHi",
            "line 3: \"00:61.000\" has more than 59 minutes or seconds",
        ),
        (
            "WEBVTT\n\n-00:01.000 --> 00:02.000\nHi",
            "line 3: \"-00:01.000\" is a negative time",
        ),
        (
            "WEBVTT\n\n00:03.000 --> 00:02.000\nHi",
            "line 3: the cue ends before it begins",
        ),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\nto --> fro",
            "line 5: \"to\" is no time such as 00:01:02.345",
        ),
    ] {
        assert_eq!(vtt(text).unwrap_err().to_string(), expected, "{text:?}");
    }
    let long = format!(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n{}",
        "x".repeat(MAX_CUE_BYTES + 1)
    );
    assert_eq!(vtt(&long).unwrap_err().line, 3);
    assert_eq!(srt("Hello\nyou").unwrap_err().line, 2);
}

#[test]
fn bytes_that_are_no_utf8_are_reported_with_their_line() {
    let error = parse(
        b"WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\ncaf\xE9\r\n",
        Format::WebVtt,
    )
    .unwrap_err();
    assert_eq!(
        error,
        CaptionsError {
            line: 4,
            fault: Fault::NotUtf8
        }
    );
    let error = parse(b"\xFF\xFEW\0E\0", Format::WebVtt).unwrap_err();
    assert_eq!(
        error,
        CaptionsError {
            line: 1,
            fault: Fault::Utf16
        }
    );
    let nul = vtt("WEBVTT\n\n00:01.000 --> 00:02.000\na\0b").unwrap();
    assert_eq!(texts(&nul), ["a\u{FFFD}b"]);
}

/// The shape in which YouTube gives out what it has recognised.
const ROLLING: &str = "WEBVTT\nKind: captions\nLanguage: en\n\n\
00:00:00.160 --> 00:00:02.149 align:start position:0%\n \nhello<00:00:00.480><c> and</c><00:00:00.800><c> welcome</c>\n\n\
00:00:02.149 --> 00:00:02.159 align:start position:0%\nhello and welcome\n \n\n\
00:00:02.159 --> 00:00:04.000 align:start position:0%\nhello and welcome\nto<00:00:02.500><c> the</c><00:00:02.900><c> show</c>\n\n\
00:00:04.000 --> 00:00:04.010 align:start position:0%\nto the show\n \n\n\
00:00:04.010 --> 00:00:06.000 align:start position:0%\nto the show\nto<00:00:04.100><c> the</c><00:00:05.000><c> show</c>\n\n\
00:00:09.000 --> 00:00:10.000 align:start position:0%\n \n[Music]\n\n\
00:00:20.000 --> 00:00:21.000 align:start position:0%\n \n[Music]\n";

#[test]
fn rolling_captions_are_kept_once() {
    let captions = vtt(ROLLING).unwrap();
    assert!(captions.is_rolling);
    let cues = captions.unrolled().cues;
    let shown: Vec<_> = cues
        .iter()
        .map(|cue| (cue.starts_ms, cue.ends_ms, cue.text()))
        .collect();
    assert_eq!(
        shown,
        [
            (160, 2_159, "hello and welcome".to_owned()),
            (2_159, 4_010, "to the show".to_owned()),
            // Said twice.
            (4_010, 6_000, "to the show".to_owned()),
            (9_000, 10_000, "[Music]".to_owned()),
            (20_000, 21_000, "[Music]".to_owned()),
        ]
    );
}

#[test]
fn rolling_captions_that_lost_their_tags_are_recognised() {
    let captions = srt("1\n00:00:00,000 --> 00:00:02,000\none\n\n2\n00:00:02,000 --> 00:00:02,010\none\n\n3\n00:00:02,010 --> 00:00:04,000\none\ntwo\n\n4\n00:00:04,000 --> 00:00:06,000\ntwo\nthree\n").unwrap();
    assert!(captions.is_rolling);
    assert_eq!(texts(&captions.unrolled()), ["one", "two", "three"]);
}

#[test]
fn a_person_who_repeats_herself_is_not_rolling() {
    let captions = srt("1\n00:00:00,000 --> 00:00:01,000\nNo.\n\n2\n00:00:01,000 --> 00:00:02,000\nNo.\n\n3\n00:00:02,000 --> 00:00:03,000\nYes.\n\n4\n00:00:03,000 --> 00:00:04,000\nWhy?\n").unwrap();
    assert!(!captions.is_rolling);
    assert_eq!(captions.unrolled().cues.len(), 4);
}

fn segments(captions: &Captions) -> Vec<super::super::Segment> {
    let segment = |(position, cue): (i64, &Cue)| super::super::Segment {
        position,
        starts_ms: cue.starts_ms,
        ends_ms: cue.ends_ms,
        text: cue.text(),
    };
    (0..).zip(&captions.cues).map(segment).collect()
}

proptest::proptest! {
    #[test]
    fn nothing_makes_the_reader_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = parse(&bytes, Format::WebVtt);
        let _ = parse(&bytes, Format::SubRip);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(WEBVTT|NOTE|[0-9]{2}:[0-9]{2}[.,][0-9]{3}| --> |\n|\r|<[a-z/]{0,3}>?|&#?[a-z0-9]{0,4};?|\\{\\\\a\\}|\\PC){0,40}") {
        let _ = vtt(&text);
        let _ = vtt(&format!("WEBVTT\n\n{text}"));
        let _ = srt(&text);
    }

    /// What is written is what was read.
    #[test]
    fn captions_survive_being_written(
        cues in proptest::collection::vec((0i64..400_000_000, 0i64..100_000, "[a-zé&<>;#{}\\\\]{1,9}( [a-z<>&]{1,5})?"), 0..8),
    ) {
        let mut cues: Vec<Cue> = cues.into_iter().map(|(starts_ms, length, line)| Cue {
            starts_ms, ends_ms: starts_ms + length, lines: vec![line.replace("-->", "")],
        }).collect();
        cues.sort_by_key(|cue| cue.starts_ms);
        let segments = segments(&Captions { cues: cues.clone(), language: None, is_rolling: false });
        let written = webvtt("en", &segments);
        let read = vtt(&written).unwrap();
        proptest::prop_assert_eq!(read.cues, cues, "{}", written);
        proptest::prop_assert_eq!(read.language.as_deref(), Some("en"));
        // SubRip has no way to write a tag as text; the times survive.
        let count = srt(&subrip(&segments)).unwrap().cues.len();
        proptest::prop_assert!(count <= segments.len());
    }
}
