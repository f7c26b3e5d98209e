//! The operations of a document, as JSON.

use serde_json::{Map, Value, json};

/// The methods that an item of `paths` may have.
pub(super) const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];

/// Who may call a route, and how long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Open,
    Guarded,
    Streaming,
}

/// An operation and where it is.
pub(super) struct Operation<'a> {
    pub(super) method: String,
    pub(super) value: &'a mut Map<String, Value>,
}

/// The operations of a document.
pub(super) fn all_mut(document: &mut Value) -> Vec<Operation<'_>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(|paths| paths.values_mut());
    items
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.iter_mut())
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .filter_map(|(method, value)| {
            Some(Operation {
                method: method.clone(),
                value: value.as_object_mut()?,
            })
        })
        .collect()
}

impl Operation<'_> {
    pub(super) fn is_safe(&self) -> bool {
        ["get", "head", "options"].contains(&self.method.as_str())
    }

    pub(super) fn takes(&self, media_type: &str) -> bool {
        let body = self.value.get("requestBody");
        body.and_then(|body| body.get("content"))
            .and_then(|content| content.get(media_type))
            .is_some()
    }

    pub(super) fn has_parameters(&self) -> bool {
        let parameters = self.value.get("parameters").and_then(Value::as_array);
        parameters.is_some_and(|parameters| !parameters.is_empty())
    }

    /// Takes the extensions whose names begin with this.
    pub(super) fn take_extensions(&mut self, prefix: &str) -> Vec<Value> {
        let names: Vec<String> = self
            .value
            .keys()
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect();
        let taken = names.iter().filter_map(|name| self.value.remove(name));
        taken.collect()
    }

    /// Says whether a key is wanted. One may be, where keys are configured.
    pub(super) fn protect(&mut self, access: Access) {
        let security = match access {
            Access::Open => json!([]),
            Access::Guarded | Access::Streaming => json!([{}, {"api_key": []}]),
        };
        self.value.insert("security".to_owned(), security);
    }
}
