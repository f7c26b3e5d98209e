//! The commands, as they are run.

use std::fs;

use acceptance::{Engine, Home, on_both_engines};

use super::fixture::examples;

async fn imported(engine: Engine) -> Home {
    let home = Home::new(engine).await;
    let examples = examples();
    let imported = home
        .groundwork(["atlas", "import", examples.to_str().unwrap()])
        .await;
    insta::assert_snapshot!("import", imported.succeeded());
    home
}

#[on_both_engines]
async fn videos_are_imported_listed_and_shown(engine: Engine) {
    let home = imported(engine).await;
    let examples = examples();
    let again = home
        .groundwork(["atlas", "import", "--json", examples.to_str().unwrap()])
        .await
        .json();
    assert_eq!(again["videos"]["unchanged"], 3);
    assert_eq!(again["segments"], 0);
    insta::assert_snapshot!("list", home.groundwork(["atlas", "list"]).await.succeeded());
    let one = home
        .groundwork(["atlas", "list", "--channel", "Harbour School", "--json"])
        .await
        .json();
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let id = one["items"][0]["id"].as_str().unwrap();
    let shown = home
        .groundwork(["atlas", "show", id, "--json"])
        .await
        .json();
    assert_eq!(
        shown,
        home.groundwork(["atlas", "show", "tide-2041", "--json"])
            .await
            .json()
    );
    assert_eq!(shown["transcripts"].as_array().unwrap().len(), 2);
    let text = home
        .groundwork(["atlas", "show", "quay-7"])
        .await
        .succeeded();
    assert!(text.starts_with("A walk along the quay\n"), "{text}");
    let output = home
        .groundwork(["atlas", "show", "quay-7", "--transcript", "EN"])
        .await
        .succeeded();
    insta::assert_snapshot!("transcript", output);
    let all = home
        .groundwork(["atlas", "list", "--all", "--limit", "1"])
        .await
        .failed(2);
    assert!(all.contains("--limit"), "{all}");
}

#[on_both_engines]
async fn what_is_written_can_be_imported_again(engine: Engine) {
    let home = imported(engine).await;
    for (form, file) in [("vtt", "keeper.fr.vtt"), ("srt", "keeper.fr.srt")] {
        let show = [
            "atlas",
            "show",
            "keeper",
            "--transcript",
            "fr",
            "--as",
            form,
        ];
        let written = home.groundwork(show).await.succeeded();
        let folder = home.dir().join(form);
        fs::create_dir_all(&folder).unwrap();
        let info = r#"{"id": "keeper", "title": "The keeper's chair", "channel": "Coast Notes",
            "webpage_url": "https://video.example.org/watch?v=keeper", "duration": 44,
            "timestamp": 1774027800, "subtitles": {"fr": []}}"#;
        fs::write(folder.join("keeper.info.json"), info).unwrap();
        fs::write(folder.join(file), written).unwrap();
        let again = home
            .groundwork(["atlas", "import", "--json", folder.to_str().unwrap()])
            .await
            .json();
        assert_eq!(again["videos"]["unchanged"], 1, "{again}");
        assert_eq!(again["transcripts"]["unchanged"], 1, "{again}");
    }
}

#[on_both_engines]
async fn what_is_said_is_found(engine: Engine) {
    let home = imported(engine).await;
    insta::assert_snapshot!(
        "search",
        home.groundwork(["atlas", "search", "lighthouse"])
            .await
            .succeeded()
    );
    for (words, count) in [
        (&["--", "-old", "lighthouse"][..], 1),
        (&["lighthouse -old"][..], 1),
        (&["\"spring tide\""][..], 1),
        (&["HARB*", "--language", "en"][..], 2),
        (&["harbour", "--channel", "Coast Notes"][..], 1),
        (&["--limit", "1", "the"][..], 1),
        (&["'; DROP TABLE videos; --"][..], 0),
    ] {
        let arguments = [&["atlas", "search", "--json"], words].concat();
        let found = home.groundwork(&arguments).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{words:?}");
    }
}

#[on_both_engines]
async fn what_cannot_be_done_is_reported(engine: Engine) {
    let home = imported(engine).await;
    let bad = home.dir().join("bad");
    fs::create_dir_all(&bad).unwrap();
    fs::write(
        bad.join("a.info.json"),
        r#"{"id": "a", "title": "A", "channel": "C"}"#,
    )
    .unwrap();
    fs::write(bad.join("a.en.vtt"), "WEBVTT\n\n00:01 --> 00:02\nHi\n").unwrap();
    for (arguments, code, expected) in [
        (
            &["import", "bad"][..],
            65,
            "a.en.vtt:3: \"00:01\" is no time such as 00:01:02.345",
        ),
        (&["import", "nowhere"][..], 65, "nowhere: cannot be read"),
        (&["import"][..], 2, "<PATH>"),
        (
            &["search", "--", "-fog"][..],
            65,
            "must name at least one word to look for",
        ),
        (
            &["search", "fog", "--language", "x"][..],
            65,
            "no tag of a language",
        ),
        (&["search", "fog", "--limit", "0"][..], 2, "1..=200"),
        (&["show", "nobody"][..], 65, "there is no video \"nobody\""),
        (
            &["show", "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21"][..],
            65,
            "there is no video 0199b2c4",
        ),
        (
            &["show", "keeper", "--transcript", "nl"][..],
            65,
            "no transcript in nl; it has en, fr",
        ),
        (&["list", "--after", "x"][..], 65, "not a cursor"),
    ] {
        let arguments = [&["atlas"], arguments].concat();
        let output = home.groundwork(&arguments).await.failed(code);
        assert!(output.contains(expected), "{arguments:?}: {output}");
    }
    let kept = home
        .groundwork(["atlas", "show", "a", "--json"])
        .await
        .json();
    assert_eq!(kept["transcripts"].as_array().unwrap().len(), 0);
}
