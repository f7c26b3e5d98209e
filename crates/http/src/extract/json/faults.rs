//! All faults of a body: serde stops at the first, so that is mended in the tree, and the tree is
//! read again.

use std::{borrow::Cow, fmt::Write as _};

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::{
    fault::{Fault, FaultKind},
    tree::Tree,
};
use crate::error::FieldError;

/// No more are looked for.
const MOST: usize = 20;
/// A larger body is read no more than once.
const LARGEST_BYTES: usize = 64 * 1024;

/// A fault and its place.
pub(super) struct Located {
    place: Vec<Step>,
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(usize),
}

/// What the tree holds, or its first fault.
pub(super) fn read<T: DeserializeOwned>(tree: &Tree) -> Result<T, Located> {
    serde_path_to_error::deserialize(tree).map_err(|error| {
        let mut place: Vec<Step> = error.path().iter().filter_map(step).collect();
        let fault = error.into_inner();
        // serde knows these by their names only: the path leads to their parent.
        if let FaultKind::Missing(name) | FaultKind::Duplicate(name) = fault.kind {
            place.push(Step::Field(name.to_owned()));
        }
        Located { place, fault }
    })
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Map { key } => Some(Step::Field(key.clone())),
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// The first fault and those that are found once the ones before are mended.
pub(super) fn all<T: DeserializeOwned>(
    mut tree: Tree,
    first: Located,
    length: usize,
) -> Vec<FieldError> {
    let mut found = vec![first];
    while found.len() < MOST && length <= LARGEST_BYTES {
        let next = found.last().and_then(|last| mend::<T>(&mut tree, last));
        let Some(next) = next else { break };
        // A rule about what was mended may be broken only because of that.
        if found
            .iter()
            .any(|known| known.place.starts_with(&next.place))
        {
            break;
        }
        found.push(next);
    }
    found.iter().map(Located::to_error).collect()
}

/// Mends a fault; the next one, if there is one and this one could be mended.
fn mend<T: DeserializeOwned>(tree: &mut Tree, located: &Located) -> Option<Located> {
    let mends = match located.fault.kind {
        FaultKind::Unknown | FaultKind::Duplicate(_) => vec![None],
        FaultKind::Variant(name) => vec![Some(Tree::Text(name.to_owned()))],
        FaultKind::Missing(_) | FaultKind::Type | FaultKind::Value => {
            stand_ins().into_iter().map(Some).collect()
        }
    };
    for mend in mends {
        put(tree, &located.place, mend)?;
        match read::<T>(tree) {
            Ok(_) => return None,
            Err(next) if next.place.starts_with(&located.place) => {}
            Err(next) => return Some(next),
        }
    }
    None
}

/// Values that stand in for a wrong one, so that what follows can be read. Which of them fits is
/// found by trying.
fn stand_ins() -> [Tree; 11] {
    let text = |text: &str| Tree::Text(text.to_owned());
    [
        text("x"),
        Tree::Unsigned(1),
        Tree::Bool(false),
        Tree::List(Vec::new()),
        Tree::Object(Vec::new()),
        Tree::Unsigned(0),
        text(""),
        text("00000000-0000-0000-0000-000000000000"),
        text("1970-01-01T00:00:00Z"),
        text("https://stand-in.example"),
        Tree::Null,
    ]
}

/// Puts a value at a place, or removes the last field there is of this name; `None` if there is no
/// such place.
fn put(tree: &mut Tree, place: &[Step], value: Option<Tree>) -> Option<()> {
    let Some((last, parents)) = place.split_last() else {
        *tree = value?;
        return Some(());
    };
    let mut parent = tree;
    for step in parents {
        parent = child(parent, step)?;
    }
    match (value, child(parent, last)) {
        (Some(value), Some(there)) => *there = value,
        (Some(value), None) => {
            let (Tree::Object(fields), Step::Field(name)) = (parent, last) else {
                return None;
            };
            fields.push((name.clone(), value));
        }
        (None, _) => {
            let (Tree::Object(fields), Step::Field(name)) = (parent, last) else {
                return None;
            };
            let there = fields.iter().rposition(|(field, _)| field == name)?;
            fields.remove(there);
        }
    }
    Some(())
}

fn child<'t>(tree: &'t mut Tree, step: &Step) -> Option<&'t mut Tree> {
    match (tree, step) {
        (Tree::Object(fields), Step::Field(name)) => fields
            .iter_mut()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value),
        (Tree::List(items), Step::Index(index)) => items.get_mut(*index),
        _ => None,
    }
}

impl Located {
    fn to_error(&self) -> FieldError {
        FieldError {
            field: path(&self.place),
            detail: self.fault.to_string(),
            code: Cow::Borrowed(self.fault.code()),
        }
    }
}

/// Such as `scenes[2].start_prompt`; `None` for the whole.
fn path(place: &[Step]) -> Option<String> {
    let mut path = String::new();
    for step in place {
        let dot = if path.is_empty() { "" } else { "." };
        // Writing to a text cannot fail.
        let _ = match step {
            Step::Field(name) => write!(path, "{dot}{name}"),
            Step::Index(index) => write!(path, "[{index}]"),
        };
    }
    (!path.is_empty()).then_some(path)
}
