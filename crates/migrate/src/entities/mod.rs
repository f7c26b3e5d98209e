//! Entities from the schema: a scratch database that the migrations bring up to date is read, and
//! its tables become SeaORM models with ids and enums of their own types, a folder per domain.
//!
//! The same files come out of SQLite and PostgreSQL, byte for byte, and come out again whenever
//! nothing has changed; a check in CI can therefore prove that the committed ones are current.
//! What belongs where is said by a [`TypeMap`].
//!
//! ```no_run
//! # use groundwork_migrate::{entities::{self, TypeMap}, scratch::{Place, Scratch}};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let map = TypeMap::parse("[shop]\ntables = [\"orders\"]").map_err(entities::GenerateError::TypeMap)?;
//! let scratch = Scratch::open(&Place::Sqlite).await?;
//! // … run the migrations on scratch.connection() …
//! let tree = entities::generate(scratch.connection(), &map, "migrations").await?;
//! let differences = tree.compare("entity/src".as_ref())?;
//! tree.apply("entity/src".as_ref(), &differences)?;
//! scratch.close().await?;
//! # Ok(())
//! # }
//! ```

mod codegen;
mod command;
mod discover;
mod model;
mod names;
mod normal;
mod plan;
mod relations;
mod sql;
mod table;
mod tree;
mod type_map;
mod types;
mod value_list;

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    io,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use quote::quote;
use sea_orm::DatabaseConnection;

pub(crate) use command::server;
pub use command::{Entities, EntitiesError, Outcome};
pub use tree::{Change, Difference, Tree};
pub use type_map::{Problem, TypeMap};

use plan::{Plan, PlannedDomain};
use relations::Relations;

/// Why entities cannot be generated, compared or written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The type map is wrong, or does not fit the tables.
    #[error("the type map does not fit:{}", list(.0))]
    TypeMap(Vec<Problem>),
    /// The database's catalog could not be read.
    #[error("cannot read the tables of the scratch database")]
    Discover {
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Entities are generated from SQLite and PostgreSQL only.
    #[error("entities cannot be generated from {0}; use SQLite or PostgreSQL")]
    Engine(String),
    /// sea-orm-codegen gave something unexpected.
    #[error("sea-orm-codegen cannot write a model of the table `{table}`: {message}")]
    Codegen {
        /// The table.
        table: String,
        /// What is wrong.
        message: String,
    },
    /// A file could not be read, written or removed.
    #[error("cannot {doing} {}", .path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl GenerateError {
    fn file(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}

/// Generates the entities of a database's tables, all but `tracking_table`, in which the migrations
/// that ran are kept.
///
/// # Errors
/// [`GenerateError::TypeMap`] if the type map does not fit the tables, with every problem at once;
/// [`GenerateError::Discover`] if the tables cannot be read.
pub async fn generate(
    database: &DatabaseConnection,
    map: &TypeMap,
    tracking_table: &str,
) -> Result<Tree, GenerateError> {
    let skip = |table: &str| table == tracking_table || map.ignores(table);
    let mut tables = discover::tables(database, skip).await?;
    let warnings = normal::normalise(&mut tables);
    let plan = plan::plan(map, tables).map_err(GenerateError::TypeMap)?;
    let relations = Relations::of(&plan);
    let mut files = BTreeMap::new();
    for domain in &plan.domains {
        for (name, text) in domain_files(&plan, &relations, domain)? {
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
        warnings,
    })
}

fn domain_files(
    plan: &Plan,
    relations: &Relations<'_>,
    domain: &PlannedDomain,
) -> Result<Vec<(String, String)>, GenerateError> {
    let failed = |error: syn::Error| GenerateError::Codegen {
        table: domain.name.clone(),
        message: error.to_string(),
    };
    let mut files = Vec::new();
    for table in domain
        .tables
        .iter()
        .filter_map(|table| plan.tables.get(table))
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
        files.push(("ids.rs".to_owned(), head(&doc) + "\n" + &types::ids(domain)));
    }
    if !domain.enums.is_empty() {
        let doc = format!("The enums of the domain `{}`.", domain.name);
        files.push((
            "enums.rs".to_owned(),
            head(&doc) + "\n" + &types::enums(domain),
        ));
    }
    let whole = format!("The domain `{}`.", domain.name);
    let file = syn::parse2(module(domain)).map_err(failed)?;
    files.push(("mod.rs".to_owned(), text(&whole, file)));
    Ok(files)
}

/// The `mod.rs` of a domain.
fn module(domain: &PlannedDomain) -> TokenStream {
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
