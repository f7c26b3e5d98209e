//! The changes on PostgreSQL, which has a statement for each.

use sea_orm::{ConnectionTrait, TransactionTrait};
use sea_orm_migration::SchemaManagerConnection;

use super::{
    change::{Context, TableChange, default, model},
    convert,
    precondition::{Precondition, Rows},
};
use crate::{
    model::PrimaryKey,
    rebuild::{RebuildError, guarding, number},
    sql::{self, check, create_index, foreign_key, identifier},
    table::{Index, Presence, postgres_kind},
};

/// A statement, and what it demands of the rows.
struct Step {
    sql: String,
    precondition: Option<Precondition>,
}

/// Makes the changes, one after the other.
pub(super) async fn apply(
    work: &Context<'_>,
    changes: &[TableChange],
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    for step in changes.iter().flat_map(|change| steps(work, change)) {
        match &step.precondition {
            Some(precondition) => attempt(work, &step.sql, precondition, connection).await?,
            None => {
                connection.execute_unprepared(&step.sql).await?;
            }
        }
    }
    Ok(())
}

/// A refused statement ends its transaction, and with it the chance to count the rows that are at
/// fault; under a savepoint it ends that only.
async fn attempt(
    work: &Context<'_>,
    sql: &str,
    precondition: &Precondition,
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    let savepoint = connection.begin().await?;
    let Err(source) = savepoint.execute_unprepared(sql).await else {
        return Ok(savepoint.commit().await?);
    };
    savepoint.rollback().await?;
    let rows = number(connection, &guarding(&precondition.count)).await?;
    Err(if rows == 0 {
        RebuildError::Database { source }
    } else {
        precondition.violated(work.table, rows)
    })
}

/// The statements of a change, in order.
fn steps(work: &Context<'_>, change: &TableChange) -> Vec<Step> {
    let quoted = identifier(work.table);
    let rows = Rows {
        table: work.table,
        source: &quoted,
        convention: work.convention,
    };
    let precondition = precondition(&rows, change);
    let mut steps: Vec<Step> = statements(work, change)
        .into_iter()
        .map(|sql| Step {
            sql,
            precondition: None,
        })
        .collect();
    // The rest of a change, such as the index of a foreign key, demands nothing.
    let checked = match change {
        TableChange::Require { fill: Some(_), .. } => 1,
        _ => 0,
    };
    if let Some(step) = steps.get_mut(checked) {
        step.precondition = precondition;
    }
    steps
}

fn precondition(rows: &Rows<'_>, change: &TableChange) -> Option<Precondition> {
    Some(match change {
        TableChange::AddColumn {
            column,
            default: None,
        } if column.presence == Presence::Required => rows.none(column.name),
        TableChange::Require { column, .. } => rows.not_null(column),
        TableChange::AddForeignKey(key) => rows.foreign_key(key),
        TableChange::AddCheck(check) => rows.check(check),
        TableChange::AddUnique(unique) => rows.unique(unique),
        _ => return None,
    })
}

fn statements(work: &Context<'_>, change: &TableChange) -> Vec<String> {
    if let Some(statement) = work.shared_statement(change) {
        return vec![statement];
    }
    let of_column = |column: &str, rest: &str| {
        work.alter(&format!("ALTER COLUMN {} {rest}", identifier(column)))
    };
    let drop_constraint =
        |name: String| work.alter(&format!("DROP CONSTRAINT {}", identifier(&name)));
    match change {
        TableChange::AddColumn { column, default } => {
            let column = model(column, postgres_kind(column.kind), *default);
            vec![work.alter(&format!("ADD COLUMN {}", sql::column(&column)))]
        }
        TableChange::AddFilled { column, value } => {
            let name = identifier(column.name);
            let kind = postgres_kind(column.kind);
            let mut statements = vec![
                work.alter(&format!("ADD COLUMN {name} {kind}")),
                format!("UPDATE {} SET {name} = {value}", identifier(work.table)),
            ];
            if column.presence == Presence::Required {
                statements.push(of_column(column.name, "SET NOT NULL"));
            }
            statements
        }
        TableChange::DropColumn { column } => {
            vec![work.alter(&format!("DROP COLUMN {}", identifier(column)))]
        }
        TableChange::Type {
            column,
            kind,
            value,
        } => {
            let value = value.map_or_else(|| convert::on_postgres(column, *kind), str::to_owned);
            let kind = postgres_kind(*kind);
            vec![of_column(column, &format!("TYPE {kind} USING {value}"))]
        }
        TableChange::Require { column, fill } => {
            let fill = fill.map(|value| {
                let (table, column) = (identifier(work.table), identifier(column));
                format!("UPDATE {table} SET {column} = {value} WHERE {column} IS NULL")
            });
            let mut statements: Vec<String> = fill.into_iter().collect();
            statements.push(of_column(column, "SET NOT NULL"));
            statements
        }
        TableChange::Optional { column } => vec![of_column(column, "DROP NOT NULL")],
        TableChange::Default {
            column,
            default: Some(sql),
        } => {
            vec![of_column(column, &format!("SET DEFAULT {}", default(sql)))]
        }
        TableChange::Default {
            column,
            default: None,
        } => vec![of_column(column, "DROP DEFAULT")],
        TableChange::AddForeignKey(key) => vec![
            work.alter(&format!(
                "ADD {}",
                foreign_key(&key.model(work.table, work.convention))
            )),
            index_unless_exists(work, key.columns),
        ],
        TableChange::DropForeignKey {
            columns,
            referred_table,
        } => {
            let convention = work.convention;
            vec![drop_constraint(convention.foreign_key(
                work.table,
                columns,
                referred_table,
            ))]
        }
        TableChange::AddCheck(rule) => {
            vec![work.alter(&format!(
                "ADD {}",
                check(&rule.model(work.table, work.convention))
            ))]
        }
        TableChange::DropCheck { rule } => {
            vec![drop_constraint(work.convention.check(work.table, rule))]
        }
        TableChange::AddUnique(unique) => vec![work.alter(&format!(
            "ADD {}",
            sql::unique(&unique.model(work.table, work.convention))
        ))],
        TableChange::DropUnique(unique) => {
            vec![drop_constraint(
                work.convention.unique(work.table, unique.columns),
            )]
        }
        TableChange::PrimaryKey { columns } => change_primary_key(work, columns),
        TableChange::RenameColumn { .. }
        | TableChange::AddIndex(_)
        | TableChange::DropIndex { .. } => Vec::new(),
    }
}

fn change_primary_key(work: &Context<'_>, columns: &[&str]) -> Vec<String> {
    let name = work.convention.primary_key(work.table);
    let drop = format!("DROP CONSTRAINT {}", identifier(&name));
    let key = PrimaryKey {
        name: Some(name),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
    };
    let add = format!("ADD {}", sql::primary_key(&key));
    vec![work.alter(&drop), work.alter(&add)]
}

/// The index that serves a foreign key.
fn index_unless_exists(work: &Context<'_>, columns: &'static [&'static str]) -> String {
    let index = Index::over(columns).model(work.table, work.convention);
    let create = create_index(work.table, &index);
    create.replacen("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1)
}
