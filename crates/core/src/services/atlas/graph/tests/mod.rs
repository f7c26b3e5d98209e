//! What every format keeps, and what it refuses.

mod foreign;
mod refusals;

use std::collections::BTreeSet;

use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
};
use serde_json::{Value, json};

use super::{Directedness, Edge, EdgeKey, Format, Graph, Node, Properties, View};

/// Texts that formats could stumble over.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[a-zA-Z0-9 ]{1,6}",
        1 => proptest::char::range('\u{a0}', '\u{fffd}').prop_map(String::from),
        1 => prop::sample::select(vec![
            "&", "<", ">", "\"", "'", "]]>", "%", "%20", "#", "@", "@id", ":", "http://a.b/c", "_:b0",
            "\\", "{", "}", "😀", "e\u{301}", " ", "=", ";", "--", "\u{202e}",
        ])
        .prop_map(str::to_owned),
    ];
    vec(pieces, 1..4)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("says something, without controls", |text| {
            !text.trim().is_empty() && !text.chars().any(char::is_control)
        })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::from),
        text().prop_map(Value::from),
        Just(json!("\r\n\t line \u{1} \u{ffff} end \n")),
        Just(json!("")),
        Just(json!({"@id": "#a"})),
        Just(json!([{"@value": 1}])),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn properties() -> impl Strategy<Value = Properties> {
    let names = prop_oneof![
        8 => text(),
        1 => prop::sample::select(vec!["name", "type", "knows", "born", "@type", "nodes"])
            .prop_map(str::to_owned),
    ];
    let reserved = [
        "name", "title", "directed", "id", "label", "kind", "source", "target", "key", "weight",
    ];
    btree_map(names, value(), 0..4).prop_map(move |members| {
        let members = members.into_iter();
        members
            .filter(|(name, _)| !reserved.contains(&name.as_str()))
            .collect()
    })
}

fn weight() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(1.0),
        0.001_f64..1000.0,
        Just(f64::MIN_POSITIVE),
        Just(f64::MAX),
        Just(0.1 + 0.2),
    ]
}

fn edge_label() -> impl Strategy<Value = String> {
    prop_oneof![
        text(),
        prop::sample::select(vec![
            "",
            " ",
            "label",
            "knows",
            "born",
            "relatedTo",
            "0",
            "@id"
        ])
        .prop_map(str::to_owned),
    ]
}

prop_compose! {
    fn graph()(
        name in option::of(text()),
        title in option::of(text()),
        directed in any::<bool>(),
        about in properties(),
        nodes in btree_map(text(), (text(), option::of(text()), properties()), 0..8),
        edges in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), edge_label(), weight(), properties()), 0..12),
    ) -> Graph {
        let mut graph = Graph::new(Directedness::from(directed));
        if let Some(name) = name {
            graph.set_name(name).unwrap();
        }
        if let Some(title) = title {
            graph.set_title(title).unwrap();
        }
        graph.set_properties(about).unwrap();
        let keys: Vec<String> = nodes.keys().cloned().collect();
        for (key, (label, kind, properties)) in nodes {
            let node = Node { label: label + "\nnext", kind, properties };
            graph.add_node(key, node).unwrap();
        }
        let mut seen = BTreeSet::new();
        for (source, target, label, weight, properties) in edges {
            if keys.is_empty() {
                break;
            }
            let key = EdgeKey::new(source.get(&keys), target.get(&keys), label);
            if seen.insert(key.clone()) {
                graph.add_edge(key, Edge { weight, properties }).unwrap();
            }
        }
        graph
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_written_is_read_again_in_every_format(graph in graph()) {
        for format in Format::ALL {
            let text = format.render(&graph);
            let read = format.parse(&text);
            prop_assert_eq!(read.as_ref(), Ok(&graph), "{}: {}", format, text);
            prop_assert_eq!(Format::of_text(&text), Ok(format));
            prop_assert_eq!(format.render(&graph), text);
        }
    }

    #[test]
    fn a_graph_goes_through_all_formats_unchanged(graph in graph()) {
        let mut passed = graph.clone();
        for format in [Format::GraphMl, Format::JsonLd, Format::NodeLink, Format::GraphMl] {
            passed = format.parse(&format.render(&passed)).unwrap();
        }
        prop_assert_eq!(passed, graph);
    }

    #[test]
    fn a_drawing_is_well_formed_whatever_a_graph_says(graph in graph()) {
        let drawing = View::Svg.render(&graph).unwrap();
        let document = roxmltree::Document::parse(&drawing);
        prop_assert!(document.is_ok(), "{:?}\n{}", document, drawing);
        prop_assert_eq!(&View::Svg.render(&graph).unwrap(), &drawing);
        for word in ["<script", "NaN", "inf"] {
            let shown = drawing.contains(&format!("\"{word}"));
            prop_assert!(!shown, "{}", drawing);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,80}", graph in graph(), cut in any::<prop::sample::Index>()) {
        for format in Format::ALL {
            let _ = format.parse(&text);
            let whole = format.render(&graph);
            let end = whole.floor_char_boundary(cut.index(whole.len()));
            prop_assert!(format.parse(&whole[..end]).is_err() || whole[end..].trim().is_empty());
        }
    }
}
