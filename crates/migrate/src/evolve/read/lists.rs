//! The files `ids.rs` and `enums.rs` of a domain: the lists in their macros.

use syn::{
    Attribute, Ident, Item, LitStr, Token, braced,
    parse::{Parse, ParseStream},
};

/// The enums that `enums! { … }` declares, with their values.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn enums(items: &[Item]) -> syn::Result<Vec<(String, Vec<String>)>> {
    let mut all = Vec::new();
    for item in items {
        match item {
            Item::Macro(call) if call.mac.path.is_ident("enums") => {
                let EnumList(list) = call.mac.parse_body()?;
                all.extend(list);
            }
            // Written as a plain enum: its values are those of SeaORM's attributes.
            Item::Enum(plain) => all.push((plain.ident.to_string(), values_of(plain)?)),
            _ => {}
        }
    }
    Ok(all)
}

/// The types that `ids! { … }` declares.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn ids(items: &[Item]) -> syn::Result<Vec<String>> {
    let mut all = Vec::new();
    for item in items {
        match item {
            Item::Macro(call) if call.mac.path.is_ident("ids") => {
                let tokens = call.mac.tokens.clone().into_iter();
                // Each is an identifier before a comma, whatever comes between.
                let names = tokens.filter_map(|token| match token {
                    proc_macro2::TokenTree::Ident(name) => Some(name.to_string()),
                    _ => None,
                });
                all.extend(names.filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase())));
            }
            Item::Struct(plain) => all.push(plain.ident.to_string()),
            _ => {}
        }
    }
    Ok(all)
}

struct EnumList(Vec<(String, Vec<String>)>);

impl Parse for EnumList {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut list = Vec::new();
        while !input.is_empty() {
            Attribute::parse_outer(input)?;
            let name: Ident = input.parse()?;
            let body;
            braced!(body in input);
            let mut values = Vec::new();
            while !body.is_empty() {
                Attribute::parse_outer(&body)?;
                body.parse::<Ident>()?;
                body.parse::<Token![=]>()?;
                values.push(body.parse::<LitStr>()?.value());
                if !body.is_empty() {
                    body.parse::<Token![,]>()?;
                }
            }
            list.push((name.to_string(), values));
        }
        Ok(Self(list))
    }
}

fn values_of(plain: &syn::ItemEnum) -> syn::Result<Vec<String>> {
    let variants = plain.variants.iter().map(|variant| {
        let arguments = super::attributes::arguments(&variant.attrs)?;
        let mut named = arguments
            .into_iter()
            .filter(|argument| argument.name == "string_value");
        named.find_map(|argument| argument.value).ok_or_else(|| {
            syn::Error::new(variant.ident.span(), "the variant has no `string_value`")
        })
    });
    variants.collect()
}
