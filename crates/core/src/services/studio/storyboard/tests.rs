use proptest::prelude::*;

use super::*;

const WHOLE: &str = r#"{
  "title": "Lighthouse",
  "prompt": "A keeper lights the lamp.",
  "style": "watercolour",
  "style_guide": {"palette": ["ink", "amber"], "grain": 0.25},
  "scenes": [
    {
      "scene_index": 0,
      "description": "Dusk",
      "start_prompt": "a",
      "end_prompt": "b",
      "motion_prompt": "",
      "duration_ms": 4000,
      "keyframes": {"start": "keyframes/00-start.png", "end": "keyframes/00-end.png"},
      "clips": [{"attempt": 1, "file": "clips/00-attempt-1.mp4"}]
    },
    {"scene_index": 1, "description": "Night", "start_prompt": "", "end_prompt": "", "motion_prompt": ""}
  ],
  "output": "output/lighthouse.mp4"
}"#;

fn problems(text: &str) -> Vec<String> {
    let problems = Storyboard::parse(text.as_bytes(), 15).expect_err("a problem");
    problems.list.iter().map(ToString::to_string).collect()
}

fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(WHOLE.contains(from), "{from}");
    problems(&WHOLE.replacen(from, to, 1))
}

#[test]
fn a_whole_storyboard_is_read_with_all_its_files() {
    let storyboard = Storyboard::parse(WHOLE.as_bytes(), 15).unwrap();
    assert_eq!(storyboard.scenes.len(), 2);
    assert_eq!(storyboard.scenes[0].duration_ms, Some(4000));
    assert_eq!(
        storyboard.files().values().copied().collect::<Vec<_>>(),
        [
            FileRole::Clip,
            FileRole::Keyframe,
            FileRole::Keyframe,
            FileRole::Output
        ]
    );
}

#[test]
fn the_rendered_text_reads_back_as_the_same_storyboard() {
    let storyboard = Storyboard::parse(WHOLE.as_bytes(), 15).unwrap();
    let again = Storyboard::parse(storyboard.render().as_bytes(), 15).unwrap();
    assert_eq!(again, storyboard);
}

#[test]
fn scenes_may_stand_in_any_order() {
    let swapped = WHOLE
        .replace("\"scene_index\": 0", "\"scene_index\": 9")
        .replace("\"scene_index\": 1", "\"scene_index\": 0")
        .replace("\"scene_index\": 9", "\"scene_index\": 1");
    let storyboard = Storyboard::parse(swapped.as_bytes(), 15).unwrap();
    assert_eq!(storyboard.scenes[0].description, "Night");
}

#[test]
fn an_unknown_field_is_named_with_its_place_and_the_nearest_one() {
    assert_eq!(
        changed("\"motion_prompt\": \"\",", "\"motion_promt\": \"\","),
        [
            "storyboard.json:12:7: scenes[0].motion_promt: is no field here; did you mean \"motion_prompt\"?",
            "storyboard.json:7:5: scenes[0].motion_prompt: is missing",
        ]
    );
}

#[test]
fn a_missing_field_and_a_wrong_type_are_named() {
    assert_eq!(
        changed("  \"title\": \"Lighthouse\",\n", ""),
        ["storyboard.json:1:1: title: is missing"]
    );
    assert_eq!(
        changed("\"Lighthouse\"", "7"),
        ["storyboard.json:2:12: title: must be a text, not a number"]
    );
    assert_eq!(
        changed("4000", "1.5"),
        ["storyboard.json:13:22: scenes[0].duration_ms: must be a whole number, not 1.5"]
    );
    assert_eq!(
        changed("{\"palette\": [\"ink\", \"amber\"], \"grain\": 0.25}", "[]"),
        ["storyboard.json:5:18: style_guide: must be an object, not a list"]
    );
}

#[test]
fn a_scene_index_twice_or_out_of_line_is_named() {
    assert_eq!(
        changed("\"scene_index\": 1", "\"scene_index\": 0"),
        ["storyboard.json:17:21: scenes[1].scene_index: is 0, as in a scene before"]
    );
    assert_eq!(
        changed("\"scene_index\": 1", "\"scene_index\": 2"),
        ["storyboard.json:17:21: scenes[1].scene_index: is 2, but 2 scenes are numbered 0 to 1"]
    );
}

#[test]
fn fifteen_scenes_are_admitted_and_sixteen_are_not() {
    let with = |count: usize| {
        let scene = |i| {
            format!(
                r#"{{"scene_index":{i},"description":"d","start_prompt":"","end_prompt":"","motion_prompt":""}}"#
            )
        };
        let scenes: Vec<String> = (0..count).map(scene).collect();
        format!(
            r#"{{"title":"t","prompt":"p","style":"s","scenes":[{}]}}"#,
            scenes.join(",")
        )
    };
    assert!(Storyboard::parse(with(15).as_bytes(), 15).is_ok());
    assert_eq!(
        problems(&with(16)),
        [
            "storyboard.json:1:48: scenes: has 16 scenes; at most 15 are allowed (pipeline.max_scenes)"
        ]
    );
}

#[test]
fn a_title_of_ten_megabytes_is_reported_by_its_length() {
    assert_eq!(
        changed("Lighthouse", &"x".repeat(10 * 1024 * 1024)),
        ["storyboard.json:2:12: title: has 10485760 characters; at most 200 are allowed"]
    );
}

#[test]
fn texts_that_a_database_cannot_hold_are_refused() {
    assert_eq!(
        changed("A keeper", "A \\u0000 keeper"),
        ["storyboard.json:3:13: prompt: contains a NUL character (U+0000), which cannot be stored"]
    );
    assert_eq!(
        changed("\"ink\"", "{\"a\\u0000\": 1}"),
        [
            "storyboard.json:5:18: style_guide: contains a NUL character (U+0000), which cannot be stored"
        ]
    );
    let text = problems(&WHOLE.replace("A keeper", "\\ud800"));
    assert!(
        text[0].starts_with("storyboard.json:3:13: prompt: cannot be read:"),
        "{text:?}"
    );
}

#[test]
fn bytes_that_are_no_text_are_reported_by_their_offset() {
    let mut bytes = WHOLE.as_bytes().to_vec();
    bytes[20] = 0xff;
    let problems = Storyboard::parse(&bytes, 15).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "storyboard.json: is not UTF-8: the byte at offset 20 does not belong there"
    );
}

#[test]
fn a_text_that_is_no_json_is_reported_with_its_position() {
    assert_eq!(
        changed("\"style\": \"watercolour\",", "\"style\": \"watercolour\""),
        ["storyboard.json:5:3: is not JSON: expected `,` or `}`"]
    );
    assert_eq!(
        problems("[]"),
        ["storyboard.json:1:1: must be an object, not a list"]
    );
}

#[test]
fn paths_that_leave_the_folder_and_files_named_twice_are_refused() {
    assert_eq!(
        changed("keyframes/00-end.png", "../end.png"),
        [
            "storyboard.json:14:63: scenes[0].keyframes.end: \"../end.png\" leads out of the production folder"
        ]
    );
    assert_eq!(
        changed("output/lighthouse.mp4", "clips/00-attempt-1.mp4"),
        [
            "storyboard.json:19:13: output: \"clips/00-attempt-1.mp4\" is already named by scenes[0].clips[0].file"
        ]
    );
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = WHOLE
        .replace("\"Lighthouse\"", "\"\"")
        .replace("\"watercolour\"", "\"watercolour\", \"style\": \"oil\"")
        .replace("4000", "0")
        .replace("\"attempt\": 1", "\"attempt\": 0");
    assert_eq!(
        problems(&text),
        [
            "storyboard.json:4:27: style: is given twice",
            "storyboard.json:2:12: title: must not be blank",
            "storyboard.json:13:22: scenes[0].duration_ms: is 0; it must be between 1 and 3600000",
            "storyboard.json:15:29: scenes[0].clips[0].attempt: is 0; it must be between 1 and 1000000",
        ]
    );
}

#[test]
fn columns_count_characters_not_bytes() {
    assert_eq!(
        problems(r#"{"title":"éé","style":7,"prompt":"p","scenes":[]}"#),
        ["storyboard.json:1:23: style: must be a text, not a number"]
    );
}

proptest! {
    #[test]
    fn whatever_the_bytes_are_reading_them_ends_in_a_storyboard_or_problems(
        bytes in proptest::collection::vec(any::<u8>(), 0..200)
    ) {
        if let Err(problems) = Storyboard::parse(&bytes, 15) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn a_whole_storyboard_with_one_byte_changed_never_panics(at in 0..WHOLE.len(), byte: u8) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        bytes[at] = byte;
        if let Err(problems) = Storyboard::parse(&bytes, 15) {
            prop_assert!(!problems.is_empty());
        }
    }
}
