//! From a database to the text of its entities.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_schema::model::Schema;
use proc_macro2::TokenStream;
use quote::quote;
use sea_orm::DatabaseConnection;

use super::{
    error::GenerateError,
    keys, model, names,
    plan::{self, Plan, PlannedDomain},
    relations::Relations,
    tree::{self, Tree},
    type_map::TypeMap,
    types,
};
use crate::inspect;

/// Generates the entities of a database's tables, all but the history of migrations.
///
/// # Errors
/// [`GenerateError::TypeMap`] if the type map does not fit the tables, with every problem at once;
/// [`GenerateError::Inspect`] if the tables cannot be read.
pub async fn generate(database: &DatabaseConnection, map: &TypeMap) -> Result<Tree, GenerateError> {
    let schema = inspect::schema(database)
        .await
        .map_err(GenerateError::Inspect)?;
    of_schema(schema, map)
}

/// Generates the entities of a schema that was read.
///
/// # Errors
/// [`GenerateError::TypeMap`] if the type map does not fit the tables.
pub(crate) fn of_schema(mut schema: Schema, map: &TypeMap) -> Result<Tree, GenerateError> {
    let partitioned = std::mem::take(&mut schema.partitioned_tables);
    schema.tables.extend(partitioned);
    schema.tables.retain(|table, _| !map.ignores(table));
    keys::sort(&mut schema);
    let plan = plan::plan(map, schema).map_err(GenerateError::TypeMap)?;
    let relations = Relations::of(&plan);
    let mut files = BTreeMap::new();
    for domain in &plan.domains {
        for (name, text) in domain_files(&plan, &relations, domain, map.openapi)? {
            files.insert(format!("{}/{name}", domain.name), text);
        }
    }
    let domains: BTreeSet<String> = plan
        .domains
        .iter()
        .map(|domain| domain.name.clone())
        .collect();
    Ok(Tree {
        domains,
        files,
        warnings: plan.warnings,
    })
}

fn domain_files(
    plan: &Plan,
    relations: &Relations<'_>,
    domain: &PlannedDomain,
    openapi: bool,
) -> Result<Vec<(String, String)>, GenerateError> {
    let failed = |error: syn::Error| GenerateError::Codegen {
        table: domain.name.clone(),
        message: error.to_string(),
    };
    let mut files = Vec::new();
    for table in domain
        .tables
        .iter()
        .filter_map(|table| plan.schema.tables.get(table))
    {
        let file = model::file(plan, relations, &domain.name, table)?;
        let doc = format!("The table `{}`.", table.name);
        files.push((
            format!("{}.rs", names::module(&table.name)),
            text(&doc, file),
        ));
    }
    if !domain.ids.is_empty() {
        let doc = format!("The ids of the domain `{}`.", domain.name);
        let text = head(&doc) + "\n" + &types::ids(domain, openapi);
        files.push(("ids.rs".to_owned(), text));
    }
    if !domain.enums.is_empty() {
        let doc = format!("The enums of the domain `{}`.", domain.name);
        files.push((
            "enums.rs".to_owned(),
            head(&doc) + "\n" + &types::enums(domain, openapi),
        ));
    }
    if domain.has_loose(plan) {
        let doc = format!(
            "The values of the domain `{}` that have no type of their own.",
            domain.name
        );
        let values = include_str!("values.rs.txt");
        files.push(("values.rs".to_owned(), head(&doc) + "\n" + values));
    }
    let whole = format!("The domain `{}`.", domain.name);
    let file = syn::parse2(module(plan, domain)).map_err(failed)?;
    files.push(("mod.rs".to_owned(), text(&whole, file)));
    Ok(files)
}

/// The `mod.rs` of a domain.
fn module(plan: &Plan, domain: &PlannedDomain) -> TokenStream {
    let tables = domain
        .tables
        .iter()
        .map(|table| names::ident(&names::module(table)));
    let exports = |module: &str, types: Vec<&String>| {
        let module = names::ident(module);
        let types = types.into_iter().map(|name| names::ident(name));
        (
            quote!(mod #module;),
            quote!(pub use #module::{#(#types),*};),
        )
    };
    let unknown = "UnknownValue".to_owned();
    let mut own = Vec::new();
    if !domain.enums.is_empty() {
        own.push(exports(
            "enums",
            domain.enums.keys().chain([&unknown]).collect(),
        ));
    }
    if !domain.ids.is_empty() {
        own.push(exports("ids", domain.ids.keys().collect()));
    }
    let loose = "Loose".to_owned();
    if domain.has_loose(plan) {
        own.push(exports("values", vec![&loose]));
    }
    let (modules, exports): (Vec<_>, Vec<_>) = own.into_iter().unzip();
    quote! {
        #(pub mod #tables;)*
        #(#modules)*
        #(#exports)*
    }
}

/// The first lines of a file.
fn head(doc: &str) -> String {
    format!("{}\n//! {doc}\n", tree::HEADER)
}

/// The text of a file: items apart from each other, imports and modules together.
fn text(doc: &str, mut file: syn::File) -> String {
    let mut text = head(doc);
    let mut kind_before = None;
    for item in std::mem::take(&mut file.items) {
        let kind = std::mem::discriminant(&item);
        let is_list = matches!(item, syn::Item::Use(_) | syn::Item::Mod(_));
        if !is_list || kind_before != Some(kind) {
            text.push('\n');
        }
        kind_before = Some(kind);
        file.items = vec![item];
        text.push_str(&prettyplease::unparse(&file));
    }
    text
}
