//! The inline `@context` of JSON-LD: which terms are keywords under another name, which values are
//! references to nodes, and which prefixes there are.
//!
//! Contexts are not fetched. A part of a context that would change what a document means, and that
//! is not known here, is refused where the context says it, or where a document uses it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::services::atlas::graph::{format_error::FormatError, json::Json};

/// How often one definition may lead to the next.
const MAX_STEPS: usize = 16;

/// What a document's terms mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    vocabulary: Option<String>,
    terms: BTreeMap<String, Term>,
}

/// What one term means.
#[derive(Clone, Debug, Default)]
pub(super) struct Term {
    iri: Option<String>,
    pub(super) values: Values,
    /// Whether its values are in an order.
    pub(super) is_list: bool,
    is_prefix: bool,
    /// Why its values cannot be read.
    pub(super) refusal: Option<String>,
}

/// What the values of a term are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Values {
    /// What is written.
    #[default]
    Literals,
    /// A text is the `@id` of a node.
    Nodes,
    /// A text is a term, and its IRI the `@id` of a node.
    Terms,
    /// JSON that means nothing in JSON-LD.
    Json,
}

impl Context {
    /// This context with what a `@context` adds.
    pub(super) fn extended(&self, value: Json<'_>) -> Result<Self, FormatError> {
        if value.is_null() {
            return Ok(Self::default());
        }
        if value.is_array() {
            let mut all = value.items("@context")?.into_iter();
            return all.try_fold(self.clone(), |context, part| context.extended(part));
        }
        if !value.is_object() {
            let url = value.string("@context")?;
            return Err(value.refuse(format!(
                "the context {url:?} is not fetched: expand the document, or write its \
                 definitions into `@context`"
            )));
        }
        let mut context = self.clone();
        let mut defined = Vec::new();
        for (name, member) in value.members("@context")? {
            match name.as_str() {
                "@vocab" if member.is_null() => context.vocabulary = None,
                "@vocab" => context.vocabulary = Some(member.string("@vocab")?),
                "@base" if member.is_null() => {}
                "@version" | "@language" | "@direction" | "@protected" => {}
                keyword if keyword.starts_with('@') => {
                    return Err(member.refuse(format!(
                        "{keyword} in a context is not supported here: expand the document"
                    )));
                }
                _ => {
                    context.terms.insert(name.clone(), Term::parse(member)?);
                    defined.push((name, member));
                }
            }
        }
        context.resolve(&defined)?;
        Ok(context)
    }

    /// Replaces prefixes and terms within the new definitions by what they mean.
    fn resolve(&mut self, defined: &[(String, Json<'_>)]) -> Result<(), FormatError> {
        let mut resolved = Vec::with_capacity(defined.len());
        for (name, member) in defined {
            let iri = self.terms.get(name).and_then(|term| term.iri.as_deref());
            let Some(iri) = iri else { continue };
            let meant = (iri != name).then(|| self.meaning_within(iri, MAX_STEPS));
            match meant.unwrap_or_else(|| Some(Some(iri.to_owned()))) {
                Some(meant) => resolved.push((name, meant.unwrap_or_else(|| iri.to_owned()))),
                None => {
                    return Err(member.refuse(format!("the term {name:?} is defined by itself")));
                }
            }
        }
        for (name, iri) in resolved {
            if let Some(term) = self.terms.get_mut(name) {
                term.iri = Some(iri);
            }
        }
        Ok(())
    }

    /// The keyword that a name stands for, or the name itself.
    pub(super) fn keyword<'n>(&'n self, name: &'n str) -> &'n str {
        let iri = self.terms.get(name).and_then(|term| term.iri.as_deref());
        iri.filter(|iri| iri.starts_with('@')).unwrap_or(name)
    }

    /// What is said of a term.
    pub(super) fn term(&self, name: &str) -> Option<&Term> {
        self.terms.get(name)
    }

    /// The IRI of a term or compact IRI; `None` if the context does not say.
    pub(super) fn meaning(&self, name: &str) -> Option<String> {
        self.meaning_within(name, MAX_STEPS).flatten()
    }

    /// The absolute IRI of an `@id`, if it begins with a prefix; else the `@id` itself.
    pub(super) fn id(&self, id: String) -> String {
        match self.compact(&id, MAX_STEPS) {
            Some(Some(iri)) => iri,
            _ => id,
        }
    }

    /// The IRI of a text where a term is expected.
    pub(super) fn vocabulary_id(&self, text: &str) -> String {
        self.meaning(text).unwrap_or_else(|| text.to_owned())
    }

    /// `None` if definitions lead to each other without end.
    fn meaning_within(&self, name: &str, steps: usize) -> Option<Option<String>> {
        let steps = steps.checked_sub(1)?;
        if name.starts_with('@') {
            return Some(Some(name.to_owned()));
        }
        if let Some(iri) = self.terms.get(name).and_then(|term| term.iri.as_deref()) {
            return match iri == name {
                true => Some(Some(iri.to_owned())),
                false => Some(Some(
                    (self.meaning_within(iri, steps)?).unwrap_or_else(|| iri.to_owned()),
                )),
            };
        }
        if let Some(iri) = self.compact(name, steps)? {
            return Some(Some(iri));
        }
        if name.contains(':') {
            return Some(Some(name.to_owned()));
        }
        let vocabulary = self.vocabulary.as_deref();
        Some(vocabulary.map(|vocabulary| format!("{vocabulary}{name}")))
    }

    /// The IRI of `prefix:rest`, if there is such a prefix.
    fn compact(&self, text: &str, steps: usize) -> Option<Option<String>> {
        let Some((prefix, rest)) = text.split_once(':') else {
            return Some(None);
        };
        let term = self.terms.get(prefix).filter(|term| term.is_prefix);
        let iri = match term.and_then(|term| term.iri.as_deref()) {
            Some(iri) if prefix != "_" && !rest.starts_with("//") => iri,
            _ => return Some(None),
        };
        let start = self.meaning_within(iri, steps)?;
        Some(Some(format!("{}{rest}", start.as_deref().unwrap_or(iri))))
    }
}

impl Term {
    fn parse(value: Json<'_>) -> Result<Self, FormatError> {
        let mut term = Self::default();
        if value.is_null() {
            term.refusal = Some("the context says that it means nothing".to_owned());
            return Ok(term);
        }
        if !value.is_object() {
            let iri = value.string("a term")?;
            term.is_prefix = iri.ends_with([':', '/', '?', '#', '[', ']', '@']);
            term.iri = Some(iri);
            return Ok(term);
        }
        for (name, member) in value.members("a term")? {
            match name.as_str() {
                "@id" if member.is_null() => {
                    term.refusal = Some("the context says that it means nothing".to_owned());
                }
                "@id" => term.iri = Some(member.string("@id")?),
                "@type" => term.values = values(&member.string("@type")?),
                "@container" => term.contain(member.value()?),
                "@prefix" => term.is_prefix = member.boolean("@prefix")?,
                "@language" | "@direction" | "@protected" => {}
                "@reverse" | "@nest" | "@index" => {
                    term.refusal = Some(format!("{name} is not supported here"));
                }
                _ => {
                    return Err(member.refuse(format!(
                        "{name:?} of a term is not supported here: expand the document"
                    )));
                }
            }
        }
        Ok(term)
    }

    fn contain(&mut self, containers: Value) {
        let containers = match containers {
            Value::Array(several) => several,
            one => vec![one],
        };
        for container in containers {
            match container.as_str() {
                Some("@set" | "@language") => {}
                Some("@list") => self.is_list = true,
                _ if container.is_null() => {}
                _ => self.refusal = Some(format!("its container {container} is not supported")),
            }
        }
    }
}

fn values(kind: &str) -> Values {
    match kind {
        "@id" => Values::Nodes,
        "@vocab" => Values::Terms,
        "@json" => Values::Json,
        // A datatype: the value is what is written.
        _ => Values::Literals,
    }
}
