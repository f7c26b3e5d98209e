//! Bodies of JSON, read so that every fault has its place and words that need no Rust.
//!
//! A body is first read into a [`Tree`]. Reading a type from that, unlike from the text, takes no
//! array for an object, and can be tried again once a fault is mended, to find the next one.

mod fault;
mod faults;
mod tree;
mod words;

use axum::http::StatusCode;
use serde::{Deserialize as _, de::DeserializeOwned};

use self::tree::Tree;
use crate::error::ApiError;

pub(super) use self::words::expected;

/// What a body holds.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let tree = Tree::deserialize(&mut json).and_then(|tree| json.end().map(|()| tree));
    let tree = tree.map_err(|error| invalid(&error))?;
    faults::read(&tree).map_err(|first| {
        let faults = faults::all::<T>(tree, first, body.len());
        ApiError::validation(faults)
    })
}

fn invalid(error: &serde_json::Error) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "INVALID_JSON",
        format!("the body is not valid JSON: {error}"),
    )
}

#[cfg(test)]
mod tests;
