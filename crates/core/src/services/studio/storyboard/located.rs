//! JSON values that know where they stand. serde_json alone tells the place of the first fault
//! only; here each value keeps its slice of the text, so that reading goes on after a fault.

use std::{cell::OnceCell, fmt, ops::RangeInclusive};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    STORYBOARD_FILE,
    problem::{Place, Problems},
};
use crate::services::studio::text::TextRule;

/// A value within the text.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    raw: &'t RawValue,
    /// Its way from the top, such as `scenes[2].title`; empty at the top.
    path: String,
}

/// The members of an object whose names are known.
#[derive(Debug)]
pub(super) struct Object<'t> {
    node: Node<'t>,
    members: Vec<(&'static str, Node<'t>)>,
}

impl Node<'_> {
    /// The value's way from the top.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

impl<'t> Object<'t> {
    /// The member, if it is there and not null.
    pub(super) fn find(&self, name: &str) -> Option<&Node<'t>> {
        let member = self.members.iter().find(|(known, _)| *known == name);
        member
            .map(|(_, node)| node)
            .filter(|node| node.raw.get() != "null")
    }
}

/// Reads values out of a text and gathers what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    text: &'t str,
    /// Offsets at which lines start; made when the first problem asks.
    lines: OnceCell<Vec<usize>>,
    pub(super) problems: Problems,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            lines: OnceCell::new(),
            problems: Problems::default(),
        }
    }

    /// The whole text as one value; a text that is no JSON is a problem.
    pub(super) fn top(&mut self) -> Option<Node<'t>> {
        match serde_json::from_str::<&RawValue>(self.text) {
            Ok(raw) => Some(Node {
                raw,
                path: String::new(),
            }),
            Err(error) => {
                let place = Place {
                    line: Some(error.line()),
                    column: Some(error.column()),
                    ..Place::file(STORYBOARD_FILE)
                };
                self.problems
                    .push(place, format!("is not JSON: {}", without_place(&error)));
                None
            }
        }
    }

    /// Reads an object; unknown and repeated members are problems.
    pub(super) fn object(
        &mut self,
        node: &Node<'t>,
        known: &'static [&'static str],
    ) -> Option<Object<'t>> {
        let Ok(Members(members)) = serde_json::from_str(node.raw.get()) else {
            self.wrong_type(node, "an object");
            return None;
        };
        let mut object = Object {
            node: node.clone(),
            members: Vec::with_capacity(members.len()),
        };
        for (key, raw) in members {
            let name = serde_json::from_str::<String>(key.get()).unwrap_or_default();
            let at = Node {
                raw: key,
                path: join(&node.path, &name),
            };
            match known.iter().find(|k| **k == name) {
                None => self.push(&at, unknown_field(&name, known)),
                Some(k) if object.members.iter().any(|(have, _)| have == k) => {
                    self.push(&at, "is given twice");
                }
                Some(k) => object.members.push((k, Node { raw, path: at.path })),
            }
        }
        Some(object)
    }

    /// A member that must be there.
    pub(super) fn required(&mut self, object: &Object<'t>, name: &'static str) -> Option<Node<'t>> {
        let found = object.find(name).cloned();
        if found.is_none() {
            let missing = Node {
                raw: object.node.raw,
                path: join(&object.node.path, name),
            };
            self.push(&missing, "is missing");
        }
        found
    }

    /// The items of an array.
    pub(super) fn items(&mut self, node: &Node<'t>) -> Vec<Node<'t>> {
        let Ok(items) = serde_json::from_str::<Vec<&'t RawValue>>(node.raw.get()) else {
            self.wrong_type(node, "a list");
            return Vec::new();
        };
        let items = items.into_iter().enumerate();
        items
            .map(|(index, raw)| Node {
                raw,
                path: format!("{}[{index}]", node.path),
            })
            .collect()
    }

    /// A text that keeps `rule`.
    pub(super) fn text(&mut self, node: &Node<'t>, rule: TextRule) -> Option<String> {
        let text: String = self.value(node, "a text")?;
        match rule.check(&text) {
            Ok(()) => Some(text),
            Err(fault) => {
                self.push(node, fault.to_string());
                None
            }
        }
    }

    /// A whole number within `range`.
    pub(super) fn integer(&mut self, node: &Node<'t>, range: RangeInclusive<i64>) -> Option<i64> {
        let number: i64 = self.value(node, "a whole number")?;
        if range.contains(&number) {
            return Some(number);
        }
        let (low, high) = range.into_inner();
        let expected = match high {
            i64::MAX => format!("at least {low}"),
            high => format!("between {low} and {high}"),
        };
        self.push(node, format!("is {number}; it must be {expected}"));
        None
    }

    /// A value of type `T`, which people call `expected`.
    pub(super) fn value<T: Deserialize<'t>>(
        &mut self,
        node: &Node<'t>,
        expected: &str,
    ) -> Option<T> {
        match serde_json::from_str(node.raw.get()) {
            Ok(value) => Some(value),
            Err(error) if error.is_data() => {
                self.wrong_type(node, expected);
                None
            }
            Err(error) => {
                self.push(node, format!("cannot be read: {}", without_place(&error)));
                None
            }
        }
    }

    /// How many bytes the value takes in the text.
    pub(super) fn bytes(node: &Node<'t>) -> usize {
        node.raw.get().len()
    }

    /// Notes a problem with a value.
    pub(super) fn push(&mut self, node: &Node<'t>, message: impl Into<String>) {
        // A RawValue borrows from the text, so the distance between both is its offset.
        let offset = node.raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        let (line, column) = self.line_and_column(offset);
        let place = Place {
            line: Some(line),
            column: Some(column),
            field: Some(node.path.clone()).filter(|path| !path.is_empty()),
            ..Place::file(STORYBOARD_FILE)
        };
        self.problems.push(place, message);
    }

    fn wrong_type(&mut self, node: &Node<'t>, expected: &str) {
        let found = match node.raw.get().as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        };
        let message = if found == "a number" && expected == "a whole number" {
            format!("must be a whole number, not {}", shortened(node.raw.get()))
        } else {
            format!("must be {expected}, not {found}")
        };
        self.push(node, message);
    }

    fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let lines = self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            std::iter::once(0)
                .chain(breaks.map(|(at, _)| at + 1))
                .collect()
        });
        let line = lines.partition_point(|start| *start <= offset);
        let start = lines[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }
}

/// An object's members as they stand, with repeated ones.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                // Far more than any object of a storyboard has; the rest need not be kept.
                const ENOUGH: usize = 1_000;
                let mut members = Vec::new();
                while members.len() < ENOUGH {
                    match map.next_entry()? {
                        Some(entry) => members.push(entry),
                        None => return Ok(Members(members)),
                    }
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

fn unknown_field(name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(k, &shortened(name)), k))
        .min()
        .filter(|(distance, k)| *distance <= k.len().div_ceil(3));
    match nearest {
        Some((_, k)) => format!("is no field here; did you mean \"{k}\"?"),
        None => format!("is no field here; there are {}", known.join(", ")),
    }
}

fn join(path: &str, name: &str) -> String {
    let name = shortened(name);
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}

/// At most 60 characters of a text that somebody else wrote, without control characters.
pub(super) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let mut short: String = chars
        .by_ref()
        .take(60)
        .flat_map(char::escape_debug)
        .collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// What serde_json says, without the place that it repeats at the end.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) => what.to_owned(),
        None => text,
    }
}
