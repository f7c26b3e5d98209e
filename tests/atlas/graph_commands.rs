//! `groundwork atlas graph …`

use acceptance::{Engine, Home, on_both_engines};

const TIDES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/atlas/graphs/tides.jsonld"
);
const LIGHTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/atlas/graphs/lights.graphml"
);

async fn graph(home: &Home, arguments: &[&str]) -> acceptance::Outcome {
    let all = ["atlas", "graph"].iter().chain(arguments);
    home.groundwork(all).await
}

#[on_both_engines]
async fn a_graph_is_imported_listed_shown_walked_and_removed(engine: Engine) {
    let home = Home::new(engine).await;
    let imported = graph(&home, &["import", TIDES]).await.succeeded();
    assert!(
        imported.starts_with("stored \"What moves the sea\" (tides), graph "),
        "{imported}"
    );
    assert!(
        imported.contains("  24 nodes: 24 added\n  34 edges: 34 added\n"),
        "{imported}"
    );
    let again = graph(&home, &["import", TIDES, "--json"]).await.json();
    assert_eq!(again["outcome"], "unchanged");
    let id = again["graph"]["id"].as_str().unwrap();

    let listed = graph(&home, &["list", "--json"]).await.json();
    assert_eq!(listed["items"][0], again["graph"]);
    let shown = graph(&home, &["show", "tides"]).await.succeeded();
    assert!(
        shown.contains("  size      24 nodes, 34 edges, directed\n"),
        "{shown}"
    );
    assert!(
        shown.contains("  kinds     body 3, force 1, instrument 2"),
        "{shown}"
    );

    let near = graph(&home, &["neighbours", id, "newton"])
        .await
        .succeeded();
    insta::assert_snapshot!("neighbours", near);
    let path = graph(&home, &["path", "tides", "kelvin", "rotation"])
        .await
        .succeeded();
    insta::assert_snapshot!("path", path);
    let path = graph(
        &home,
        &[
            "path",
            "tides",
            "kelvin",
            "sun",
            "--direction",
            "both",
            "--json",
        ],
    );
    assert_eq!(path.await.json()["hops"], 4);

    let removed = graph(&home, &["remove", id]).await.succeeded();
    assert_eq!(
        removed,
        format!("removed \"What moves the sea\" (graph {id})\n")
    );
    let refused = graph(&home, &["show", "tides"]).await.failed(65);
    assert!(
        refused.contains("there is no knowledge graph \"tides\""),
        "{refused}"
    );
}

#[on_both_engines]
async fn a_graph_comes_out_in_every_format_and_goes_in_again(engine: Engine) {
    let home = Home::new(engine).await;
    drop(graph(&home, &["import", LIGHTS]).await.succeeded());
    for (flag, ending) in [
        ("--json", "json"),
        ("--graphml", "graphml"),
        ("--jsonld", "jsonld"),
    ] {
        let text = graph(&home, &["show", "lights", flag]).await.succeeded();
        let file = home.dir().join(format!("copy.{ending}"));
        std::fs::write(&file, text).unwrap();
        let again = graph(&home, &["import", file.to_str().unwrap(), "--json"])
            .await
            .json();
        assert_eq!(again["graph"]["name"], "lights");
        assert_eq!(again["outcome"], "unchanged", "{ending}");
    }
    let drawing = graph(&home, &["show", "lights", "--svg"]).await.succeeded();
    assert!(
        drawing.starts_with("<svg ") && drawing.contains("Skerryholm"),
        "{drawing}"
    );
    let dot = graph(&home, &["show", "lights", "--dot"]).await.succeeded();
    assert!(
        dot.contains("\"gull-rock\" -- \"far-bank\" [label=\"in sight of\""),
        "{dot}"
    );
    let refused = graph(&home, &["show", "lights", "--svg", "--dot"]).await;
    drop(refused.failed(2));
}

#[on_both_engines]
async fn what_is_wrong_is_reported_with_what_to_do(engine: Engine) {
    let home = Home::new(engine).await;
    let broken = home.dir().join("broken.json");
    std::fs::write(&broken, "{\"nodes\": [],\n \"edges\": [{}]}").unwrap();
    let broken = broken.to_str().unwrap();
    let refused = graph(&home, &["import", broken]).await.failed(65);
    assert!(
        refused.contains("broken.json:2:12: an edge needs a `source`"),
        "{refused}"
    );
    let refused = graph(&home, &["import", "nowhere.graphml"])
        .await
        .failed(65);
    assert!(refused.contains("cannot read nowhere.graphml"), "{refused}");
    let refused = graph(&home, &["import", TIDES, "--video", "nobody"])
        .await
        .failed(65);
    assert!(
        refused.contains("there is no video \"nobody\""),
        "{refused}"
    );
    let none = graph(&home, &["list", "--json"]).await.json();
    assert_eq!(
        none["items"].as_array().map(Vec::len),
        Some(0),
        "nothing of them was kept"
    );

    drop(graph(&home, &["import", TIDES]).await.succeeded());
    let refused = graph(&home, &["neighbours", "tides", "mooon"])
        .await
        .failed(65);
    assert!(
        refused.contains("has no node \"mooon\"; did you mean \"moon\"?"),
        "{refused}"
    );
    let refused = graph(&home, &["path", "tides", "Lord Kelvin", "sun"])
        .await
        .failed(65);
    assert!(refused.contains("did you mean \"kelvin\"?"), "{refused}");
    let nothing = graph(&home, &["path", "tides", "tide", "sun"])
        .await
        .failed(1);
    assert!(
        nothing.contains("no path of at most 10000 edges leads from tide to sun"),
        "{nothing}"
    );
    let refused = graph(&home, &["neighbours", "tides", "moon", "--depth", "17"]).await;
    drop(refused.failed(2));
}
