//! Reads the values of a storyboard, and goes on after a fault, so that all are reported.

use std::ops::RangeInclusive;

use serde::Deserialize;

use super::{
    STORYBOARD_FILE,
    problem::{Place, Problems},
};
use crate::{json::Located, services::studio::text::TextRule, source::SourcePosition};

/// The most members of an object that are read: far more than any of a storyboard has.
const MOST_MEMBERS: usize = 1_000;

/// A value within the text.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    at: Located<'t>,
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
            .filter(|node| node.at.raw() != "null")
    }
}

/// Reads values out of a text and gathers what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    text: &'t str,
    pub(super) problems: Problems,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            problems: Problems::default(),
        }
    }

    /// The whole text as one value; a text that is no JSON is a problem.
    pub(super) fn top(&mut self) -> Option<Node<'t>> {
        match Located::top(self.text) {
            Ok(at) => Some(Node {
                at,
                path: String::new(),
            }),
            Err(error) => {
                let message = format!("is not JSON: {}", error.reason);
                self.problems
                    .push(place(error.position, String::new()), message);
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
        let Ok(members) = node.at.members(MOST_MEMBERS) else {
            self.wrong_type(node, "an object");
            return None;
        };
        let mut object = Object {
            node: node.clone(),
            members: Vec::with_capacity(members.len()),
        };
        for member in members {
            let name: String = member.name.read().unwrap_or_default();
            let at = Node {
                at: member.name,
                path: join(&node.path, &name),
            };
            match known.iter().find(|k| **k == name) {
                None => self.push(&at, unknown_field(&name, known)),
                Some(k) if object.members.iter().any(|(have, _)| have == k) => {
                    self.push(&at, "is given twice");
                }
                Some(k) => {
                    let (at, path) = (member.value, at.path);
                    object.members.push((k, Node { at, path }));
                }
            }
        }
        Some(object)
    }

    /// A member that must be there.
    pub(super) fn required(&mut self, object: &Object<'t>, name: &'static str) -> Option<Node<'t>> {
        let found = object.find(name).cloned();
        if found.is_none() {
            let missing = Node {
                at: object.node.at,
                path: join(&object.node.path, name),
            };
            self.push(&missing, "is missing");
        }
        found
    }

    /// The items of an array.
    pub(super) fn items(&mut self, node: &Node<'t>) -> Vec<Node<'t>> {
        let Ok(items) = node.at.items() else {
            self.wrong_type(node, "a list");
            return Vec::new();
        };
        let items = items.into_iter().enumerate();
        items
            .map(|(index, at)| Node {
                at,
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
        match node.at.read() {
            Ok(value) => Some(value),
            Err(error) if error.is_other_type => {
                self.wrong_type(node, expected);
                None
            }
            Err(error) => {
                self.push(node, format!("cannot be read: {}", error.reason));
                None
            }
        }
    }

    /// How many bytes the value takes in the text.
    pub(super) fn bytes(node: &Node<'t>) -> usize {
        node.at.raw().len()
    }

    /// Notes a problem with a value.
    pub(super) fn push(&mut self, node: &Node<'t>, message: impl Into<String>) {
        if self.problems.is_full() {
            // Nobody sees its place, which costs a pass over the text.
            return self.problems.count_one_more();
        }
        self.problems
            .push(place(node.at.position(), node.path.clone()), message);
    }

    fn wrong_type(&mut self, node: &Node<'t>, expected: &str) {
        let found = match node.at.raw().as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        };
        let message = if found == "a number" && expected == "a whole number" {
            format!("must be a whole number, not {}", shortened(node.at.raw()))
        } else {
            format!("must be {expected}, not {found}")
        };
        self.push(node, message);
    }
}

/// An empty `field` is the whole text.
fn place(position: SourcePosition, field: String) -> Place {
    Place {
        line: Some(position.line),
        column: Some(position.column),
        field: Some(field).filter(|field| !field.is_empty()),
        ..Place::file(STORYBOARD_FILE)
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
