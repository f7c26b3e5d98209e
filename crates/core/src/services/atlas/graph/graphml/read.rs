//! Reading GraphML.

use std::collections::HashMap;

use roxmltree::{Document, Node as Element, ParsingOptions};
use serde_json::Value;

use super::{
    NAMESPACE,
    keys::{Owner, Type},
};
use crate::services::atlas::graph::{
    elements::{Directedness, Edge, EdgeKey, Node, Properties},
    format_error::FormatError,
    model::Graph,
    rules::Fault,
};
use crate::source::SourcePosition;

/// The most elements, attributes and texts of a document.
const MAX_PARTS: u32 = 20_000_000;

/// Reads a graph.
pub(in super::super) fn parse(text: &str) -> Result<Graph, FormatError> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_PARTS,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| refused(&error))?;
    let root = document.root_element();
    let reader = Reader { text };
    if root.tag_name().name() != "graphml" {
        return Err(reader.refuse(root, "the outermost element must be <graphml>"));
    }
    reader.graphml(root)
}

fn refused(error: &roxmltree::Error) -> FormatError {
    let pos = error.pos();
    let place = SourcePosition {
        line: pos.row as usize,
        column: pos.col as usize,
    };
    let reason = match error {
        roxmltree::Error::DtdDetected => {
            "a document type is not allowed: remove <!DOCTYPE …> with its entities".to_owned()
        }
        error => {
            let message = error.to_string();
            let message = message.split(" at ").next().unwrap_or_default();
            format!("not valid XML: {message}")
        }
    };
    FormatError { place, reason }
}

/// What a key says.
struct Key {
    owner: Option<Owner>,
    name: String,
    kind: Type,
    default: Option<Value>,
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn graphml(&self, root: Element<'_, '_>) -> Result<Graph, FormatError> {
        let mut keys = HashMap::new();
        let mut found = None;
        for element in root.children().filter(Element::is_element) {
            match element.tag_name().name() {
                "key" => {
                    let id = self.attribute(element, "id")?.to_owned();
                    if keys.insert(id, self.key(element)?).is_some() {
                        return Err(self.refuse(element, "this key is there twice"));
                    }
                }
                "graph" if found.is_some() => {
                    return Err(self.refuse(element, "a file holds one graph, and this is another"));
                }
                "graph" => found = Some(element),
                // Where the file comes from, not what the graph is.
                "desc" => {}
                "data" => return Err(self.refuse(element, "data belongs into <graph>")),
                name => return Err(self.unknown(element, name)),
            }
        }
        match found {
            Some(element) => self.graph(element, &keys),
            None => Err(self.refuse(root, "there is no <graph>")),
        }
    }

    fn key(&self, element: Element<'_, '_>) -> Result<Key, FormatError> {
        let owner = match element.attribute("for").unwrap_or("all") {
            "graph" => Some(Owner::Graph),
            "node" => Some(Owner::Node),
            "edge" => Some(Owner::Edge),
            _ => None,
        };
        let is_json = element.attribute((NAMESPACE, "type")) == Some("json");
        let kind = match element.attribute("attr.type").unwrap_or("string") {
            _ if is_json => Type::Json,
            name => Type::parse(name).ok_or_else(|| {
                let problem = format!(
                    "{name:?} is no type of GraphML: boolean, int, long, float, double and string are"
                );
                self.refuse(element, problem)
            })?,
        };
        let name = match element.attribute("attr.name") {
            Some(name) => name,
            None => self.attribute(element, "id")?,
        };
        let default = element
            .children()
            .find(|child| child.has_tag_name("default") || child.tag_name().name() == "default")
            .map(|child| self.value(child, kind))
            .transpose()?;
        Ok(Key {
            owner,
            name: name.to_owned(),
            kind,
            default,
        })
    }

    fn graph(
        &self,
        element: Element<'_, '_>,
        keys: &HashMap<String, Key>,
    ) -> Result<Graph, FormatError> {
        let directedness = match self.directedness(element, "edgedefault")? {
            Some(directedness) => directedness,
            None => self.directedness_of_edges(element)?,
        };
        let mut graph = Graph::new(directedness);
        let mut edges = Vec::new();
        for child in element.children().filter(Element::is_element) {
            match child.tag_name().name() {
                "node" => self.node(&mut graph, child, keys)?,
                "edge" => edges.push(child),
                "data" | "desc" => {}
                "hyperedge" => {
                    return Err(
                        self.refuse(child, "an edge has two ends: hyperedges have no place here")
                    );
                }
                name => return Err(self.unknown(child, name)),
            }
        }
        let mut properties = self.data(element, Owner::Graph, keys)?;
        if let Some(name) = take_text(&mut properties, "name") {
            graph.set_name(name).map_err(self.breaks(element))?;
        }
        if let Some(title) = take_text(&mut properties, "title") {
            graph.set_title(title).map_err(self.breaks(element))?;
        }
        graph
            .set_properties(properties)
            .map_err(self.breaks(element))?;
        for edge in edges {
            self.edge(&mut graph, edge, keys)?;
        }
        Ok(graph)
    }

    fn node(
        &self,
        graph: &mut Graph,
        element: Element<'_, '_>,
        keys: &HashMap<String, Key>,
    ) -> Result<(), FormatError> {
        let key = self.attribute(element, "id")?;
        let mut properties = self.data(element, Owner::Node, keys)?;
        let node = Node {
            label: take_text(&mut properties, "label").unwrap_or_else(|| key.to_owned()),
            kind: take_text(&mut properties, "kind"),
            properties,
        };
        graph.add_node(key, node).map_err(self.breaks(element))
    }

    fn edge(
        &self,
        graph: &mut Graph,
        element: Element<'_, '_>,
        keys: &HashMap<String, Key>,
    ) -> Result<(), FormatError> {
        for port in ["sourceport", "targetport"] {
            if element.has_attribute(port) {
                return Err(self.refuse(element, "edges end at nodes: ports have no place here"));
            }
        }
        if let Some(own) = self.directedness(element, "directed")?
            && own != Directedness::from(graph.is_directed())
        {
            let problem =
                "the edge is not directed as the others are: mixed graphs have no place here";
            return Err(self.refuse(element, problem));
        }
        let mut properties = self.data(element, Owner::Edge, keys)?;
        let weight = match properties.remove("weight") {
            Some(weight) => weight
                .as_f64()
                .ok_or_else(|| self.refuse(element, "the weight must be a number"))?,
            None => Edge::default().weight,
        };
        let label = take_text(&mut properties, "label");
        let key = EdgeKey::new(
            self.attribute(element, "source")?,
            self.attribute(element, "target")?,
            label.unwrap_or_default(),
        );
        if let Some(id) = element.attribute("id") {
            properties.entry("id").or_insert_with(|| id.into());
        }
        let edge = Edge { weight, properties };
        graph.add_edge(key, edge).map_err(self.breaks(element))
    }

    /// The data of an element, and the defaults of what it says nothing about.
    fn data(
        &self,
        element: Element<'_, '_>,
        owner: Owner,
        keys: &HashMap<String, Key>,
    ) -> Result<Properties, FormatError> {
        let mut found = Properties::new();
        let mut description = None;
        for child in element.children().filter(Element::is_element) {
            match child.tag_name().name() {
                "data" => {
                    let id = self.attribute(child, "key")?;
                    let key = keys
                        .get(id)
                        .filter(|key| key.owner.is_none_or(|of| of == owner))
                        .ok_or_else(|| {
                            self.refuse(
                                child,
                                format!("there is no <key> {id:?} for {}s", owner.name()),
                            )
                        })?;
                    let value = self.value(child, key.kind)?;
                    if found.insert(key.name.clone(), value).is_some() {
                        let problem = format!("{:?} is there twice", key.name);
                        return Err(self.refuse(child, problem));
                    }
                }
                "desc" => description = child.text().map(str::trim),
                _ if owner == Owner::Graph => {}
                "graph" => {
                    return Err(self.refuse(child, "a graph within a node has no place here"));
                }
                "port" => return Err(self.refuse(child, "ports have no place here")),
                name => return Err(self.unknown(child, name)),
            }
        }
        for key in keys
            .values()
            .filter(|key| key.owner.is_none_or(|of| of == owner))
        {
            if let Some(default) = &key.default
                && !found.contains_key(&key.name)
            {
                found.insert(key.name.clone(), default.clone());
            }
        }
        if let Some(description) = description.filter(|text| !text.is_empty()) {
            found.entry("desc").or_insert_with(|| description.into());
        }
        if owner != Owner::Graph {
            keep_foreign(element, &mut found);
        }
        Ok(found)
    }

    fn value(&self, element: Element<'_, '_>, kind: Type) -> Result<Value, FormatError> {
        let mut text = String::new();
        for child in element.children() {
            if child.is_element() {
                let problem = "elements within data, as of yEd's drawings, have no place here: \
                               export the graph without them";
                return Err(self.refuse(child, problem));
            }
            if child.is_text() {
                text.push_str(child.text().unwrap_or_default());
            }
        }
        kind.read(&text)
            .map_err(|problem| self.refuse(element, problem))
    }

    fn directedness(
        &self,
        element: Element<'_, '_>,
        name: &str,
    ) -> Result<Option<Directedness>, FormatError> {
        match element.attribute(name) {
            None => Ok(None),
            Some("directed" | "true") => Ok(Some(Directedness::Directed)),
            Some("undirected" | "false") => Ok(Some(Directedness::Undirected)),
            Some(other) => Err(self.refuse(element, format!("{name} cannot be {other:?}"))),
        }
    }

    /// Of a graph without `edgedefault`: directed if every edge says so, else undirected, as
    /// NetworkX and igraph read it.
    fn directedness_of_edges(&self, graph: Element<'_, '_>) -> Result<Directedness, FormatError> {
        let mut is_directed = false;
        for edge in graph
            .children()
            .filter(|child| child.tag_name().name() == "edge")
        {
            is_directed = self.directedness(edge, "directed")? == Some(Directedness::Directed);
            if !is_directed {
                break;
            }
        }
        Ok(Directedness::from(is_directed))
    }

    fn attribute<'a>(&self, element: Element<'a, '_>, name: &str) -> Result<&'a str, FormatError> {
        element.attribute(name).ok_or_else(|| {
            let problem = format!("<{}> needs the attribute {name}", element.tag_name().name());
            self.refuse(element, problem)
        })
    }

    fn unknown(&self, element: Element<'_, '_>, name: &str) -> FormatError {
        self.refuse(element, format!("<{name}> has no place here"))
    }

    fn refuse(&self, element: Element<'_, '_>, reason: impl Into<String>) -> FormatError {
        FormatError {
            place: SourcePosition::of(self.text, element.range().start),
            reason: reason.into(),
        }
    }

    fn breaks<'a>(&'a self, element: Element<'a, 'a>) -> impl Fn(Fault) -> FormatError + 'a {
        move |fault| self.refuse(element, fault.to_string())
    }
}

/// Keeps attributes that GraphML does not know, such as Neo4j's `labels`, unless data says the same.
fn keep_foreign(element: Element<'_, '_>, properties: &mut Properties) {
    let known = [
        "id",
        "source",
        "target",
        "directed",
        "sourceport",
        "targetport",
    ];
    for attribute in element.attributes() {
        let name = attribute.name();
        let is_known = known.contains(&name) || name.starts_with("parse.");
        if attribute.namespace().is_none() && !is_known {
            let value = || attribute.value().into();
            properties.entry(name).or_insert_with(value);
        }
    }
}

/// A text, or a number or truth value as text; whatever else is called so stays a property.
fn take_text(properties: &mut Properties, name: &str) -> Option<String> {
    let text = match properties.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    properties.remove(name);
    Some(text)
}
