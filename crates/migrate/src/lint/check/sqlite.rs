//! The hazards of SQLite.

use sqlparser::ast::{AlterTableOperation, ColumnDef, RenameTableNameKind, Statement};

use super::checker::Checker;
use crate::{
    definition::{Definition, last_part},
    lint::{known_schema::users, rules::sqlite, statements::ParsedStatement},
};
use groundwork_naming::Engine;

impl Checker<'_> {
    /// Checks the words of a statement.
    pub(super) fn sqlite_words(&mut self, statement: &ParsedStatement) {
        if !statement.begins(&["pragma", "foreign_keys", "="]) {
            return;
        }
        if self.scope.in_transaction {
            self.report(
                &sqlite::FOREIGN_KEYS_SWITCHED_IN_TRANSACTION,
                "this does nothing within a transaction".to_owned(),
            );
            return;
        }
        let value = statement.words.get(3).map_or("", String::as_str);
        self.scope.foreign_keys_off = ["off", "0", "false", "no"].contains(&value);
    }

    /// Checks a statement before it is taken over.
    pub(super) fn sqlite(&mut self, statement: &Statement) {
        let Statement::AlterTable(alter) = statement else {
            return;
        };
        let table = last_part(&alter.name);
        if alter.operations.len() > 1 {
            let message = format!("one ALTER makes {} changes", alter.operations.len());
            self.report(&sqlite::ALTER_THAT_SQLITE_LACKS, message);
        }
        for operation in &alter.operations {
            match operation {
                AlterTableOperation::AddColumn { column_def, .. } => {
                    self.added_on_sqlite(&table, column_def);
                }
                AlterTableOperation::DropColumn { column_names, .. } => {
                    for column in column_names {
                        self.dropped_on_sqlite(&table, &column.value);
                    }
                }
                AlterTableOperation::RenameColumn {
                    old_column_name: column,
                    ..
                } => {
                    self.renamed_on_sqlite(&[&table, &column.value]);
                }
                AlterTableOperation::RenameTable {
                    table_name: RenameTableNameKind::To(_),
                } => self.renamed_on_sqlite(&[&table]),
                other => {
                    let message = format!("SQLite has no ALTER TABLE … {other}");
                    self.report(&sqlite::ALTER_THAT_SQLITE_LACKS, message);
                }
            }
        }
    }

    fn added_on_sqlite(&mut self, table: &str, column: &ColumnDef) {
        let part = Definition::of_column(Engine::Sqlite, table, column).table;
        let Some(own) = part.columns.first() else {
            return;
        };
        let place = format!("{table}.{}", own.name);
        let default = own
            .default
            .as_deref()
            .filter(|sql| !sql.eq_ignore_ascii_case("null"));
        let generated = own.generated.as_ref();
        let is_refused = part.primary_key.is_some()
            || !part.uniques.is_empty()
            || !part.foreign_keys.is_empty() && default.is_some()
            || generated.is_some_and(|generated| generated.stored);
        if is_refused {
            let message = format!("SQLite refuses to add {place}");
            self.report(&sqlite::COLUMN_THAT_CANNOT_BE_ADDED, message);
        }
        if !own.nullable && default.is_none() && generated.is_none() {
            let message = format!("{place} is NOT NULL without a default");
            self.report(&sqlite::REQUIRED_COLUMN_WITHOUT_DEFAULT, message);
        }
        let is_computed = default.is_some_and(|sql| {
            !sql.starts_with('\'') && (sql.contains('(') || sql.to_lowercase().contains("current_"))
        });
        if is_computed && self.is_old(table) {
            let message = format!("the default of {place} is computed");
            self.report(&sqlite::COLUMN_WITH_COMPUTED_DEFAULT, message);
        }
    }

    fn dropped_on_sqlite(&mut self, table: &str, column: &str) {
        let mut all = self.known.mentioning(&[table, column]);
        if let Some(known) = self.known.table(table) {
            all.extend(users(known, column));
        }
        if !all.is_empty() {
            let message = format!("{table}.{column} is used by {}", all.join(", "));
            self.report(&sqlite::DROP_OF_USED_COLUMN, message);
        }
    }

    fn renamed_on_sqlite(&mut self, names: &[&str]) {
        let users = self.known.mentioning(names);
        if !users.is_empty() {
            let message = format!("{} is used by {}", names.join("."), users.join(", "));
            self.report(&sqlite::RENAME_UNDER_VIEW_OR_TRIGGER, message);
        }
    }

    /// A new table has got this name; if an old one had it, it was rebuilt.
    pub(super) fn rebuilt(&mut self, table: &str) {
        let dropped = &mut self.scope.dropped;
        let Some(place) = (dropped.iter()).position(|(_, name)| name.eq_ignore_ascii_case(table))
        else {
            return;
        };
        dropped.remove(place);
        if self.scope.is_file || self.large.contains(&table.to_lowercase()) {
            let message = format!("the table {table} is rebuilt, with every row");
            self.report(&sqlite::REBUILD_OF_TABLE, message);
        }
        if self.scope.is_file && !self.scope.foreign_keys_off {
            let message = format!("{table} is rebuilt while foreign keys are upheld");
            self.report(&sqlite::REBUILD_WITH_FOREIGN_KEYS_ON, message);
        }
    }
}
