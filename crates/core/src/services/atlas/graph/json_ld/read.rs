//! Reading JSON-LD.

use serde_json::Value;

use super::{FURTHER_KINDS, LABELS, iri};
use crate::services::atlas::graph::{
    elements::{Directedness, Edge, EdgeKey, Node, Properties},
    format_error::FormatError,
    json::{Json, Members},
    model::Graph,
};

/// Whether an object looks like this format.
pub(in super::super) fn is_likely(members: &Members<'_>) -> bool {
    let keywords = ["@context", "@graph", "@id"];
    members
        .iter()
        .any(|(name, _)| keywords.contains(&name.as_str()))
}

/// Reads a graph.
pub(in super::super) fn parse(text: &str) -> Result<Graph, FormatError> {
    let top = Json::top(text)?;
    let mut document = Document {
        graph: Graph::new(Directedness::Directed),
        edges: Vec::new(),
    };
    if top.is_array() {
        document.nodes(top)?;
    } else {
        let members = top.members("a JSON-LD document")?;
        if members.iter().any(|(name, _)| name == "@graph") {
            document.graph_object(top, members)?;
        } else if members.iter().any(|(name, _)| name == "@id") {
            document.node(top)?;
        } else {
            return Err(top.refuse("a JSON-LD document has `@graph`, or is a node with an `@id`"));
        }
    }
    document.join()
}

/// What has been read.
struct Document<'t> {
    graph: Graph,
    /// Edges wait until all nodes are there.
    edges: Vec<(Json<'t>, EdgeKey, Edge)>,
}

impl<'t> Document<'t> {
    fn graph_object(&mut self, top: Json<'t>, members: Members<'t>) -> Result<(), FormatError> {
        let mut properties = Properties::new();
        for (name, value) in members {
            match name.as_str() {
                "@context" => {}
                "@graph" => self.nodes(value)?,
                "@id" => {
                    let name = iri::to_key(&value.string("@id")?);
                    self.graph.set_name(name).map_err(value.breaks())?;
                }
                "title" => {
                    let title = text_of(value, "title")?;
                    self.graph.set_title(title).map_err(value.breaks())?;
                }
                "directed" => {
                    let directed = value.boolean("directed")?;
                    self.graph.set_directedness(directed.into());
                }
                keyword if keyword.starts_with('@') => return Err(unknown(value, keyword)),
                _ => drop(properties.insert(iri::to_term(&name), plain(value)?)),
            }
        }
        self.graph.set_properties(properties).map_err(top.breaks())
    }

    fn nodes(&mut self, value: Json<'t>) -> Result<(), FormatError> {
        if value.is_object() {
            return self.node(value);
        }
        for node in value.items("@graph")? {
            self.node(node)?;
        }
        Ok(())
    }

    fn node(&mut self, value: Json<'t>) -> Result<(), FormatError> {
        let members = value.members("a node")?;
        let id = members.iter().find(|(name, _)| name == "@id");
        let Some((_, id)) = id else {
            return Err(value.refuse("a node needs an `@id`"));
        };
        let key = iri::to_key(&id.string("@id")?);
        let mut kind = None;
        let mut properties = Properties::new();
        for (name, member) in members {
            match name.as_str() {
                "@id" | "@context" => {}
                "@type" => {
                    let mut kinds = kinds(member)?.into_iter();
                    kind = kinds.next();
                    let further: Vec<Value> = kinds.map(Value::String).collect();
                    if !further.is_empty() {
                        properties.insert(FURTHER_KINDS.to_owned(), further.into());
                    }
                }
                keyword if keyword.starts_with('@') => return Err(unknown(member, keyword)),
                _ => {
                    if let Some(rest) = self.values(&key, &name, member)? {
                        properties.insert(iri::to_term(&name), rest);
                    }
                }
            }
        }
        let label = take_label(&mut properties).unwrap_or_else(|| key.clone());
        let node = Node {
            label,
            kind,
            properties,
        };
        self.graph.add_node(key, node).map_err(value.breaks())
    }

    /// Takes the edges out of a property's values; what remains is a property, if anything does.
    fn values(
        &mut self,
        source: &str,
        name: &str,
        value: Json<'t>,
    ) -> Result<Option<Value>, FormatError> {
        if !value.is_array() {
            return match self.reference(source, name, value)? {
                true => Ok(None),
                false => plain(value).map(Some),
            };
        }
        let items = value.items(name)?;
        let all = items.len();
        let mut rest = Vec::new();
        for item in items {
            if !self.reference(source, name, item)? {
                rest.push(item);
            }
        }
        match rest.as_slice() {
            [] if all > 0 => Ok(None),
            // As an expanded document has it, or a value that has edges beside it.
            [only] if all > 1 || only.is_object() => plain(*only).map(Some),
            several => {
                let values: Result<Vec<Value>, _> = several.iter().copied().map(plain).collect();
                values.map(|values| Some(values.into()))
            }
        }
    }

    /// Notes an edge, if the value refers to a node.
    fn reference(
        &mut self,
        source: &str,
        name: &str,
        value: Json<'t>,
    ) -> Result<bool, FormatError> {
        if !value.is_object() {
            return Ok(false);
        }
        let members = value.members(name)?;
        let Some((_, id)) = members.iter().find(|(name, _)| name == "@id") else {
            return Ok(false);
        };
        let mut key = EdgeKey::new(source, iri::to_key(&id.string("@id")?), iri::to_term(name));
        let mut edge = Edge::default();
        for (name, member) in members {
            match name.as_str() {
                "@id" => {}
                "@annotation" => annotate(&mut key, &mut edge, member)?,
                _ => {
                    let problem = "a node within a node: flatten the document first";
                    return Err(member.refuse(problem));
                }
            }
        }
        self.edges.push((value, key, edge));
        Ok(true)
    }

    /// Adds the nodes that are only referred to, and the edges.
    fn join(mut self) -> Result<Graph, FormatError> {
        for (value, key, edge) in self.edges {
            if !self.graph.nodes().contains_key(&key.target) {
                let node = Node::new(&key.target);
                let added = self.graph.add_node(&key.target, node);
                added.map_err(value.breaks())?;
            }
            self.graph.add_edge(key, edge).map_err(value.breaks())?;
        }
        Ok(self.graph)
    }
}

fn annotate(key: &mut EdgeKey, edge: &mut Edge, value: Json<'_>) -> Result<(), FormatError> {
    for (name, member) in value.members("@annotation")? {
        match name.as_str() {
            "label" => key.label = member.string("label")?,
            "weight" => edge.weight = member.number("weight")?,
            keyword if keyword.starts_with('@') => return Err(unknown(member, keyword)),
            _ => drop(edge.properties.insert(iri::to_term(&name), plain(member)?)),
        }
    }
    Ok(())
}

fn kinds(value: Json<'_>) -> Result<Vec<String>, FormatError> {
    let one = |value: Json<'_>| value.string("@type").map(|kind| iri::to_term(&kind));
    if value.is_array() {
        value.items("@type")?.into_iter().map(one).collect()
    } else {
        one(value).map(|kind| vec![kind])
    }
}

/// A label is a text; whatever else is called so stays a property.
fn take_label(properties: &mut Properties) -> Option<String> {
    let name = LABELS.into_iter().find(|name| {
        let value = properties.get(*name);
        value.is_some_and(|value| label_in(value).is_some())
    })?;
    let value = properties.remove(name)?;
    label_in(&value).map(str::to_owned)
}

fn label_in(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("@value")?.as_str())
}

/// A value as JSON: literals are unwrapped, unless a language or a type would be lost.
fn plain(value: Json<'_>) -> Result<Value, FormatError> {
    let mut read = value.value()?;
    let Some(members) = read.as_object_mut() else {
        return Ok(read);
    };
    let is_bare = members.len() == 1;
    let is_json = members.get("@type").is_some_and(|kind| kind == "@json");
    if (is_bare || is_json) && members.contains_key("@value") {
        return Ok(members.remove("@value").unwrap_or_default());
    }
    for list in ["@list", "@set"] {
        if is_bare && let Some(items) = members.remove(list) {
            return Ok(items);
        }
    }
    Ok(read)
}

fn text_of(value: Json<'_>, what: &str) -> Result<String, FormatError> {
    match plain(value)? {
        Value::String(text) => Ok(text),
        _ => Err(value.refuse(format!("{what} must be a string"))),
    }
}

fn unknown(value: Json<'_>, keyword: &str) -> FormatError {
    value.refuse(format!(
        "{keyword} is not supported here: flatten the document first"
    ))
}
