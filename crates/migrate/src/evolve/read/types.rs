//! The types of fields.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::{GenericArgument, PathArguments, Type, TypePath, UseTree};

use crate::evolve::model::{FieldType, TypeName};

/// Types that are no ids and no enums of a domain.
const PLAIN: [&str; 42] = [
    "BigDecimal",
    "ChronoDate",
    "ChronoDateTime",
    "ChronoDateTimeLocal",
    "ChronoDateTimeUtc",
    "ChronoDateTimeWithTimeZone",
    "ChronoTime",
    "Date",
    "DateTime",
    "DateTimeLocal",
    "DateTimeUtc",
    "DateTimeWithTimeZone",
    "Decimal",
    "Duration",
    "HashMap",
    "IpNetwork",
    "Json",
    "Loose",
    "TextUuid",
    "JsonValue",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "String",
    "Time",
    "TimeDate",
    "TimeDateTime",
    "TimeTime",
    "Uuid",
    "Value",
    "Vec",
    "bool",
    "char",
    "f32",
    "f64",
    "i16",
    "i32",
    "i64",
    "i8",
    "str",
    "u32",
    "u64",
];

/// The type of a column, and whether it may be NULL.
pub(super) fn of_column(
    own: &Type,
    column_type: Option<String>,
    imports: &BTreeMap<String, String>,
    domain: &str,
) -> (FieldType, bool) {
    let (inner, is_optional) = match argument_of(own, "Option") {
        Some(inner) => (inner, true),
        None => (own, false),
    };
    let kind = match last_segment(inner).filter(|name| !PLAIN.contains(&name.as_str())) {
        Some(name) => FieldType::Own(TypeName {
            domain: domain_of(inner)
                .or_else(|| imports.get(&name).cloned())
                .unwrap_or_else(|| domain.to_owned()),
            name,
        }),
        None => FieldType::Plain {
            rust: rust(inner),
            column_type,
        },
    };
    (kind, is_optional)
}

/// The text of a type without the path before its name, and without blanks.
fn rust(own: &Type) -> String {
    let text = own.to_token_stream().to_string().replace(' ', "");
    let is_path = !text.contains('<') && text.contains("::");
    match text.rsplit_once("::").filter(|_| is_path) {
        Some((_, name)) => name.to_owned(),
        None => text,
    }
}

/// The name of a type that has no arguments.
fn last_segment(own: &Type) -> Option<String> {
    let Type::Path(TypePath { path, .. }) = own else {
        return None;
    };
    let last = path.segments.last()?;
    matches!(last.arguments, PathArguments::None).then(|| last.ident.to_string())
}

/// `studio` of `super::super::studio::SceneId`.
fn domain_of(own: &Type) -> Option<String> {
    let Type::Path(TypePath { path, .. }) = own else {
        return None;
    };
    let names: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    match names.as_slice() {
        [one, other, domain, _] if one == "super" && other == "super" => Some(domain.clone()),
        [one, domain, _] if one == "crate" => Some(domain.clone()),
        _ => None,
    }
}

/// What is between the angle brackets of `name<…>`.
pub(super) fn argument_of<'a>(own: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(TypePath { path, .. }) = own else {
        return None;
    };
    let last = path.segments.last().filter(|last| last.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(list) => {
            list.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            })
        }
        _ => None,
    }
}

/// What a relation field leads to: the domain, if it is another one, and the module; `None` for the
/// table itself.
pub(super) fn target(own: &Type) -> Option<(Option<String>, String)> {
    let inner = ["BelongsTo", "HasOne", "HasMany"]
        .iter()
        .find_map(|name| argument_of(own, name))?;
    let inner = argument_of(inner, "Option").unwrap_or(inner);
    let Type::Path(TypePath { path, .. }) = inner else {
        return None;
    };
    let names: Vec<String> = (path.segments.iter())
        .map(|segment| {
            segment
                .ident
                .to_string()
                .trim_start_matches("r#")
                .to_owned()
        })
        .collect();
    match names.as_slice() {
        [up, above, domain, module, _] if up == "super" && above == "super" => {
            Some((Some(domain.clone()), module.clone()))
        }
        [root, domain, module, _] if root == "crate" => {
            Some((Some(domain.clone()), module.clone()))
        }
        [up, module, _] if up == "super" => Some((None, module.clone())),
        [module, _] => Some((None, module.clone())),
        _ => None,
    }
}

/// Whether a field of this type is a relation.
pub(super) fn is_relation(own: &Type) -> bool {
    ["BelongsTo", "HasOne", "HasMany"]
        .iter()
        .any(|name| argument_of(own, name).is_some())
}

/// Adds the types that a `use` brings from domains: `super::SceneId` from this one,
/// `super::super::studio::SceneId` from another.
pub(super) fn imports(
    tree: &UseTree,
    path: &mut Vec<String>,
    domain: &str,
    all: &mut BTreeMap<String, String>,
) {
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            imports(&step.tree, path, domain, all);
            path.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                imports(tree, path, domain, all);
            }
        }
        UseTree::Name(name) => {
            let steps: Vec<&str> = path.iter().map(String::as_str).collect();
            let home = match steps.as_slice() {
                ["super"] => domain,
                ["super", "super", other] | ["crate", other] => other,
                _ => return,
            };
            all.insert(name.ident.to_string(), home.to_owned());
        }
        _ => {}
    }
}
