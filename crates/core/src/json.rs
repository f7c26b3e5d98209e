//! JSON values that know their position in the text. serde_json reports the position of the first
//! fault only, and keeps the last of two members with one name; here each value keeps its slice of
//! the text, so that reading can go on after a fault and see every member.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::source::SourcePosition;

/// A value within a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located<'t> {
    text: &'t str,
    raw: &'t str,
}

/// A member of an object; its name is a value too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'t> {
    pub(crate) name: Located<'t>,
    pub(crate) value: Located<'t>,
}

/// Why a value cannot be read.
#[derive(Debug)]
pub(crate) struct JsonError {
    pub(crate) position: SourcePosition,
    /// What serde_json says, without the position at the end.
    pub(crate) reason: String,
    /// The text is JSON, but of another type.
    pub(crate) is_other_type: bool,
}

impl<'t> Located<'t> {
    /// The one value of a text.
    pub(crate) fn top(text: &'t str) -> Result<Self, JsonError> {
        let whole = Self { text, raw: text };
        let raw: &RawValue = whole.read()?;
        Ok(whole.part(raw))
    }

    /// The value as it is written.
    pub(crate) fn raw(&self) -> &'t str {
        self.raw
    }

    pub(crate) fn position(&self) -> SourcePosition {
        SourcePosition::of(self.text, self.offset())
    }

    /// The value as a `T`.
    pub(crate) fn read<T: Deserialize<'t>>(&self) -> Result<T, JsonError> {
        serde_json::from_str(self.raw).map_err(|error| self.refused(&error))
    }

    /// The first `most` members of an object in the order of the text, with repeated ones.
    pub(crate) fn members(&self, most: usize) -> Result<Vec<Member<'t>>, JsonError> {
        let mut json = serde_json::Deserializer::from_str(self.raw);
        let members = Members { most }
            .deserialize(&mut json)
            .map_err(|error| self.refused(&error))?;
        let located = |(name, value)| Member {
            name: self.part(name),
            value: self.part(value),
        };
        Ok(members.into_iter().map(located).collect())
    }

    /// The items of an array.
    pub(crate) fn items(&self) -> Result<Vec<Self>, JsonError> {
        let items: Vec<&RawValue> = self.read()?;
        Ok(items.into_iter().map(|raw| self.part(raw)).collect())
    }

    fn part(&self, raw: &'t RawValue) -> Self {
        Self {
            text: self.text,
            raw: raw.get(),
        }
    }

    /// `raw` borrows from `text`, so that the distance between both is its offset.
    fn offset(&self) -> usize {
        (self.raw.as_ptr().addr()).saturating_sub(self.text.as_ptr().addr())
    }

    fn refused(&self, error: &serde_json::Error) -> JsonError {
        let lines = error.line().saturating_sub(1);
        let start: usize = (self.raw.split_inclusive('\n').take(lines))
            .map(str::len)
            .sum();
        let offset = self.offset() + start + error.column().saturating_sub(1);
        let text = error.to_string();
        let reason = match text.rsplit_once(" at line ") {
            Some((reason, _)) => reason.to_owned(),
            None => text,
        };
        JsonError {
            position: SourcePosition::of(self.text, offset),
            reason,
            is_other_type: error.is_data(),
        }
    }
}

/// Reads an object as a list.
struct Members {
    most: usize,
}

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while members.len() < self.most {
            match map.next_entry()? {
                Some(member) => members.push(member),
                None => return Ok(members),
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_and_item_knows_its_position() {
        let top = Located::top("{\"ä\": [1,\n  2],\n\"ä\": null}").unwrap();
        let members = top.members(usize::MAX).unwrap();
        let shown: Vec<_> = members
            .iter()
            .map(|it| (it.name.read::<String>().unwrap(), it.value.position()))
            .map(|(name, position)| format!("{name} {position}"))
            .collect();
        assert_eq!(shown, ["ä 1:7", "ä 3:6"]);
        assert_eq!(
            members[0].value.items().unwrap()[1].position().to_string(),
            "2:3"
        );
        assert_eq!(top.members(1).unwrap().len(), 1);
    }

    #[test]
    fn a_fault_is_found_at_its_position_in_the_whole_text() {
        let error = Located::top("{\n \"a\": trx}").unwrap_err();
        assert_eq!(error.position.to_string(), "2:9");
        assert_eq!(error.reason, "expected ident");
        assert!(!error.is_other_type);
        let top = Located::top("[\n \"a\"]").unwrap();
        let error = top.items().unwrap()[0].read::<i64>().unwrap_err();
        assert!(error.is_other_type);
        assert!(top.members(1).unwrap_err().is_other_type);
    }
}
