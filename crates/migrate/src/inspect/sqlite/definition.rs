//! What the text of a `CREATE TABLE` or `CREATE INDEX` says beyond SQLite's pragmas.

use std::{collections::HashMap, ops::ControlFlow};

use sqlparser::{
    ast::{
        self, ColumnOption, ConstraintCharacteristics, DeferrableInitial, Expr, OrderBySort,
        ReferentialAction, Statement, TableConstraint,
    },
    dialect::SQLiteDialect,
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Action, Check, ForeignKey, Index, IndexKey, IndexedBy, Numbering, Timing, Unique},
    sql::normal,
};

/// The constraints of a table with their names, and what its columns say of themselves.
#[derive(Debug, Default)]
pub(super) struct Definition {
    /// Whether the whole text was understood.
    pub(super) is_whole: bool,
    pub(super) primary_key_name: Option<String>,
    pub(super) uniques: Vec<Unique>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    pub(super) checks: Vec<Check>,
    /// By name, in small letters.
    pub(super) columns: HashMap<String, Said>,
    /// What was understood and has no place in the model.
    pub(super) unsupported: Vec<&'static str>,
}

/// What a column says of itself.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) generated: Option<String>,
    pub(super) numbering: Option<Numbering>,
    pub(super) collation: Option<String>,
}

impl Definition {
    /// Reads the text of a `CREATE TABLE`; `None` if the parser does not understand it.
    pub(super) fn parse(sql: &str) -> Option<Self> {
        let Statement::CreateTable(table) = statement(&up_to_last_column(sql)?)? else {
            return None;
        };
        let mut definition = Self {
            is_whole: true,
            ..Self::default()
        };
        for column in table.columns {
            definition.column(column);
        }
        for constraint in table.constraints {
            definition.constraint(constraint);
        }
        Some(definition)
    }

    fn column(&mut self, column: ast::ColumnDef) {
        let own = column.name.value;
        let mut said = Said::default();
        for ast::ColumnOptionDef { name, option } in column.options {
            let name = name.map(|name| name.value);
            match option {
                ColumnOption::PrimaryKey(_) => self.primary_key_name = name,
                ColumnOption::Unique(unique) => self.uniques.push(Unique {
                    name,
                    columns: vec![own.clone()],
                    timing: timing(unique.characteristics),
                }),
                ColumnOption::ForeignKey(key) => {
                    self.foreign_key(name, vec![own.clone()], key);
                }
                ColumnOption::Check(check) => self.check(name, &check.expr),
                ColumnOption::Generated {
                    generation_expr: Some(expression),
                    ..
                } => said.generated = Some(normal(Engine::Sqlite, &expression.to_string())),
                ColumnOption::Collation(collation) => said.collation = Some(collation.to_string()),
                ColumnOption::DialectSpecific(tokens) if is_autoincrement(&tokens) => {
                    said.numbering = Some(Numbering::Autoincrement);
                }
                ColumnOption::OnConflict(_) => self.unsupported.push("an ON CONFLICT of table"),
                _ => {}
            }
        }
        self.columns.insert(own.to_lowercase(), said);
    }

    fn constraint(&mut self, constraint: TableConstraint) {
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                self.primary_key_name = key.name.map(|name| name.value);
            }
            TableConstraint::Unique(unique) => self.uniques.push(Unique {
                name: unique.name.map(|name| name.value),
                columns: unique
                    .columns
                    .iter()
                    .map(|column| name_of(&column.column.expr))
                    .collect(),
                timing: timing(unique.characteristics),
            }),
            TableConstraint::ForeignKey(mut key) => {
                let name = key.name.take().map(|name| name.value);
                let columns = std::mem::take(&mut key.columns);
                let columns = columns.into_iter().map(|column| column.value).collect();
                self.foreign_key(name, columns, key);
            }
            TableConstraint::Check(check) => {
                self.check(check.name.map(|name| name.value), &check.expr);
            }
            _ => self.unsupported.push("a constraint of table"),
        }
    }

    fn foreign_key(
        &mut self,
        name: Option<String>,
        columns: Vec<String>,
        key: ast::ForeignKeyConstraint,
    ) {
        let referred = key.referred_columns.into_iter();
        self.foreign_keys.push(ForeignKey {
            name,
            columns,
            table: last_part(&key.foreign_table),
            referred_columns: referred.map(|column| column.value).collect(),
            on_delete: action(key.on_delete),
            on_update: action(key.on_update),
            timing: timing(key.characteristics),
            valid: true,
        });
    }

    fn check(&mut self, name: Option<String>, expression: &Expr) {
        self.checks.push(Check {
            name,
            expression: normal(Engine::Sqlite, &expression.to_string()),
            valid: true,
        });
    }
}

/// Reads the text of a `CREATE INDEX`; `None` if the parser does not understand it.
pub(super) fn index(sql: &str) -> Option<Index> {
    let Statement::CreateIndex(index) = statement(sql)? else {
        return None;
    };
    Some(Index {
        name: index.name.as_ref().map(last_part).unwrap_or_default(),
        unique: index.unique,
        method: "btree".to_owned(),
        keys: index
            .columns
            .into_iter()
            .map(|column| key(column.column))
            .collect(),
        include: Vec::new(),
        predicate: index
            .predicate
            .map(|predicate| normal(Engine::Sqlite, &predicate.to_string())),
        valid: true,
    })
}

fn key(key: ast::OrderByExpr) -> IndexKey {
    let descending = matches!(key.options.sort, Some(OrderBySort::Desc));
    let (expression, collation) = match key.expr {
        Expr::Collate { expr, collation } => (*expr, Some(collation.to_string())),
        expression => (expression, None),
    };
    IndexKey {
        of: match expression {
            Expr::Identifier(name) => IndexedBy::Column(name.value),
            expression => IndexedBy::Expression(normal(Engine::Sqlite, &expression.to_string())),
        },
        descending,
        collation,
        options: None,
    }
}

fn statement(sql: &str) -> Option<Statement> {
    let statements = Parser::parse_sql(&SQLiteDialect {}, sql).ok()?;
    statements.into_iter().next()
}

/// The text up to the parenthesis that closes the list of columns: what stands behind it is told
/// by a pragma.
fn up_to_last_column(sql: &str) -> Option<String> {
    let tokens = Tokenizer::new(&SQLiteDialect {}, sql)
        .with_unescape(false)
        .tokenize()
        .ok()?;
    let mut text = String::with_capacity(sql.len());
    let whole = tokens.iter().try_fold(0_usize, |depth, token| {
        text.push_str(&token.to_string());
        match token {
            Token::LParen => ControlFlow::Continue(depth + 1),
            Token::RParen if depth <= 1 => ControlFlow::Break(()),
            Token::RParen => ControlFlow::Continue(depth - 1),
            _ => ControlFlow::Continue(depth),
        }
    });
    whole.is_break().then_some(text)
}

fn action(action: Option<ReferentialAction>) -> Action {
    match action {
        Some(ReferentialAction::Restrict) => Action::Restrict,
        Some(ReferentialAction::Cascade) => Action::Cascade,
        Some(ReferentialAction::SetNull) => Action::SetNull,
        Some(ReferentialAction::SetDefault) => Action::SetDefault,
        Some(ReferentialAction::NoAction) | None => Action::NoAction,
    }
}

/// SQLite defers what says both `DEFERRABLE` and `INITIALLY DEFERRED`.
fn timing(said: Option<ConstraintCharacteristics>) -> Timing {
    match said {
        Some(ConstraintCharacteristics {
            deferrable: Some(true),
            initially,
            ..
        }) => match initially {
            Some(DeferrableInitial::Deferred) => Timing::DeferrableInitiallyDeferred,
            _ => Timing::DeferrableInitiallyImmediate,
        },
        _ => Timing::Immediate,
    }
}

fn is_autoincrement(tokens: &[Token]) -> bool {
    let is = |token: &Token| token.to_string().eq_ignore_ascii_case("AUTOINCREMENT");
    tokens.iter().any(is)
}

fn name_of(expression: &Expr) -> String {
    match expression {
        Expr::Identifier(name) => name.value.clone(),
        Expr::Collate { expr, .. } => name_of(expr),
        expression => normal(Engine::Sqlite, &expression.to_string()),
    }
}

fn last_part(name: &ast::ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map(|name| name.value.clone()).unwrap_or_default()
}
