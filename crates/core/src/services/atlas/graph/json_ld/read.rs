//! Reading JSON-LD.

use serde_json::Value;

use super::{
    FURTHER_KINDS,
    context::{Context, Values},
    iri,
    values::{
        id_in, items_of, key_of, literal, nested, ordered, plain, take_label, text_of, unknown,
    },
};
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
        document.nodes(&Context::default(), top)?;
    } else {
        let members = top.members("a JSON-LD document")?;
        let context = within(&Context::default(), &members)?;
        let has = |keyword: &str| {
            let mut names = members.iter().map(|(name, _)| context.keyword(name));
            names.any(|name| name == keyword)
        };
        if has("@graph") {
            document.graph_object(&context, top, members)?;
        } else if has("@id") {
            document.node(&Context::default(), top)?;
        } else {
            return Err(top.refuse("a JSON-LD document has `@graph`, or is a node with an `@id`"));
        }
    }
    document.join()
}

/// The context that holds for the members of an object.
fn within(outer: &Context, members: &Members<'_>) -> Result<Context, FormatError> {
    match members.iter().find(|(name, _)| name == "@context") {
        Some((_, value)) => outer.extended(*value),
        None => Ok(outer.clone()),
    }
}

/// What has been read.
struct Document<'t> {
    graph: Graph,
    /// Edges wait until all nodes are there.
    edges: Vec<(Json<'t>, EdgeKey, Edge)>,
}

impl<'t> Document<'t> {
    fn graph_object(
        &mut self,
        context: &Context,
        top: Json<'t>,
        members: Members<'t>,
    ) -> Result<(), FormatError> {
        let mut properties = Properties::new();
        for (name, value) in members {
            match context.keyword(&name) {
                "@context" => {}
                "@graph" => self.nodes(context, value)?,
                "@id" => {
                    let name = iri::to_key(&value.string("@id")?);
                    self.graph.set_name(name).map_err(value.breaks())?;
                }
                "title" => {
                    let title = text_of(context, value, "title")?;
                    self.graph.set_title(title).map_err(value.breaks())?;
                }
                "directed" => {
                    let directed = value.boolean("directed")?;
                    self.graph.set_directedness(directed.into());
                }
                keyword if keyword.starts_with('@') => return Err(unknown(value, keyword)),
                _ => drop(properties.insert(iri::to_term(&name), plain(context, value)?)),
            }
        }
        self.graph.set_properties(properties).map_err(top.breaks())
    }

    fn nodes(&mut self, context: &Context, value: Json<'t>) -> Result<(), FormatError> {
        if value.is_object() {
            return self.node(context, value);
        }
        for node in value.items("@graph")? {
            self.node(context, node)?;
        }
        Ok(())
    }

    fn node(&mut self, outer: &Context, value: Json<'t>) -> Result<(), FormatError> {
        let members = value.members("a node")?;
        let own = match members.iter().any(|(name, _)| name == "@context") {
            true => Some(within(outer, &members)?),
            false => None,
        };
        let context = own.as_ref().unwrap_or(outer);
        let Some(id) = id_in(context, &members) else {
            return Err(value.refuse("a node needs an `@id`"));
        };
        let key = key_of(context, id.string("@id")?);
        let mut kind = None;
        let mut properties = Properties::new();
        for (name, member) in members {
            match context.keyword(&name) {
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
                    if let Some(rest) = self.values(context, &key, &name, member)? {
                        properties.insert(iri::to_term(&name), rest);
                    }
                }
            }
        }
        let label = take_label(context, &mut properties).unwrap_or_else(|| key.clone());
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
        context: &Context,
        source: &str,
        name: &str,
        value: Json<'t>,
    ) -> Result<Option<Value>, FormatError> {
        if let Some(term) = context.term(name) {
            if let Some(problem) = &term.refusal {
                let problem = format!("{name:?}: {problem}; expand the document first");
                return Err(value.refuse(problem));
            }
            if term.values == Values::Json {
                return value.value().map(Some);
            }
        }
        let Some(items) = items_of(context, value, name)? else {
            return match self.reference(context, source, name, value)? {
                true => Ok(None),
                false => literal(context, value, name).map(Some),
            };
        };
        let all = items.len();
        let mut rest = Vec::new();
        for item in items {
            if !self.reference(context, source, name, item)? {
                rest.push(item);
            }
        }
        let is_list = context.term(name).is_some_and(|term| term.is_list);
        if is_list && all > 1 && rest.len() < all {
            return Err(ordered(value, name));
        }
        match rest.as_slice() {
            [] if all > 0 => Ok(None),
            // As an expanded document has it, or a value that has edges beside it.
            [only] if all > 1 || only.is_object() => literal(context, *only, name).map(Some),
            several => {
                let several = several.iter().copied();
                let values: Result<Vec<Value>, _> =
                    several.map(|value| literal(context, value, name)).collect();
                values.map(|values| Some(values.into()))
            }
        }
    }

    /// Notes an edge, if the value refers to a node.
    fn reference(
        &mut self,
        context: &Context,
        source: &str,
        name: &str,
        value: Json<'t>,
    ) -> Result<bool, FormatError> {
        let mut edge = Edge::default();
        let edge_to = |target: String| EdgeKey::new(source, target, iri::to_term(name));
        if value.is_string() {
            let values = context.term(name).map(|term| term.values);
            let target = match values.unwrap_or_default() {
                Values::Nodes => key_of(context, value.string(name)?),
                Values::Terms => iri::to_key(&context.vocabulary_id(&value.string(name)?)),
                Values::Literals | Values::Json => return Ok(false),
            };
            self.edges.push((value, edge_to(target), edge));
            return Ok(true);
        }
        if !value.is_object() {
            return Ok(false);
        }
        let members = value.members(name)?;
        let Some(id) = id_in(context, &members) else {
            return Ok(false);
        };
        let mut key = edge_to(key_of(context, id.string("@id")?));
        for (name, member) in members {
            match context.keyword(&name) {
                "@id" => {}
                "@annotation" => annotate(context, &mut key, &mut edge, member)?,
                _ => return Err(nested(member)),
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

fn annotate(
    context: &Context,
    key: &mut EdgeKey,
    edge: &mut Edge,
    value: Json<'_>,
) -> Result<(), FormatError> {
    for (name, member) in value.members("@annotation")? {
        match context.keyword(&name) {
            "label" => key.label = member.string("label")?,
            "weight" => edge.weight = member.number("weight")?,
            keyword if keyword.starts_with('@') => return Err(unknown(member, keyword)),
            _ => {
                let value = plain(context, member)?;
                edge.properties.insert(iri::to_term(&name), value);
            }
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
