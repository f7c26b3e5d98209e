//! Links from what was made to what can be done with it: a client, and a tester, can follow them.

use serde_json::{Map, Value, json};

use super::operation;

/// Links the answers of operations with `x-resource` to each operation whose path has the parameter
/// that it names. `project` takes the id at `/id` of the answer; `graph /graph/id` says where it is.
pub(super) fn add(document: &mut Value) {
    let targets = targets(document);
    for mut operation in operation::all_mut(document) {
        for resource in operation.take_extensions("x-resource") {
            let resource = resource.as_str().unwrap_or_default();
            let (parameter, place) = resource.split_once(' ').unwrap_or((resource, "/id"));
            let links = links(&targets, parameter, place);
            let responses = operation.value.get_mut("responses");
            for (status, response) in responses
                .and_then(Value::as_object_mut)
                .into_iter()
                .flatten()
            {
                if status.starts_with('2') {
                    response["links"] = Value::Object(links.clone());
                }
            }
        }
    }
}

/// The path and the id of each operation.
fn targets(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            let operations = item.as_object().into_iter().flatten();
            operations.filter_map(|(_, operation)| {
                let id = operation.get("operationId")?.as_str()?;
                Some((path.clone(), id.to_owned()))
            })
        })
        .collect()
}

fn links(targets: &[(String, String)], parameter: &str, place: &str) -> Map<String, Value> {
    let braced = format!("{{{parameter}}}");
    let there = targets.iter().filter(|(path, _)| path.contains(&braced));
    there
        .map(|(_, id)| {
            let parameters = json!({parameter: format!("$response.body#{place}")});
            (
                id.clone(),
                json!({"operationId": id, "parameters": parameters}),
            )
        })
        .collect()
}
