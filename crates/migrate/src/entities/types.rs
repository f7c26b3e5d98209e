//! The files `ids.rs` and `enums.rs` of a domain. Each declares its types by a macro of its own, so
//! that a domain's folder needs nothing from beside it.

use proc_macro2::Literal;

use super::{
    names,
    plan::{Enum, Id, PlannedDomain},
};

/// Newtypes over UUIDs, so that an id of one table is never taken for one of another.
pub(super) fn ids(domain: &PlannedDomain, openapi: bool) -> String {
    let ids: String = (domain.ids.iter())
        .map(|(name, id)| declared_id(name, id))
        .collect();
    let derive = if openapi { ", utoipa::ToSchema" } else { "" };
    let template = include_str!("ids.rs.txt").replace("{openapi}", derive);
    template.replace("{ids}", &ids)
}

fn declared_id(name: &str, id: &Id) -> String {
    let Id { table, column } = id;
    let name = names::ident(name);
    format!("    /// Identifies a row of `{table}`: its `{column}`.\n    {name},\n")
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
