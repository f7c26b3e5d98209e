//! JSON-LD 1.1: nodes are resources, and an edge is a property whose value is another resource.
//!
//! ```json
//! {
//!   "@context": { "@vocab": "urn:groundwork:atlas:", "label": "http://www.w3.org/2000/01/rdf-schema#label" },
//!   "@id": "#computing",
//!   "title": "Early computing",
//!   "@graph": [
//!     { "@id": "#ada", "@type": "person", "label": "Ada Lovelace", "born": 1815,
//!       "wrote": { "@id": "#notes", "@annotation": { "weight": 0.9 } } },
//!     { "@id": "#notes", "label": "Notes on the Analytical Engine" }
//!   ]
//! }
//! ```
//!
//! A key that is no absolute IRI becomes a fragment (`#ada`), and what an IRI cannot hold is written
//! in percent. What is known of an edge is in an `@annotation`, as JSON-LD-star has it; a
//! processor that does not know it leaves it out. Lists and objects are JSON literals (`@json`).
//!
//! Read are documents with `@graph`, arrays of nodes and single nodes, as `flatten` leaves them. A
//! resource that is only referred to is a node called by its key.
//!
//! Of an inline `@context` everything counts that decides what is a node and what an edge: aliases of
//! keywords, prefixes of `@id`s, and terms whose texts are references (`"@type": "@id"`). Properties,
//! kinds and labels of edges keep the names that they are written with; datatypes and languages that
//! a context gives to texts are not kept. What cannot be understood is refused by its name: contexts
//! that would have to be fetched, nodes within nodes, `@reverse`, and ordered lists of nodes.

mod context;
mod iri;
mod read;
mod values;
mod write;

pub(super) use read::{is_likely, parse};
pub(super) use write::render;

/// What a label is called: the first that is there is taken.
const LABELS: [&str; 7] = [
    "label",
    "rdfs:label",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "name",
    "schema:name",
    "https://schema.org/name",
    "http://schema.org/name",
];

/// The property for the kinds that a resource has beside its first.
const FURTHER_KINDS: &str = "additionalType";
