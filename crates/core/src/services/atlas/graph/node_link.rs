//! Node-link JSON, as NetworkX writes it (`node_link_data`) and d3 reads it: nodes with an `id`,
//! and edges with a `source` and a `target`, under `edges` (NetworkX from 3.4 on) or `links`.
//!
//! A node's `label` and `kind`, an edge's `label` and `weight`, and `name` and `title` of `graph`
//! have the meaning that they have here; every other member is a property. Where several
//! edges join two nodes, NetworkX distinguishes them by a `key`: it is an edge's label unless the
//! edge has one. A graph that does not say `directed` is undirected, as it is for both of them.

use serde_json::{Value, json};

use super::{
    elements::{Directedness, Edge, EdgeKey, Node, Properties},
    format_error::FormatError,
    json::{Json, Members},
    model::Graph,
};

/// Reads a graph.
pub(super) fn parse(text: &str) -> Result<Graph, FormatError> {
    let top = Json::top(text)?;
    let mut graph = Graph::new(Directedness::Undirected);
    let (mut nodes, mut edges) = (None, None);
    for (name, value) in top.members("a graph")? {
        match name.as_str() {
            "directed" => graph.set_directedness(value.boolean("directed")?.into()),
            // Edges are distinguished by their labels either way.
            "multigraph" => drop(value.boolean("multigraph")?),
            "graph" => about(&mut graph, value)?,
            "nodes" => nodes = Some(value.items("nodes")?),
            "edges" | "links" if edges.is_some() => {
                let problem = "`edges` and `links` are two names of the same: give one of them";
                return Err(value.refuse(problem));
            }
            "edges" | "links" => edges = Some(value.items(&name)?),
            _ => {
                let problem = format!(
                    "{name:?} is not known here: directed, multigraph, graph, nodes, edges \
                     (or links) are; attributes of the graph belong into `graph`"
                );
                return Err(value.refuse(problem));
            }
        }
    }
    let nodes = nodes.ok_or_else(|| top.refuse("`nodes` is missing"))?;
    let edges = edges.ok_or_else(|| top.refuse("`edges` (or `links`) is missing"))?;
    for value in nodes {
        let (key, node) = node(value)?;
        graph.add_node(key, node).map_err(value.breaks())?;
    }
    for value in edges {
        let (key, edge) = edge(value)?;
        graph.add_edge(key, edge).map_err(value.breaks())?;
    }
    Ok(graph)
}

fn about(graph: &mut Graph, value: Json<'_>) -> Result<(), FormatError> {
    let mut properties = Properties::new();
    for (name, value) in value.members("graph")? {
        match name.as_str() {
            "name" if value.is_empty_string() => {}
            "name" => graph
                .set_name(value.scalar("name")?)
                .map_err(value.breaks())?,
            "title" => graph
                .set_title(value.scalar("title")?)
                .map_err(value.breaks())?,
            _ => drop(properties.insert(name, value.value()?)),
        }
    }
    graph.set_properties(properties).map_err(value.breaks())
}

fn node(value: Json<'_>) -> Result<(String, Node), FormatError> {
    let (mut key, mut label, mut kind) = (None, None, None);
    let mut properties = Properties::new();
    for (name, member) in value.members("a node")? {
        match name.as_str() {
            "id" => key = Some(id(member, "id")?),
            "label" => label = Some(member.scalar("label")?),
            "kind" if member.is_null() => {}
            "kind" => kind = Some(member.string("kind")?),
            _ => drop(properties.insert(name, member.value()?)),
        }
    }
    let key = key.ok_or_else(|| value.refuse("a node needs an `id`"))?;
    let node = Node {
        label: label.unwrap_or_else(|| key.clone()),
        kind,
        properties,
    };
    Ok((key, node))
}

fn edge(value: Json<'_>) -> Result<(EdgeKey, Edge), FormatError> {
    let (mut source, mut target, mut label, mut key) = (None, None, None, None);
    let mut edge = Edge::default();
    for (name, member) in value.members("an edge")? {
        match name.as_str() {
            "source" => source = Some(id(member, "source")?),
            "target" => target = Some(id(member, "target")?),
            "label" => label = Some(member.scalar("label")?),
            "key" => key = Some(id(member, "key")?),
            "weight" => edge.weight = member.number("weight")?,
            _ => drop(edge.properties.insert(name, member.value()?)),
        }
    }
    let source = source.ok_or_else(|| value.refuse("an edge needs a `source`"))?;
    let target = target.ok_or_else(|| value.refuse("an edge needs a `target`"))?;
    // 0 is what NetworkX calls an edge that nobody has given a key.
    let label = label.or(key.filter(|key| key != "0")).unwrap_or_default();
    Ok((EdgeKey::new(source, target, label), edge))
}

/// A string, or a whole number as text.
fn id(value: Json<'_>, what: &str) -> Result<String, FormatError> {
    match value.value()? {
        Value::String(text) => Ok(text),
        Value::Number(number) if !number.is_f64() => Ok(number.to_string()),
        _ => Err(value.refuse(format!("{what} must be a string or a whole number"))),
    }
}

/// Writes a graph; its edges under `edges`.
pub(super) fn render(graph: &Graph) -> String {
    let is_multigraph = graph.has_parallel_edges();
    let mut about = Properties::new();
    put(&mut about, "name", graph.name());
    put(&mut about, "title", graph.title());
    about.extend(graph.properties().clone());
    let nodes = graph.nodes().iter().map(|(key, node)| {
        let mut members = Properties::new();
        put(&mut members, "id", Some(key));
        put(&mut members, "label", Some(&node.label));
        put(&mut members, "kind", node.kind.as_deref());
        members.extend(node.properties.clone());
        Value::Object(members)
    });
    let edges = graph.edges().iter().map(|(key, edge)| {
        let mut members = Properties::new();
        put(&mut members, "source", Some(&key.source));
        put(&mut members, "target", Some(&key.target));
        put(&mut members, "key", is_multigraph.then_some(&key.label));
        put(&mut members, "label", Some(&key.label));
        members.insert("weight".to_owned(), json!(edge.weight));
        members.extend(edge.properties.clone());
        Value::Object(members)
    });
    let whole = json!({
        "directed": graph.is_directed(),
        "multigraph": is_multigraph,
        "graph": about,
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

fn put(members: &mut Properties, name: &str, text: Option<impl Into<String>>) {
    if let Some(text) = text {
        members.insert(name.to_owned(), Value::String(text.into()));
    }
}

/// Whether an object looks like this format.
pub(super) fn is_likely(members: &Members<'_>) -> bool {
    members.iter().any(|(name, _)| name == "nodes")
}
