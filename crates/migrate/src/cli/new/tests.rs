use proptest::prelude::*;

use std::fs;

use chrono::{DateTime, Utc};

use super::{
    files,
    name::{require_free, require_good, suggest, timestamp, timestamp_before},
    *,
};

const LIB: &str = "//! Migrations.

mod m20261120_100000_create_projects;
mod m20261120_101000_create_scenes;

pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261120_100000_create_projects::Migration),
        Box::new(m20261120_101000_create_scenes::Migration),
    ]
}
";

const KNOWN: &[&str] = &[
    "m20261120_100000_create_projects",
    "m20261120_101000_create_scenes",
];

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

#[test]
fn a_new_migration_is_written_and_registered_last() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lib.rs"), LIB).unwrap();
    let now = at("2026-11-21T09:08:07Z");
    let add = |name: &str| files::add(folder.path(), name, now, KNOWN, &skeleton::contents(name));
    let file = add("create_captions").unwrap().file;
    assert_eq!(
        file.file_name().unwrap(),
        "m20261121_090807_create_captions.rs"
    );
    insta::assert_snapshot!("new_table", fs::read_to_string(file).unwrap());
    let list = fs::read_to_string(folder.path().join("lib.rs")).unwrap();
    insta::assert_snapshot!("new_list", list);
    let file = add("add_language_to_captions").unwrap().file;
    insta::assert_snapshot!("new_change", fs::read_to_string(file).unwrap());
}

#[test]
fn two_migrations_in_a_row_come_in_their_order_though_the_program_knows_neither() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lib.rs"), LIB).unwrap();
    let now = at("2026-11-21T09:08:07Z");
    for name in [
        "create_captions",
        "add_language_to_captions",
        "create_words",
    ] {
        files::add(folder.path(), name, now, KNOWN, "").unwrap();
    }
    let mut expected: Vec<String> = KNOWN.iter().map(|&name| name.to_owned()).collect();
    expected.extend(
        [
            "m20261121_090807_create_captions",
            "m20261121_090808_add_language_to_captions",
            "m20261121_090809_create_words",
        ]
        .map(str::to_owned),
    );
    assert_eq!(files::listed(folder.path()).unwrap(), expected);
    let again = files::add(folder.path(), "create_words", now, KNOWN, "").unwrap_err();
    assert!(matches!(again, NewError::Taken { .. }), "{again}");
}

#[test]
fn a_list_that_is_not_understood_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lib.rs"), "// empty\n").unwrap();
    let now = at("2026-11-21T09:08:07Z");
    let error = files::add(folder.path(), "create_captions", now, KNOWN, "").unwrap_err();
    assert!(matches!(error, NewError::NoList { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn names_ascend_even_if_the_clock_is_behind() {
    let newest = Some("m20261120_101000_create_scenes");
    let behind = at("2020-01-01T00:00:00Z");
    assert_eq!(timestamp(behind, newest), "m20261120_101001");
    assert_eq!(
        timestamp(at("2026-11-20T10:10:00Z"), newest),
        "m20261120_101001"
    );
    assert_eq!(
        timestamp(at("2026-11-20T10:10:05Z"), newest),
        "m20261120_101005"
    );
}

#[test]
fn a_bad_name_gets_a_reason_and_a_better_one() {
    for (name, problem, suggestion) in [
        ("", "empty", "create_captions"),
        ("captions", "what is done to what", "create_captions"),
        ("CreateCaptions", "small letters", "create_captions"),
        ("create-captions", "small letters", "create_captions"),
        ("../escape", "small letters", "create_escape"),
        ("2_captions", "begins with a letter", "create_captions"),
        ("create__captions", "single `_`", "create_captions"),
        ("create_captions_", "single `_`", "create_captions"),
        (
            "m20261121_090807_create_captions",
            "timestamp",
            "create_captions",
        ),
    ] {
        let message = require_good(name).unwrap_err().to_string();
        assert!(message.contains(problem), "{message}");
        assert!(message.ends_with(&format!("try {suggestion}")), "{message}");
    }
}

#[test]
fn a_name_that_is_taken_is_refused_whatever_its_timestamp() {
    let error = require_free("create_scenes", KNOWN).unwrap_err();
    assert!(error.to_string().contains("m20261120_101000_create_scenes"));
    require_free("create_captions", KNOWN).unwrap();
}

proptest! {
    #[test]
    fn every_suggestion_is_a_good_name(name in ".{0,120}") {
        if require_good(&name).is_err() {
            let suggestion = suggest(&name);
            prop_assert!(require_good(&suggestion).is_ok(), "{name:?}: {suggestion:?}");
        }
    }
}

#[test]
fn the_first_migration_comes_before_all_others() {
    let now = DateTime::parse_from_rfc3339("2026-11-21T09:08:07Z")
        .unwrap()
        .to_utc();
    let oldest = Some("m20260101_000000_create_books");
    assert_eq!(timestamp_before(now, oldest), "m20251231_235959");
    assert_eq!(timestamp_before(now, None), "m20261121_090807");
}
