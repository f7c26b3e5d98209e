//! The hazards of PostgreSQL.

use sqlparser::ast::{
    AlterColumnOperation, AlterTableOperation, CascadeOption, ColumnDef, Delete, DropBehavior,
    FromTable, ObjectType, Statement, TableConstraint,
};

use super::checker::{Checker, named};
use crate::{
    definition::{Definition, last_part},
    lint::{
        known_schema::{kind_of, proves, set_column, validate},
        rules::postgres,
        statements::ParsedStatement,
    },
};
use groundwork_naming::Engine;
use groundwork_schema::model::Column;

/// Functions whose value is the same throughout a statement. Any other is taken to be volatile.
const STABLE: &[&str] = &[
    "now",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtimestamp",
    "localtime",
    "transaction_timestamp",
    "statement_timestamp",
    "current_setting",
    "timezone",
    "cast",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "lower",
    "upper",
    "concat",
    "length",
    "substring",
    "trim",
    "round",
    "abs",
    "to_timestamp",
    "make_interval",
    "make_date",
    "date_trunc",
    "extract",
    "jsonb_build_object",
    "jsonb_build_array",
    "to_jsonb",
    "numeric",
    "decimal",
    "varchar",
    "char",
    "interval",
    "array",
    "row",
    "timestamp",
    "timestamptz",
    "date",
    "time",
    "bit",
];

impl Checker<'_> {
    /// Checks the words of a statement, also of one that the parser does not know.
    pub(super) fn postgres_words(&mut self, statement: &ParsedStatement) {
        if statement.has("lock_timeout") || statement.has("'lock_timeout'") {
            self.scope.has_lock_timeout = true;
        }
        let concurrently = statement.has_option("concurrently");
        self.domain(statement);
        self.partition(statement, concurrently);
        if concurrently && self.scope.in_transaction {
            self.report(
                &postgres::CONCURRENTLY_IN_TRANSACTION,
                "CONCURRENTLY within a transaction".to_owned(),
            );
        }
        if statement.begins(&["drop", "index"]) && !concurrently {
            self.drop_indexes(statement);
        }
        let rewrites = statement.begins(&["vacuum"]) && statement.has_option("full")
            || statement.begins(&["cluster"])
            || statement.begins(&["reindex"]) && !concurrently
            || statement.begins(&["refresh"]) && !concurrently && self.refreshes_old(statement);
        if rewrites {
            let words: Vec<&str> = statement.words.iter().take(3).map(String::as_str).collect();
            let message = format!(
                "{} writes anew under a lock",
                words.join(" ").to_uppercase()
            );
            self.report(&postgres::REWRITE_OF_TABLE, message);
        }
    }

    /// Whether a materialized view is refreshed that others see.
    fn refreshes_old(&self, statement: &ParsedStatement) -> bool {
        statement.name_after(3).is_none_or(|view| self.is_old(view))
    }

    /// A domain is a type of the columns of many tables, each of which a change of it reads.
    fn domain(&mut self, statement: &ParsedStatement) {
        let name = statement.name_after(2).unwrap_or_default().to_owned();
        let has = |words: &[&str]| statement.words.windows(words.len()).any(|at| at == words);
        if statement.begins(&["create", "domain"])
            && (statement.has("check") || has(&["not", "null"]))
        {
            self.known.domains.insert(name);
        } else if statement.begins(&["alter", "domain"]) {
            if has(&["add"]) && statement.has("check") && !has(&["not", "valid"]) {
                let message = format!("every table with a column of {name} is read under a lock");
                self.report(&postgres::CHECK_CHECKED_AT_ONCE, message);
            } else if has(&["set", "not", "null"]) {
                let message = format!("every table with a column of {name} is read under a lock");
                self.report(&postgres::NOT_NULL_BY_SCAN, message);
            }
        }
    }

    fn partition(&mut self, statement: &ParsedStatement, concurrently: bool) {
        let has = |words: &[&str]| statement.words.windows(words.len()).any(|at| at == words);
        let detaches = statement.begins(&["alter", "table"]) && has(&["detach", "partition"]);
        if detaches && !concurrently && !statement.has("finalize") {
            let message = "nobody reads or writes the whole table until it is detached".to_owned();
            self.report(&postgres::PARTITION_DETACHED_UNDER_LOCK, message);
        }
    }

    fn drop_indexes(&mut self, statement: &ParsedStatement) {
        let names = (statement.words.iter().skip(2))
            .filter(|word| !["if", "exists", ",", "cascade", "restrict"].contains(&word.as_str()));
        let names: Vec<String> = names.cloned().collect();
        let is_new = |name: &String| {
            self.known.tables.iter().any(|(table, known)| {
                let mut indexes = known.indexes.iter();
                indexes.any(|index| index.name.eq_ignore_ascii_case(name))
                    && self.scope.created.contains(table)
            })
        };
        if !names.iter().all(is_new) {
            let message = format!("the index {} is dropped under a lock", names.join(""));
            self.report(&postgres::INDEX_DROPPED_UNDER_LOCK, message);
        }
    }

    /// Checks a statement before it is taken over.
    pub(super) fn postgres(&mut self, statement: &Statement) {
        match statement {
            Statement::AlterTable(alter) => {
                let table = last_part(&alter.name);
                if self.is_old(&table) {
                    self.locks(&table);
                    for operation in &alter.operations {
                        self.alter_on_postgres(&table, operation);
                    }
                }
            }
            Statement::CreateIndex(index) => {
                let table = last_part(&index.table_name);
                if self.is_old(&table) && !index.concurrently {
                    let message = format!("nobody can write to {table} until the index is built");
                    self.report(&postgres::INDEX_BUILT_UNDER_LOCK, message);
                }
            }
            Statement::Drop {
                object_type,
                names,
                cascade,
                ..
            } => {
                let names: Vec<String> = names.iter().map(last_part).collect();
                if *cascade {
                    self.drop_cascade(&names.join(", "));
                }
                if *object_type == ObjectType::Table
                    && let Some(old) = names.iter().find(|name| self.is_old(name)).cloned()
                {
                    self.locks(&old);
                }
            }
            Statement::Truncate(truncate) if truncate.cascade == Some(CascadeOption::Cascade) => {
                let tables = truncate.table_names.iter();
                let tables: Vec<String> = tables.map(|table| last_part(&table.name)).collect();
                let message = format!("TRUNCATE … CASCADE empties more than {}", tables.join(", "));
                self.report(&postgres::TRUNCATE_CASCADE, message);
            }
            Statement::Update(update) => {
                if let Some(table) = named(&update.table) {
                    self.changes_rows(&table);
                }
            }
            Statement::Delete(Delete {
                from: FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from),
                ..
            }) => {
                if let Some(table) = from.first().and_then(named) {
                    self.changes_rows(&table);
                }
            }
            _ => {}
        }
    }

    /// A statement takes a lock on a table that others use.
    fn locks(&mut self, table: &str) {
        if self.scope.is_file && !self.scope.has_lock_timeout {
            self.scope.has_lock_timeout = true;
            let message = format!("the lock on {table} is waited for without end");
            self.report(&postgres::NO_LOCK_TIMEOUT, message);
        }
        if !self.scope.in_transaction {
            return;
        }
        if let Some(changed) = self.scope.changed_rows.take() {
            self.rows_changed(&changed, table);
        }
        (self.scope.altered).get_or_insert_with(|| table.to_owned());
    }

    fn changes_rows(&mut self, table: &str) {
        if !self.is_old(table) || !self.scope.in_transaction {
            return;
        }
        match self.scope.altered.clone() {
            Some(altered) => self.rows_changed(table, &altered),
            None => {
                (self.scope.changed_rows).get_or_insert_with(|| table.to_owned());
            }
        }
    }

    fn rows_changed(&mut self, table: &str, altered: &str) {
        let message =
            format!("rows of {table} are changed in the transaction that alters {altered}");
        self.report(&postgres::ROWS_CHANGED_WITH_TABLE, message);
    }

    fn drop_cascade(&mut self, what: &str) {
        let message = format!("whatever depends on {what} is dropped too");
        self.report(&postgres::DROP_CASCADE, message);
    }

    fn alter_on_postgres(&mut self, table: &str, operation: &AlterTableOperation) {
        match operation {
            AlterTableOperation::AddColumn { column_def, .. } => {
                self.added_column(table, column_def);
            }
            AlterTableOperation::AddConstraint {
                constraint,
                not_valid,
            } => self.added_constraint(table, constraint, *not_valid),
            AlterTableOperation::ValidateConstraint { name } => {
                let name = name.value.to_lowercase();
                validate(self.known.table_mut(table), &name);
                if self.scope.unchecked.contains(&name) {
                    let message = format!("{name} is validated under the lock that added it");
                    self.report(&postgres::VALIDATED_IN_SAME_TRANSACTION, message);
                }
            }
            AlterTableOperation::AlterColumn { column_name, op } => {
                self.altered_column(table, &column_name.value, op);
            }
            AlterTableOperation::RenameColumn {
                old_column_name, ..
            } => {
                let message = format!("the column {old_column_name} of {table} is renamed");
                self.report(&postgres::COLUMN_RENAMED, message);
            }
            AlterTableOperation::DropColumn {
                column_names,
                drop_behavior: Some(DropBehavior::Cascade),
                ..
            } => {
                for column in column_names {
                    self.drop_cascade(&format!("{table}.{}", column.value));
                }
            }
            AlterTableOperation::DropConstraint {
                name,
                drop_behavior: Some(DropBehavior::Cascade),
                ..
            } => self.drop_cascade(&name.value),
            _ => {}
        }
    }

    fn added_column(&mut self, table: &str, column: &ColumnDef) {
        let part = Definition::of_column(Engine::Postgres, table, column).table;
        let Some(own) = part.columns.first() else {
            return;
        };
        let place = format!("{table}.{}", own.name);
        if own.generated.is_some() {
            let message = format!("{place} is computed for every row at once");
            self.report(&postgres::STORED_COLUMN_ADDED, message);
        }
        for _ in 0..part.primary_key.iter().len() + part.uniques.len() {
            let message = format!("the index of {place} is built under a lock");
            self.report(&postgres::UNIQUE_WITHOUT_INDEX, message);
        }
        for key in &part.foreign_keys {
            self.checked_at_once(table, &format!("{place} refers to {}", key.table));
        }
        let domain = own.kind.rsplit('.').next().unwrap_or_default();
        if self.known.domains.contains(domain) {
            let message = format!("the check of the domain {} writes {place} anew", own.kind);
            self.report(&postgres::CHECK_CHECKED_AT_ONCE, message);
        }
        for _ in &part.checks {
            let message = format!("the check of {place} reads every row under a lock");
            self.report(&postgres::CHECK_CHECKED_AT_ONCE, message);
        }
        let default = own.default.as_deref();
        if own.numbering.is_some() || default.is_some_and(is_volatile) {
            let what = default.unwrap_or("a number");
            let message = format!("every row is written anew to give {place} {what}");
            self.report(&postgres::COLUMN_WITH_VOLATILE_DEFAULT, message);
        } else if !own.nullable && default.is_none() && own.generated.is_none() {
            let message = format!("{place} is NOT NULL, and old rows have nothing for it");
            self.report(&postgres::REQUIRED_COLUMN_WITHOUT_DEFAULT, message);
        }
    }

    fn checked_at_once(&mut self, table: &str, what: &str) {
        let message = format!("{what}; every row of {table} is read under locks");
        self.report(&postgres::FOREIGN_KEY_CHECKED_AT_ONCE, message);
    }

    fn added_constraint(&mut self, table: &str, constraint: &TableConstraint, not_valid: bool) {
        let name = match constraint {
            TableConstraint::ForeignKey(key) => &key.name,
            TableConstraint::Check(check) => &check.name,
            TableConstraint::Unique(_) | TableConstraint::PrimaryKey(_) => {
                let message = format!("its index on {table} is built under a lock");
                return self.report(&postgres::UNIQUE_WITHOUT_INDEX, message);
            }
            TableConstraint::Exclude(_) => {
                let message = format!("its index on {table} is built under a lock");
                return self.report(&postgres::EXCLUSION_ON_EXISTING_TABLE, message);
            }
            _ => return,
        };
        let name = name.as_ref().map(|name| name.value.to_lowercase());
        let shown = name.as_deref().unwrap_or("it").to_owned();
        match (constraint, not_valid) {
            (_, true) => {
                if self.scope.in_transaction {
                    self.scope.unchecked.extend(name);
                }
            }
            (TableConstraint::ForeignKey(_), false) => {
                self.checked_at_once(table, &format!("{shown} is not NOT VALID"));
            }
            (_, false) => {
                let message = format!("{shown} reads every row of {table} under a lock");
                self.report(&postgres::CHECK_CHECKED_AT_ONCE, message);
            }
        }
    }

    fn altered_column(&mut self, table: &str, column: &str, operation: &AlterColumnOperation) {
        match operation {
            AlterColumnOperation::SetNotNull => {
                let is_proven = (self.known.table(table))
                    .is_some_and(|known| proves(Engine::Postgres, known, column));
                if !is_proven {
                    let message = format!("every row of {table} is read to find {column} empty");
                    self.report(&postgres::NOT_NULL_BY_SCAN, message);
                }
            }
            AlterColumnOperation::DropNotNull => {
                let message = format!("{table}.{column} may be NULL from now on");
                self.report(&postgres::NOT_NULL_DROPPED, message);
            }
            AlterColumnOperation::SetDataType { data_type, .. } => {
                let new = data_type.to_string().to_lowercase();
                let old = (self.known.table(table)).and_then(|known| kind_of(known, column));
                if !old.is_some_and(|old| is_widening(old, &new)) {
                    let message = format!("{table}.{column} becomes {new}, row by row");
                    self.report(&postgres::CHANGE_OF_TYPE, message);
                }
                set_column(self.known.table_mut(table), Column::new(column, new));
            }
            _ => {}
        }
    }

    /// Reports the renamed tables whose old name no view has.
    pub(super) fn postgres_end(&mut self) {
        for (at, table) in std::mem::take(&mut self.scope.renamed) {
            if !self.scope.views.contains(&table.to_lowercase()) {
                self.at = at;
                let message = format!("the table {table} is renamed");
                self.report(&postgres::TABLE_RENAMED, message);
            }
        }
    }
}

/// Whether a default calls a function that may answer differently from row to row.
fn is_volatile(default: &str) -> bool {
    let default = default.to_lowercase();
    let mut before = String::new();
    let mut in_literal = false;
    for c in default.chars() {
        in_literal ^= c == '\'';
        let ends_word = !(c.is_alphanumeric() || c == '_');
        if c == '(' && !in_literal && !before.is_empty() && !STABLE.contains(&before.as_str()) {
            return true;
        }
        if ends_word {
            before.clear();
        } else {
            before.push(c);
        }
    }
    false
}

/// Whether every value of the old type is one of the new type as it is stored.
fn is_widening(old: &str, new: &str) -> bool {
    let limit = |kind: &str| -> Option<Option<u64>> {
        if kind == "text" {
            return Some(None);
        }
        let rest = kind
            .strip_prefix("varchar")
            .or_else(|| kind.strip_prefix("character varying"))?;
        let digits = rest.trim_matches(['(', ')']);
        Some(digits.parse().ok())
    };
    match (limit(old), limit(new)) {
        (Some(_), Some(None)) => true,
        (Some(Some(old)), Some(Some(new))) => old <= new,
        _ => false,
    }
}
