//! Looks at statements, one after the other, with what those before them have made in mind.

mod postgres;
mod sqlite;
mod table;

use std::collections::BTreeSet;

use sqlparser::ast::{
    AlterTable, AlterTableOperation, CreateIndex, Expr, FromTable, ObjectType, RenameTableNameKind,
    Statement, TableFactor, TableWithJoins,
};

use super::{
    rules::{Rule, both},
    shape::{Shape, key_of, last},
    split::Piece,
    world::{Index, Program, World},
};
use groundwork_naming::Convention;
use groundwork_naming::Engine;

/// Something that a rule has found.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) rule: &'static Rule,
    /// The number of the statement, from 0; `None`: the whole.
    pub(super) at: Option<usize>,
    pub(super) message: String,
}

/// Where statements come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A migration, which the runner runs.
    Migration { is_transactional: bool },
    /// A file, which anything may run.
    File,
}

/// Knows what the statements so far have made.
pub(super) struct Checker<'a> {
    pub(super) engine: Engine,
    convention: &'a Convention,
    world: World,
    scope: Scope,
    hits: Vec<Hit>,
    at: usize,
}

/// What is known of one migration or file.
#[derive(Debug, Default)]
struct Scope {
    is_file: bool,
    in_transaction: bool,
    /// Tables that nobody else has seen yet.
    created: BTreeSet<String>,
    /// What was added, and by which statement.
    shapes: Vec<(usize, Shape)>,
    dropped: Vec<(usize, String)>,
    renamed: Vec<(usize, String)>,
    views: BTreeSet<String>,
    foreign_keys_off: bool,
    has_lock_timeout: bool,
    /// In the transaction that is open.
    altered: Option<String>,
    changed_rows: Option<String>,
    unchecked: BTreeSet<String>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(engine: Engine, convention: &'a Convention) -> Self {
        Self {
            engine,
            convention,
            world: World::default(),
            scope: Scope::default(),
            hits: Vec::new(),
            at: 0,
        }
    }

    /// Looks at the statements of a migration or file, after those before it.
    pub(super) fn run(&mut self, origin: Origin, pieces: &[Piece]) -> Vec<Hit> {
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
        for (at, piece) in pieces.iter().enumerate() {
            self.at = at;
            self.piece(piece);
        }
        self.end();
        std::mem::take(&mut self.hits)
    }

    /// Looks at a table of a live catalog.
    pub(super) fn live_table(&mut self, shape: &Shape) -> Vec<Hit> {
        self.scope = Scope::default();
        self.columns(shape);
        self.names(shape);
        self.foreign_keys(shape);
        std::mem::take(&mut self.hits)
    }

    /// Takes over an index of a live catalog, and looks at its name.
    pub(super) fn live_index(&mut self, table: &str, name: &str, unique: bool, index: Index) {
        self.index_name(table, name, unique, &index.columns);
        (self.world.table(table).indexes).insert(name.to_lowercase(), index);
    }

    /// Takes over a table of a live catalog.
    pub(super) fn learn(&mut self, shape: &Shape) {
        self.world.add(shape);
    }

    fn hit(&mut self, rule: &'static Rule, message: String) {
        let at = Some(self.at);
        self.hits.push(Hit { rule, at, message });
    }

    /// Whether others can see this table.
    fn is_old(&self, table: &str) -> bool {
        !self.scope.created.contains(&table.to_lowercase())
    }

    fn piece(&mut self, piece: &Piece) {
        self.transaction(piece);
        match self.engine {
            Engine::Postgres => self.postgres_words(piece),
            Engine::Sqlite => self.sqlite_words(piece),
        }
        match &piece.parsed {
            Ok(statement) => {
                match self.engine {
                    Engine::Postgres => self.postgres(statement),
                    Engine::Sqlite => self.sqlite(statement),
                }
                self.statement(statement, piece);
            }
            Err(why) if !is_harmless(piece) => {
                self.hit(
                    &both::NOT_UNDERSTOOD,
                    format!("the parser does not understand this: {why}"),
                );
            }
            Err(_) => {}
        }
        self.programs(piece);
    }

    fn transaction(&mut self, piece: &Piece) {
        let begins = piece.begins(&["begin"]) || piece.begins(&["start", "transaction"]);
        let ends = piece.begins(&["commit"])
            || piece.begins(&["end"])
            || piece.begins(&["rollback"]) && !piece.has("to");
        if begins || ends {
            self.scope.in_transaction = begins;
        }
        if !self.scope.in_transaction {
            self.scope.altered = None;
            self.scope.changed_rows = None;
            self.scope.unchecked.clear();
        }
    }

    /// What holds on both engines, and what the statement makes.
    fn statement(&mut self, statement: &Statement, piece: &Piece) {
        match statement {
            Statement::CreateTable(table) => {
                let shape = Shape::of_create(table);
                self.scope.created.insert(shape.table.to_lowercase());
                self.add(shape);
            }
            Statement::CreateView(view) => {
                let name = last(&view.name).to_lowercase();
                self.scope.views.insert(name.clone());
                self.scope.created.insert(name);
            }
            Statement::CreateIndex(index) => self.create_index(index, piece),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::Drop {
                object_type, names, ..
            } => {
                for name in names {
                    self.drop_object(*object_type, &last(name));
                }
            }
            Statement::Truncate(truncate) => {
                for table in &truncate.table_names {
                    self.delete_all(&last(&table.name));
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

    fn add(&mut self, shape: Shape) {
        self.columns(&shape);
        self.world.add(&shape);
        self.scope.shapes.push((self.at, shape));
    }

    fn delete_all(&mut self, table: &str) {
        if self.is_old(table) {
            self.hit(
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
                self.world.drop_table(name);
            }
            ObjectType::Index => self.world.drop_index(name),
            ObjectType::View | ObjectType::MaterializedView => {
                self.world.programs.remove(&name.to_lowercase());
            }
            _ => {}
        }
    }

    fn create_index(&mut self, index: &CreateIndex, piece: &Piece) {
        let table = last(&index.table_name);
        let columns: Vec<String> = index.columns.iter().map(key_of).collect();
        let Some(name) = index.name.as_ref().map(last) else {
            let message = format!("an index of {table} has no name");
            return self.hit(&both::NAME_OUTSIDE_CONVENTION, message);
        };
        self.index_name(&table, &name, index.unique, &columns);
        let is_whole = index.predicate.as_ref().is_none_or(
            |predicate| matches!(predicate, Expr::IsNotNull(of) if columns == [of.to_string()]),
        );
        let index = Index {
            columns,
            words: piece.words.iter().cloned().collect(),
            is_whole,
        };
        (self.world.table(&table).indexes).insert(name.to_lowercase(), index);
    }

    fn alter_table(&mut self, alter: &AlterTable) {
        let table = last(&alter.name);
        for operation in &alter.operations {
            self.alter(&table, operation);
        }
    }

    fn alter(&mut self, table: &str, operation: &AlterTableOperation) {
        match operation {
            AlterTableOperation::AddColumn { column_def, .. } => {
                self.add(Shape::of_column(table, column_def));
            }
            AlterTableOperation::AddConstraint { constraint, .. } => {
                self.add(Shape::of_constraint(table, constraint));
            }
            AlterTableOperation::DropConstraint { name, .. } => {
                let known = self.world.table(table);
                (known.constraints).retain(|other| other.name.as_ref() != Some(&name.value));
            }
            AlterTableOperation::DropColumn { column_names, .. } => {
                for column in column_names {
                    if self.is_old(table) {
                        self.hit(
                            &both::COLUMN_DROPPED,
                            format!("the column {} of {table} is dropped", column.value),
                        );
                    }
                    let known = self.world.table(table);
                    known.kinds.remove(&column.value.to_lowercase());
                }
            }
            AlterTableOperation::RenameTable {
                table_name: RenameTableNameKind::To(to) | RenameTableNameKind::As(to),
            } => self.rename_table(table, &last(to)),
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
        for (_, shape) in &mut self.scope.shapes {
            if shape.table.eq_ignore_ascii_case(from) {
                to.clone_into(&mut shape.table);
            }
        }
        self.world.rename(from, to);
    }

    /// Views and triggers, which no rule is about, but which others depend on.
    fn programs(&mut self, piece: &Piece) {
        if !piece.begins(&["create"]) {
            if piece.begins(&["drop", "trigger"]) {
                let name = piece
                    .words
                    .iter()
                    .skip(2)
                    .find(|word| !["if", "exists"].contains(&word.as_str()));
                name.map(|name| self.world.programs.remove(name));
            }
            return;
        }
        let head: Vec<&str> = piece.words.iter().take(8).map(String::as_str).collect();
        let Some(kind) = ["trigger", "view"]
            .into_iter()
            .find(|kind| (head.iter().take(4)).any(|word| word == kind))
        else {
            return;
        };
        let name = (head.iter())
            .skip_while(|word| **word != kind)
            .skip(1)
            .find(|word| !["if", "not", "exists"].contains(word));
        let on = (piece.words.iter().skip_while(|word| *word != "on").nth(1))
            .filter(|_| kind == "trigger")
            .cloned();
        if let Some(name) = name {
            let words = piece.words.iter().cloned().collect();
            let program = Program { kind, on, words };
            self.world.programs.insert((*name).to_owned(), program);
        }
    }

    /// What only the whole tells.
    fn end(&mut self) {
        for (at, table) in std::mem::take(&mut self.scope.dropped) {
            self.at = at;
            self.hit(
                &both::TABLE_DROPPED,
                format!("the table {table} is dropped"),
            );
        }
        if self.engine == Engine::Postgres {
            self.postgres_end();
        }
        for (at, shape) in std::mem::take(&mut self.scope.shapes) {
            self.at = at;
            self.names(&shape);
            self.foreign_keys(&shape);
        }
    }
}

/// The name of a table that a statement changes.
fn named(table: &TableWithJoins) -> Option<String> {
    match &table.relation {
        TableFactor::Table { name, .. } => Some(last(name)),
        _ => None,
    }
}

/// Statements that no rule is about, and that the parser does not know in every form.
fn is_harmless(piece: &Piece) -> bool {
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
        // What is in its parentheses is its module's business.
        &["create", "virtual", "table"],
    ];
    let makes_program = piece.begins(&["create"])
        && (piece.words.iter().take(5))
            .any(|word| ["trigger", "function", "procedure"].contains(&word.as_str()));
    makes_program || KNOWN.iter().any(|words| piece.begins(words))
}
