//! Relation fields as they are written into a model.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::ends::{Cardinality, End, Relations, Way};
use crate::entities::{fields::Fields, names};
use groundwork_schema::model::{Action, ForeignKey};

/// A relation field of a model.
#[derive(Debug)]
pub(in crate::entities) struct Relation {
    /// The field.
    pub(in crate::entities) field: Ident,
    /// What it holds, for its documentation.
    pub(in crate::entities) doc: String,
    /// The inside of `#[sea_orm(…)]`.
    pub(in crate::entities) attribute: TokenStream,
    /// The type of the field.
    pub(in crate::entities) kind: TokenStream,
}

impl Relations<'_> {
    /// The relation fields of a table's model.
    pub(in crate::entities) fn fields(&self, table: &str) -> Vec<Relation> {
        self.at(table).map(|end| self.relation(end)).collect()
    }

    fn relation(&self, end: &End<'_>) -> Relation {
        let target = self.entity_path(end);
        let to = end.to;
        let (doc, arguments, kind) = match end.way {
            Way::Forward(key) => {
                let target = if self.is_required(end.table, key) {
                    target
                } else {
                    quote!(Option<#target>)
                };
                (
                    format!("The row of `{to}` that {} to.", refers(&key.columns)),
                    self.forward_arguments(end, key),
                    quote!(BelongsTo<#target>),
                )
            }
            Way::Back(key, cardinality) => {
                let (rows, kind) = match cardinality {
                    Cardinality::One => ("row", quote!(HasOne<#target>)),
                    Cardinality::Many => ("rows", quote!(HasMany<#target>)),
                };
                (
                    format!("The {rows} of `{to}` whose {} here.", refers(&key.columns)),
                    self.back_arguments(end, key, cardinality),
                    kind,
                )
            }
            Way::Through(junction) => {
                let module = names::ident(&names::module(junction)).to_string();
                (
                    format!("The rows of `{to}`, through `{junction}`."),
                    vec![quote!(has_many), quote!(via = #module)],
                    quote!(HasMany<#target>),
                )
            }
        };
        Relation {
            field: names::ident(&end.field),
            doc,
            attribute: quote!(#(#arguments),*),
            kind,
        }
    }

    fn forward_arguments(&self, end: &End<'_>, key: &ForeignKey) -> Vec<TokenStream> {
        let is_self = end.table == end.to;
        let mut arguments = vec![if is_self {
            quote!(self_ref)
        } else {
            quote!(belongs_to)
        }];
        arguments.extend(self.own_name(end).map(|name| quote!(relation_enum = #name)));
        if let Some(back) = self.back(key).filter(|_| is_self) {
            let back = names::upper_camel(&back.field);
            arguments.push(quote!(relation_reverse = #back));
        }
        let from = columns(&self.plan.fields(end.table), &key.columns);
        let to = columns(&self.plan.fields(end.to), &key.referred_columns);
        arguments.extend([quote!(from = #from), quote!(to = #to)]);
        let update = attribute(key.on_update);
        let delete = attribute(key.on_delete);
        arguments.extend(update.map(|action| quote!(on_update = #action)));
        arguments.extend(delete.map(|action| quote!(on_delete = #action)));
        arguments
    }

    fn back_arguments(
        &self,
        end: &End<'_>,
        key: &ForeignKey,
        cardinality: Cardinality,
    ) -> Vec<TokenStream> {
        let is_self = end.table == end.to;
        let mut arguments = vec![match cardinality {
            _ if is_self => quote!(self_ref),
            Cardinality::One => quote!(has_one),
            Cardinality::Many => quote!(has_many),
        }];
        arguments.extend(self.own_name(end).map(|name| quote!(relation_enum = #name)));
        let forward = self.forward(end.to, key);
        if let Some(name) = forward.and_then(|forward| self.own_name(forward)) {
            arguments.push(if is_self {
                quote!(relation_reverse = #name)
            } else {
                quote!(via_rel = #name)
            });
        }
        arguments
    }

    /// The name of a relation that SeaORM could not name, because several lead to the same table.
    fn own_name(&self, end: &End<'_>) -> Option<String> {
        let is_ambiguous = end.table == end.to || self.count(end.table, end.to) > 1;
        is_ambiguous.then(|| names::upper_camel(&end.field))
    }

    fn is_required(&self, table: &str, key: &ForeignKey) -> bool {
        let table = self.plan.schema.tables.get(table);
        table.is_some_and(|table| {
            let mut columns = key.columns.iter();
            columns.all(|name| table.column(name).is_some_and(|column| !column.nullable))
        })
    }

    /// The path of the entity that a field leads to, from the module of the field's model.
    fn entity_path(&self, end: &End<'_>) -> TokenStream {
        if end.table == end.to {
            return quote!(Entity);
        }
        let module = names::ident(&names::module(end.to));
        let domain_of = &self.plan.domain_of;
        let (here, there) = (domain_of.get(end.table), domain_of.get(end.to));
        match there.filter(|_| here != there) {
            Some(domain) => {
                let domain = names::ident(domain);
                quote!(super::super::#domain::#module::Entity)
            }
            None => quote!(super::#module::Entity),
        }
    }
}

/// What SeaORM's attributes call an action; `None` for what happens anyway.
fn attribute(action: Action) -> Option<&'static str> {
    match action {
        Action::Cascade => Some("Cascade"),
        Action::NoAction => None,
        Action::Restrict => Some("Restrict"),
        Action::SetDefault => Some("SetDefault"),
        Action::SetNull => Some("SetNull"),
    }
}

/// Columns as the attributes `from` and `to` want them.
fn columns(fields: &Fields, names: &[String]) -> String {
    let fields: Vec<String> = names
        .iter()
        .map(|name| {
            let field = fields.name(name);
            if fields.is_raw(name) {
                // The macro would take the `r` for a part of the name.
                names::upper_camel(&field)
            } else {
                fields.ident(name).to_string()
            }
        })
        .collect();
    match fields.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}

/// "`a` refers", "`a` and `b` refer".
fn refers(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    let verb = if columns.len() == 1 {
        "refers"
    } else {
        "refer"
    };
    format!("{} {verb}", quoted.join(" and "))
}
