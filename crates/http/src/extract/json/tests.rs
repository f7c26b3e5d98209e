//! Every fault at its place, in words that need no Rust.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Film {
    title: String,
    year: u16,
    id: Option<Uuid>,
    genre: Genre,
    #[serde(default)]
    scenes: Vec<Scene>,
    director: Option<Person>,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Scene {
    prompt: String,
    duration_ms: u32,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Person {
    name: String,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Genre {
    Noir,
    Western,
}

fn faults(body: &Value) -> Vec<(String, String, String)> {
    of_text(&body.to_string())
}

fn of_text(body: &str) -> Vec<(String, String, String)> {
    let error = parse::<Film>(body.as_bytes()).unwrap_err();
    assert_eq!(error.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let faults = error.body().errors.iter();
    faults
        .map(|fault| {
            let field = fault.field.clone().unwrap_or_default();
            (field, fault.code.to_string(), fault.detail.clone())
        })
        .collect()
}

fn fault(field: &str, code: &str, detail: &str) -> (String, String, String) {
    (field.to_owned(), code.to_owned(), detail.to_owned())
}

#[test]
fn what_is_right_is_read() {
    let film: Film = parse(
        br#"{"title": "Dusk", "year": 1950, "genre": "noir", "id": null,
             "scenes": [{"prompt": "a", "duration_ms": 1, "more": [1]}], "director": {"name": "B"}}"#,
    )
    .unwrap();
    assert_eq!(film.scenes[0].duration_ms, 1);
    assert_eq!(film.director.unwrap().name, "B");
    let value: Value = parse(br#"{"a": [1, -1, 1.5, null, true, "x"]}"#).unwrap();
    assert_eq!(value, json!({"a": [1, -1, 1.5, null, true, "x"]}));
    assert_eq!(
        parse::<(u8, String)>(br#"[1, "a"]"#).unwrap(),
        (1, "a".to_owned())
    );
    assert!(parse::<(u8, String)>(br#"[1, "a", 2]"#).is_err());
}

#[test]
fn an_array_is_no_object() {
    let array = fault("", "INVALID_TYPE", "must be an object, not an array");
    assert_eq!(
        faults(&json!(["Dusk", 1950, null, "noir", [], null])),
        [array]
    );
    let body = json!({"title": "Dusk", "year": 1950, "genre": "noir", "director": ["B"],
                      "scenes": [["a", 1]]});
    assert_eq!(
        faults(&body),
        [
            fault(
                "director",
                "INVALID_TYPE",
                "must be an object, not an array"
            ),
            fault(
                "scenes[0]",
                "INVALID_TYPE",
                "must be an object, not an array"
            ),
        ]
    );
}

#[test]
fn all_faults_come_at_once() {
    let body = json!({
        "title": 3,
        "colour": "red",
        "year": -1,
        "id": "lamp",
        "scenes": [{"prompt": "a", "duration_ms": 1}, {"prompt": null}],
    });
    let mut found = faults(&body);
    found.sort();
    assert_eq!(
        found,
        [
            fault(
                "colour",
                "UNKNOWN_FIELD",
                "there is no such field, only title, year, id, genre, scenes or director"
            ),
            fault("genre", "MISSING_FIELD", "is missing"),
            fault("id", "INVALID_VALUE", "must be a UUID"),
            fault("scenes[1].duration_ms", "MISSING_FIELD", "is missing"),
            fault(
                "scenes[1].prompt",
                "INVALID_TYPE",
                "must be a string, not null"
            ),
            fault("title", "INVALID_TYPE", "must be a string, not a number"),
            fault(
                "year",
                "INVALID_VALUE",
                "must be a whole number from 0 to 65535, not -1"
            ),
        ]
    );
}

#[test]
fn a_name_of_no_list_and_a_field_that_is_given_twice_are_refused() {
    let body = json!({"title": "Dusk", "year": 1950, "genre": "opera"});
    let opera = "must be noir or western, not \"opera\"";
    assert_eq!(faults(&body), [fault("genre", "INVALID_VALUE", opera)]);
    let body = json!({"title": "Dusk", "year": 1950, "genre": 1});
    let number = "must be noir or western, not a number";
    assert_eq!(faults(&body), [fault("genre", "INVALID_VALUE", number)]);
    let twice = r#"{"title": "Dusk", "title": "Dawn", "year": "x", "genre": "noir"}"#;
    assert_eq!(
        of_text(twice),
        [
            fault("title", "DUPLICATE_FIELD", "is given twice"),
            fault(
                "year",
                "INVALID_TYPE",
                "must be a whole number from 0 to 65535, not a string"
            ),
        ]
    );
}

#[test]
fn a_large_body_is_read_once() {
    let title = "x".repeat(70_000);
    assert_eq!(
        faults(&json!({"title": title, "year": -1, "genre": 7})).len(),
        1
    );
    let body = json!({"title": "a", "year": 1, "genre": "noir",
                      "scenes": vec![json!({}); 100]});
    assert_eq!(faults(&body).len(), 20);
}

/// Its rule is about all of it.
#[derive(Deserialize, Debug)]
#[serde(try_from = "[u8; 2]")]
struct Rising;

impl TryFrom<[u8; 2]> for Rising {
    type Error = &'static str;

    fn try_from([first, last]: [u8; 2]) -> Result<Self, &'static str> {
        match first < last {
            true => Ok(Self),
            false => Err("must rise"),
        }
    }
}

#[test]
fn a_rule_that_only_a_stand_in_breaks_is_not_reported() {
    let error = parse::<Rising>(b"[1, -1]").unwrap_err();
    assert_eq!(error.body().errors.len(), 1, "{error:?}");
    let error = parse::<Rising>(b"[2, 1]").unwrap_err();
    assert_eq!(error.body().detail, "must rise");
}
