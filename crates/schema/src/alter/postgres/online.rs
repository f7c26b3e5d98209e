//! The statements of changes outside of a transaction: each is a transaction of its own and keeps
//! nobody from reading and writing for long. After a failure between two of them, all can be run
//! again.

use super::{
    statements::{self, added, of_column, precondition, rest_of_filled},
    step::Step,
};
use crate::{
    alter::{
        change::{Context, TableChange},
        precondition::Precondition,
    },
    sql::{self, check, create_index, foreign_key, identifier, identifiers, literal},
    table::{Column, ForeignKey, Index, Presence, Unique, postgres_kind},
};

/// What PostgreSQL says where an index is that of a constraint already.
const INDEX_IS_TAKEN: &str = "55000";

/// What PostgreSQL says where there is a constraint of that name.
const CONSTRAINT_EXISTS: &str = "42710";

/// The blocks of a table that are filled in one transaction: 8 MB.
const BLOCKS: u32 = 1024;

/// The statements of a change, in order.
pub(super) fn steps(work: &Context<'_>, change: &TableChange) -> Vec<Step> {
    let demand = precondition(work, change);
    match change {
        TableChange::AddColumn { column } => add_column(work, column, demand),
        TableChange::AddFilled { column, value } => add_filled(work, column, value, demand),
        TableChange::Require { column, fill } => {
            let fill = fill.map(|value| Step::plain(filled_in_batches(work.table, column, value)));
            (fill.into_iter())
                .chain(required(work, column, demand))
                .collect()
        }
        TableChange::AddForeignKey(key) => add_foreign_key(work, key, demand),
        TableChange::AddCheck(rule) => {
            let model = rule.model(work.table, work.convention);
            let name = work.convention.check(work.table, rule.rule);
            validated(work, &name, &check(&model), demand)
        }
        TableChange::AddUnique(unique) => add_unique(work, unique, demand),
        TableChange::PrimaryKey { columns } => change_primary_key(work, columns, demand),
        TableChange::AddIndex(index) => {
            let model = index.model(work.table, work.convention, work.engine);
            vec![Step::plain(concurrently(&create_index(work.table, &model)))]
        }
        TableChange::DropIndex { .. } | TableChange::DropIndexOf(_) => {
            let statement = work.shared_statement(change).into_iter();
            let online = statement
                .map(|sql| sql.replacen("DROP INDEX", "DROP INDEX CONCURRENTLY IF EXISTS", 1));
            online.map(Step::plain).collect()
        }
        TableChange::DropUnique(unique) if unique.is_index(work.engine) => {
            let name = identifier(&unique.name(work.table, work.convention));
            vec![Step::plain(format!(
                "DROP INDEX CONCURRENTLY IF EXISTS {name}"
            ))]
        }
        TableChange::DropUnique(_)
        | TableChange::DropCheck { .. }
        | TableChange::DropForeignKey { .. } => {
            repeatable(work, change, "DROP CONSTRAINT", "DROP CONSTRAINT IF EXISTS")
        }
        TableChange::DropColumn { .. } => {
            repeatable(work, change, "DROP COLUMN", "DROP COLUMN IF EXISTS")
        }
        TableChange::AddPartition(_) => {
            repeatable(work, change, "CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
        }
        TableChange::DropPartition(_) => {
            repeatable(work, change, "DROP TABLE", "DROP TABLE IF EXISTS")
        }
        TableChange::RenameColumn { .. }
        | TableChange::RenameTable { .. }
        | TableChange::Type { .. }
        | TableChange::Optional { .. }
        | TableChange::Default { .. }
        | TableChange::Comment { .. }
        | TableChange::AddTriggers(_)
        | TableChange::DropTriggers(_) => statements::steps(work, change),
    }
}

/// The statements as within a transaction, with words by which they can be run again.
fn repeatable(work: &Context<'_>, change: &TableChange, from: &str, to: &str) -> Vec<Step> {
    let steps = statements::steps(work, change).into_iter();
    let again = |step: Step| Step {
        sql: step.sql.replacen(from, to, 1),
        ..step
    };
    steps.map(again).collect()
}

fn add_column(work: &Context<'_>, column: &Column, demand: Option<Precondition>) -> Vec<Step> {
    let (added, comment) = added(work, column);
    let add = Step::plain(work.alter(&format!("ADD COLUMN IF NOT EXISTS {added}")));
    std::iter::once(add.demanding(demand))
        .chain(comment.map(Step::plain))
        .collect()
}

fn add_filled(
    work: &Context<'_>,
    column: &Column,
    value: &str,
    demand: Option<Precondition>,
) -> Vec<Step> {
    let (name, kind) = (identifier(column.name), postgres_kind(column.kind));
    let add = work.alter(&format!("ADD COLUMN IF NOT EXISTS {name} {kind}"));
    let mut steps = vec![Step::plain(add)];
    steps.extend(rest_of_filled(work, column).into_iter().map(Step::plain));
    let fill = filled_in_batches(work.table, column.name, value);
    steps.push(Step::plain(fill));
    if column.presence == Presence::Required {
        steps.extend(required(work, column.name, demand));
    }
    steps
}

/// `SET NOT NULL` reads no row where a valid check proves that it holds.
fn required(work: &Context<'_>, column: &str, demand: Option<Precondition>) -> Vec<Step> {
    let rule = format!("{column}_required");
    let name = work.convention.check(work.table, &rule);
    let clause = format!(
        "CONSTRAINT {} CHECK ({} IS NOT NULL)",
        identifier(&name),
        identifier(column)
    );
    let mut steps = validated(work, &name, &clause, demand);
    steps.push(Step::plain(of_column(work, column, "SET NOT NULL")));
    steps.push(Step::plain(drop_constraint(work, &name)));
    steps
}

/// A constraint that first holds for new rows only, and then for all.
fn validated(
    work: &Context<'_>,
    name: &str,
    clause: &str,
    demand: Option<Precondition>,
) -> Vec<Step> {
    let validate = work.alter(&format!("VALIDATE CONSTRAINT {}", identifier(name)));
    let add = Step {
        done_if: Some(CONSTRAINT_EXISTS),
        ..Step::plain(work.alter(&format!("ADD {clause} NOT VALID")))
    };
    vec![
        add,
        (Step::plain(validate).demanding(demand)).or_else(drop_constraint(work, name)),
    ]
}

fn drop_constraint(work: &Context<'_>, name: &str) -> String {
    work.alter(&format!("DROP CONSTRAINT {}", identifier(name)))
}

fn add_foreign_key(
    work: &Context<'_>,
    key: &ForeignKey,
    demand: Option<Precondition>,
) -> Vec<Step> {
    let model = key.model(work.table, work.convention);
    let name = (work.convention).foreign_key(work.table, key.columns, key.table);
    let index = Index::over(key.columns).model(work.table, work.convention, work.engine);
    let index = concurrently(&create_index(work.table, &index));
    let mut steps = vec![Step::plain(index)];
    steps.extend(validated(work, &name, &foreign_key(&model), demand));
    steps
}

/// A constraint takes over the index that was built before.
fn add_unique(work: &Context<'_>, unique: &Unique, demand: Option<Precondition>) -> Vec<Step> {
    let index = unique.index(work.table, work.convention, work.engine);
    let name = identifier(&index.name);
    let build = Step::plain(concurrently(&create_index(work.table, &index)))
        .demanding(demand)
        .or_else(format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"));
    if unique.is_index(work.engine) {
        return vec![build];
    }
    let timing = sql::timing(unique.timing);
    let attach = work.alter(&format!(
        "ADD CONSTRAINT {name} UNIQUE USING INDEX {name}{timing}"
    ));
    let attach = Step {
        done_if: Some(INDEX_IS_TAKEN),
        ..Step::plain(attach)
    };
    vec![build, attach]
}

/// PostgreSQL gives the new index the name of its constraint.
fn change_primary_key(
    work: &Context<'_>,
    columns: &[&str],
    demand: Option<Precondition>,
) -> Vec<Step> {
    let name = work.convention.primary_key(work.table);
    let (name, new) = (identifier(&name), identifier(&format!("{name}_new")));
    let (table, columns) = (identifier(work.table), identifiers(columns));
    let build = Step::plain(format!(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {new} ON {table} ({columns})"
    ))
    .demanding(demand)
    .or_else(format!("DROP INDEX CONCURRENTLY IF EXISTS {new}"));
    let replace = work.alter(&format!(
        "DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {new}"
    ));
    vec![build, Step::plain(replace)]
}

fn concurrently(create: &str) -> String {
    create.replacen("INDEX", "INDEX CONCURRENTLY IF NOT EXISTS", 1)
}

/// One statement that fills the rows without a value, a range of blocks at a time, and commits
/// each. Rows that programs add meanwhile are behind the others, where it comes to them too.
fn filled_in_batches(table: &str, column: &str, value: &str) -> String {
    let (name, table, column) = (
        literal(&identifier(table)),
        identifier(table),
        identifier(column),
    );
    format!(
        "-- lint: allow GW310: fills the rows in batches, and commits each
DO $fill$
DECLARE
    place bigint := 0;
    blocks bigint;
BEGIN
    LOOP
        SELECT coalesce(max(pg_relation_size(relid)), pg_relation_size({name}))
            / current_setting('block_size')::bigint
        INTO blocks FROM pg_partition_tree({name}) WHERE isleaf;
        EXIT WHEN place > blocks;
        UPDATE {table} SET {column} = {value}
        WHERE {column} IS NULL
            AND ctid >= format('(%s,0)', place)::tid
            AND ctid < format('(%s,0)', place + {BLOCKS})::tid;
        COMMIT;
        place := place + {BLOCKS};
    END LOOP;
END
$fill$"
    )
}
