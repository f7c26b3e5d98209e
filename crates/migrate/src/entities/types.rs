//! The files `ids.rs` and `enums.rs` of a domain. Each declares its types by a macro of its own, so
//! that a domain's folder needs nothing from beside it.

use proc_macro2::Literal;

use super::{
    names,
    plan::{Enum, Id, PlannedDomain},
    rust_type::RustType,
};

/// Newtypes, so that an id of one table is never taken for one of another.
pub(super) fn ids(domain: &PlannedDomain, openapi: bool) -> String {
    let uuids = declared_ids(domain, |rust| *rust == RustType::Uuid);
    let texts = declared_ids(domain, |rust| *rust == RustType::String);
    let numbers = declared_ids(domain, |rust| {
        !matches!(rust, RustType::Uuid | RustType::String)
    });
    let mut errors = Vec::new();
    let mut imports = vec!["DeriveValueType"];
    if !texts.is_empty() || !uuids.is_empty() {
        imports.splice(0..0, ["DbErr"]);
        imports.push("TryFromU64");
    }
    if !uuids.is_empty() {
        imports.push("prelude::Uuid");
    }
    if !texts.is_empty() {
        errors.push("convert::Infallible");
    }
    errors.push("fmt");
    if !numbers.is_empty() {
        errors.push("num::ParseIntError");
    }
    errors.push("str::FromStr");
    let imports = match imports.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("{{{}}}", several.join(", ")),
    };
    let mut text = format!(
        "use std::{{{}}};\nuse sea_orm::{imports};\nuse serde::{{Deserialize, Serialize}};\n",
        errors.join(", ")
    );
    let derive = if openapi { ", utoipa::ToSchema" } else { "" };
    for (template, ids) in [
        (include_str!("ids.rs.txt"), uuids),
        (include_str!("number_ids.rs.txt"), numbers),
        (include_str!("text_ids.rs.txt"), texts),
    ] {
        if !ids.is_empty() {
            text.push('\n');
            let template = template.replace("{openapi}", derive);
            text.push_str(&template.replace("{ids}", &ids));
        }
    }
    text
}

fn declared_ids(domain: &PlannedDomain, is_wanted: impl Fn(&RustType) -> bool) -> String {
    let ids = domain.ids.iter().filter(|(_, id)| is_wanted(&id.rust));
    ids.map(|(name, id)| declared_id(name, id)).collect()
}

fn declared_id(name: &str, id: &Id) -> String {
    let Id {
        table,
        column,
        rust,
    } = id;
    let name = names::ident(name);
    let inside = match rust {
        RustType::Uuid | RustType::String => String::new(),
        number => format!("({number})"),
    };
    format!("    /// Identifies a row of `{table}`: its `{column}`.\n    {name}{inside},\n")
}

/// Enums of the values that checks list.
pub(super) fn enums(domain: &PlannedDomain, openapi: bool) -> String {
    let enums: Vec<String> = (domain.enums.iter())
        .map(|(name, values)| declared_enum(name, values))
        .collect();
    let template = include_str!("enums.rs.txt");
    let described = if openapi { DESCRIBED_ENUM } else { "" };
    let template = template.replace("{openapi}", described);
    template.replace("{enums}", &enums.join("\n"))
}

/// Not derived: a derive does not see the texts, which come from a macro.
const DESCRIBED_ENUM: &str = "        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let texts = utoipa::openapi::schema::Object::with_type(utoipa::openapi::Type::String);
                let texts = utoipa::openapi::ObjectBuilder::from(texts);
                texts.enum_values(Some(Self::VALUES.iter().copied())).into()
            }
        }

        impl utoipa::ToSchema for $name {}

";

fn declared_enum(name: &str, values: &Enum) -> String {
    let columns: Vec<String> = (values.columns.iter())
        .map(|column| format!("`{column}`"))
        .collect();
    let variants: String = (values.values.iter())
        .map(|value| {
            let variant = names::ident(&names::upper_camel(value));
            format!("        {variant} = {},\n", Literal::string(value))
        })
        .collect();
    let (name, columns) = (names::ident(name), columns.join(" and "));
    format!("    /// The values of {columns}.\n    {name} {{\n{variants}    }}\n")
}
