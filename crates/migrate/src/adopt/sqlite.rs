//! The statements of an SQLite database, which it keeps as they were written.

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Kind, Object},
    sql::tokens,
};
use sea_orm::DatabaseConnection;

use super::{error::AdoptError, replay::Step};
use crate::inspect::{self, SqliteStatement};

/// Tables first, then what belongs to them.
pub(super) async fn steps(connection: &DatabaseConnection) -> Result<Vec<Step>, AdoptError> {
    let statements = inspect::sqlite_statements(connection).await?;
    let mut steps: Vec<Step> = Vec::with_capacity(statements.len());
    for statement in statements {
        let needs = (steps.iter().enumerate())
            .filter(|(_, other)| needs(&statement, &other.object))
            .map(|(at, _)| at)
            .collect();
        steps.push(Step {
            object: object(&statement),
            what: None,
            needs,
            sql: Some(statement.sql),
        });
    }
    Ok(steps)
}

fn object(statement: &SqliteStatement) -> Object {
    let (kind, table) = match statement.kind.as_str() {
        "table" if statement.is_virtual => (Kind::VirtualTable, None),
        "table" => (Kind::Table, Some(statement.name.clone())),
        "index" => (Kind::Index, Some(statement.table.clone())),
        "trigger" => (Kind::Trigger, Some(statement.table.clone())),
        _ => (Kind::View, None),
    };
    Object {
        table,
        kind,
        name: statement.name.clone(),
    }
}

/// Whether a statement mentions a table or view. A view may be made without the tables that it
/// reads, but then says nothing.
fn needs(statement: &SqliteStatement, other: &Object) -> bool {
    let is_source = matches!(other.kind, Kind::Table | Kind::VirtualTable | Kind::View);
    if !is_source || statement.kind == "table" && !statement.is_virtual {
        return false;
    }
    let tokens = tokens(Engine::Sqlite, &statement.sql).unwrap_or_default();
    tokens.iter().any(|token| token.names(&other.name))
}
