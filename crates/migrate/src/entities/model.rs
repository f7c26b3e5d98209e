//! The file of a model: columns with their types, relations and documentation.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use groundwork_schema::model::{Column, Table};

use super::{
    error::GenerateError,
    facts, keys, names,
    plan::{OwnType, Plan, PlannedColumn},
    relations::Relations,
    rust_type::RustType,
};

/// Writes the model of a table.
///
/// # Errors
/// [`GenerateError::Codegen`] if what was written is no Rust.
pub(super) fn file(
    plan: &Plan,
    relations: &Relations<'_>,
    domain: &str,
    table: &Table,
) -> Result<syn::File, GenerateError> {
    let imports = imports(plan, domain, table);
    let writer = Writer { plan, table };
    let doc = writer.document(&table.name, &format!("A row of `{}`.", table.name));
    let name = &table.name;
    let columns: Vec<TokenStream> = (table.columns.iter())
        .map(|column| writer.field(column))
        .collect();
    let relations: Vec<TokenStream> = (relations.fields(&table.name).into_iter())
        .map(|relation| {
            let (name, attribute, kind) = (relation.field, relation.attribute, relation.kind);
            let doc = format!(" {}", relation.doc);
            quote!(#[doc = #doc] #[sea_orm(#attribute)] pub #name: #kind,)
        })
        .collect();
    let is_eq = (table.columns.iter())
        .filter_map(|column| plan.column(&table.name, &column.name))
        .all(|column| column.rust.is_eq());
    let eq = is_eq.then(|| quote!(Eq,));
    let behavior = writer.behavior();
    let tokens = quote! {
        use sea_orm::entity::prelude::*;
        use serde::Serialize;
        #(#imports)*

        #doc
        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, #eq DeriveEntityModel, Serialize)]
        #[sea_orm(table_name = #name)]
        pub struct Model {
            #(#columns)*
            #(#relations)*
        }

        #behavior
    };
    syn::parse2(tokens).map_err(|error| GenerateError::Codegen {
        table: table.name.clone(),
        message: error.to_string(),
    })
}

/// What writes the fields of one table.
struct Writer<'a> {
    plan: &'a Plan,
    table: &'a Table,
}

impl Writer<'_> {
    fn planned(&self, column: &Column) -> Option<&PlannedColumn> {
        self.plan.column(&self.table.name, &column.name)
    }

    fn ident(&self, column: &str) -> Ident {
        self.plan.fields(&self.table.name).ident(column)
    }

    fn field(&self, column: &Column) -> TokenStream {
        let Self { plan, table } = self;
        let subject = format!("{}.{}", table.name, column.name);
        let doc = self.document(&subject, &facts::of(plan, table, column));
        let attributes = self.attributes(column);
        let attributes = (!attributes.is_empty()).then(|| quote!(#[sea_orm(#(#attributes),*)]));
        let keys = self.searchable_keys().filter(|key| key.len() > 1);
        let fields = plan.fields(&table.name);
        let keys = keys.filter(|key| key.contains(&column.name)).map(|key| {
            let names: Vec<String> = key.iter().map(|column| fields.name(column)).collect();
            let name = names.join("_");
            quote!(#[sea_orm(unique_key = #name)])
        });
        let name = self.ident(&column.name);
        let kind = match (own_type(plan, table, column), self.planned(column)) {
            (Some(own), _) => {
                let name = names::ident(&own.name);
                quote!(#name)
            }
            (None, Some(planned)) => planned.rust.tokens(),
            (None, None) => quote!(String),
        };
        let kind = if column.nullable {
            quote!(Option<#kind>)
        } else {
            kind
        };
        quote!(#doc #attributes #(#keys)* pub #name: #kind,)
    }

    /// The inside of a column's first `#[sea_orm(…)]`.
    fn attributes(&self, column: &Column) -> Vec<TokenStream> {
        let Self { plan, table } = self;
        let mut attributes = Vec::new();
        if let Some(name) = plan.fields(&table.name).column_name(&column.name) {
            attributes.push(quote!(column_name = #name));
        }
        if table.key_columns().contains(&column.name) {
            attributes.push(quote!(primary_key));
            if !keys::is_numbered(plan.schema.engine, table, column) {
                attributes.push(quote!(auto_increment = false));
            }
        }
        if let Some(planned) = self.planned(column) {
            let is_own = own_type(plan, table, column).is_some();
            if let Some(kind) = planned.rust.column_type().filter(|_| !is_own) {
                attributes.push(quote!(column_type = #kind));
                if column.nullable {
                    attributes.push(quote!(nullable));
                }
            }
            let casts = &planned.casts;
            attributes.extend(casts.select_as.iter().map(|to| quote!(select_as = #to)));
            attributes.extend(casts.save_as.iter().map(|to| quote!(save_as = #to)));
        }
        let is_unique = |key: Vec<String>| key == [column.name.as_str()];
        if self.searchable_keys().any(is_unique) {
            attributes.push(quote!(unique));
        }
        attributes
    }

    /// The unique keys by which SeaORM can give a model `find_by_…`: it cannot where a column's
    /// field is a raw identifier, for it would take the `r` for a part of the name.
    fn searchable_keys(&self) -> impl Iterator<Item = Vec<String>> {
        let fields = self.plan.fields(&self.table.name);
        let keys = keys::unique_keys(self.table).into_iter();
        keys.filter(move |key| !key.iter().any(|column| fields.is_raw(column)))
    }

    /// How rows are saved: a computed column is given out and never written.
    fn behavior(&self) -> TokenStream {
        let columns = self.table.columns.iter();
        let computed: Vec<Ident> = columns
            .filter(|column| column.generated.is_some())
            .map(|column| self.ident(&column.name))
            .collect();
        if computed.is_empty() {
            return quote!(impl ActiveModelBehavior for ActiveModel {});
        }
        quote! {
            #[async_trait::async_trait]
            impl ActiveModelBehavior for ActiveModel {
                async fn before_save<C: ConnectionTrait>(
                    mut self,
                    _: &C,
                    _: bool,
                ) -> Result<Self, DbErr> {
                    #(self.#computed = sea_orm::ActiveValue::NotSet;)*
                    Ok(self)
                }
            }
        }
    }

    /// Documentation: what the type map says, then what the schema does.
    fn document(&self, subject: &str, facts: &str) -> TokenStream {
        let text = self.plan.docs.get(subject);
        let mut lines: Vec<String> = text
            .into_iter()
            .flat_map(|text| text.lines())
            .map(str::to_owned)
            .collect();
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(facts.to_owned());
        let docs = lines.into_iter().map(|line| {
            let line = if line.is_empty() {
                line
            } else {
                format!(" {line}")
            };
            quote!(#[doc = #line])
        });
        quote!(#(#docs)*)
    }
}

/// `use` of the types that the table's columns have by the type map.
fn imports(plan: &Plan, domain: &str, table: &Table) -> Vec<TokenStream> {
    let own_types = (table.columns.iter())
        .filter_map(|column| own_type(plan, table, column))
        .map(|own| (own.domain != domain, own.domain.as_str(), own.name.as_str()));
    let is_loose = |column: &Column| {
        let planned = plan.column(&table.name, &column.name);
        planned.is_some_and(|planned| planned.rust == RustType::Loose)
    };
    let loose = table.columns.iter().any(is_loose);
    let loose = loose.then_some((false, domain, "Loose"));
    let used: BTreeSet<(bool, &str, &str)> = own_types.chain(loose).collect();
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
