//! What must be the same before and after a table is changed: the rows of every table, the
//! foreign keys that hold, the views and triggers that work.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr};

use super::{RebuildError, catalog};
use crate::sql::identifier;

/// The state of a whole database.
pub(crate) struct Health {
    rows: BTreeMap<String, i64>,
    orphans: BTreeMap<(String, String), i64>,
    /// Views and triggers that do not work, with what SQLite says about them.
    broken: Vec<(String, String)>,
}

impl Health {
    /// Looks at every table, view and trigger.
    pub(crate) async fn of(connection: &impl ConnectionTrait) -> Result<Self, RebuildError> {
        Ok(Self {
            rows: catalog::row_counts(connection).await?,
            orphans: catalog::orphans(connection).await?,
            broken: broken(connection).await?,
        })
    }

    /// Whether all that was well before still is.
    pub(crate) fn require_as_before(&self, before: &Self) -> Result<(), RebuildError> {
        for (object, why) in &self.broken {
            if !before.broken.iter().any(|(known, _)| known == object) {
                return Err(RebuildError::Broken {
                    object: object.clone(),
                    why: why.clone(),
                });
            }
        }
        for (table, &was) in &before.rows {
            let is = self.rows.get(table).copied().unwrap_or(0);
            if is != was {
                return Err(RebuildError::RowsDiffer {
                    table: table.clone(),
                    before: was,
                    after: is,
                });
            }
        }
        for (tables, &is) in &self.orphans {
            let was = before.orphans.get(tables).copied().unwrap_or(0);
            if is > was {
                let (child, parent) = tables.clone();
                return Err(RebuildError::Orphans {
                    child,
                    parent,
                    rows: is - was,
                });
            }
        }
        Ok(())
    }
}

/// The views that cannot be read, and the tables whose triggers cannot be compiled. `EXPLAIN
/// QUERY PLAN` makes SQLite resolve every name, and runs nothing. (Plain `EXPLAIN` prints each
/// instruction, and SQLite 3.51 crashes on printing some of a trigger's.)
async fn broken(connection: &impl ConnectionTrait) -> Result<Vec<(String, String)>, DbErr> {
    let mut broken = Vec::new();
    for view in catalog::names(connection, "view").await? {
        let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM {}", identifier(&view));
        if let Err(error) = catalog::query(connection, &catalog::guarding(&sql)).await {
            broken.push((format!("the view {view}"), error.to_string()));
        }
    }
    for (table, triggers) in catalog::triggered(connection).await? {
        let Ok(columns) = catalog::stored_columns(connection, &table).await else {
            continue; // A view that cannot be read, found above.
        };
        let same: Vec<String> = (columns.iter())
            .map(|column| identifier(column))
            .map(|column| format!("{column} = {column}"))
            .collect();
        let quoted = identifier(&table);
        for change in [
            format!("EXPLAIN QUERY PLAN INSERT INTO {quoted} DEFAULT VALUES"),
            format!("EXPLAIN QUERY PLAN UPDATE {quoted} SET {}", same.join(", ")),
            format!("EXPLAIN QUERY PLAN DELETE FROM {quoted}"),
        ] {
            // A view has triggers for some changes only, and refuses the others.
            if let Err(error) = catalog::query(connection, &catalog::guarding(&change)).await
                && !error.to_string().contains("because it is a view")
            {
                let object = format!("a trigger of {table} ({})", triggers.join(", "));
                broken.push((object, error.to_string()));
            }
        }
    }
    Ok(broken)
}
