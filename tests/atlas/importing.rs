//! Files that become videos and transcripts.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt as _};

use acceptance::{Engine, on_both_engines};
use groundwork_core::{
    page::PageRequest,
    services::atlas::{
        AtlasError, Counts, ImportReport, Kept, NewVideo, OnBadCue, Problem, TranscriptOrigin,
    },
};

use super::fixture::{Fixture, examples, transcript};

const INFO: &str = r#"{"id": "x1", "title": "One", "channel": "Coast Notes",
    "webpage_url": "https://example.org/watch?v=x1", "upload_date": "20260131", "duration": 12.5,
    "subtitles": {"en": []}, "automatic_captions": {"en": [], "de": [], "en-orig": []}}"#;
const VTT: &str = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello &amp; welcome\n\n00:02.000 --> 00:03.000\nto the <b>sea</b>\n";

const fn counts(added: usize, updated: usize, unchanged: usize) -> Counts {
    Counts {
        added,
        updated,
        unchanged,
    }
}

#[on_both_engines]
async fn the_examples_are_imported_once(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let first = fixture.import(&examples()).await;
    assert_eq!(first.problems, []);
    assert_eq!(first.skipped, []);
    assert_eq!(first.videos, counts(3, 0, 0));
    assert_eq!(first.transcripts, counts(5, 0, 0));
    let segments = fixture
        .number("SELECT count(*) FROM transcript_segments")
        .await;
    assert_eq!(i64::try_from(first.segments).unwrap(), segments);
    let again = fixture.import(&examples()).await;
    assert_eq!(again.videos, counts(0, 0, 3));
    assert_eq!(again.transcripts, counts(0, 0, 5));
    assert_eq!(again.segments, 0);
}

#[on_both_engines]
async fn captions_of_a_machine_are_distinguished_from_those_of_a_person(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    fixture.import(&examples()).await;
    let reader = fixture.db.reader();
    for (video, expected) in [
        (
            "tide-2041",
            vec![
                ("de", TranscriptOrigin::Manual, 12),
                ("en", TranscriptOrigin::Manual, 12),
            ],
        ),
        // A cue of the machine repeats the one before; each line is there once.
        ("quay-7", vec![("en", TranscriptOrigin::Automatic, 11)]),
        (
            "keeper",
            vec![
                ("en", TranscriptOrigin::Manual, 7),
                ("fr", TranscriptOrigin::Manual, 7),
            ],
        ),
    ] {
        let video = fixture
            .atlas
            .find_video(&reader, video)
            .await
            .unwrap()
            .unwrap();
        let mut found = Vec::new();
        for transcript in fixture.atlas.transcripts(&reader, video.id).await.unwrap() {
            let segments = fixture
                .atlas
                .segments(&reader, transcript.id)
                .await
                .unwrap();
            found.push((transcript.language, transcript.origin, segments.len()));
        }
        let found: Vec<_> = (found.iter())
            .map(|(language, origin, segments)| (language.as_str(), *origin, *segments))
            .collect();
        assert_eq!(found, expected);
    }
}

#[on_both_engines]
async fn what_has_changed_is_updated_and_nothing_else_is_touched(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.folder();
    fs::write(folder.join("One.info.json"), INFO).unwrap();
    fs::write(folder.join("One.en.vtt"), VTT).unwrap();
    fs::write(folder.join("One.de.vtt"), VTT.replace("sea", "Meer")).unwrap();
    let first = fixture.import(&folder).await;
    assert_eq!(
        (first.videos, first.transcripts),
        (counts(1, 0, 0), counts(2, 0, 0))
    );
    let before = fixture
        .atlas
        .list_videos(
            &fixture.db.reader(),
            &Default::default(),
            PageRequest::FIRST,
        )
        .await
        .unwrap();

    fixture.clock.advance(chrono::TimeDelta::days(1));
    fs::write(folder.join("One.de.vtt"), VTT.replace("sea", "Ozean")).unwrap();
    let second = fixture.import(&folder).await;
    assert_eq!(
        (second.videos, second.transcripts),
        (counts(0, 0, 1), counts(0, 1, 1))
    );
    assert_eq!(second.segments, 2);
    let after = fixture
        .atlas
        .list_videos(
            &fixture.db.reader(),
            &Default::default(),
            PageRequest::FIRST,
        )
        .await
        .unwrap();
    assert_eq!(before, after);
    assert_eq!(fixture.search("Meer").await.items.len(), 0);
    assert_eq!(fixture.search("Ozean").await.items.len(), 1);

    fs::write(folder.join("One.info.json"), INFO.replace("One", "Two")).unwrap();
    let third = fixture.import(&folder).await;
    assert_eq!(
        (third.videos, third.transcripts),
        (counts(0, 1, 0), counts(0, 0, 2))
    );
    let video = fixture
        .atlas
        .find_video(&fixture.db.reader(), "x1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(video.title, "Two");
    assert_eq!(video.created_at, before.items[0].created_at);
    assert!(video.updated_at > before.items[0].updated_at);
}

#[on_both_engines]
async fn of_two_files_of_one_transcript_the_better_is_taken(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.folder();
    fs::write(folder.join("One.info.json"), INFO).unwrap();
    fs::write(
        folder.join("One.en-orig.vtt"),
        VTT.replace("sea", "original"),
    )
    .unwrap();
    fs::write(folder.join("One.en.vtt"), VTT).unwrap();
    let srt = "1\n00:00:01,000 --> 00:00:02,000\nfrom SubRip\n";
    fs::write(folder.join("One.en.srt"), srt).unwrap();
    // Of another video.
    fs::write(folder.join("One.more.en.vtt"), VTT).unwrap();
    let report = fixture.import(&folder).await;
    assert_eq!(report.transcripts, counts(2, 0, 0));
    let skipped: Vec<String> = (report.skipped.iter())
        .map(|problem| {
            format!(
                "{}: {}",
                problem.path.file_name().unwrap().display(),
                problem.reason
            )
        })
        .collect();
    assert_eq!(
        skipped,
        [
            "One.more.en.vtt: has no *.info.json beside it",
            "One.en.srt: another file has the manual transcript in en",
        ]
    );
}

#[on_both_engines]
async fn a_bad_file_is_reported_with_its_line_and_keeps_nothing_else_out(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.folder();
    fs::write(folder.join("One.info.json"), INFO).unwrap();
    fs::write(folder.join("One.en.vtt"), VTT).unwrap();
    fs::write(
        folder.join("One.de.vtt"),
        VTT.replace("00:02.000\n", "00:99.000\n"),
    )
    .unwrap();
    fs::write(
        folder.join("One.nl.vtt"),
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xFF\n",
    )
    .unwrap();
    fs::write(folder.join("Two.info.json"), "{\n\"id\": \"x2\",\n}").unwrap();
    fs::write(
        folder.join("Three.info.json"),
        r#"{"id": "PL1", "_type": "playlist"}"#,
    )
    .unwrap();
    fs::write(folder.join("Four.info.json"), INFO.replace("x1", " ")).unwrap();
    fs::write(
        folder.join("Five.info.json"),
        INFO.replace("https://", "javascript:"),
    )
    .unwrap();
    let below = folder.join("a/b");
    fs::create_dir_all(&below).unwrap();
    let manifest = r#"{"external_id": "x6", "title": "t", "channel": "c", "transcripts": [
        {"language": "en", "file": "../../One.en.vtt"},
        {"language": "english please", "segments": []},
        {"language": "en"},
        {"language": "en", "segments": [{"starts_ms": 5, "ends_ms": 9, "text": "hi"}]}]}"#;
    fs::write(below.join("video.json"), manifest).unwrap();
    let report = fixture.import(&folder).await;
    let problems: Vec<String> = (report.problems.iter())
        .map(|problem| {
            problem
                .to_string()
                .replace(&format!("{}/", folder.display()), "")
        })
        .collect();
    assert_eq!(report.videos, counts(2, 0, 0), "{problems:#?}");
    assert_eq!(report.transcripts, counts(3, 0, 0), "{problems:#?}");
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(
        report.skipped[0].reason,
        "describes a playlist, not a video"
    );
    insta::assert_snapshot!("bad_files", problems.join("\n"));
}

#[on_both_engines]
async fn a_bad_cue_costs_the_cue_and_not_the_transcript(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.folder();
    fs::write(folder.join("One.info.json"), INFO).unwrap();
    let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n\n\
        00:02.000 --> 00:99.000\nlost\n00:03.000 --> 00:04.000\nthere\n\n\
        5\nno times\n\n00:06.000 --> 00:05.000\nbackwards\n\n00:07.000 --> 00:08.000\nagain\n";
    fs::write(folder.join("One.en.vtt"), vtt).unwrap();
    let manifest = r#"{"external_id": "x7", "title": "t", "channel": "c",
        "transcripts": [{"language": "de", "file": "two.srt"}]}"#;
    let below = folder.join("two");
    fs::create_dir(&below).unwrap();
    fs::write(below.join("video.json"), manifest).unwrap();
    let srt =
        "1\n00:00:01,000 --> 00:00:02,000\nGut\n\n2\n00:00:0x,000 --> 00:00:03,000\nSchlecht\n";
    fs::write(below.join("two.srt"), srt).unwrap();
    let places = |report: &ImportReport| {
        let places = report.problems.iter().map(|problem| {
            let name = problem.path.file_name().unwrap().display();
            format!(
                "{name}:{}: {}",
                problem.line.unwrap_or_default(),
                problem.reason
            )
        });
        places.collect::<Vec<_>>()
    };

    let strict = (fixture.atlas)
        .import_with(std::slice::from_ref(&folder), OnBadCue::RefuseFile, &|_| ())
        .await
        .unwrap();
    assert_eq!(
        places(&strict),
        [
            "One.en.vtt:6: \"00:99.000\" has more than 59 minutes or seconds",
            "two.srt:6: \"00:00:0x,000\" is no time such as 00:01:02.345",
        ]
    );
    assert_eq!(strict.transcripts, counts(0, 0, 0));

    let report = fixture.import(&folder).await;
    assert_eq!(
        places(&report),
        [
            "One.en.vtt:6: \"00:99.000\" has more than 59 minutes or seconds; this cue is left out",
            "One.en.vtt:12: expected times such as 00:01:02.345 --> 00:01:04.000, found \"no times\"; \
             this cue is left out",
            "One.en.vtt:14: the cue ends before it begins; this cue is left out",
            "two.srt:6: \"00:00:0x,000\" is no time such as 00:01:02.345; this cue is left out",
        ]
    );
    assert_eq!((report.transcripts, report.segments), (counts(2, 0, 0), 4));
    assert_eq!(fixture.search("again").await.items.len(), 1);
    assert_eq!(fixture.search("lost").await.items.len(), 0);
}

#[on_both_engines]
async fn a_file_beside_a_video_that_is_not_read_is_named(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.folder();
    fs::write(folder.join("One.info.json"), INFO).unwrap();
    fs::write(folder.join("One.en.vtt"), VTT).unwrap();
    // These are no captions by their endings.
    for name in ["One.mp4", "One.webp", "One.description", "notes.txt"] {
        fs::write(folder.join(name), "").unwrap();
    }
    for name in [
        "One.en.json3",
        "One.de.srv3",
        "One.fr.TTML",
        "One.ass",
        "One.en.lrc",
        "One.txt",
    ] {
        fs::write(folder.join(name), "").unwrap();
    }
    let no_text = OsStr::from_bytes(b"One.caf\xe9.vtt");
    fs::write(folder.join(no_text), VTT).unwrap();
    let below = folder.join("two");
    fs::create_dir(&below).unwrap();
    let manifest = r#"{"external_id": "x7", "title": "t", "channel": "c"}"#;
    fs::write(below.join("video.json"), manifest).unwrap();
    fs::write(below.join("talk.ttml"), "").unwrap();
    fs::write(below.join("talk.vtt"), VTT).unwrap();
    let lines = |problems: &[Problem]| {
        let lines = problems.iter().map(|problem| {
            let name = problem
                .path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            format!("{name}: {}", problem.reason)
        });
        lines.collect::<Vec<_>>()
    };
    for path in [folder.clone(), folder.join("One.info.json")] {
        let report = fixture.import(&path).await;
        let mut expected = vec![
            "One.ass: is not read: captions are .vtt or .srt; convert it",
            "One.caf\u{fffd}.vtt: is not read: its name is not UTF-8; rename it",
            "One.de.srv3: is not read: captions are .vtt or .srt; convert it",
            "One.en.json3: is not read: captions are .vtt or .srt; convert it",
            "One.en.lrc: is not read: captions are .vtt or .srt; convert it",
            "One.fr.TTML: is not read: captions are .vtt or .srt; convert it",
            "One.txt: is not read: it is none of *.info.json, video.json, *.vtt and *.srt",
        ];
        let mut skipped = vec![];
        if path == folder {
            expected.push("talk.ttml: is not read: captions are .vtt or .srt; convert it");
            skipped.push("talk.vtt: is named by no video.json");
        }
        assert_eq!(lines(&report.problems), expected);
        assert_eq!(lines(&report.skipped), skipped);
        assert_eq!(
            report.transcripts.total(),
            1,
            "what can be read is imported"
        );
        assert!(
            serde_json::to_string(&report)
                .unwrap()
                .contains("One.caf\u{fffd}.vtt")
        );
    }
}

#[on_both_engines]
async fn a_path_that_holds_nothing_is_reported(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.folder();
    fs::write(folder.join("lonely.en.vtt"), VTT).unwrap();
    fs::write(folder.join("notes.txt"), "").unwrap();
    for (path, reason) in [
        (
            "nowhere",
            "cannot be read: No such file or directory (os error 2)",
        ),
        (
            "notes.txt",
            "is none of *.info.json, video.json, *.vtt and *.srt",
        ),
        ("lonely.en.vtt", "has no *.info.json beside it"),
        ("", "holds no *.info.json and no video.json"),
    ] {
        let report = fixture.import(&folder.join(path)).await;
        assert_eq!(report.problems.len(), 1);
        assert_eq!(report.problems[0].reason, reason);
    }
}

#[on_both_engines]
async fn captions_that_are_named_bring_their_video_along(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let folder = fixture.folder();
    fs::write(folder.join("One.info.json"), INFO).unwrap();
    fs::write(folder.join("One.en.vtt"), VTT).unwrap();
    let report = fixture.import(&folder.join("One.en.vtt")).await;
    assert_eq!(
        (report.videos, report.transcripts),
        (counts(1, 0, 0), counts(1, 0, 0))
    );
}

#[on_both_engines]
async fn two_imports_at_once_make_nothing_twice(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let paths = [examples()];
    let (one, other) = tokio::join!(
        fixture.atlas.import(&paths, &|_| ()),
        fixture.atlas.import(&paths, &|_| ()),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.videos.added + other.videos.added, 3);
    assert_eq!(one.transcripts.added + other.transcripts.added, 5);
    assert_eq!(fixture.number("SELECT count(*) FROM videos").await, 3);
    assert_eq!(fixture.number("SELECT count(*) FROM transcripts").await, 5);
}

#[on_both_engines]
async fn rules_of_videos_and_segments_are_kept(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let good = NewVideo {
        external_id: "v".to_owned(),
        title: "t".to_owned(),
        channel: "c".to_owned(),
        ..NewVideo::default()
    };
    for (bad, field) in [
        (
            NewVideo {
                title: " ".to_owned(),
                ..good.clone()
            },
            "title",
        ),
        (
            NewVideo {
                channel: "a\0".to_owned(),
                ..good.clone()
            },
            "channel",
        ),
        (
            NewVideo {
                external_id: "x".repeat(256),
                ..good.clone()
            },
            "external_id",
        ),
        (
            NewVideo {
                url: Some("ftp://x".to_owned()),
                ..good.clone()
            },
            "url",
        ),
        (
            NewVideo {
                duration_ms: Some(-1),
                ..good.clone()
            },
            "duration_ms",
        ),
    ] {
        let work = fixture.db.begin().await.unwrap();
        let refused = fixture.atlas.put_video(&work, &bad).await;
        assert!(
            matches!(refused, Err(AtlasError::InvalidValue { field: at, .. }) if at == field),
            "{refused:?}"
        );
    }
    let work = fixture.db.begin().await.unwrap();
    let (video, kept) = fixture.atlas.put_video(&work, &good).await.unwrap();
    assert_eq!(kept, Kept::Added);
    for text in ["", " \n", "nul\0", &"x".repeat(16 * 1024 + 1)] {
        let refused = fixture
            .atlas
            .put_transcript(&work, video, &transcript("en", &[text]))
            .await;
        assert!(
            matches!(refused, Err(AtlasError::InvalidValue { .. })),
            "{text:?}"
        );
    }
    let empty = fixture
        .atlas
        .put_transcript(&work, video, &transcript("en", &[]))
        .await;
    assert_eq!(empty.unwrap().1, Kept::Added);
    work.commit().await.unwrap();
}

#[on_both_engines]
async fn a_removed_video_takes_its_transcripts_along(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    fixture.given_transcript("a", &["the sea"]).await;
    fixture.given_transcript("b", &["the sea"]).await;
    let video = fixture
        .atlas
        .find_video(&fixture.db.reader(), "a")
        .await
        .unwrap()
        .unwrap();
    let work = fixture.db.begin().await.unwrap();
    fixture.atlas.remove_video(&work, video.id).await.unwrap();
    let gone = fixture.atlas.remove_video(&work, video.id).await;
    assert!(matches!(gone, Err(AtlasError::VideoNotFound { .. })));
    work.commit().await.unwrap();
    assert_eq!(
        fixture
            .number("SELECT count(*) FROM transcript_segments")
            .await,
        1
    );
    assert_eq!(fixture.search("sea").await.items.len(), 1);
}
