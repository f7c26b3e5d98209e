//! The order of the statements: each after what it needs, as `pg_depend` says.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap},
};

use groundwork_schema::model::{Kind, Object};
use sea_orm::ConnectionTrait;

use super::{
    node::{Node, NodeId},
    parts::{Parts, parts},
};
use crate::inspect::{
    InspectError,
    postgres::{Dependency, Key, Piece, dependencies, pieces},
};

/// The statements in order.
pub(in crate::adopt) struct Ordered {
    /// Each after those that it needs.
    pub(in crate::adopt) nodes: Vec<Node>,
    /// For each, the positions of those that it needs.
    pub(in crate::adopt) needs: Vec<Vec<usize>>,
    /// What needs itself, by way of others, or needs such a thing.
    pub(in crate::adopt) circular: Vec<Object>,
}

/// Everything in the database that a statement makes.
pub(in crate::adopt) async fn ordered(
    connection: &impl ConnectionTrait,
) -> Result<Ordered, InspectError> {
    let pieces = pieces(connection).await?;
    let dependencies = dependencies(connection).await?;
    let whole = sorted(parts(&pieces, &BTreeSet::new()), &pieces, &dependencies);
    if whole.circular.is_empty() {
        return Ok(whole);
    }
    // A table that needs something that needs it is made in several steps.
    let circular: BTreeSet<&Object> = whole.circular.iter().collect();
    let tables = pieces
        .iter()
        .filter(|piece| piece.object.kind == Kind::Table && circular.contains(&piece.object));
    let apart = tables.map(|table| table.key.1).collect();
    Ok(sorted(parts(&pieces, &apart), &pieces, &dependencies))
}

fn sorted(parts: Parts, pieces: &[Piece], dependencies: &[Dependency]) -> Ordered {
    let needs = needs(&parts, pieces, dependencies);
    let mut left: BTreeMap<NodeId, usize> = (parts.nodes.keys())
        .map(|id| (*id, needs.get(id).map_or(0, BTreeSet::len)))
        .collect();
    let mut needed_by = BTreeMap::<NodeId, Vec<NodeId>>::new();
    for (id, needs) in &needs {
        for need in needs {
            needed_by.entry(*need).or_default().push(*id);
        }
    }
    let mut nodes = parts.nodes;
    let place = |nodes: &BTreeMap<NodeId, Node>, id: NodeId| {
        let node = &nodes[&id];
        Reverse((node.rank, node.object.clone(), node.what.clone(), id))
    };
    let mut ready: BinaryHeap<_> = (left.iter())
        .filter(|(_, count)| **count == 0)
        .map(|(id, _)| place(&nodes, *id))
        .collect();
    let mut ordered = Ordered {
        nodes: Vec::with_capacity(nodes.len()),
        needs: Vec::with_capacity(nodes.len()),
        circular: Vec::new(),
    };
    let mut positions = HashMap::<NodeId, usize>::new();
    while let Some(Reverse((.., id))) = ready.pop() {
        for next in needed_by.get(&id).into_iter().flatten() {
            if let Some(count) = left.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    ready.push(place(&nodes, *next));
                }
            }
        }
        let own = needs.get(&id).into_iter().flatten();
        let own = own.filter_map(|need| positions.get(need).copied());
        ordered.needs.push(own.collect());
        positions.insert(id, ordered.nodes.len());
        ordered.nodes.extend(nodes.remove(&id));
    }
    ordered.circular = nodes.into_values().map(|node| node.object).collect();
    ordered
}

/// What each node needs.
fn needs(
    parts: &Parts,
    pieces: &[Piece],
    dependencies: &[Dependency],
) -> BTreeMap<NodeId, BTreeSet<NodeId>> {
    let owners = Owners::new(parts, dependencies);
    let mut needs = BTreeMap::<NodeId, BTreeSet<NodeId>>::new();
    let mut add = |one: NodeId, other: NodeId| {
        if one != other && parts.nodes.contains_key(&other) {
            needs.entry(one).or_default().insert(other);
        }
    };
    let sequences: BTreeSet<Key> = (pieces.iter())
        .filter(|piece| piece.object.kind == Kind::Sequence)
        .map(|piece| piece.key)
        .collect();
    for dependency in dependencies {
        // That a column owns a sequence is said once both are there.
        if dependency.kind == "a" && sequences.contains(&dependency.from()) {
            continue;
        }
        let pair = owners.of(dependency.from()).zip(owners.of(dependency.to()));
        if let Some((one, other)) = pair {
            add(one, other);
        }
    }
    for node in parts.nodes.values() {
        for need in &node.needs {
            add(node.id, *need);
        }
    }
    for (whole, partition) in partitions(pieces) {
        for piece in pieces.iter().filter(|piece| follows_partitions(piece)) {
            if piece.number("relation") == Some(whole) {
                add((piece.key, 0), (partition, 1));
            }
        }
    }
    needs
}

/// The numbers of partitioned tables, with the partitions of each.
fn partitions(pieces: &[Piece]) -> impl Iterator<Item = (i64, Key)> {
    let tables = (pieces.iter()).filter(|piece| piece.object.kind == Kind::Table);
    tables.filter_map(|piece| Some((piece.number("partition_of")?, piece.key)))
}

/// What a partition would get from the whole if it became part of it later.
fn follows_partitions(piece: &Piece) -> bool {
    let kind = piece.object.kind;
    matches!(
        kind,
        Kind::PrimaryKey | Kind::Unique | Kind::Exclusion | Kind::Index | Kind::ForeignKey
    )
}

/// The catalogs whose objects are parts of what they go with: a default, a constraint, a sequence.
/// Others only go with it, such as a table's place in a publication.
const PARTS: [i64; 3] = [2604, 2606, 1259];

/// Which node makes an object, where that is not its own: the type of a table's rows, the index of
/// a constraint, what an extension brings.
struct Owners<'p> {
    parts: &'p Parts,
    owner: HashMap<Key, Key>,
}

impl<'p> Owners<'p> {
    fn new(parts: &'p Parts, dependencies: &[Dependency]) -> Self {
        let mut owner = HashMap::new();
        // The strongest tie comes last.
        for kind in ["a", "P", "i", "e"] {
            let is_tie = |tie: &&Dependency| {
                tie.kind == kind && (kind != "a" || PARTS.contains(&tie.from().0))
            };
            let ties = dependencies.iter().filter(is_tie);
            owner.extend(ties.map(|tie| (tie.from(), tie.to())));
        }
        Self { parts, owner }
    }

    fn of(&self, mut key: Key) -> Option<NodeId> {
        // Ties are few steps long; a circle of them would be a fault of the catalog.
        for _ in 0..16 {
            if self.parts.nodes.contains_key(&(key, 0)) {
                return Some((key, 0));
            }
            if let Some(id) = self.parts.part_of.get(&key) {
                return Some(*id);
            }
            key = *self.owner.get(&key)?;
        }
        None
    }
}
