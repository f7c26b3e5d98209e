//! The changes on PostgreSQL, which has a statement for each.

use sea_orm::{ConnectionTrait, TransactionTrait};
use sea_orm_migration::SchemaManagerConnection;

use super::{
    Work,
    change::{Change, default, model},
    convert,
    demand::{Demand, Rows},
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
    demand: Option<Demand>,
}

/// Makes the changes, one after the other.
pub(super) async fn apply(
    work: &Work<'_>,
    changes: &[Change],
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    for step in changes.iter().flat_map(|change| steps(work, change)) {
        match &step.demand {
            Some(demand) => attempt(work, &step.sql, demand, connection).await?,
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
    work: &Work<'_>,
    sql: &str,
    demand: &Demand,
    connection: &SchemaManagerConnection<'_>,
) -> Result<(), RebuildError> {
    let savepoint = connection.begin().await?;
    let Err(source) = savepoint.execute_unprepared(sql).await else {
        return Ok(savepoint.commit().await?);
    };
    savepoint.rollback().await?;
    let rows = number(connection, &guarding(&demand.count)).await?;
    Err(if rows == 0 {
        RebuildError::Database { source }
    } else {
        demand.violated(work.table, rows)
    })
}

/// The statements of a change, in order.
fn steps(work: &Work<'_>, change: &Change) -> Vec<Step> {
    let quoted = identifier(work.table);
    let rows = Rows {
        table: work.table,
        source: &quoted,
        convention: work.convention,
    };
    let demand = demand(&rows, change);
    let mut steps: Vec<Step> = statements(work, change)
        .into_iter()
        .map(|sql| Step { sql, demand: None })
        .collect();
    // The rest of a change, such as the index of a foreign key, demands nothing.
    let demanding = match change {
        Change::Require { fill: Some(_), .. } => 1,
        _ => 0,
    };
    if let Some(step) = steps.get_mut(demanding) {
        step.demand = demand;
    }
    steps
}

fn demand(rows: &Rows<'_>, change: &Change) -> Option<Demand> {
    Some(match change {
        Change::AddColumn {
            column,
            default: None,
        } if column.presence == Presence::Required => rows.none(column.name),
        Change::Require { column, .. } => rows.not_null(column),
        Change::AddForeignKey(key) => rows.foreign_key(key),
        Change::AddCheck(check) => rows.check(check),
        Change::AddUnique(unique) => rows.unique(unique),
        _ => return None,
    })
}

fn statements(work: &Work<'_>, change: &Change) -> Vec<String> {
    if let Some(statement) = work.shared_statement(change) {
        return vec![statement];
    }
    let of_column = |column: &str, rest: &str| {
        work.alter(&format!("ALTER COLUMN {} {rest}", identifier(column)))
    };
    let drop_constraint =
        |name: String| work.alter(&format!("DROP CONSTRAINT {}", identifier(&name)));
    match change {
        Change::AddColumn { column, default } => {
            let column = model(column, postgres_kind(column.kind), *default);
            vec![work.alter(&format!("ADD COLUMN {}", sql::column(&column)))]
        }
        Change::AddFilled { column, value } => {
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
        Change::DropColumn { column } => {
            vec![work.alter(&format!("DROP COLUMN {}", identifier(column)))]
        }
        Change::Type {
            column,
            kind,
            value,
        } => {
            let value = value.map_or_else(|| convert::on_postgres(column, *kind), str::to_owned);
            let kind = postgres_kind(*kind);
            vec![of_column(column, &format!("TYPE {kind} USING {value}"))]
        }
        Change::Require { column, fill } => {
            let fill = fill.map(|value| {
                let (table, column) = (identifier(work.table), identifier(column));
                format!("UPDATE {table} SET {column} = {value} WHERE {column} IS NULL")
            });
            let mut statements: Vec<String> = fill.into_iter().collect();
            statements.push(of_column(column, "SET NOT NULL"));
            statements
        }
        Change::Optional { column } => vec![of_column(column, "DROP NOT NULL")],
        Change::Default {
            column,
            default: Some(sql),
        } => {
            vec![of_column(column, &format!("SET DEFAULT {}", default(sql)))]
        }
        Change::Default {
            column,
            default: None,
        } => vec![of_column(column, "DROP DEFAULT")],
        Change::AddForeignKey(key) => vec![
            work.alter(&format!(
                "ADD {}",
                foreign_key(&key.model(work.table, work.convention))
            )),
            index_unless_exists(work, key.columns),
        ],
        Change::DropForeignKey {
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
        Change::AddCheck(rule) => {
            vec![work.alter(&format!(
                "ADD {}",
                check(&rule.model(work.table, work.convention))
            ))]
        }
        Change::DropCheck { rule } => {
            vec![drop_constraint(work.convention.check(work.table, rule))]
        }
        Change::AddUnique(unique) => vec![work.alter(&format!(
            "ADD {}",
            sql::unique(&unique.model(work.table, work.convention))
        ))],
        Change::DropUnique(unique) => {
            vec![drop_constraint(
                work.convention.unique(work.table, unique.columns),
            )]
        }
        Change::PrimaryKey { columns } => change_primary_key(work, columns),
        Change::RenameColumn { .. } | Change::AddIndex(_) | Change::DropIndex { .. } => Vec::new(),
    }
}

fn change_primary_key(work: &Work<'_>, columns: &[&str]) -> Vec<String> {
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
fn index_unless_exists(work: &Work<'_>, columns: &'static [&'static str]) -> String {
    let index = Index::over(columns).model(work.table, work.convention);
    let create = create_index(work.table, &index);
    create.replacen("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1)
}
