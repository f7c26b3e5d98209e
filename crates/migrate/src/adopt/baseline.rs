//! A database's schema as the statements that make it, proved on a scratch database.

use groundwork_naming::Engine;
use groundwork_schema::model::{Kind, Object, Schema};
use sea_orm::DatabaseConnection;
use url::Url;

use super::{
    alike::are_alike,
    error::AdoptError,
    left_out::{LeftOut, is_of_database, marked},
    replay::{Replayed, replayed},
};
use crate::{
    diff::{Change, Difference, differences},
    inspect,
    scratch::Scratch,
};

/// A schema as statements that make it.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The engine that it was read from, and is for.
    pub engine: Engine,
    /// The statements, in order.
    pub statements: Vec<String>,
    /// The tables that the database has.
    pub tables: usize,
    /// What the database has and the statements do not make.
    pub left_out: Vec<LeftOut>,
}

/// Reads a database's schema as statements, and proves on a scratch database that they give an
/// equal catalog. What cannot be made so is left out, with all that needs it, and listed.
///
/// # Errors
/// Any [`AdoptError`].
pub async fn baseline(
    connection: &DatabaseConnection,
    scratch_url: Option<&Url>,
) -> Result<Baseline, AdoptError> {
    let schema = inspect::schema(connection).await?;
    let scratch = Scratch::for_database(connection, scratch_url).await?;
    let schemas: Vec<String> = (schema.catalog.keys())
        .filter(|object| object.kind == Kind::Schema)
        .map(|object| object.name.clone())
        .collect();
    if scratch.is_shared() && !schemas.is_empty() {
        scratch.close().await?;
        return Err(AdoptError::Schemas(schemas));
    }
    let proved = async {
        let replayed = replayed(connection, scratch.connection()).await?;
        let found = scratch.schema().await?;
        Ok::<_, AdoptError>((replayed, found))
    }
    .await;
    let is_shared = scratch.is_shared();
    let closed = scratch.close().await;
    let (replayed, found) = proved?;
    closed?;
    let Replayed {
        mut statements,
        mut left_out,
    } = replayed;
    for difference in differences(&schema, &found) {
        // The database of the scratch schema has extensions of its own.
        if is_shared && is_of_database(difference.object.kind) {
            continue;
        }
        left_out.extend(unequal(schema.engine, difference, &left_out));
    }
    left_out.sort_by(|a, b| (&a.object, &a.what).cmp(&(&b.object, &b.what)));
    match statements.first_mut() {
        Some(first) => *first = marked(&left_out, first),
        None => return Err(AdoptError::Empty),
    }
    let tables = tables(&schema);
    if tables + schema.views.len() + schema.virtual_tables.len() == 0 {
        return Err(AdoptError::Empty);
    }
    Ok(Baseline {
        engine: schema.engine,
        statements,
        tables,
        left_out,
    })
}

/// How many tables there are, also in other schemas.
fn tables(schema: &Schema) -> usize {
    let is_other =
        |object: &&Object| object.kind == Kind::Table && !schema.tables.contains_key(&object.name);
    schema.tables.len() + schema.catalog.keys().filter(is_other).count()
}

/// A difference that is not explained by what was left out before.
fn unequal(engine: Engine, difference: Difference, left_out: &[LeftOut]) -> Option<LeftOut> {
    let Difference { object, change } = difference;
    let owners = object.owners();
    let is_known = left_out.iter().any(|known| {
        let is_owner = |owner| known.is_whole(owner);
        known.is_whole(&object) || owners.iter().flatten().any(is_owner)
    });
    let (what, reason) = match change {
        _ if is_known => return None,
        Change::Missing { .. } => (None, "it does not come out of the statements".to_owned()),
        Change::Unexpected { .. } => (None, "the statements make it by the way".to_owned()),
        Change::Changed {
            expected, found, ..
        } if engine == Engine::Postgres && are_alike(&expected, &found) => return None,
        Change::Changed {
            what,
            expected,
            found,
        } => (
            Some(what),
            format!("the database has {expected}, the statements make {found}"),
        ),
    };
    let of_same = |known: &LeftOut| known.object == object && known.what == what;
    let is_named = left_out.iter().any(of_same);
    (!is_named).then_some(LeftOut {
        object,
        what,
        reason,
    })
}

impl Baseline {
    /// The source of a migration that runs the statements.
    #[must_use]
    pub fn source(&self) -> String {
        let (backend, engine) = match self.engine {
            Engine::Sqlite => ("Sqlite", "SQLite"),
            Engine::Postgres => ("Postgres", "PostgreSQL"),
        };
        let statements: String = (self.statements.iter())
            .map(|statement| format!("    {},\n", raw(statement)))
            .collect();
        include_str!("baseline.rs.txt")
            .replace("{engine}", engine)
            .replace("{backend}", backend)
            .replace("{statements}", &statements)
    }
}

/// A text as a raw string of Rust.
fn raw(text: &str) -> String {
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_a_migration() {
        let baseline = Baseline {
            engine: Engine::Postgres,
            statements: vec!["CREATE TABLE \"t\" (\"#\" text DEFAULT 'a\"#b')".to_owned()],
            tables: 1,
            left_out: Vec::new(),
        };
        let source = baseline.source();
        assert!(syn::parse_file(&source).is_ok(), "{source}");
        insta::assert_snapshot!("source", source);
    }
}
