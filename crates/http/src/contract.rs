//! Holds requests to the document: a parameter that it does not name is refused, and so is a request
//! that accepts nothing of what the route answers with.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{
    error::{ApiError, FieldError},
    negotiation,
};

/// What the document says of each route. Without a document it says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contract(Arc<HashMap<String, Promise>>);

/// What it says of one.
#[derive(Clone, Debug, Default)]
struct Promise {
    parameters: Vec<String>,
    /// Empty where the answer has no body, or may have any type.
    media_types: Vec<String>,
}

impl Contract {
    pub(crate) fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let promises = paths.flat_map(|(path, item)| {
            let operations = item.as_object().into_iter().flatten();
            operations.map(move |(method, operation)| (key(method, path), Promise::of(operation)))
        });
        Self(Arc::new(promises.collect()))
    }

    fn promise(&self, request: &Request) -> Option<&Promise> {
        let route = request.extensions().get::<MatchedPath>()?;
        let method = match *request.method() {
            Method::HEAD => Method::GET,
            ref method => method.clone(),
        };
        self.0.get(&key(method.as_str(), route.as_str()))
    }
}

fn key(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_ascii_lowercase())
}

impl Promise {
    fn of(operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_query = parameters.filter(|parameter| parameter["in"] == "query");
        let names = in_query.filter_map(|parameter| parameter["name"].as_str());
        Self {
            parameters: names.map(str::to_owned).collect(),
            media_types: media_types(operation),
        }
    }

    fn check(&self, request: &Request) -> Result<(), ApiError> {
        let query = request.uri().query().unwrap_or_default();
        let unknown: Vec<FieldError> = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| !self.parameters.iter().any(|known| known == name))
            .map(|(name, _)| self.unknown(&name))
            .collect();
        if !unknown.is_empty() {
            return Err(ApiError::validation(unknown));
        }
        if !self.media_types.is_empty()
            && !negotiation::accepts(request.headers(), &self.media_types)
        {
            let detail = format!(
                "Accept leaves out what is answered here: {}",
                self.media_types.join(", ")
            );
            let status = StatusCode::NOT_ACCEPTABLE;
            return Err(ApiError::new(status, "NOT_ACCEPTABLE", detail));
        }
        Ok(())
    }

    fn unknown(&self, name: &str) -> FieldError {
        let detail = match self.parameters.split_last() {
            None => "there is no such parameter, and no other either".to_owned(),
            Some((only, [])) => format!("there is no such parameter, only {only}"),
            Some((last, before)) => format!(
                "there is no such parameter, only {} and {last}",
                before.join(", ")
            ),
        };
        FieldError {
            field: Some(name.replace('\0', "\u{fffd}")),
            detail,
            code: Cow::Borrowed("UNKNOWN_FIELD"),
        }
    }
}

/// The types of what is answered when all goes well.
pub(crate) fn media_types(operation: &Value) -> Vec<String> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let good = responses.filter(|(status, _)| status.starts_with('2'));
    let contents = good.filter_map(|(_, response)| response["content"].as_object());
    let mut media_types: Vec<String> = contents
        .flat_map(|content| content.keys().cloned())
        .collect();
    media_types.sort_unstable();
    media_types.dedup();
    // A stored file has a type of its own.
    match media_types
        .iter()
        .any(|media_type| media_type == "application/octet-stream")
    {
        true => Vec::new(),
        false => media_types,
    }
}

/// Refuses what the document does not allow.
pub(crate) async fn hold(
    State(contract): State<Contract>,
    request: Request,
    next: Next,
) -> Response {
    let checked = contract
        .promise(&request)
        .map(|promise| promise.check(&request));
    match checked {
        Some(Err(refusal)) => refusal.into_response(),
        _ => next.run(request).await,
    }
}
