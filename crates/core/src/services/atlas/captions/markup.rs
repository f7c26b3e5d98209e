//! The text of a cue: tags taken out, entities decoded, blanks made one.

use super::format::Format;

/// The tags of SubRip; anything else in angle brackets is text there.
const SUBRIP_TAGS: [&str; 9] = ["i", "b", "u", "s", "font", "c", "ruby", "rt", "v"];

/// What is left of a cue's payload.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// Trimmed, none of them empty.
    pub(super) lines: Vec<String>,
    pub(super) has_timed_words: bool,
}

/// Reads the payload of a cue.
pub(super) fn text(payload: &str, format: Format) -> Text {
    let mut plain = String::with_capacity(payload.len());
    let mut has_timed_words = false;
    let mut rest = payload;
    while let Some(at) = rest.find(['<', '&', '{']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes()[0] {
            b'<' => tag(rest, format).inspect(|inside| has_timed_words |= is_time(inside)),
            b'{' => override_of_subrip(rest, format),
            _ => {
                let entity = entity(rest);
                if let Some((character, inside)) = entity {
                    plain.push(character);
                    rest = &rest[inside..];
                    continue;
                }
                None
            }
        };
        match length {
            Some(inside) => rest = &rest[inside.len() + 2..],
            None => {
                plain.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    Text {
        lines: plain
            .lines()
            .map(collapsed)
            .filter(|line| !line.is_empty())
            .collect(),
        has_timed_words,
    }
}

/// What is between the brackets, if the text begins with a tag: `<c.yellow>`, `</v>`,
/// `<00:01.000>`. A `<` that no `>` follows is text.
fn tag(rest: &str, format: Format) -> Option<&str> {
    let inside = &rest[1..rest.find('>')?];
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let word = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_tag = match format {
        Format::WebVtt => name.is_empty() || !word.is_empty(),
        Format::SubRip => SUBRIP_TAGS.contains(&word.to_ascii_lowercase().as_str()),
    };
    (is_tag || is_time(inside)).then_some(inside)
}

/// What is between the braces of an override such as `{\an8}`, which players of SubRip understand.
fn override_of_subrip(rest: &str, format: Format) -> Option<&str> {
    let inside = &rest[1..rest.find('}')?];
    (format == Format::SubRip && inside.starts_with('\\')).then_some(inside)
}

fn is_time(inside: &str) -> bool {
    inside.starts_with(|c: char| c.is_ascii_digit())
        && inside.contains(':')
        && inside
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b','))
}

/// The character that a text such as `&amp;…` begins with, and the length of its name.
fn entity(rest: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = &rest[1..end];
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "lrm" => '\u{200E}',
        "rlm" => '\u{200F}',
        _ => numeric(name.strip_prefix('#')?)?,
    };
    Some((character, end + 1))
}

/// `39` or `x27`. What is no character, or a control character, becomes U+FFFD.
fn numeric(digits: &str) -> Option<char> {
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    let character = char::from_u32(code).filter(|c| !c.is_control() || *c == '\n');
    Some(character.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// The line with each run of blanks as one, and none at its ends. Marks of direction stay: they
/// are a part of how the line reads.
fn collapsed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
