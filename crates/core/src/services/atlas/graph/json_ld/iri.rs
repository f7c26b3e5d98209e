//! Keys and terms as IRIs (RFC 3987), and back.

use std::fmt::Write as _;

/// A node's key as an `@id`: absolute IRIs stay, anything else becomes a fragment.
pub(super) fn of_key(key: &str) -> String {
    if is_absolute(key) {
        key.to_owned()
    } else {
        format!("#{}", escaped(key))
    }
}

/// The key that an `@id` means.
pub(super) fn to_key(iri: &str) -> String {
    match iri.strip_prefix('#') {
        Some(fragment) => unescaped(fragment),
        None => iri.to_owned(),
    }
}

/// A label, kind or name of a property as a term. Terms that begin with `@` are JSON-LD's own.
pub(super) fn of_term(text: &str) -> String {
    match text.strip_prefix('@') {
        Some(rest) => format!("%40{}", escaped(rest)),
        None => escaped(text),
    }
}

/// The meaning of a term.
pub(super) fn to_term(term: &str) -> String {
    unescaped(term)
}

fn is_absolute(key: &str) -> bool {
    let Some((scheme, rest)) = key.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && (scheme.chars()).all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
        && !rest.is_empty()
        && rest.chars().all(|c| c == '%' || is_plain(c))
}

/// Whether a character is written as it is; `%` is not.
fn is_plain(c: char) -> bool {
    match c {
        '!'..='~' => !"%\"<>\\^`{|}".contains(c),
        _ => !c.is_ascii() && !c.is_whitespace() && !c.is_control(),
    }
}

fn escaped(text: &str) -> String {
    let mut iri = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) {
            iri.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            // Writing to a text cannot fail.
            let _ = write!(iri, "%{byte:02X}");
        }
    }
    iri
}

/// What is no UTF-8 once it is decoded stays as it is.
fn unescaped(iri: &str) -> String {
    let mut bytes = Vec::with_capacity(iri.len());
    let mut rest = iri.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits
            .filter(|two| first == b'%' && two.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| iri.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_iris_and_come_back() {
        for (key, iri) in [
            ("ada", "#ada"),
            ("Ada Lovelace", "#Ada%20Lovelace"),
            ("https://example.org/a%20b#c", "https://example.org/a%20b#c"),
            ("note: blank", "#note:%20blank"),
            ("_:b0", "#_:b0"),
            ("#1", "##1"),
            ("100%", "#100%25"),
            ("Müller", "#Müller"),
        ] {
            assert_eq!(of_key(key), iri);
            assert_eq!(to_key(iri), key);
        }
    }

    #[test]
    fn a_term_never_looks_like_a_keyword() {
        for term in ["@id", "@@", "works with", "%", "schema:knows"] {
            assert!(!of_term(term).starts_with('@'));
            assert_eq!(to_term(&of_term(term)), term);
        }
    }

    #[test]
    fn what_is_not_in_percent_stays() {
        for iri in ["50%", "%zz", "%ff", "%+1", "a%2"] {
            assert_eq!(unescaped(iri), iri);
        }
    }
}
