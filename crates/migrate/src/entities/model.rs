//! The file of a model: the raw one, with the types of the type map, relations and documentation.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Fields, Item, ItemStruct, parse::Parser as _};

use groundwork_schema::model::{Action, Column, Table};

use super::{
    codegen, column_type,
    error::GenerateError,
    keys, names,
    plan::{OwnType, Plan},
    relations::Relations,
};

/// Writes the model of a table.
///
/// # Errors
/// [`GenerateError::Codegen`] if sea-orm-codegen's model is not of the expected form.
pub(super) fn file(
    plan: &Plan,
    relations: &Relations<'_>,
    domain: &str,
    table: &Table,
) -> Result<syn::File, GenerateError> {
    let failed = |message: String| GenerateError::Codegen {
        table: table.name.clone(),
        message,
    };
    let mut file = codegen::raw_model(&plan.schema, table)?;
    file.attrs.clear();
    let imports = imports(plan, domain, table);
    let model = file
        .items
        .iter_mut()
        .find_map(|item| match item {
            Item::Struct(model) if model.ident == "Model" => Some(model),
            _ => None,
        })
        .ok_or_else(|| failed("it holds no `Model`".to_owned()))?;
    complete(plan, relations, table, model).map_err(|error| failed(error.to_string()))?;
    let at = file
        .items
        .iter()
        .take_while(|item| matches!(item, Item::Use(_)))
        .count();
    for (offset, import) in imports.into_iter().enumerate() {
        let item = syn::parse2(import).map_err(|error| failed(error.to_string()))?;
        file.items.insert(at + offset, item);
    }
    Ok(file)
}

/// Gives the columns their types and documentation, and adds the relations.
fn complete(
    plan: &Plan,
    relations: &Relations<'_>,
    table: &Table,
    model: &mut ItemStruct,
) -> syn::Result<()> {
    let doc = plan.docs.get(&table.name).cloned();
    document(
        &mut model.attrs,
        doc.as_deref(),
        &format!("A row of `{}`.", table.name),
    )?;
    let Fields::Named(fields) = &mut model.fields else {
        return Err(syn::Error::new(
            model.ident.span(),
            "the model has no named fields",
        ));
    };
    for (field, column) in fields.named.iter_mut().zip(&table.columns) {
        if let Some(own) = own_type(plan, table, column) {
            let name = names::ident(&own.name);
            field.ty = syn::parse2(if column.nullable {
                quote!(Option<#name>)
            } else {
                quote!(#name)
            })?;
        }
        // A column named `self` has a field `self_`, which sea-orm-codegen forgets to say.
        if matches!(column.name.as_str(), "self" | "crate" | "super") {
            let name = &column.name;
            field
                .attrs
                .extend(attributes(&quote!(#[sea_orm(column_name = #name)]))?);
        }
        for key in codegen::searchable_keys(table).filter(|key| key.len() > 1) {
            if key.contains(&column.name) {
                let name = key.join("_");
                field
                    .attrs
                    .extend(attributes(&quote!(#[sea_orm(unique_key = #name)]))?);
            }
        }
        let doc = plan.docs.get(&format!("{}.{}", table.name, column.name));
        document(
            &mut field.attrs,
            doc.map(String::as_str),
            &facts(plan, table, column),
        )?;
    }
    for relation in relations.fields(&table.name) {
        let (name, attribute, kind) = (relation.field, relation.attribute, relation.kind);
        let doc = format!(" {}", relation.doc);
        let field = quote!(#[doc = #doc] #[sea_orm(#attribute)] pub #name: #kind);
        fields.named.push(syn::Field::parse_named.parse2(field)?);
    }
    Ok(())
}

/// `use` of the types that the table's columns have by the type map.
fn imports(plan: &Plan, domain: &str, table: &Table) -> Vec<TokenStream> {
    let used: BTreeSet<(bool, &str, &str)> = table
        .columns
        .iter()
        .filter_map(|column| own_type(plan, table, column))
        .map(|own| (own.domain != domain, own.domain.as_str(), own.name.as_str()))
        .collect();
    let mut groups: Vec<((bool, &str), Vec<proc_macro2::Ident>)> = Vec::new();
    for (is_far, home, name) in used {
        let name = names::ident(name);
        match groups.last_mut() {
            Some((group, names)) if *group == (is_far, home) => names.push(name),
            _ => groups.push(((is_far, home), vec![name])),
        }
    }
    groups
        .into_iter()
        .map(|((is_far, home), types)| {
            let home = names::ident(home);
            let path = if is_far {
                quote!(super::super::#home)
            } else {
                quote!(super)
            };
            match types.as_slice() {
                [only] => quote!(use #path::#only;),
                several => quote!(use #path::{#(#several),*};),
            }
        })
        .collect()
}

fn own_type<'a>(plan: &'a Plan, table: &Table, column: &Column) -> Option<&'a OwnType> {
    plan.types.get(&(table.name.clone(), column.name.clone()))
}

/// What the schema says about a column, as a sentence.
fn facts(plan: &Plan, table: &Table, column: &Column) -> String {
    let name = &column.name;
    let mut facts = Vec::new();
    match plan.types.get(&(table.name.clone(), name.clone())) {
        Some(own) if !own.is_id => {
            let list =
                keys::value_lists(plan.schema.engine, table).find(|list| list.column == *name);
            let values = list.map_or_else(Vec::new, |list| list.values);
            let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            facts.push(format!("One of {}", quoted.join(", ")));
        }
        _ => facts.push(format!(
            "`{}`",
            column_type::word(&column_type::normal(&plan.schema, &column.kind)).unwrap_or_default()
        )),
    }
    if table.key_columns().contains(name) {
        facts.push(match others(table.key_columns(), name) {
            None => "primary key".to_owned(),
            Some(others) => format!("primary key together with {others}"),
        });
    }
    for key in keys::unique_keys(table) {
        if !key.contains(name) {
            continue;
        }
        facts.push(match others(&key, name) {
            None => "unique".to_owned(),
            Some(others) => format!("unique together with {others}"),
        });
    }
    for key in &table.foreign_keys {
        let pairs = key.columns.iter().zip(&key.referred_columns);
        for (_, referred) in pairs.filter(|(own, _)| *own == name) {
            let fate = match key.on_delete {
                Action::Cascade => ", deleted with it",
                Action::SetNull => ", null once it is deleted",
                Action::SetDefault => ", the default once it is deleted",
                Action::Restrict | Action::NoAction => "",
            };
            facts.push(format!("refers to `{}.{referred}`{fate}", key.table));
        }
    }
    format!("{}.", facts.join(", "))
}

fn others(key: &[String], column: &str) -> Option<String> {
    let others: Vec<String> = key
        .iter()
        .filter(|other| *other != column)
        .map(|other| format!("`{other}`"))
        .collect();
    (!others.is_empty()).then(|| others.join(" and "))
}

/// Puts documentation in front of other attributes: what the type map says, then what the schema
/// does.
fn document(attrs: &mut Vec<syn::Attribute>, text: Option<&str>, facts: &str) -> syn::Result<()> {
    let mut lines: Vec<String> = text
        .into_iter()
        .flat_map(str::lines)
        .map(str::to_owned)
        .collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(facts.to_owned());
    let mut docs = TokenStream::new();
    for line in lines {
        let line = if line.is_empty() {
            line
        } else {
            format!(" {line}")
        };
        quote!(#[doc = #line]).to_tokens(&mut docs);
    }
    attrs.splice(0..0, attributes(&docs)?);
    Ok(())
}

fn attributes(tokens: &TokenStream) -> syn::Result<Vec<syn::Attribute>> {
    syn::Attribute::parse_outer.parse2(tokens.clone())
}
