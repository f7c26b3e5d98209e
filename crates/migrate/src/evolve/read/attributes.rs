//! What attributes say.

use quote::ToTokens as _;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token, punctuated::Punctuated};

/// What stands in `#[sea_orm(…)]`: a word, or a word and its value.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) value: Option<String>,
}

/// The arguments of all `#[sea_orm(…)]`.
///
/// # Errors
/// What cannot be read.
pub(super) fn arguments(attributes: &[Attribute]) -> syn::Result<Vec<Argument>> {
    let mut all = Vec::new();
    for attribute in attributes {
        if !attribute.path().is_ident("sea_orm") {
            continue;
        }
        let list: Punctuated<Meta, Token![,]> =
            attribute.parse_args_with(Punctuated::parse_terminated)?;
        all.extend(list.iter().map(argument));
    }
    Ok(all)
}

fn argument(meta: &Meta) -> Argument {
    let name = meta.path().to_token_stream().to_string();
    let value = match meta {
        Meta::NameValue(pair) => Some(text(&pair.value)),
        Meta::List(list) => Some(list.tokens.to_string()),
        Meta::Path(_) => None,
    };
    Argument { name, value }
}

/// The value of an attribute: a text without its quotes, anything else as it stands.
fn text(value: &Expr) -> String {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => text.value(),
        other => other.to_token_stream().to_string(),
    }
}

/// The lines of documentation, without the blank at their beginning.
pub(super) fn doc(attributes: &[Attribute]) -> Vec<String> {
    let docs = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(text(&pair.value)),
            _ => None,
        });
    docs.flat_map(|text| {
        let lines = text
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned());
        let mut lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            lines.push(String::new());
        }
        lines
    })
    .collect()
}

/// Attributes other than `#[sea_orm(…)]` and documentation.
pub(super) fn others(attributes: &[Attribute]) -> Vec<String> {
    let others = attributes.iter();
    let others =
        others.filter(|other| !other.path().is_ident("sea_orm") && !other.path().is_ident("doc"));
    others
        .map(|other| other.to_token_stream().to_string())
        .collect()
}
