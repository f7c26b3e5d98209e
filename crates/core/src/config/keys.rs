//! Reads the keys of one section; whatever is wrong is reported, and reading goes on.

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use ::config::{Value, ValueKind};
use secrecy::SecretString;
use serde_json::{Value as Json, json};

use super::{
    Problem,
    mismatch::{Mismatch, Taken, items},
    reader::Reader,
    value::{is_nothing, text, untyped},
};

/// The keys of one section. Each method reads one of them; it gives `None` after it has reported
/// what is wrong, with the place and with what was expected.
pub struct Keys<'r> {
    reader: &'r mut Reader,
    section: &'static str,
}

impl<'r> Keys<'r> {
    pub(super) fn new(reader: &'r mut Reader, section: &'static str) -> Self {
        Self { reader, section }
    }
}

impl Keys<'_> {
    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        self.read(name, json!({"type": "boolean"}), |value| {
            let taken = match (&value.kind, untyped(value)) {
                (ValueKind::Boolean(value), _) => Some(*value),
                (_, Some(word)) => word.parse().ok(),
                _ => None,
            };
            let taken = taken.ok_or_else(|| Mismatch::of(value, "true or false"))?;
            Ok((taken, json!(taken)))
        })
    }

    /// A whole number within a range, all of which is to fit into `T`.
    pub fn integer<T: TryFrom<u64>>(
        &mut self,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<T> {
        self.number(name, "", range)
    }

    /// A time in whole milliseconds; the name of the key ends in `_ms`.
    pub fn millis(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(name, " of milliseconds", range)
            .map(Duration::from_millis)
    }

    /// A time in whole seconds; the name of the key ends in `_s`.
    pub fn seconds(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(name, " of seconds", range)
            .map(Duration::from_secs)
    }

    fn number<T: TryFrom<u64>>(
        &mut self,
        name: &str,
        unit: &str,
        range: RangeInclusive<u64>,
    ) -> Option<T> {
        let (least, most) = (*range.start(), *range.end());
        let schema = json!({"type": "integer", "minimum": least, "maximum": most});
        self.read(name, schema, |value| {
            let number = match (&value.kind, untyped(value)) {
                (ValueKind::I64(number), _) => u64::try_from(*number).ok(),
                (_, Some(word)) => word.parse().ok(),
                _ => None,
            };
            number
                .filter(|number| range.contains(number))
                .and_then(|number| Some((T::try_from(number).ok()?, json!(number))))
                .ok_or_else(|| {
                    Mismatch::of(
                        value,
                        format!("a whole number{unit} from {least} to {most}"),
                    )
                })
        })
    }

    /// A path, as it was written.
    pub fn path(&mut self, name: &str) -> Option<PathBuf> {
        self.parsed(name, "a path", |text| Some(PathBuf::from(text)))
    }

    /// A text that `parse` understands; `expected` says which, after "must be".
    pub fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let schema = json!({"type": "string", "minLength": 1});
        self.parsed_as(name, schema, expected, parse)
    }

    /// One of several words.
    pub fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let schema = json!({"enum": names});
        self.parsed_as(name, schema, &names.join(" or "), |text| {
            let chosen = choices.iter().find(|(name, _)| *name == text);
            chosen.map(|(_, choice)| *choice)
        })
    }

    fn parsed_as<T>(
        &mut self,
        name: &str,
        schema: Json,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.read(name, schema, |value| {
            let mismatch = || Mismatch::of(value, expected);
            let text = text(value).ok_or_else(mismatch)?;
            let parsed = parse(text).ok_or_else(mismatch)?;
            Ok((parsed, json!(text)))
        })
    }

    /// A list of texts that `parse` understands; in a variable they are separated by commas.
    pub fn list<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let schema =
            json!({"type": ["array", "null"], "items": {"type": "string", "minLength": 1}});
        self.read(name, schema, |list| {
            let mut values = Vec::new();
            let mut shown = Vec::new();
            for (index, item) in items(list)?.iter().enumerate() {
                let mismatch = || Mismatch::of(item, expected).within(&format!("[{index}]"));
                let text = text(item).ok_or_else(mismatch)?;
                values.push(parse(text).ok_or_else(mismatch)?);
                shown.push(json!(text));
            }
            Ok((values, Json::Array(shown)))
        })
    }

    /// A text that never shows, in no list of settings and in no message. `expected` says what it
    /// is, after "must be". By default it is `null`, and therefore has to be set.
    pub fn secret(&mut self, name: &str, expected: &str) -> Option<SecretString> {
        self.read(name, secret_schema(), |value| take_secret(value, expected))
    }

    /// As [`secret`](Self::secret), but it may be left out.
    pub fn optional_secret(&mut self, name: &str, expected: &str) -> Option<Option<SecretString>> {
        self.read(name, secret_schema(), |value| {
            if is_nothing(value) {
                return Ok((None, Json::Null));
            }
            take_secret(value, expected).map(|(secret, shown)| (Some(secret), shown))
        })
    }

    /// Reports that the value of a key does not fit the others. `found` shows what it is, and must
    /// not show a secret.
    pub fn refuse(&mut self, name: &str, expected: &str, found: String) {
        let key = format!("{}.{name}", self.section);
        let origin = self.reader.origin(&key);
        self.reader.report(Problem::WrongValue {
            key,
            origin,
            expected: expected.to_owned(),
            found,
        });
    }

    /// The value as `take` makes it; a mismatch is reported. `schema` says which values files may
    /// have.
    pub(super) fn read<T>(
        &mut self,
        name: &str,
        schema: Json,
        take: impl FnOnce(&Value) -> Taken<T>,
    ) -> Option<T> {
        let key = format!("{}.{name}", self.section);
        self.reader.read(key, schema, take)
    }
}

/// The schema of a value that may be `null`, too.
pub(super) fn optional(mut schema: Json) -> Json {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

fn secret_schema() -> Json {
    json!({"type": ["string", "null"], "minLength": 1, "writeOnly": true})
}

fn take_secret(value: &Value, expected: &str) -> Taken<SecretString> {
    let secret = text(value).ok_or_else(|| Mismatch::of_secret(value, expected))?;
    Ok((secret.into(), json!("***")))
}
