//! JSON as the formats of graphs read it: an error names the position of the value.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use super::{
    format_error::FormatError,
    rules::{Fault, MAX_PROPERTIES_DEPTH},
};
use crate::json::{JsonError, Located};

/// A value within a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'t>(Located<'t>);

/// The members of an object, in the order of the text.
pub(super) type Members<'t> = Vec<(String, Json<'t>)>;

impl<'t> Json<'t> {
    /// The one value of a text.
    pub(super) fn top(text: &'t str) -> Result<Self, FormatError> {
        Located::top(text).map(Self).map_err(not_valid)
    }

    pub(super) fn is_object(&self) -> bool {
        self.0.raw().starts_with('{')
    }

    pub(super) fn is_array(&self) -> bool {
        self.0.raw().starts_with('[')
    }

    pub(super) fn is_string(&self) -> bool {
        self.0.raw().starts_with('"')
    }

    pub(super) fn is_null(&self) -> bool {
        self.0.raw() == "null"
    }

    pub(super) fn is_empty_string(&self) -> bool {
        self.0.raw() == "\"\""
    }

    /// Its members; a name that comes twice is refused.
    pub(super) fn members(&self, what: &str) -> Result<Members<'t>, FormatError> {
        if !self.is_object() {
            return Err(self.refuse(format!("{what} must be an object")));
        }
        let members = self.0.members(usize::MAX).map_err(not_valid)?;
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let name: String = member.name.read().map_err(not_valid)?;
            found.push((name, Self(member.value)));
        }
        let mut seen = HashSet::with_capacity(found.len());
        for (name, value) in &found {
            if !seen.insert(name) {
                return Err(value.refuse(format!("{name:?} is there twice")));
            }
        }
        Ok(found)
    }

    /// Its items.
    pub(super) fn items(&self, what: &str) -> Result<Vec<Self>, FormatError> {
        if !self.is_array() {
            return Err(self.refuse(format!("{what} must be an array")));
        }
        let items = self.0.items().map_err(not_valid)?;
        Ok(items.into_iter().map(Self).collect())
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
            match self.read::<Value>()? {
                Value::Number(number) if number.is_f64() => Ok(self.exact().into()),
                value => Ok(value),
            }
        }
    }

    fn exact(&self) -> f64 {
        self.0.raw().parse().unwrap_or(f64::NAN)
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
            place: self.0.position(),
            reason: reason.into(),
        }
    }

    /// This value breaks a rule.
    pub(super) fn breaks(&self) -> impl Fn(Fault) -> FormatError {
        let at = *self;
        move |fault| at.refuse(fault.to_string())
    }

    fn read<T: Deserialize<'t>>(&self) -> Result<T, FormatError> {
        self.0.read().map_err(not_valid)
    }
}

fn not_valid(error: JsonError) -> FormatError {
    FormatError {
        place: error.position,
        reason: format!("not valid JSON: {}", error.reason),
    }
}
