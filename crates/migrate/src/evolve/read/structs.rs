//! A file of one entity: its `Model`.

use std::collections::BTreeMap;

use syn::{Fields, Item, ItemStruct, spanned::Spanned as _};

use super::{
    attributes::{self, Argument},
    types,
};
use crate::{
    entities::names,
    evolve::model::{Entity, Field, FieldType, Key, Relation, Way},
};

/// A model whose relations still lead to modules.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) entity: Entity,
    pub(super) links: Vec<Link>,
}

/// A foreign key as the attributes of a relation describe it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) line: usize,
    pub(super) field: String,
    /// The domain, if another one, and the module; `None`: the table itself.
    pub(super) target: Option<(Option<String>, String)>,
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) on_delete: Option<String>,
    pub(super) on_update: Option<String>,
}

/// Reads the model in a file; `None` if there is none.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn model(file: &str, domain: &str, items: &[Item]) -> syn::Result<Option<Read>> {
    let model = items.iter().find_map(|item| match item {
        Item::Struct(model) if model.ident == "Model" => Some(model),
        _ => None,
    });
    let Some(model) = model else {
        return Ok(None);
    };
    let arguments = attributes::arguments(&model.attrs)?;
    let table = value(&arguments, "table_name");
    let Some(table) = table else {
        return Err(syn::Error::new(
            model.ident.span(),
            "the model names no table: add #[sea_orm(table_name = \"…\")]",
        ));
    };
    let mut imports = BTreeMap::new();
    for item in items {
        if let Item::Use(item) = item {
            types::imports(&item.tree, &mut Vec::new(), domain, &mut imports);
        }
    }
    let mut read = Read {
        entity: Entity {
            file: file.to_owned(),
            line: line(model),
            domain: domain.to_owned(),
            table,
            doc: attributes::doc(&model.attrs),
            fields: Vec::new(),
            relations: Vec::new(),
        },
        links: Vec::new(),
    };
    let Fields::Named(fields) = &model.fields else {
        return Err(syn::Error::new(
            model.ident.span(),
            "the model has no named fields",
        ));
    };
    for field in &fields.named {
        read.field(field, &imports)?;
    }
    Ok(Some(read))
}

fn line(item: &ItemStruct) -> usize {
    item.ident.span().start().line
}

/// The arguments of a field that generated entities have.
const KNOWN: [&str; 8] = [
    "primary_key",
    "auto_increment",
    "unique",
    "unique_key",
    "nullable",
    "column_name",
    "column_type",
    "renamed_from",
];

impl Read {
    fn field(&mut self, field: &syn::Field, imports: &BTreeMap<String, String>) -> syn::Result<()> {
        let Some(ident) = &field.ident else {
            return Ok(());
        };
        let name = ident.to_string().trim_start_matches("r#").to_owned();
        let arguments = attributes::arguments(&field.attrs)?;
        if types::is_relation(&field.ty) {
            self.relation(field, name, &arguments)
        } else {
            self.column(field, name, &arguments, imports);
            Ok(())
        }
    }

    fn column(
        &mut self,
        field: &syn::Field,
        name: String,
        arguments: &[Argument],
        imports: &BTreeMap<String, String>,
    ) {
        let has = |name: &str| arguments.iter().any(|argument| argument.name == name);
        let column_type = value(arguments, "column_type").map(|text| text.replace(' ', ""));
        let (kind, is_optional) =
            types::of_column(&field.ty, column_type, imports, &self.entity.domain);
        let is_integer =
            matches!(&kind, FieldType::Plain { rust, .. } if rust == "i64" || rust == "i32");
        let is_key = has("primary_key");
        let counts = value(arguments, "auto_increment").is_none_or(|value| value == "true");
        let keys = arguments
            .iter()
            .filter(|argument| argument.name == "unique_key");
        let unknown = arguments
            .iter()
            .filter(|argument| !KNOWN.contains(&argument.name.as_str()));
        let mut other: Vec<String> = unknown.map(|argument| argument.name.clone()).collect();
        other.extend(attributes::others(&field.attrs));
        self.entity.fields.push(Field {
            line: field.span().start().line,
            column: value(arguments, "column_name").unwrap_or_else(|| name.clone()),
            name,
            doc: attributes::doc(&field.attrs),
            kind,
            is_optional,
            is_key,
            is_numbered: is_key && is_integer && counts,
            is_unique: has("unique"),
            keys: keys.filter_map(|argument| argument.value.clone()).collect(),
            renamed_from: value(arguments, "renamed_from"),
            other,
        });
    }

    fn relation(
        &mut self,
        field: &syn::Field,
        name: String,
        arguments: &[Argument],
    ) -> syn::Result<()> {
        let line = field.span().start().line;
        let is_key = types::argument_of(&field.ty, "BelongsTo").is_some();
        if !is_key {
            self.entity.relations.push(Relation {
                line,
                field: name,
                way: Way::OtherEnd,
            });
            return Ok(());
        }
        let columns = |argument: &str| {
            value(arguments, argument)
                .map(|text| names_in(&text))
                .ok_or_else(|| {
                    syn::Error::new(
                        field.span(),
                        format!(
                            "the relation `{name}` does not say `{argument}`; expected \
                         #[sea_orm(belongs_to, from = \"…_id\", to = \"id\")]"
                        ),
                    )
                })
        };
        self.links.push(Link {
            line,
            target: types::target(&field.ty),
            from: columns("from")?,
            to: columns("to")?,
            on_delete: value(arguments, "on_delete").filter(|action| action != "NoAction"),
            on_update: value(arguments, "on_update").filter(|action| action != "NoAction"),
            field: name,
        });
        Ok(())
    }
}

impl Link {
    /// The relation, once the entity that it leads to is known.
    pub(super) fn resolved(&self, own: &Entity, target: &Entity) -> Relation {
        let columns = |entity: &Entity, names: &[String]| {
            names.iter().map(|name| column_of(entity, name)).collect()
        };
        Relation {
            line: self.line,
            field: self.field.clone(),
            way: Way::Key(Key {
                columns: columns(own, &self.from),
                table: target.table.clone(),
                referred: columns(target, &self.to),
                on_delete: self.on_delete.clone(),
                on_update: self.on_update.clone(),
            }),
        }
    }
}

/// The column of a field that an attribute names; that of a keyword is named like a variant.
fn column_of(entity: &Entity, name: &str) -> String {
    let mut fields = entity.fields.iter();
    let found = fields.find(|field| {
        field.column == *name || field.name == *name || names::upper_camel(&field.column) == *name
    });
    found.map_or_else(|| name.to_owned(), |field| field.column.clone())
}

fn value(arguments: &[Argument], name: &str) -> Option<String> {
    let mut named = arguments.iter().filter(|argument| argument.name == name);
    named.find_map(|argument| argument.value.clone())
}

/// `id` or `(shelf, place)`.
fn names_in(text: &str) -> Vec<String> {
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    inner
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}
