//! The form of a text that is searched: the same words on both engines, whatever their own
//! tokenizers make of apostrophes, hyphens, digits, addresses, accents and scripts.
//!
//! 1. A word is a run of letters, digits and the marks on them; everything else separates words.
//!    Scripts that put no blanks between words (Chinese, Japanese, Thai, …) count each letter as a
//!    word, so that a phrase finds any part of a text.
//! 2. Words are compared without case, without accents (U+0300 to U+036F), and in Unicode's
//!    compatibility form (NFKC): `Café`, `CAFE` and `ｃａｆｅ` are one word, and so are `Straße` and
//!    `strasse`.
//! 3. Each is written with lowercase ASCII letters and digits only, a letter first, which every
//!    tokenizer takes as one word: `z` is `zz`, a digit at the start has `zn` before it, any other
//!    letter is `z` and six hexadecimal digits of its code. A beginning of a word is a beginning of
//!    what is written, so that words can be searched by their beginning.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The most bytes of a written word that count; longer words are equal if these are.
const MAX_BYTES: usize = 120;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it is in the text, in bytes.
    pub range: Range<usize>,
    /// How it is written where it is searched.
    pub written: String,
}

/// The words of a text, separated by blanks, as the column `words` holds them.
#[must_use]
pub fn written(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + text.len() / 8);
    for word in of(text) {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(&word.written);
    }
    all
}

/// The words of a text, in its order.
#[must_use]
pub fn of(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices() {
        match (start, role(character)) {
            (None, Role::Letter | Role::WholeWord) => start = Some(at),
            (Some(_), Role::Letter | Role::Mark) | (None, Role::Mark | Role::Separator) => {}
            (Some(from), Role::WholeWord) => {
                push(&mut words, text, from..at);
                start = Some(at);
            }
            (Some(from), Role::Separator) => {
                push(&mut words, text, from..at);
                start = None;
            }
        }
        // A word of one letter ends with the marks on it.
        if let Some(from) = start
            && from != at
            && role(character) == Role::Letter
            && is_whole_word(&text[from..at])
        {
            push(&mut words, text, from..at);
            start = Some(at);
        }
    }
    if let Some(from) = start {
        push(&mut words, text, from..text.len());
    }
    words
}

/// What a character is to words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A part of a word.
    Letter,
    /// A word by itself.
    WholeWord,
    /// Belongs to the letter before it.
    Mark,
    /// Ends a word.
    Separator,
}

fn role(character: char) -> Role {
    if character.is_ascii() {
        return match character.is_ascii_alphanumeric() {
            true => Role::Letter,
            false => Role::Separator,
        };
    }
    if is_combining_mark(character) || is_ignored(character) {
        Role::Mark
    } else if !character.is_alphanumeric() {
        Role::Separator
    } else if is_unspaced(character) {
        Role::WholeWord
    } else {
        Role::Letter
    }
}

fn is_whole_word(text: &str) -> bool {
    text.chars().next().is_some_and(is_unspaced)
}

/// Letters of scripts that are written without blanks between words: Thai, Lao, Myanmar, Khmer,
/// Japanese, Chinese.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{0E00}'..='\u{0EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// Invisible characters within words: the soft hyphen, joiners, marks of direction.
fn is_ignored(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{200C}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
    )
}

/// The accents of Latin, Greek and Cyrillic letters.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}')
}

fn push(words: &mut Vec<Word>, text: &str, range: Range<usize>) {
    let slice = &text[range.clone()];
    if slice.is_ascii() {
        words.push(Word {
            written: write(slice.chars().map(|c| c.to_ascii_lowercase())),
            range,
        });
        return;
    }
    let folded: String = slice
        .nfkd()
        .filter(|&c| !is_accent(c) && !is_ignored(c))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|&c| !is_accent(c))
        .nfc()
        .collect();
    // A compatibility form may hold what separates: `½` is `1⁄2`.
    for part in folded.split(|c| role(c) == Role::Separator) {
        if !part.is_empty() {
            words.push(Word {
                range: range.clone(),
                written: write(part.chars()),
            });
        }
    }
}

fn write(characters: impl Iterator<Item = char>) -> String {
    let mut written = String::new();
    for character in characters {
        match character {
            'z' => written.push_str("zz"),
            '0'..='9' if written.is_empty() => {
                written.push_str("zn");
                written.push(character);
            }
            'a'..='y' | '0'..='9' => written.push(character),
            other => written.push_str(&format!("z{:06x}", u32::from(other))),
        }
        if written.len() >= MAX_BYTES {
            written.truncate(MAX_BYTES);
            break;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        for (text, words) in [
            ("Don't stop", "don t stop"),
            ("e-mail me@example.org", "e mail me example org"),
            ("https://example.org/a_b?c=1", "https example org a b c zn1"),
            ("1st 2e5 0x1F 3.14", "zn1st zn2e5 zn0x1f zn3 zn14"),
            ("jazz ZOO", "jazzzz zzoo"),
            ("Café CAFE\u{301} ｃａｆｅ", "cafe cafe cafe"),
            ("Straße STRASSE", "strasse strasse"),
            ("ﬁne Ⅳ", "fine iv"),
            ("½", "zn1 zn2"),
            ("co\u{AD}operate", "cooperate"),
            (
                "Ελλάς ΕΛΛΆΣ",
                "z0003b5z0003bbz0003bbz0003b1z0003c3 z0003b5z0003bbz0003bbz0003b1z0003c3",
            ),
            ("日本", "z0065e5 z00672c"),
            ("a日b", "a z0065e5 b"),
            ("", ""),
            ("!?… — \u{301}", ""),
        ] {
            assert_eq!(written(text), words, "{text}");
        }
    }

    #[test]
    fn a_mark_stays_with_its_letter() {
        let words = of("ที่นี่");
        assert_eq!(words.len(), 2);
        assert_eq!(&"ที่นี่"[words[0].range.clone()], "ที่");
    }

    proptest::proptest! {
        #[test]
        fn every_word_is_ascii_and_begins_with_a_letter(text in "\\PC{0,40}") {
            for word in of(&text) {
                proptest::prop_assert!(word.written.as_bytes()[0].is_ascii_lowercase());
                proptest::prop_assert!(word.written.len() <= MAX_BYTES);
                proptest::prop_assert!(
                    word.written.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                );
                proptest::prop_assert!(text.get(word.range.clone()).is_some());
            }
        }

        #[test]
        fn case_does_not_matter(text in "[a-zA-ZÀ-ÿА-яßřŁ0-9 -]{0,40}") {
            let (lower, upper) = (text.to_lowercase(), text.to_uppercase());
            proptest::prop_assert_eq!(written(&lower), written(&upper));
        }

        #[test]
        fn a_beginning_of_a_word_is_a_beginning_of_what_is_written(
            word in "[a-z0-9äéñßжλ]{1,12}", length in 1usize..12,
        ) {
            let beginning: String = word.chars().take(length).collect();
            proptest::prop_assert!(written(&word).starts_with(&written(&beginning)));
        }
    }
}
