//! The pages that show a document: HTML made from it, without a script and without a request to
//! anything but their style.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    catalogue::ErrorCode,
    html::{escaped, inline, members, paragraph, text_of},
    operation::METHODS,
};

/// The page of the whole document.
pub(super) fn whole(document: &Value) -> String {
    let mut html = head(document, "");
    let info = &document["info"];
    paragraph(&mut html, &text_of(&info["description"]));
    html.push_str(
        "<p><a href=\"/openapi.json\">openapi.json</a> · <a href=\"/docs/errors\">error codes</a></p>\n",
    );
    let groups = groups(document);
    html.push_str("<nav aria-label=\"Operations\">\n");
    for (tag, _, operations) in &groups {
        // Writing to a text cannot fail.
        let _ = write!(html, "<h2>{}</h2><ul>", escaped(tag));
        for (method, path, operation) in operations {
            let _ = write!(
                html,
                "<li><a href=\"#{}\">{} {}</a></li>",
                escaped(&text_of(&operation["operationId"])),
                method.to_uppercase(),
                escaped(path)
            );
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</nav>\n<main>\n");
    for (tag, about, operations) in &groups {
        let _ = writeln!(html, "<h2>{}</h2>", escaped(tag));
        paragraph(&mut html, about);
        for (method, path, operation) in operations {
            show_operation(&mut html, document, method, path, operation);
        }
    }
    html.push_str("<h2>Schemas</h2>\n");
    for (name, schema) in members(&document["components"]["schemas"]) {
        let _ = writeln!(
            html,
            "<section class=\"schema\" id=\"schema-{0}\"><h3>{0}</h3>",
            escaped(name)
        );
        paragraph(&mut html, &text_of(&schema["description"]));
        show_schema(&mut html, schema);
        html.push_str("</section>\n");
    }
    html.push_str("</main></body></html>\n");
    html
}

/// The page that lists the codes of errors.
pub(super) fn errors(document: &Value, codes: &[ErrorCode]) -> String {
    let mut html = head(document, "error codes");
    html.push_str("<main><table><tr><th>code</th><th>meaning</th><th>what to do</th></tr>\n");
    for known in codes {
        let _ = writeln!(
            html,
            "<tr id=\"{0}\"><td><a href=\"/docs/errors/{0}\"><code>{0}</code></a></td>\
             <td>{1}</td><td>{2}</td></tr>",
            escaped(&known.code),
            inline(&known.meaning),
            inline(&known.remedy)
        );
    }
    html.push_str("</table></main></body></html>\n");
    html
}

/// The page of one code.
pub(super) fn error(document: &Value, known: &ErrorCode) -> String {
    let code = known.code.as_str();
    let mut html = head(document, &known.code);
    let _ = write!(
        html,
        "<main><p>{}</p><h2>What to do</h2><p>{}</p><h2>Where</h2><ul>",
        inline(&known.meaning),
        inline(&known.remedy)
    );
    for (_, _, operations) in groups(document) {
        for (method, path, operation) in operations {
            for (status, response) in members(&operation["responses"]) {
                let listed = resolved(document, response)["x-error-codes"].as_array();
                if listed.is_some_and(|codes| codes.iter().any(|listed| listed == code)) {
                    let _ = writeln!(
                        html,
                        "<li><a href=\"/docs#{}\">{} {}</a> with {status}</li>",
                        escaped(&text_of(&operation["operationId"])),
                        method.to_uppercase(),
                        escaped(path)
                    );
                }
            }
        }
    }
    html.push_str("</ul><p><a href=\"/docs/errors\">all codes</a></p></main></body></html>\n");
    html
}

fn head(document: &Value, what: &str) -> String {
    let info = &document["info"];
    let title = escaped(&text_of(&info["title"]));
    let version = escaped(&text_of(&info["version"]));
    let what = escaped(what);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} {version} {what}</title>\
         <link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>\n\
         <h1>{title} <small>{version}</small> {what}</h1>\n"
    )
}

type Listed<'a> = (&'a str, &'a str, &'a Value);

/// The operations by their first tag, in the order of the document's tags.
fn groups(document: &Value) -> Vec<(String, String, Vec<Listed<'_>>)> {
    let mut groups: Vec<(String, String, Vec<Listed<'_>>)> = document["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tag| {
            (
                text_of(&tag["name"]),
                text_of(&tag["description"]),
                Vec::new(),
            )
        })
        .collect();
    for (path, item) in members(&document["paths"]) {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let tag = operation["tags"][0].as_str().unwrap_or("other");
            let place = groups.iter().position(|(name, _, _)| name == tag);
            let place = place.unwrap_or_else(|| {
                groups.push((tag.to_owned(), String::new(), Vec::new()));
                groups.len() - 1
            });
            if let Some((_, _, operations)) = groups.get_mut(place) {
                operations.push((method, path.as_str(), operation));
            }
        }
    }
    groups
}

fn show_operation(
    html: &mut String,
    document: &Value,
    method: &str,
    path: &str,
    operation: &Value,
) {
    let _ = writeln!(
        html,
        "<section class=\"operation\" id=\"{}\"><h3><span class=\"method\">{method}</span> \
         <code>{}</code></h3>",
        escaped(&text_of(&operation["operationId"])),
        escaped(path)
    );
    paragraph(html, &text_of(&operation["summary"]));
    paragraph(html, &text_of(&operation["description"]));
    let parameters: Vec<&Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    if !parameters.is_empty() {
        html.push_str(
            "<table><tr><th>parameter</th><th>in</th><th>type</th><th>meaning</th></tr>\n",
        );
        for parameter in parameters {
            let _ = writeln!(
                html,
                "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(&text_of(&parameter["name"])),
                if parameter["required"] == true {
                    ""
                } else {
                    " (optional)"
                },
                escaped(&text_of(&parameter["in"])),
                kind(&parameter["schema"]),
                inline(&text_of(&parameter["description"]))
            );
        }
        html.push_str("</table>\n");
    }
    for (media_type, body) in members(&operation["requestBody"]["content"]) {
        let _ = writeln!(
            html,
            "<p>Body: <code>{}</code>, {}</p>",
            escaped(media_type),
            kind(&body["schema"])
        );
        show_example(html, body.get("example"));
    }
    for (status, response) in members(&operation["responses"]) {
        let response = resolved(document, response);
        let description = text_of(&response["description"]);
        let (first, rest) = description.split_once('\n').unwrap_or((&description, ""));
        let _ = writeln!(
            html,
            "<details{}><summary>{status} {}</summary>",
            if status.starts_with('2') { " open" } else { "" },
            inline(first)
        );
        paragraph(html, rest);
        for (media_type, body) in members(&response["content"]) {
            let _ = writeln!(
                html,
                "<p><code>{}</code>, {}</p>",
                escaped(media_type),
                kind(&body["schema"])
            );
            show_example(html, body.get("example"));
        }
        html.push_str("</details>\n");
    }
    html.push_str("</section>\n");
}

fn show_example(html: &mut String, example: Option<&Value>) {
    if let Some(example) = example {
        let _ = writeln!(html, "<pre>{}</pre>", escaped(&format!("{example:#}")));
    }
}

fn show_schema(html: &mut String, schema: &Value) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        match part.get("$ref") {
            Some(_) => {
                let _ = writeln!(html, "<p>All of {}, and:</p>", kind(part));
            }
            None => show_schema(html, part),
        }
    }
    let properties = members(&schema["properties"]);
    if properties.is_empty() {
        if schema.get("allOf").is_none() {
            let _ = writeln!(html, "<p>{}</p>", kind(schema));
        }
        return;
    }
    html.push_str("<table><tr><th>field</th><th>type</th><th>meaning</th></tr>\n");
    let required = schema["required"].as_array();
    for (name, property) in properties {
        let is_required = required.is_some_and(|all| all.iter().any(|one| one == name));
        let _ = writeln!(
            html,
            "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(name),
            if is_required { "" } else { " (optional)" },
            kind(property),
            inline(&text_of(&property["description"]))
        );
    }
    html.push_str("</table>\n");
}

/// The type of a schema with its bounds, in words.
fn kind(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        let name = escaped(target.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for (choice, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if let Some(forms) = schema[choice].as_array() {
            return forms.iter().map(kind).collect::<Vec<_>>().join(between);
        }
    }
    let mut words = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text_of).collect::<Vec<_>>().join(" or "),
        Value::Null => "any value".to_owned(),
        one => text_of(one),
    };
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        words = values.join(", ");
    }
    let mut words = escaped(&words);
    if schema["type"] == "array" {
        let _ = write!(words, " of {}", kind(&schema["items"]));
    }
    for bound in [
        "format",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "default",
    ] {
        match schema.get(bound) {
            None => {}
            Some(Value::String(value)) => {
                let _ = write!(words, ", {bound} {}", escaped(value));
            }
            Some(value) => {
                let _ = write!(words, ", {bound} {value}");
            }
        }
    }
    words
}

fn resolved<'d>(document: &'d Value, response: &'d Value) -> &'d Value {
    match response["$ref"].as_str() {
        Some(target) => document
            .pointer(target.trim_start_matches('#'))
            .unwrap_or(response),
        None => response,
    }
}
