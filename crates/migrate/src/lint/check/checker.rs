//! Checks statements, one after the other, against what those before them have made.

use std::collections::BTreeSet;

use sqlparser::ast::{
    AlterTable, AlterTableOperation, CreateIndex, FromTable, ObjectType, RenameTableNameKind,
    Statement, TableFactor, TableWithJoins,
};

use super::{
    diagnostic::Diagnostic,
    scope::{Origin, Scope},
};
use crate::{
    definition::{self, Definition, last_part},
    lint::{
        known_schema::{KnownSchema, Program, drop_column, drop_constraint},
        rules::{Rule, both},
        statements::ParsedStatement,
    },
};
use groundwork_naming::{Convention, Engine};
use groundwork_schema::model::Table;

/// Knows what the statements so far have made.
pub(in crate::lint) struct Checker<'a> {
    pub(in crate::lint) engine: Engine,
    pub(super) convention: &'a Convention,
    pub(super) known: KnownSchema,
    pub(super) scope: Scope,
    pub(super) at: usize,
    /// The tables that are large, in lowercase. What a file is about may be of any size.
    pub(super) large: BTreeSet<String>,
    found: Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    pub(in crate::lint) fn new(engine: Engine, convention: &'a Convention) -> Self {
        Self {
            engine,
            convention,
            known: KnownSchema::default(),
            scope: Scope::default(),
            at: 0,
            large: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Knows which tables are large, by their names in lowercase.
    pub(in crate::lint) fn knowing_large(self, large: &BTreeSet<String>) -> Self {
        let large = large.clone();
        Self { large, ..self }
    }

    /// Checks the statements of a migration or file, after those before it.
    pub(in crate::lint) fn run(
        &mut self,
        origin: Origin,
        statements: &[ParsedStatement],
    ) -> Vec<Diagnostic> {
        self.scope = Scope {
            is_file: origin == Origin::File,
            in_transaction: matches!(
                origin,
                Origin::Migration {
                    is_transactional: true
                }
            ),
            ..Scope::default()
        };
        for (at, statement) in statements.iter().enumerate() {
            self.at = at;
            self.check(statement);
        }
        self.end();
        std::mem::take(&mut self.found)
    }

    /// Checks a table of a live catalog.
    pub(in crate::lint) fn live_table(&mut self, table: &Table) -> Vec<Diagnostic> {
        self.scope = Scope::default();
        for index in &table.indexes {
            self.index_name(&table.name, index);
        }
        self.known.add(table);
        self.columns(table);
        self.names(table);
        self.foreign_keys(table);
        std::mem::take(&mut self.found)
    }

    pub(super) fn report(&mut self, rule: &'static Rule, message: String) {
        let at = Some(self.at);
        self.found.push(Diagnostic { rule, at, message });
    }

    /// Whether others can see this table.
    pub(super) fn is_old(&self, table: &str) -> bool {
        !self.scope.created.contains(&table.to_lowercase())
    }

    fn check(&mut self, statement: &ParsedStatement) {
        self.transaction(statement);
        if statement.begins(&["drop", "database"]) {
            let message = format!("a database is dropped: {}", statement.text);
            self.report(&both::TABLE_DROPPED, message);
        }
        match self.engine {
            Engine::Postgres => self.postgres_words(statement),
            Engine::Sqlite => self.sqlite_words(statement),
        }
        match &statement.parsed {
            Ok(parsed) => {
                match self.engine {
                    Engine::Postgres => self.postgres(parsed),
                    Engine::Sqlite => self.sqlite(parsed),
                }
                self.take_over(parsed);
            }
            Err(why) if !is_harmless(statement) => {
                self.report(
                    &both::NOT_UNDERSTOOD,
                    format!("the parser does not understand this: {why}"),
                );
            }
            Err(_) => {}
        }
        self.programs(statement);
    }

    fn transaction(&mut self, statement: &ParsedStatement) {
        let begins = statement.begins(&["begin"]) || statement.begins(&["start", "transaction"]);
        let ends = statement.begins(&["commit"])
            || statement.begins(&["end"])
            || statement.begins(&["rollback"]) && !statement.has("to");
        if begins || ends {
            self.scope.in_transaction = begins;
            self.scope.begun = begins.then_some(self.at);
        }
        if !self.scope.in_transaction {
            self.scope.altered = None;
            self.scope.changed_rows = None;
            self.scope.unchecked.clear();
        }
    }

    /// What holds on both engines, and what the statement makes.
    fn take_over(&mut self, statement: &Statement) {
        match statement {
            Statement::CreateTable(table) => {
                let table = Definition::of_table(self.engine, table).table;
                self.scope.created.insert(table.name.to_lowercase());
                self.add(table);
            }
            Statement::CreateView(view) => {
                let name = last_part(&view.name).to_lowercase();
                self.scope.views.insert(name.clone());
                self.scope.created.insert(name);
            }
            Statement::CreateIndex(index) => self.create_index(index),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::Drop {
                object_type, names, ..
            } => {
                for name in names {
                    self.drop_object(*object_type, &last_part(name));
                }
            }
            Statement::Truncate(truncate) => {
                for table in &truncate.table_names {
                    self.delete_all(&last_part(&table.name));
                }
            }
            Statement::Delete(delete) if delete.selection.is_none() => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) =
                    &delete.from;
                for table in from.iter().filter_map(named) {
                    self.delete_all(&table);
                }
            }
            _ => {}
        }
    }

    /// Takes over a table, or the part of one that a statement adds.
    fn add(&mut self, part: Table) {
        self.columns(&part);
        self.known.add(&part);
        self.scope.added.push((self.at, part));
    }

    fn delete_all(&mut self, table: &str) {
        if self.is_old(table) {
            self.report(
                &both::ROWS_DELETED,
                format!("every row of {table} is deleted"),
            );
        }
    }

    fn drop_object(&mut self, kind: ObjectType, name: &str) {
        match kind {
            ObjectType::Table => {
                if self.is_old(name) {
                    self.scope.dropped.push((self.at, name.to_owned()));
                }
                self.scope.created.remove(&name.to_lowercase());
                self.known.drop_table(name);
            }
            ObjectType::Index => self.known.drop_index(name),
            ObjectType::View | ObjectType::MaterializedView => {
                self.known.programs.remove(&name.to_lowercase());
            }
            _ => {}
        }
    }

    fn create_index(&mut self, created: &CreateIndex) {
        let table = last_part(&created.table_name);
        let index = definition::index(self.engine, created);
        if index.name.is_empty() {
            let message = format!("an index of {table} has no name");
            return self.report(&both::NAME_OUTSIDE_CONVENTION, message);
        }
        self.index_name(&table, &index);
        let indexes = &mut self.known.table_mut(&table).indexes;
        indexes.retain(|other| !other.name.eq_ignore_ascii_case(&index.name));
        indexes.push(index);
    }

    fn alter_table(&mut self, alter: &AlterTable) {
        let table = last_part(&alter.name);
        for operation in &alter.operations {
            self.alter(&table, operation);
        }
    }

    fn alter(&mut self, table: &str, operation: &AlterTableOperation) {
        match operation {
            AlterTableOperation::AddColumn { column_def, .. } => {
                let definition = Definition::of_column(self.engine, table, column_def);
                self.add(definition.table);
            }
            AlterTableOperation::AddConstraint {
                constraint,
                not_valid,
            } => {
                let definition =
                    Definition::of_constraint(self.engine, table, constraint, !not_valid);
                self.add(definition.table);
            }
            AlterTableOperation::DropConstraint { name, .. } => {
                drop_constraint(self.known.table_mut(table), &name.value);
            }
            AlterTableOperation::DropColumn { column_names, .. } => {
                for column in column_names {
                    if self.is_old(table) {
                        self.report(
                            &both::COLUMN_DROPPED,
                            format!("the column {} of {table} is dropped", column.value),
                        );
                    }
                    drop_column(self.known.table_mut(table), &column.value);
                }
            }
            AlterTableOperation::RenameTable {
                table_name: RenameTableNameKind::To(to) | RenameTableNameKind::As(to),
            } => self.rename_table(table, &last_part(to)),
            _ => {}
        }
    }

    fn rename_table(&mut self, from: &str, to: &str) {
        if self.is_old(from) {
            self.scope.renamed.push((self.at, from.to_owned()));
        } else {
            self.scope.created.insert(to.to_lowercase());
            if self.engine == Engine::Sqlite {
                self.rebuilt(to);
            }
        }
        for (_, part) in &mut self.scope.added {
            if part.name.eq_ignore_ascii_case(from) {
                to.clone_into(&mut part.name);
            }
        }
        self.known.rename(from, to);
    }

    /// Views and triggers, which no rule is about, but which others depend on.
    fn programs(&mut self, statement: &ParsedStatement) {
        if !statement.begins(&["create"]) {
            if statement.begins(&["drop", "trigger"]) {
                let name = statement
                    .words
                    .iter()
                    .skip(2)
                    .find(|word| !["if", "exists"].contains(&word.as_str()));
                name.map(|name| self.known.programs.remove(name));
            }
            return;
        }
        let place = |kind: &str| statement.words.iter().take(4).position(|word| word == kind);
        let Some((kind, at)) = ["trigger", "view"]
            .into_iter()
            .find_map(|kind| Some((kind, place(kind)?)))
        else {
            return;
        };
        let name = statement.name_after(at + 1).map(str::to_owned);
        if kind == "view" {
            self.scope.created.extend(name.clone());
        }
        let on = (statement
            .words
            .iter()
            .skip_while(|word| *word != "on")
            .nth(1))
        .filter(|_| kind == "trigger")
        .cloned();
        if let Some(name) = name {
            let words = statement.words.iter().cloned().collect();
            let program = Program { kind, on, words };
            self.known.programs.insert(name, program);
        }
    }

    /// Checks what only the whole shows.
    fn end(&mut self) {
        if let Some(at) = self.scope.begun.take().filter(|_| self.scope.is_file) {
            self.at = at;
            let message = "the transaction that this begins has no COMMIT".to_owned();
            self.report(&both::TRANSACTION_LEFT_OPEN, message);
        }
        for (at, table) in std::mem::take(&mut self.scope.dropped) {
            self.at = at;
            self.report(
                &both::TABLE_DROPPED,
                format!("the table {table} is dropped"),
            );
        }
        if self.engine == Engine::Postgres {
            self.postgres_end();
        }
        for (at, part) in std::mem::take(&mut self.scope.added) {
            self.at = at;
            self.names(&part);
            self.foreign_keys(&part);
        }
    }
}

/// ALTER TABLE in the forms that change neither rows nor columns, and those that rules know by
/// their words.
fn is_setting_of_table(statement: &ParsedStatement) -> bool {
    const FORMS: &[&[&str]] = &[
        &["owner", "to"],
        &["attach", "partition"],
        &["detach", "partition"],
        &["set", "statistics"],
        &["set", "storage"],
        &["set", "compression"],
        &["set", "("],
        &["reset", "("],
        &["cluster", "on"],
        &["replica", "identity"],
        &["row", "level", "security"],
        &["enable", "trigger"],
        &["disable", "trigger"],
        &["enable", "always", "trigger"],
        &["enable", "replica", "trigger"],
        &["enable", "rule"],
        &["disable", "rule"],
        &["add", "generated"],
        &["inherit"],
        &["no", "inherit"],
        &["set", "schema"],
    ];
    let has = |form: &&[&str]| {
        statement
            .words
            .windows(form.len())
            .any(|words| words == *form)
    };
    statement.begins(&["alter", "table"]) && FORMS.iter().any(has)
        || statement.begins(&["alter", "foreign", "table"])
}

/// The name of a table that a statement changes.
pub(super) fn named(table: &TableWithJoins) -> Option<String> {
    match &table.relation {
        TableFactor::Table { name, .. } => Some(last_part(name)),
        _ => None,
    }
}

/// Statements that no rule is about, and that the parser does not know in every form.
fn is_harmless(statement: &ParsedStatement) -> bool {
    const KNOWN: &[&[&str]] = &[
        &["analyze"],
        &["vacuum"],
        &["reindex"],
        &["cluster"],
        &["refresh"],
        &["pragma"],
        &["comment"],
        &["grant"],
        &["revoke"],
        &["drop", "index"],
        &["drop", "trigger"],
        &["drop", "function"],
        &["drop", "database"],
        &["alter", "domain"],
        &["create", "domain"],
        // The rest of what pg_dump writes.
        &["set"],
        &["copy"],
        &["security", "label"],
        &["alter", "default", "privileges"],
        &["alter", "sequence"],
        &["alter", "index"],
        &["alter", "view"],
        &["alter", "materialized", "view"],
        &["alter", "function"],
        &["alter", "procedure"],
        &["alter", "aggregate"],
        &["alter", "operator"],
        &["alter", "type"],
        &["alter", "schema"],
        &["alter", "extension"],
        &["alter", "database"],
        &["alter", "large"],
        &["alter", "text"],
        &["alter", "collation"],
        &["alter", "conversion"],
        &["alter", "event"],
        &["alter", "foreign"],
        &["alter", "language"],
        &["alter", "policy"],
        &["alter", "publication"],
        &["alter", "subscription"],
        &["alter", "server"],
        &["alter", "statistics"],
        &["alter", "user"],
        &["create", "aggregate"],
        &["create", "operator"],
        &["create", "rule"],
        &["create", "event"],
        &["create", "publication"],
        &["create", "subscription"],
        &["create", "statistics"],
        &["create", "text"],
        &["create", "collation"],
        &["create", "conversion"],
        &["create", "cast"],
        &["create", "type"],
        &["create", "sequence"],
        &["create", "server"],
        &["create", "foreign"],
        &["create", "user", "mapping"],
        &["create", "policy"],
        &["create", "access"],
        &["create", "language"],
        &["create", "transform"],
        &["create", "extension"],
        &["create", "database"],
        &["create", "materialized"],
        &["create", "view"],
        &["create", "or", "replace", "view"],
        // What is in its parentheses is its module's business.
        &["create", "virtual", "table"],
    ];
    let makes_program = statement.begins(&["create"])
        && (statement.words.iter().take(5))
            .any(|word| ["trigger", "function", "procedure"].contains(&word.as_str()));
    makes_program
        || is_setting_of_table(statement)
        || KNOWN.iter().any(|words| statement.begins(words))
}
