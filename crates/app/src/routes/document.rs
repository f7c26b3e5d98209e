//! What the API says of itself, made from its routes.

use std::sync::LazyLock;

use groundwork_http::{About, Described, Document, ErrorCode};

use super::{api, uploads};

/// The codes of the domains and of the routes; those of the foundation come by themselves.
const CODES: &str = include_str!("errors.json");

const DESCRIPTION: &str = "\
The backend of a media studio: projects whose scenes get pictures and clips, articles and how they feel \
about what is tracked, videos with their transcripts, and knowledge graphs.

Every error has the same body, with a `code` for programs. A list is read in pages: `next` is the \
cursor of the page after it.";

/// The document; it needs neither a database nor a server.
pub(crate) fn document() -> Document {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(make);
    DOCUMENT.clone()
}

fn make() -> Document {
    let about = About {
        title: "Groundwork".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: DESCRIPTION.to_owned(),
        tags: TAGS.to_vec(),
        codes: codes(),
        errors: vec!["503 SCHEMA_NOT_READY", "503 STORAGE_MISMATCH"],
    };
    let described = Described {
        guarded: api().into_openapi(),
        streaming: uploads().into_openapi(),
        ..Described::default()
    };
    Document::new(&about, described)
}

const TAGS: [(&str, &str); 12] = [
    ("projects", "Videos that someone asked for."),
    ("scenes", "The parts of a project, in order."),
    (
        "keyframes",
        "The pictures that a scene starts and ends with.",
    ),
    ("clips", "The attempts at filming a scene."),
    ("files", "Stored files and their content."),
    ("runs", "Attempts to make a project's video."),
    ("articles", "What was published, and what it mentions."),
    ("entities", "The models and tools that are tracked."),
    ("sentiment", "How articles feel about entities, over time."),
    (
        "videos",
        "Videos that are known by their transcripts, and what is said in them.",
    ),
    ("graphs", "Knowledge graphs."),
    ("operation", "What the service says of itself."),
];

fn codes() -> Vec<ErrorCode> {
    let codes = ErrorCode::read(CODES);
    debug_assert!(codes.is_ok(), "errors.json is written by xtask");
    codes.unwrap_or_default()
}
