//! Tables and indexes as the statements that create or alter them describe them, in the model that
//! the catalogs are read into.

use sqlparser::{
    ast::{
        self, ColumnOption, ConstraintCharacteristics, DeferrableInitial, Expr,
        GeneratedExpressionMode, OrderBySort, ReferentialAction, TableConstraint,
    },
    tokenizer::Token,
};

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{
        Action, Check, Column, ForeignKey, Generated, Index, IndexKey, IndexedBy, Numbering,
        PrimaryKey, Table, Timing, Unique,
    },
    sql::normal,
};

/// What a statement says about a table: all of it, or the part that it adds.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) table: Table,
    /// What has no place in the model.
    pub(crate) unsupported: Vec<&'static str>,
    engine: Engine,
}

impl Definition {
    /// The table that a `CREATE TABLE` makes.
    pub(crate) fn of_table(engine: Engine, created: &ast::CreateTable) -> Self {
        let mut definition = Self::empty(engine, last_part(&created.name));
        definition.table.strict = created.strict;
        definition.table.without_rowid = created.without_rowid;
        for column in &created.columns {
            definition.column(column);
        }
        for constraint in &created.constraints {
            definition.constraint(constraint, true);
        }
        let key = definition.table.key_columns().to_vec();
        for column in &mut definition.table.columns {
            column.nullable &= !key.contains(&column.name);
        }
        definition
    }

    /// The column that an `ALTER TABLE` adds to a table, with its constraints.
    pub(crate) fn of_column(engine: Engine, table: &str, column: &ast::ColumnDef) -> Self {
        let mut definition = Self::empty(engine, table.to_owned());
        definition.column(column);
        definition
    }

    /// The constraint that an `ALTER TABLE` adds to a table; `valid` is whether the rows that exist
    /// are checked.
    pub(crate) fn of_constraint(
        engine: Engine,
        table: &str,
        constraint: &TableConstraint,
        valid: bool,
    ) -> Self {
        let mut definition = Self::empty(engine, table.to_owned());
        definition.constraint(constraint, valid);
        definition
    }

    fn empty(engine: Engine, table: String) -> Self {
        Self {
            table: Table::new(table),
            unsupported: Vec::new(),
            engine,
        }
    }

    fn column(&mut self, column: &ast::ColumnDef) {
        let mut own = Column::new(
            column.name.value.clone(),
            column.data_type.to_string().to_lowercase(),
        );
        let is_serial = self.engine == Engine::Postgres && own.kind.contains("serial");
        own.numbering = is_serial.then_some(Numbering::Serial);
        let columns = || vec![column.name.value.clone()];
        for ast::ColumnOptionDef { name, option } in &column.options {
            let name = name.as_ref().map(|name| name.value.clone());
            match option {
                ColumnOption::NotNull => own.nullable = false,
                ColumnOption::Default(value) => own.default = Some(value.to_string()),
                ColumnOption::PrimaryKey(_) => {
                    own.nullable = false;
                    let columns = columns();
                    self.table.primary_key = Some(PrimaryKey { name, columns });
                }
                ColumnOption::Unique(unique) => self.table.uniques.push(Unique {
                    name,
                    columns: columns(),
                    timing: timing(unique.characteristics),
                    nulls_not_distinct: not_distinct(unique),
                }),
                ColumnOption::ForeignKey(key) => self.foreign_key(name, columns(), key, true),
                ColumnOption::Check(check) => self.check(name, &check.expr, true),
                ColumnOption::Generated {
                    generation_expr: Some(expression),
                    generation_expr_mode,
                    ..
                } => {
                    own.generated = Some(Generated {
                        expression: self.normal(expression),
                        stored: *generation_expr_mode == Some(GeneratedExpressionMode::Stored),
                    });
                }
                ColumnOption::Generated { generated_as, .. } => {
                    own.numbering = Some(match generated_as {
                        ast::GeneratedAs::ByDefault => Numbering::IdentityByDefault,
                        _ => Numbering::IdentityAlways,
                    });
                }
                ColumnOption::Identity(_) => own.numbering = Some(Numbering::IdentityAlways),
                ColumnOption::Collation(collation) => own.collation = Some(collation.to_string()),
                ColumnOption::DialectSpecific(tokens) if is_autoincrement(tokens) => {
                    own.numbering = Some(Numbering::Autoincrement);
                }
                ColumnOption::OnConflict(_) => self.unsupported.push("an ON CONFLICT of table"),
                _ => {}
            }
        }
        self.table.columns.push(own);
    }

    fn constraint(&mut self, constraint: &TableConstraint, valid: bool) {
        let text = |name: &Option<ast::Ident>| name.as_ref().map(|name| name.value.clone());
        let keys = |keys: &[ast::IndexColumn]| {
            let columns = keys.iter().map(|key| self.key_name(&key.column.expr));
            columns.collect()
        };
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                self.table.primary_key = Some(PrimaryKey {
                    name: text(&key.name),
                    columns: keys(&key.columns),
                });
            }
            TableConstraint::Unique(unique) => {
                let unique = Unique {
                    name: text(&unique.name),
                    columns: keys(&unique.columns),
                    timing: timing(unique.characteristics),
                    nulls_not_distinct: not_distinct(unique),
                };
                self.table.uniques.push(unique);
            }
            TableConstraint::ForeignKey(key) => {
                let columns = key.columns.iter().map(|column| column.value.clone());
                self.foreign_key(text(&key.name), columns.collect(), key, valid);
            }
            TableConstraint::Check(check) => self.check(text(&check.name), &check.expr, valid),
            _ => self.unsupported.push("a constraint of table"),
        }
    }

    fn foreign_key(
        &mut self,
        name: Option<String>,
        columns: Vec<String>,
        key: &ast::ForeignKeyConstraint,
        valid: bool,
    ) {
        let referred = key.referred_columns.iter();
        self.table.foreign_keys.push(ForeignKey {
            name,
            columns,
            table: last_part(&key.foreign_table),
            referred_columns: referred.map(|column| column.value.clone()).collect(),
            on_delete: action(key.on_delete),
            on_update: action(key.on_update),
            timing: timing(key.characteristics),
            valid,
        });
    }

    fn check(&mut self, name: Option<String>, expression: &Expr, valid: bool) {
        let expression = self.normal(expression);
        self.table.checks.push(Check {
            name,
            expression,
            valid,
        });
    }

    /// The column that a key of a constraint is.
    fn key_name(&self, expression: &Expr) -> String {
        match expression {
            Expr::Identifier(name) => name.value.clone(),
            Expr::Collate { expr, .. } => self.key_name(expr),
            expression => self.normal(expression),
        }
    }

    fn normal(&self, expression: &Expr) -> String {
        normal(self.engine, &expression.to_string())
    }
}

/// The index that a `CREATE INDEX` makes; one without a name has an empty one.
pub(crate) fn index(engine: Engine, created: &ast::CreateIndex) -> Index {
    let method = created.using.as_ref().map(ToString::to_string);
    let keys = created.columns.iter();
    Index {
        name: created.name.as_ref().map(last_part).unwrap_or_default(),
        unique: created.unique,
        nulls_not_distinct: created.nulls_distinct == Some(false),
        method: method.map_or_else(|| "btree".to_owned(), |name| name.to_lowercase()),
        keys: keys.map(|key| index_key(engine, &key.column)).collect(),
        include: (created.include.iter())
            .map(|name| name.value.clone())
            .collect(),
        predicate: (created.predicate.as_ref())
            .map(|predicate| normal(engine, &predicate.to_string())),
        valid: true,
    }
}

fn index_key(engine: Engine, key: &ast::OrderByExpr) -> IndexKey {
    let (expression, collation) = match &key.expr {
        Expr::Collate { expr, collation } => (expr.as_ref(), Some(collation.to_string())),
        expression => (expression, None),
    };
    IndexKey {
        of: match expression {
            Expr::Identifier(name) => IndexedBy::Column(name.value.clone()),
            expression => IndexedBy::Expression(normal(engine, &expression.to_string())),
        },
        descending: matches!(key.options.sort, Some(OrderBySort::Desc)),
        collation,
        options: None,
    }
}

/// The name of an object without that of its schema.
pub(crate) fn last_part(name: &ast::ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map_or_else(|| name.to_string(), |name| name.value.clone())
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

/// A constraint is deferred that says both `DEFERRABLE` and `INITIALLY DEFERRED`.
fn timing(characteristics: Option<ConstraintCharacteristics>) -> Timing {
    match characteristics {
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

fn not_distinct(unique: &ast::UniqueConstraint) -> bool {
    unique.nulls_distinct == ast::NullsDistinctOption::NotDistinct
}

fn is_autoincrement(tokens: &[Token]) -> bool {
    let is = |token: &Token| token.to_string().eq_ignore_ascii_case("AUTOINCREMENT");
    tokens.iter().any(is)
}
