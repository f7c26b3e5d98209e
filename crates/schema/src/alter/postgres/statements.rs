//! The statements of changes within a transaction.

use groundwork_naming::Engine;

use super::step::Step;
use crate::{
    alter::{
        Named,
        change::{Context, TableChange},
        convert,
        precondition::{Precondition, Rows},
    },
    model::PrimaryKey,
    sql::{self, check, create_index, default, foreign_key, identifier, literal},
    table::{self, Column, Index, Kind, Presence, postgres_kind},
};

/// The statements of a change, in order.
pub(super) fn steps(work: &Context<'_>, change: &TableChange) -> Vec<Step> {
    let mut steps: Vec<Step> = (statements(work, change).into_iter())
        .map(Step::plain)
        .collect();
    if let (TableChange::DropColumn { column }, Some(step)) = (change, steps.first_mut()) {
        step.unused = Some(used_by_functions(work, column));
    }
    if let (TableChange::Type { column, kind, .. }, Some(step)) = (change, steps.first_mut()) {
        step.default_of = Some((column, *kind));
    }
    // The rest of a change, such as the index of a foreign key, demands nothing.
    let checked = match change {
        TableChange::Require { fill: Some(_), .. } => 1,
        _ => 0,
    };
    if let Some(step) = steps.get_mut(checked) {
        step.precondition = precondition(work, change);
    }
    steps
}

/// The query for the triggers whose functions name a column of the row. PostgreSQL itself does not
/// look into the body of a function.
fn used_by_functions(work: &Context<'_>, column: &str) -> String {
    let escaped: String = (column.chars())
        .flat_map(|c| {
            (!c.is_alphanumeric() && c != '_')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect();
    let pattern = literal(&format!(r#"\m(NEW|OLD)\s*\.\s*("{escaped}"|{escaped}\M)"#));
    let table = literal(&identifier(work.table));
    format!(
        "SELECT string_agg(format('the trigger %s, in its function %s', t.tgname, p.proname), ', ' \
         ORDER BY t.tgname) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid \
         WHERE t.tgrelid = to_regclass({table}) AND NOT t.tgisinternal AND p.prosrc ~* {pattern}"
    )
}

/// What a change demands of the rows.
pub(super) fn precondition(work: &Context<'_>, change: &TableChange) -> Option<Precondition> {
    let source = identifier(work.table);
    let rows = Rows {
        table: work.table,
        source: &source,
        convention: work.convention,
    };
    Some(match change {
        TableChange::AddColumn { column } => return rows.column(column),
        TableChange::Require { column, .. } => rows.not_null(column),
        TableChange::AddFilled { column, .. } if column.presence == Presence::Required => {
            rows.not_null(column.name)
        }
        TableChange::AddForeignKey(key) => rows.foreign_key(key),
        TableChange::AddCheck(check) => rows.check(check),
        TableChange::AddUnique(unique) => rows.unique(unique),
        TableChange::PrimaryKey { columns } => rows.primary_key(columns),
        TableChange::Type {
            column,
            kind: Kind::Double,
            value: None,
        } => rows.exact(column),
        _ => return None,
    })
}

/// `ALTER TABLE … ALTER COLUMN …`, to be continued.
pub(super) fn of_column(work: &Context<'_>, column: &str, rest: &str) -> String {
    work.alter(&format!("ALTER COLUMN {} {rest}", identifier(column)))
}

/// A column as it is added, and the statement of its comment. Rows that exist are never numbered.
pub(super) fn added(work: &Context<'_>, column: &Column) -> (String, Option<String>) {
    let model = column.unnumbered(postgres_kind(column.kind));
    let comment = |text| table::comment(work.table, Some(column.name), Some(text));
    (sql::column(&model), column.comment.map(comment))
}

fn statements(work: &Context<'_>, change: &TableChange) -> Vec<String> {
    if let TableChange::RenameTable { to, named } = change {
        return rename_table(work, change, to, named);
    }
    if let Some(statement) = work.shared_statement(change) {
        return vec![statement];
    }
    let of_column = |column: &str, rest: &str| of_column(work, column, rest);
    let drop_constraint =
        |name: String| work.alter(&format!("DROP CONSTRAINT {}", identifier(&name)));
    match change {
        TableChange::AddColumn { column } => {
            let (added, comment) = added(work, column);
            let add = work.alter(&format!("ADD COLUMN {added}"));
            std::iter::once(add).chain(comment).collect()
        }
        TableChange::AddFilled { column, value } => {
            let name = identifier(column.name);
            let kind = postgres_kind(column.kind);
            let mut statements = vec![
                work.alter(&format!("ADD COLUMN {name} {kind}")),
                format!("UPDATE {} SET {name} = {value}", identifier(work.table)),
            ];
            statements.extend(rest_of_filled(work, column));
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
            let converted = || convert::on_postgres(&identifier(column), *kind);
            let value = value.map_or_else(converted, str::to_owned);
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
            ..
        } => {
            vec![of_column(column, &format!("SET DEFAULT {}", default(sql)))]
        }
        TableChange::Default {
            column,
            default: None,
            ..
        } => vec![of_column(column, "DROP DEFAULT")],
        TableChange::Comment { column, text, .. } => {
            vec![table::comment(work.table, *column, *text)]
        }
        TableChange::AddTriggers(triggers) => triggers.create_each(Engine::Postgres),
        TableChange::DropTriggers(triggers) => triggers.drop_each(Engine::Postgres),
        TableChange::AddPartition(partition) => vec![partition.create(work.table)],
        TableChange::DropPartition(partition) => {
            let name = partition.table(work.table);
            vec![format!("DROP TABLE {}", identifier(&name))]
        }
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
            vec![drop_constraint(unique.name(work.table, work.convention))]
        }
        TableChange::PrimaryKey { columns } => change_primary_key(work, columns),
        TableChange::RenameColumn { .. }
        | TableChange::RenameTable { .. }
        | TableChange::AddIndex(_)
        | TableChange::DropIndex { .. }
        | TableChange::DropIndexOf(_) => Vec::new(),
    }
}

/// The default and the comment of a column that was added and filled.
pub(super) fn rest_of_filled(work: &Context<'_>, column: &Column) -> Vec<String> {
    let default = column.default.map(|sql| {
        let rest = format!("SET DEFAULT {}", default(sql));
        of_column(work, column.name, &rest)
    });
    default.into_iter().chain(added(work, column).1).collect()
}

/// What is named after the table is renamed behind it.
fn rename_table(
    work: &Context<'_>,
    change: &TableChange,
    to: &str,
    named: &[Named],
) -> Vec<String> {
    let names = named.iter().map(|named| {
        let renaming = named.renaming(work.convention, work.table, to);
        let (before, after) = (identifier(&renaming.before), identifier(&renaming.after));
        // A unique rule may be a constraint or an index; its index has its name in both cases.
        if renaming.is_index {
            return format!("ALTER INDEX {before} RENAME TO {after}");
        }
        let table = identifier(renaming.table.unwrap_or(to));
        format!("ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}")
    });
    (work.shared_statement(change).into_iter())
        .chain(names)
        .collect()
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
    let index = Index::over(columns).model(work.table, work.convention, work.engine);
    let create = create_index(work.table, &index);
    create.replacen("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1)
}
