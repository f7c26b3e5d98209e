//! All files of all domains.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{
    lists,
    structs::{self, Read},
};
use crate::{
    entities::names,
    evolve::model::{Entities, Entity, Relation, TypeName, Way},
};

/// Something in the files that cannot be read, or cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, from the source folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Reads files by their paths from the source folder (`studio/scenes.rs`).
///
/// # Errors
/// Every [`Fault`] at once.
pub(crate) fn entities(files: &BTreeMap<String, String>) -> Result<Entities, Vec<Fault>> {
    let mut entities = Entities::default();
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for (path, text) in files {
        if let Err(error) = one(path, text, &mut entities, &mut read) {
            faults.push(Fault {
                file: path.clone(),
                line: error.span().start().line,
                message: error.to_string(),
            });
        }
    }
    let relations = resolved(&read, &mut faults);
    for (Read { mut entity, .. }, relations) in read.into_iter().zip(relations) {
        entity.relations.extend(relations);
        let names: BTreeSet<&String> = entity.fields.iter().map(|field| &field.column).collect();
        if names.len() < entity.fields.len() {
            faults.push(fault(
                &entity,
                entity.line,
                "two fields are of one column".to_owned(),
            ));
        }
        let table = entity.table.clone();
        if let Some(other) = entities.tables.insert(table.clone(), entity) {
            let file = other.file.clone();
            let message = format!("another file is of the table `{table}` too");
            faults.push(Fault {
                file,
                line: other.line,
                message,
            });
        }
    }
    if faults.is_empty() {
        Ok(entities)
    } else {
        Err(faults)
    }
}

fn one(path: &str, text: &str, entities: &mut Entities, read: &mut Vec<Read>) -> syn::Result<()> {
    let Some((domain, name)) = path.split_once('/') else {
        return Ok(());
    };
    if !name.ends_with(".rs") || name.contains('/') || name == "mod.rs" {
        return Ok(());
    }
    let file = syn::parse_file(text)?;
    let own = |name: String| TypeName {
        domain: domain.to_owned(),
        name,
    };
    match name {
        "ids.rs" => entities
            .ids
            .extend(lists::ids(&file.items)?.into_iter().map(own)),
        "enums.rs" => {
            let enums = lists::enums(&file.items)?.into_iter();
            entities
                .enums
                .extend(enums.map(|(name, values)| (own(name), values)));
        }
        _ => read.extend(structs::model(path, domain, &file.items)?),
    }
    Ok(())
}

/// The foreign keys of every entity, with the tables that their modules are of.
fn resolved(read: &[Read], faults: &mut Vec<Fault>) -> Vec<Vec<Relation>> {
    let modules: BTreeMap<(&str, &str), &Entity> = (read.iter())
        .map(|Read { entity, .. }| {
            let module = entity.file.rsplit('/').next().unwrap_or_default();
            (
                (entity.domain.as_str(), module.trim_end_matches(".rs")),
                entity,
            )
        })
        .collect();
    let mut all = Vec::new();
    for Read { entity, links } in read {
        let mut relations = Vec::new();
        for link in links {
            let target = match &link.target {
                None => Some(entity),
                Some((domain, module)) => {
                    let domain = domain.as_deref().unwrap_or(&entity.domain);
                    modules.get(&(domain, module.as_str())).copied()
                }
            };
            match target {
                Some(target) => relations.push(link.resolved(entity, target)),
                None => {
                    let (domain, module) = link.target.clone().unwrap_or_default();
                    let known = modules.keys().map(|(_, module)| *module);
                    let hint = names::suggestion(&module, known).unwrap_or_default();
                    let domain = domain.unwrap_or_else(|| entity.domain.clone());
                    let message = format!(
                        "the relation `{}` leads to {domain}/{module}.rs, which has no model{hint}",
                        link.field
                    );
                    faults.push(fault(entity, link.line, message));
                }
            }
        }
        require_columns(entity, &relations, read, faults);
        all.push(relations);
    }
    all
}

/// Every column that a foreign key names must be there.
fn require_columns(
    entity: &Entity,
    relations: &[Relation],
    read: &[Read],
    faults: &mut Vec<Fault>,
) {
    for relation in relations {
        let Way::Key(key) = &relation.way else {
            continue;
        };
        let target = read
            .iter()
            .map(|read| &read.entity)
            .find(|other| other.table == key.table);
        let sides = [(Some(entity), &key.columns), (target, &key.referred)];
        for (side, columns) in sides {
            let Some(side) = side else { continue };
            for column in columns.iter().filter(|column| side.field(column).is_none()) {
                let message = format!(
                    "the relation `{}` needs a field `{column}` in {}, which has none",
                    relation.field, side.file
                );
                faults.push(fault(entity, relation.line, message));
            }
        }
        if key.columns.len() != key.referred.len() {
            let message = format!(
                "the relation `{}` joins unequal numbers of columns",
                relation.field
            );
            faults.push(fault(entity, relation.line, message));
        }
    }
}

fn fault(entity: &Entity, line: usize, message: String) -> Fault {
    Fault {
        file: entity.file.clone(),
        line,
        message,
    }
}
