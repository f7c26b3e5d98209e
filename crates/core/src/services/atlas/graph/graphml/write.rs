//! Writing GraphML.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    NAMESPACE,
    keys::{Owner, Type},
};
use crate::services::atlas::graph::{elements::Properties, model::Graph, xml::escaped};

/// Which id the key of an attribute has.
type Keys = BTreeMap<(Owner, String, Type), usize>;

/// Writes a graph.
pub(in super::super) fn render(graph: &Graph) -> String {
    let mut keys = Keys::new();
    let mut body = String::new();
    let direction = if graph.is_directed() {
        "directed"
    } else {
        "undirected"
    };
    body.push_str(&format!("  <graph edgedefault=\"{direction}\">\n"));
    let mut about = Data::of(Owner::Graph, "    ");
    about.put(&mut keys, "name", graph.name().map(Value::from));
    about.put(&mut keys, "title", graph.title().map(Value::from));
    about.put_all(&mut keys, graph.properties());
    body.push_str(&about.text);
    for (key, node) in graph.nodes() {
        let mut data = Data::of(Owner::Node, "      ");
        data.put(&mut keys, "label", Some(node.label.clone().into()));
        data.put(&mut keys, "kind", node.kind.clone().map(Value::from));
        data.put_all(&mut keys, &node.properties);
        let (id, data) = (escaped(key), data.text);
        body.push_str(&format!("    <node id=\"{id}\">\n{data}    </node>\n"));
    }
    for (key, edge) in graph.edges() {
        let mut data = Data::of(Owner::Edge, "      ");
        data.put(&mut keys, "label", Some(key.label.clone().into()));
        data.put(&mut keys, "weight", Some(edge.weight.into()));
        data.put_all(&mut keys, &edge.properties);
        let (source, target) = (escaped(&key.source), escaped(&key.target));
        let data = data.text;
        body.push_str(&format!(
            "    <edge source=\"{source}\" target=\"{target}\">\n{data}    </edge>\n"
        ));
    }
    body.push_str("  </graph>\n");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" xmlns:gw=\"{NAMESPACE}\">\n\
         {}{body}</graphml>\n",
        declared(&keys)
    )
}

fn declared(keys: &Keys) -> String {
    let mut ordered: Vec<_> = keys.iter().collect();
    ordered.sort_by_key(|(_, id)| **id);
    let lines = ordered.into_iter().map(|((owner, name, kind), id)| {
        let mark = match kind {
            Type::Json => " gw:type=\"json\"",
            _ => "",
        };
        format!(
            "  <key id=\"d{id}\" for=\"{}\" attr.name=\"{}\" attr.type=\"{}\"{mark}/>\n",
            owner.name(),
            escaped(name),
            kind.name(),
        )
    });
    lines.collect()
}

/// The data of one element.
struct Data {
    owner: Owner,
    indent: &'static str,
    text: String,
}

impl Data {
    fn of(owner: Owner, indent: &'static str) -> Self {
        Self {
            owner,
            indent,
            text: String::new(),
        }
    }

    fn put(&mut self, keys: &mut Keys, name: &str, value: Option<Value>) {
        let Some(value) = value else { return };
        let (kind, text) = Type::of(&value);
        let next = keys.len();
        let id = keys
            .entry((self.owner, name.to_owned(), kind))
            .or_insert(next);
        let (indent, text) = (self.indent, escaped(&text));
        self.text
            .push_str(&format!("{indent}<data key=\"d{id}\">{text}</data>\n"));
    }

    fn put_all(&mut self, keys: &mut Keys, properties: &Properties) {
        for (name, value) in properties {
            self.put(keys, name, Some(value.clone()));
        }
    }
}
