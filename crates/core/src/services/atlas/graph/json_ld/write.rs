//! Writing JSON-LD.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::iri;
use crate::services::atlas::graph::{
    elements::{Edge, EdgeKey, Node, Properties},
    model::Graph,
};

/// Writes a graph.
pub(in super::super) fn render(graph: &Graph) -> String {
    let mut whole = Properties::new();
    let context = json!({
        "@vocab": "urn:groundwork:atlas:",
        "label": "http://www.w3.org/2000/01/rdf-schema#label",
        "title": "http://purl.org/dc/terms/title",
    });
    whole.insert("@context".to_owned(), context);
    if let Some(name) = graph.name() {
        whole.insert("@id".to_owned(), iri::of_key(name).into());
    }
    if let Some(title) = graph.title() {
        whole.insert("title".to_owned(), title.into());
    }
    whole.insert("directed".to_owned(), graph.is_directed().into());
    for (name, value) in graph.properties() {
        whole.insert(iri::of_term(name), literal(value));
    }
    let mut edges: BTreeMap<&str, Vec<(&EdgeKey, &Edge)>> = BTreeMap::new();
    for (key, edge) in graph.edges() {
        edges.entry(&key.source).or_default().push((key, edge));
    }
    let nodes = graph.nodes().iter().map(|(key, node)| {
        let edges = edges.remove(key.as_str()).unwrap_or_default();
        resource(key, node, &edges)
    });
    let nodes: Vec<Value> = nodes.collect();
    whole.insert("@graph".to_owned(), nodes.into());
    format!("{:#}\n", Value::Object(whole))
}

fn resource(key: &str, node: &Node, edges: &[(&EdgeKey, &Edge)]) -> Value {
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    values.insert("label".to_owned(), vec![node.label.clone().into()]);
    for (name, value) in &node.properties {
        values.insert(iri::of_term(name), vec![literal(value)]);
    }
    for (key, edge) in edges {
        values
            .entry(term(&key.label))
            .or_default()
            .push(reference(key, edge));
    }
    let mut members = Properties::new();
    members.insert("@id".to_owned(), iri::of_key(key).into());
    if let Some(kind) = &node.kind {
        members.insert("@type".to_owned(), iri::of_term(kind).into());
    }
    for (name, mut several) in values {
        let value = match several.len() {
            1 => several.swap_remove(0),
            _ => several.into(),
        };
        members.insert(name, value);
    }
    Value::Object(members)
}

fn reference(key: &EdgeKey, edge: &Edge) -> Value {
    let mut annotation = Properties::new();
    if is_nameless(&key.label) {
        annotation.insert("label".to_owned(), key.label.clone().into());
    }
    if edge.weight != Edge::default().weight {
        annotation.insert("weight".to_owned(), json!(edge.weight));
    }
    for (name, value) in &edge.properties {
        annotation.insert(iri::of_term(name), literal(value));
    }
    let mut members = Properties::new();
    members.insert("@id".to_owned(), iri::of_key(&key.target).into());
    if !annotation.is_empty() {
        members.insert("@annotation".to_owned(), annotation.into());
    }
    Value::Object(members)
}

/// A label that cannot be a term.
fn is_nameless(label: &str) -> bool {
    label.trim().is_empty()
}

/// The term of an edge.
fn term(label: &str) -> String {
    if is_nameless(label) {
        "relatedTo".to_owned()
    } else {
        iri::of_term(label)
    }
}

/// Lists and objects mean something else in JSON-LD, and null nothing, unless they are literals.
fn literal(value: &Value) -> Value {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => {
            json!({"@type": "@json", "@value": value})
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
