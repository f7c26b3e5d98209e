//! serde's words for what was expected and found, in those of JSON.

use serde::de::Unexpected;

/// The longest text that is quoted.
const QUOTED_CHARS: usize = 40;

/// What a value must be: serde names Rust's types.
pub(in crate::extract) fn expected(words: &str) -> String {
    let kind = match words {
        "bool" | "a boolean" => "true or false",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "String" | "str" | "alloc::string::String" => "a string",
        "a sequence" => "an array",
        "a map" => "an object",
        "unit" => "null",
        "option" => "a value or null",
        "a UUID string" | "a formatted UUID string" => "a UUID",
        _ if words.ends_with("Uuid") => "a UUID",
        _ if words.starts_with("struct ") || words.starts_with("internally tagged") => "an object",
        _ if words.starts_with("tuple ") => "an array",
        _ if words.starts_with("variant ") || words.starts_with("enum ") => "a name from its list",
        other => other,
    };
    kind.to_owned()
}

/// The kind of a value that was found.
pub(super) fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        _ => "this",
    }
}

/// A value that was found.
pub(super) fn value(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => number.to_string(),
        Unexpected::Str(text) => quoted(text),
        other => kind(other).to_owned(),
    }
}

/// A text in quotes, cut if it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}

/// `a, b or c`
pub(super) fn either(names: &[&str]) -> String {
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}
