//! JSON values that know where they stand, for formats that are read from JSON.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::{
    place::{FormatError, Place},
    rules::{Fault, MAX_PROPERTIES_DEPTH},
};

/// A value within a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'t> {
    text: &'t str,
    raw: &'t str,
}

/// The members of an object, in the order of the text.
pub(super) type Members<'t> = Vec<(String, Json<'t>)>;

impl<'t> Json<'t> {
    /// The one value of a text.
    pub(super) fn top(text: &'t str) -> Result<Self, FormatError> {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Ok(Self {
                text,
                raw: raw.get(),
            }),
            Err(error) => Err(refused(&Self { text, raw: text }, &error)),
        }
    }

    pub(super) fn is_object(&self) -> bool {
        self.raw.starts_with('{')
    }

    pub(super) fn is_array(&self) -> bool {
        self.raw.starts_with('[')
    }

    pub(super) fn is_null(&self) -> bool {
        self.raw == "null"
    }

    pub(super) fn is_empty_string(&self) -> bool {
        self.raw == "\"\""
    }

    /// Its members; a name that comes twice is refused.
    pub(super) fn members(&self, what: &str) -> Result<Members<'t>, FormatError> {
        if !self.is_object() {
            return Err(self.refuse(format!("{what} must be an object")));
        }
        let Object(members) = self.read()?;
        let mut seen = HashSet::with_capacity(members.len());
        for (name, raw) in &members {
            if !seen.insert(name) {
                let value = self.part(raw);
                return Err(value.refuse(format!("{name:?} is there twice")));
            }
        }
        let found = (members.into_iter()).map(|(name, raw)| (name, self.part(raw)));
        Ok(found.collect())
    }

    /// Its items.
    pub(super) fn items(&self, what: &str) -> Result<Vec<Self>, FormatError> {
        if !self.is_array() {
            return Err(self.refuse(format!("{what} must be an array")));
        }
        let items: Vec<&RawValue> = self.read()?;
        Ok(items.into_iter().map(|raw| self.part(raw)).collect())
    }

    /// The value itself. Numbers are read exactly, which serde_json does not do by itself.
    pub(super) fn value(&self) -> Result<Value, FormatError> {
        self.value_within(MAX_PROPERTIES_DEPTH + 1)
    }

    fn value_within(&self, levels: usize) -> Result<Value, FormatError> {
        let Some(below) = levels.checked_sub(1) else {
            return Err(self.refuse(Fault::TooDeep.to_string()));
        };
        if self.is_object() {
            let members = self.members("the value")?.into_iter();
            let members = members.map(|(name, member)| Ok((name, member.value_within(below)?)));
            members.collect::<Result<_, _>>().map(Value::Object)
        } else if self.is_array() {
            let items = self.items("the value")?.into_iter();
            let items = items.map(|item| item.value_within(below));
            items.collect::<Result<_, _>>().map(Value::Array)
        } else {
            match self.read()? {
                Value::Number(number) if number.is_f64() => Ok(self.exact().into()),
                value => Ok(value),
            }
        }
    }

    fn exact(&self) -> f64 {
        self.raw.parse().unwrap_or(f64::NAN)
    }

    pub(super) fn string(&self, what: &str) -> Result<String, FormatError> {
        match self.value()? {
            Value::String(text) => Ok(text),
            _ => Err(self.refuse(format!("{what} must be a string"))),
        }
    }

    /// A string, or a number or truth value as text.
    pub(super) fn scalar(&self, what: &str) -> Result<String, FormatError> {
        match self.value()? {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(truth) => Ok(truth.to_string()),
            _ => Err(self.refuse(format!("{what} must be a string"))),
        }
    }

    pub(super) fn boolean(&self, what: &str) -> Result<bool, FormatError> {
        match self.value()? {
            Value::Bool(truth) => Ok(truth),
            _ => Err(self.refuse(format!("{what} must be true or false"))),
        }
    }

    pub(super) fn number(&self, what: &str) -> Result<f64, FormatError> {
        match self.value()?.as_f64() {
            Some(number) => Ok(number),
            None => Err(self.refuse(format!("{what} must be a number"))),
        }
    }

    /// This value is at fault.
    pub(super) fn refuse(&self, reason: impl Into<String>) -> FormatError {
        FormatError {
            place: Place::of(self.text, self.offset()),
            reason: reason.into(),
        }
    }

    /// A rule is broken by what stands here.
    pub(super) fn breaks(&self) -> impl Fn(Fault) -> FormatError {
        let at = *self;
        move |fault| at.refuse(fault.to_string())
    }

    fn part(&self, raw: &'t RawValue) -> Self {
        Self {
            text: self.text,
            raw: raw.get(),
        }
    }

    fn offset(&self) -> usize {
        // `raw` is a part of `text`.
        (self.raw.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    fn read<T: Deserialize<'t>>(&self) -> Result<T, FormatError> {
        serde_json::from_str(self.raw).map_err(|error| refused(self, &error))
    }
}

/// What serde_json says, at its place in the whole text. Its own words end with a place too.
fn refused(at: &Json<'_>, error: &serde_json::Error) -> FormatError {
    let lines = error.line().saturating_sub(1);
    let start: usize = at.raw.split_inclusive('\n').take(lines).map(str::len).sum();
    let offset = at.offset() + start + error.column().saturating_sub(1);
    let said = error.to_string();
    let reason = said.split(" at line ").next().unwrap_or_default();
    FormatError {
        place: Place::of(at.text, offset),
        reason: format!("not valid JSON: {reason}"),
    }
}

/// An object as a list, so that names that come twice are seen.
struct Object<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
