//! One fault of a body, as serde finds it.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use super::words;

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// The field of this name is not there.
    Missing(&'static str),
    /// The field of this name is there twice.
    Duplicate(&'static str),
    /// The field is none.
    Unknown,
    /// The value is of another type.
    Type,
    /// The value is of the right type, and wrong.
    Value,
    /// The value is not one of a list of names, which has this one.
    Variant(&'static str),
}

impl Fault {
    fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// A value that can be no name of a list.
    pub(super) fn no_variant(found: Unexpected<'_>, names: &'static [&'static str]) -> Self {
        let (must, not) = (words::either(names), words::kind(found));
        let kind = names
            .first()
            .map_or(FaultKind::Type, |name| FaultKind::Variant(name));
        Self::new(kind, format!("must be {must}, not {not}"))
    }

    pub(super) fn code(&self) -> &'static str {
        match self.kind {
            FaultKind::Missing(_) => "MISSING_FIELD",
            FaultKind::Duplicate(_) => "DUPLICATE_FIELD",
            FaultKind::Unknown => "UNKNOWN_FIELD",
            FaultKind::Type => "INVALID_TYPE",
            FaultKind::Value | FaultKind::Variant(_) => "INVALID_VALUE",
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        let detail = match message.starts_with("UUID parsing failed") {
            true => "must be a UUID".to_owned(),
            false => message,
        };
        Self::new(FaultKind::Value, detail)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (must, not) = (words::expected(&expected.to_string()), words::kind(found));
        Self::new(FaultKind::Type, format!("must be {must}, not {not}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (must, not) = (words::expected(&expected.to_string()), words::value(found));
        Self::new(FaultKind::Value, format!("must be {must}, not {not}"))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let must = words::expected(&expected.to_string());
        let detail = format!("must be {must}, and has {length} elements");
        Self::new(FaultKind::Value, detail)
    }

    fn unknown_variant(name: &str, names: &'static [&'static str]) -> Self {
        let (must, not) = (words::either(names), words::quoted(name));
        let kind = names
            .first()
            .map_or(FaultKind::Value, |name| FaultKind::Variant(name));
        Self::new(kind, format!("must be {must}, not {not}"))
    }

    fn unknown_field(_name: &str, names: &'static [&'static str]) -> Self {
        let known = words::either(names);
        Self::new(
            FaultKind::Unknown,
            format!("there is no such field, only {known}"),
        )
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(FaultKind::Missing(name), "is missing")
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(FaultKind::Duplicate(name), "is given twice")
    }
}
