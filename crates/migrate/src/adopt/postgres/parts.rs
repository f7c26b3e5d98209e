//! From what the server says about each object to statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use groundwork_schema::model::Kind;

use super::node::{Extra, Node, NodeId};
use crate::inspect::postgres::{Key, Piece};

/// What is said in the statement that makes the object, or in one of its own.
const IN_STATEMENT: [&str; 11] = [
    "definition",
    "made by",
    "options",
    "order of columns",
    "type",
    "not null",
    "default",
    "generated",
    "identity",
    "partition",
    "owner",
];

/// The statements, and what became part of which.
pub(super) struct Parts {
    pub(super) nodes: BTreeMap<NodeId, Node>,
    /// Objects that another one's statement makes.
    pub(super) part_of: HashMap<Key, NodeId>,
}

/// The statements for the pieces. Those of the tables in `apart` are made without what other objects
/// could be needed for: defaults and constraints come afterwards.
pub(super) fn parts(pieces: &[Piece], apart: &BTreeSet<i64>) -> Parts {
    let mut parts = Parts {
        nodes: BTreeMap::new(),
        part_of: HashMap::new(),
    };
    let tables = by_relation(pieces, |piece| {
        piece.object.kind == Kind::Column || is_constraint(piece.object.kind)
    });
    for piece in pieces {
        match piece.object.kind {
            Kind::Column => {}
            kind if is_constraint(kind) => {}
            Kind::Table => {
                let own = tables.get(&piece.key.1).map_or(&[][..], Vec::as_slice);
                parts.table(piece, own, apart.contains(&piece.key.1));
            }
            _ => parts.object(piece),
        }
    }
    // Columns and constraints of what is not written are not either.
    let relations: BTreeSet<i64> = (pieces.iter())
        .filter(|piece| matches!(piece.object.kind, Kind::Table | Kind::View))
        .map(|piece| piece.key.1)
        .collect();
    for piece in pieces {
        let is_of = piece.number("relation").filter(|of| relations.contains(of));
        if let (Kind::Column, Some(relation)) = (piece.object.kind, is_of) {
            parts.column(piece, relation);
        }
    }
    parts
}

fn is_constraint(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::PrimaryKey | Kind::Unique | Kind::ForeignKey | Kind::Check | Kind::Exclusion
    )
}

fn by_relation(pieces: &[Piece], is_wanted: impl Fn(&Piece) -> bool) -> HashMap<i64, Vec<&Piece>> {
    let mut groups = HashMap::<i64, Vec<&Piece>>::new();
    for piece in pieces.iter().filter(|piece| is_wanted(piece)) {
        let relation = piece.number("relation").unwrap_or_default();
        groups.entry(relation).or_default().push(piece);
    }
    groups
}

impl Parts {
    /// What one statement makes.
    fn object(&mut self, piece: &Piece) {
        let mut node = node(piece, piece.fact("definition").map(str::to_owned));
        node.extras = extras(piece);
        self.add(node);
        self.attached(piece);
        if let Some(owner) = piece.fact("owner") {
            let needs = [(piece.key, 0)];
            let relation = piece.number("owner").map(relation);
            let needs = needs.into_iter().chain(relation);
            self.afterwards(piece, "owner", owner, 9, needs.collect());
        }
    }

    /// A table with its columns, and with the constraints that can be part of its statement.
    fn table(&mut self, table: &Piece, own: &[&Piece], is_apart: bool) {
        let id = (table.key, 0);
        let mut lines = Vec::new();
        let mut said = extras(table);
        let columns = own.iter().filter(|piece| piece.object.kind == Kind::Column);
        for column in columns.filter(|column| column.is("is_written")) {
            lines.push(column_line(column, is_apart));
            said.extend(extras(column));
            if column.key.1 != 0 && (!is_apart || column.fact("default").is_none()) {
                self.part_of.insert(column.key, id);
            }
        }
        for constraint in own.iter().filter(|piece| is_constraint(piece.object.kind)) {
            let definition = constraint.fact("definition").unwrap_or_default();
            if constraint.is("is_inline") && !is_apart {
                lines.push(format!("{}{definition}", constraint.text("inline")));
                said.extend(extras(constraint));
                self.part_of.insert(constraint.key, id);
                continue;
            }
            let sql = format!("{}{definition}", constraint.text("add"));
            let mut node = node(constraint, Some(sql));
            node.extras = extras(constraint);
            self.add(node);
            self.attached(constraint);
        }
        let sql = table.fact("made by").map(|made| {
            let options = table.fact("options").unwrap_or_default();
            match lines.is_empty() {
                true => format!("{made} (){options}"),
                false => format!("{made} (\n    {}\n){options}", lines.join(",\n    ")),
            }
        });
        let mut node = node(table, sql);
        node.extras = said;
        self.add(node);
        self.attached(table);
    }

    /// What a column has that is no part of the statement of its table.
    fn column(&mut self, column: &Piece, of: i64) {
        let written = self.part_of.contains_key(&column.key);
        let is_view = column.text("relkind") != "r" && column.text("relkind") != "p";
        let needs = vec![relation(of)];
        let alter = format!(
            "{} ALTER COLUMN {}",
            column.text("alter"),
            column.text("sql")
        );
        if let Some(default) = column.fact("default").filter(|_| !written) {
            let mut node = node(column, Some(format!("{alter} SET DEFAULT {default}")));
            node.what = Some("default".to_owned());
            node.needs.clone_from(&needs);
            self.add(node);
        }
        if column.is("is_written") && !is_view {
            return;
        }
        if column.fact("not null").is_some() {
            let sql = format!("{alter} SET NOT NULL");
            self.of_column(column, "not null", sql, &needs);
        }
        for extra in extras(column) {
            self.of_column(column, &extra.what, extra.sql, &needs);
        }
    }

    fn of_column(&mut self, column: &Piece, what: &str, sql: String, needs: &[NodeId]) {
        // Columns without a default have no number of their own.
        let number = i64::try_from(self.nodes.len()).unwrap_or(i64::MAX);
        let mut node = node(column, Some(sql));
        node.id = ((0, number), 1);
        node.what = Some(what.to_owned());
        node.rank = 20;
        node.needs = needs.to_vec();
        self.add(node);
    }

    /// A partition, or its index, becomes part of the whole once both are there.
    fn attached(&mut self, piece: &Piece) {
        let Some(sql) = piece.fact("partition") else {
            return;
        };
        let whole = piece.number("partition_of");
        let whole = whole.map(|whole| ((piece.key.0, whole), 0));
        let rank = if piece.object.kind == Kind::Table {
            9
        } else {
            13
        };
        let needs = std::iter::once((piece.key, 0)).chain(whole).collect();
        self.afterwards(piece, "partition", sql, rank, needs);
    }

    fn afterwards(&mut self, piece: &Piece, what: &str, sql: &str, rank: u8, needs: Vec<NodeId>) {
        let mut node = node(piece, Some(sql.to_owned()));
        node.id.1 = 1;
        node.what = Some(what.to_owned());
        node.rank = rank;
        node.needs = needs;
        self.add(node);
    }

    fn add(&mut self, node: Node) {
        self.nodes.insert(node.id, node);
    }
}

/// The node of a relation; the pieces know its number only.
const fn relation(number: i64) -> NodeId {
    ((PG_CLASS, number), 0)
}

/// The number of `pg_class` in itself, the same in every database.
const PG_CLASS: i64 = 1259;

fn node(piece: &Piece, sql: Option<String>) -> Node {
    Node {
        object: piece.object.clone(),
        sql,
        extras: Vec::new(),
        what: None,
        rank: rank(piece),
        id: (piece.key, 0),
        needs: Vec::new(),
    }
}

fn column_line(column: &Piece, is_apart: bool) -> String {
    let mut line = format!(
        "{} {}",
        column.text("sql"),
        column.fact("type").unwrap_or_default()
    );
    if let Some(generated) = column.fact("generated") {
        line.push_str(&format!(" {generated}"));
    }
    if let Some(default) = column.fact("default").filter(|_| !is_apart) {
        line.push_str(&format!(" DEFAULT {default}"));
    }
    for what in ["not null", "identity"] {
        if let Some(text) = column.fact(what) {
            line.push_str(&format!(" {text}"));
        }
    }
    line
}

fn extras(piece: &Piece) -> Vec<Extra> {
    let extra = |(what, sql): &(String, String)| Extra {
        object: piece.object.clone(),
        what: what.clone(),
        sql: sql.clone(),
    };
    let facts = piece.facts.iter();
    (facts.filter(|(what, _)| !IN_STATEMENT.contains(&what.as_str())))
        .map(extra)
        .collect()
}

/// What is made first where the order is free.
fn rank(piece: &Piece) -> u8 {
    match piece.object.kind {
        Kind::Schema => 0,
        Kind::Extension => 1,
        Kind::Collation => 2,
        Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::RangeType | Kind::BaseType => 3,
        Kind::Function => 4,
        Kind::Aggregate | Kind::Operator | Kind::Cast => 5,
        Kind::TextSearchDictionary => 5,
        Kind::TextSearchConfiguration => 6,
        Kind::Sequence => 7,
        Kind::Table | Kind::ForeignTable => 8,
        Kind::Column => 10,
        Kind::Check | Kind::PrimaryKey | Kind::Unique | Kind::Exclusion => 11,
        Kind::Index => 12,
        Kind::ForeignKey => 14,
        Kind::Statistics => 15,
        Kind::View | Kind::VirtualTable => 16,
        Kind::Rule => 17,
        Kind::Trigger => 18,
        Kind::Policy => 19,
        Kind::Unsupported => 20,
    }
}
