//! The relation fields of a model: one for every foreign key, on both of its ends.
//!
//! A field is named after the column (`author_id` → `author`), its other end after the table that
//! refers (`books`), or after both where several keys refer to one table (`books_by_author`). The
//! relation is named like the field wherever SeaORM could not tell two of them apart.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    names,
    plan::Plan,
    table::{ForeignKey, Table},
};

/// A relation field of a model.
#[derive(Debug)]
pub(super) struct Relation {
    /// The field.
    pub(super) field: Ident,
    /// What it holds, for its documentation.
    pub(super) doc: String,
    /// The inside of `#[sea_orm(…)]`.
    pub(super) attribute: TokenStream,
    /// The type of the field.
    pub(super) kind: TokenStream,
}

/// One end of a foreign key, or a way through a junction, before it is written out.
#[derive(Clone, Debug)]
struct End<'a> {
    /// The table whose model gets the field.
    table: &'a str,
    /// The table that the field leads to.
    to: &'a str,
    field: String,
    way: Way<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Way<'a> {
    /// From the foreign key to the row that it refers to.
    Forward(&'a ForeignKey),
    /// From the row that is referred to back to those that refer.
    Back(&'a ForeignKey, Cardinality),
    /// To the rows on the other side of a table that consists of two foreign keys.
    Through(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cardinality {
    One,
    Many,
}

/// The relations of all planned tables, by table.
#[derive(Debug)]
pub(super) struct Relations<'a> {
    plan: &'a Plan,
    ends: BTreeMap<&'a str, Vec<End<'a>>>,
}

impl<'a> Relations<'a> {
    /// Finds both ends of every foreign key between planned tables.
    pub(super) fn of(plan: &'a Plan) -> Self {
        let mut relations = Self {
            plan,
            ends: BTreeMap::new(),
        };
        let tables = || {
            plan.tables
                .values()
                .filter(|table| plan.domain_of.contains_key(&table.name))
        };
        for table in tables() {
            for key in relations.planned_keys(table) {
                relations.add_forward(table, key);
            }
        }
        for table in tables() {
            for key in relations.planned_keys(table) {
                relations.add_back(table, key);
            }
        }
        for table in tables() {
            relations.add_through(table);
        }
        relations
    }

    /// The relation fields of a table's model.
    pub(super) fn fields(&self, table: &str) -> Vec<Relation> {
        let ends = self.ends.get(table).into_iter().flatten();
        ends.map(|end| self.relation(end)).collect()
    }

    fn planned_keys(&self, table: &'a Table) -> Vec<&'a ForeignKey> {
        table
            .foreign_keys
            .iter()
            .filter(|key| self.plan.domain_of.contains_key(&key.referred_table))
            .filter(|key| {
                key.columns
                    .iter()
                    .all(|column| table.column(column).is_some())
            })
            .collect()
    }

    fn add_forward(&mut self, table: &'a Table, key: &'a ForeignKey) {
        let singular = singular(&key.referred_table);
        let by_column = match key.columns.as_slice() {
            [column] => column.strip_suffix("_id").unwrap_or(&singular).to_owned(),
            _ => singular.clone(),
        };
        let field = self.free_field(
            &table.name,
            [
                by_column,
                singular.clone(),
                format!("{singular}_of_{}", key.columns.join("_")),
            ],
        );
        self.add(End {
            table: &table.name,
            to: &key.referred_table,
            field,
            way: Way::Forward(key),
        });
    }

    fn add_back(&mut self, table: &'a Table, key: &'a ForeignKey) {
        let cardinality = if table.is_unique(&key.columns) && key.referred_table != table.name {
            Cardinality::One
        } else {
            Cardinality::Many
        };
        let name = match cardinality {
            Cardinality::One => singular(&table.name),
            Cardinality::Many => names::module(&table.name),
        };
        let forward = self
            .forward(&table.name, key)
            .map_or("", |end| end.field.as_str());
        let by_key = format!("{name}_by_{forward}");
        let is_only = table.name != key.referred_table
            && self
                .planned_keys(table)
                .iter()
                .filter(|other| other.referred_table == key.referred_table)
                .count()
                == 1;
        let candidates = if is_only {
            [name, by_key.clone()]
        } else {
            [by_key.clone(), by_key]
        };
        let field = self.free_field(&key.referred_table, candidates);
        self.add(End {
            table: &key.referred_table,
            to: &table.name,
            field,
            way: Way::Back(key, cardinality),
        });
    }

    /// If the table is a junction, that is its primary key consists of exactly two foreign keys to
    /// different tables, leads from each of the two to the other.
    fn add_through(&mut self, junction: &'a Table) {
        let [one, other] = self.planned_keys(junction)[..] else {
            return;
        };
        let mut columns: Vec<&String> = one.columns.iter().chain(&other.columns).collect();
        let mut primary_key: Vec<&String> = junction.primary_key.iter().collect();
        columns.sort();
        primary_key.sort();
        let ends = [one.referred_table.as_str(), other.referred_table.as_str()];
        if columns != primary_key || ends[0] == ends[1] || ends.contains(&junction.name.as_str()) {
            return;
        }
        for (table, to) in [(ends[0], ends[1]), (ends[1], ends[0])] {
            let is_near = self.plan.domain_of.get(table) == self.plan.domain_of.get(&junction.name);
            // SeaORM finds the relation by its inferred name, in a module beside this one.
            let is_plain = self.count(table, to) == 0
                && self.count(&junction.name, to) == 1
                && self.count(&junction.name, table) == 1;
            if is_near && is_plain {
                let field = self.free_field(
                    table,
                    [
                        names::module(to),
                        format!(
                            "{}_through_{}",
                            names::module(to),
                            names::module(&junction.name)
                        ),
                    ],
                );
                self.add(End {
                    table,
                    to,
                    field,
                    way: Way::Through(&junction.name),
                });
            }
        }
    }

    fn add(&mut self, end: End<'a>) {
        self.ends.entry(end.table).or_default().push(end);
    }

    /// The first of the names that no column and no relation of the table has.
    fn free_field<const N: usize>(&self, table: &str, candidates: [String; N]) -> String {
        let columns = self
            .plan
            .tables
            .get(table)
            .into_iter()
            .flat_map(|table| &table.columns);
        let taken: BTreeSet<String> = columns
            .map(|column| names::module(&column.name))
            .chain(
                self.ends
                    .get(table)
                    .into_iter()
                    .flatten()
                    .map(|end| end.field.clone()),
            )
            .collect();
        let last = candidates.last().cloned().unwrap_or_default();
        let numbered = (2_u32..).map(|number| format!("{last}_{number}"));
        candidates
            .into_iter()
            .chain(numbered)
            .find(|name| !name.is_empty() && !taken.contains(name))
            .unwrap_or(last)
    }

    fn forward(&self, table: &str, key: &ForeignKey) -> Option<&End<'a>> {
        self.ends
            .get(table)?
            .iter()
            .find(|end| matches!(end.way, Way::Forward(other) if std::ptr::eq(other, key)))
    }

    /// How many fields of one model lead to the other.
    fn count(&self, table: &str, to: &str) -> usize {
        let ends = self.ends.get(table).into_iter().flatten();
        ends.filter(|end| end.to == to).count()
    }

    /// Whether the relation needs a name of its own, because several lead to the same table.
    fn is_ambiguous(&self, end: &End<'_>) -> bool {
        end.table == end.to || self.count(end.table, end.to) > 1
    }

    fn relation(&self, end: &End<'_>) -> Relation {
        let target = self.entity_path(end);
        let name = self
            .is_ambiguous(end)
            .then(|| names::upper_camel(&end.field));
        let relation_enum = name.iter().map(|name| quote!(relation_enum = #name,));
        let (doc, attribute, kind) = match end.way {
            Way::Forward(key) => {
                let (from, to) = (columns(&key.columns), columns(&key.referred_columns));
                let actions = [("on_update", key.on_update), ("on_delete", key.on_delete)];
                let actions = actions.into_iter().filter_map(|(event, action)| {
                    let (event, action) = (names::ident(event), action.attribute()?);
                    Some(quote!(, #event = #action))
                });
                let attribute = if end.table == end.to {
                    let back = self.back_name(end.to, key);
                    quote!(self_ref, #(#relation_enum)* relation_reverse = #back, from = #from, to = #to #(#actions)*)
                } else {
                    quote!(belongs_to, #(#relation_enum)* from = #from, to = #to #(#actions)*)
                };
                let kind = if self.is_required(end.table, key) {
                    quote!(BelongsTo<#target>)
                } else {
                    quote!(BelongsTo<Option<#target>>)
                };
                (
                    format!("The row of `{}` that {} to.", end.to, refers(&key.columns)),
                    attribute,
                    kind,
                )
            }
            Way::Back(key, cardinality) => {
                let forward = self.forward(end.to, key);
                let via = forward
                    .filter(|forward| self.is_ambiguous(forward))
                    .map(|forward| names::upper_camel(&forward.field));
                let attribute = match (end.table == end.to, cardinality) {
                    (true, _) => quote!(self_ref, #(#relation_enum)* relation_reverse = #via),
                    (false, one_or_many) => {
                        let via = via.iter().map(|via| quote!(via_rel = #via,));
                        let one_or_many = match one_or_many {
                            Cardinality::One => quote!(has_one),
                            Cardinality::Many => quote!(has_many),
                        };
                        quote!(#one_or_many, #(#relation_enum)* #(#via)*)
                    }
                };
                let (rows, kind) = match cardinality {
                    Cardinality::One => ("row", quote!(HasOne<#target>)),
                    Cardinality::Many => ("rows", quote!(HasMany<#target>)),
                };
                (
                    format!(
                        "The {rows} of `{}` whose {} here.",
                        end.to,
                        refers(&key.columns)
                    ),
                    attribute,
                    kind,
                )
            }
            Way::Through(junction) => (
                format!("The rows of `{}`, through `{junction}`.", end.to),
                {
                    let module = names::ident(&names::module(junction)).to_string();
                    quote!(has_many, via = #module)
                },
                quote!(HasMany<#target>),
            ),
        };
        Relation {
            field: names::ident(&end.field),
            doc,
            attribute: without_trailing_comma(attribute),
            kind,
        }
    }

    fn back_name(&self, table: &str, key: &ForeignKey) -> String {
        let ends = self.ends.get(table).into_iter().flatten();
        let mut back =
            ends.filter(|end| matches!(end.way, Way::Back(other, _) if std::ptr::eq(other, key)));
        back.next()
            .map(|end| names::upper_camel(&end.field))
            .unwrap_or_default()
    }

    fn is_required(&self, table: &str, key: &ForeignKey) -> bool {
        let table = self.plan.tables.get(table);
        table.is_some_and(|table| {
            let mut columns = key.columns.iter();
            columns.all(|name| table.column(name).is_some_and(|column| column.not_null))
        })
    }

    /// The path of the entity that a field leads to, from the module of the field's model.
    fn entity_path(&self, end: &End<'_>) -> TokenStream {
        if end.table == end.to {
            return quote!(Entity);
        }
        let module = names::ident(&names::module(end.to));
        let (here, there) = (
            self.plan.domain_of.get(end.table),
            self.plan.domain_of.get(end.to),
        );
        match there.filter(|_| here != there) {
            Some(domain) => {
                let domain = names::ident(domain);
                quote!(super::super::#domain::#module::Entity)
            }
            None => quote!(super::#module::Entity),
        }
    }
}

fn singular(table: &str) -> String {
    pluralizer::pluralize(&names::module(table), 1, false)
}

/// Columns as the attributes `from` and `to` want them.
fn columns(names: &[String]) -> String {
    let fields: Vec<String> = names
        .iter()
        .map(|name| {
            if names::is_raw(name) {
                // The macro would take the `r` for a part of the name.
                names::upper_camel(name)
            } else {
                names::field(name).to_string()
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

fn without_trailing_comma(tokens: TokenStream) -> TokenStream {
    let mut trees: Vec<_> = tokens.into_iter().collect();
    while matches!(trees.last(), Some(proc_macro2::TokenTree::Punct(last)) if last.as_char() == ',')
    {
        trees.pop();
    }
    trees.into_iter().collect()
}
