//! What the rules about tables want to know of one, wherever it comes from: a statement, or a live
//! catalog.

use sqlparser::ast::{
    ColumnDef, ColumnOption, CreateTable, Expr, Ident, IndexColumn, ObjectName, TableConstraint,
};

use groundwork_schema::model;

/// A table, or the part of one that a statement adds.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) table: String,
    pub(super) columns: Vec<Column>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) is_strict: bool,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type, in small letters.
    pub(super) kind: String,
    pub(super) default: Option<String>,
    pub(super) is_required: bool,
    pub(super) numbering: Numbering,
}

/// How the engine numbers rows by a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbering {
    None,
    Identity,
    Serial,
    Autoincrement,
}

/// A constraint.
#[derive(Clone, Debug)]
pub(super) struct Constraint {
    pub(super) what: What,
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
}

/// The kind of a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    PrimaryKey,
    Unique,
    ForeignKey { table: String },
    Check { demands: Vec<String> },
}

impl What {
    pub(super) const fn words(&self) -> &'static str {
        match self {
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::ForeignKey { .. } => "foreign key",
            Self::Check { .. } => "check",
        }
    }
}

impl Shape {
    pub(super) fn of_create(table: &CreateTable) -> Self {
        let mut shape = Self {
            table: last(&table.name),
            is_strict: table.strict,
            ..Self::default()
        };
        for column in &table.columns {
            shape.add_column(column);
        }
        let constraints = table.constraints.iter().filter_map(constraint);
        shape.constraints.extend(constraints);
        for key in &shape.constraints {
            if key.what == What::PrimaryKey {
                for column in &mut shape.columns {
                    column.is_required |= key.columns.contains(&column.name);
                }
            }
        }
        shape
    }

    pub(super) fn of_column(table: &str, column: &ColumnDef) -> Self {
        let mut shape = Self {
            table: table.to_owned(),
            ..Self::default()
        };
        shape.add_column(column);
        shape
    }

    pub(super) fn of_constraint(table: &str, added: &TableConstraint) -> Self {
        Self {
            table: table.to_owned(),
            constraints: constraint(added).into_iter().collect(),
            ..Self::default()
        }
    }

    pub(super) fn of_model(table: &model::Table) -> Self {
        let mut constraints: Vec<Constraint> = Vec::new();
        let mut add = |what, name: &Option<String>, columns: &[String]| {
            constraints.push(Constraint {
                what,
                name: name.clone(),
                columns: columns.to_vec(),
            });
        };
        if let Some(key) = &table.primary_key {
            add(What::PrimaryKey, &key.name, &key.columns);
        }
        for unique in &table.uniques {
            add(What::Unique, &unique.name, &unique.columns);
        }
        for key in &table.foreign_keys {
            let table = key.table.clone();
            add(What::ForeignKey { table }, &key.name, &key.columns);
        }
        for check in &table.checks {
            let demands = Vec::new();
            add(What::Check { demands }, &check.name, &[]);
        }
        Self {
            table: table.name.clone(),
            columns: table.columns.iter().map(live_column).collect(),
            constraints,
            is_strict: table.strict,
        }
    }

    /// The columns of the primary key.
    pub(super) fn key(&self) -> &[String] {
        (self.constraints.iter())
            .find(|constraint| constraint.what == What::PrimaryKey)
            .map_or(&[], |key| &key.columns)
    }

    fn add_column(&mut self, column: &ColumnDef) {
        let name = column.name.value.clone();
        let kind = column.data_type.to_string().to_lowercase();
        let mut own = Column {
            numbering: match &kind {
                kind if kind.contains("serial") => Numbering::Serial,
                _ => Numbering::None,
            },
            name: name.clone(),
            kind,
            default: None,
            is_required: false,
        };
        for option in &column.options {
            let mut add = |what| {
                self.constraints.push(Constraint {
                    what,
                    name: option.name.as_ref().map(|name| name.value.clone()),
                    columns: vec![name.clone()],
                });
            };
            match &option.option {
                ColumnOption::NotNull => own.is_required = true,
                ColumnOption::Default(value) => own.default = Some(value.to_string()),
                ColumnOption::PrimaryKey(_) => {
                    own.is_required = true;
                    add(What::PrimaryKey);
                }
                ColumnOption::Unique(_) => add(What::Unique),
                ColumnOption::ForeignKey(key) => add(What::ForeignKey {
                    table: last(&key.foreign_table),
                }),
                ColumnOption::Check(check) => add(What::Check {
                    demands: demanded(&check.expr),
                }),
                ColumnOption::Generated {
                    generation_expr: None,
                    ..
                }
                | ColumnOption::Identity(_) => own.numbering = Numbering::Identity,
                ColumnOption::DialectSpecific(tokens)
                    if (tokens.iter())
                        .any(|token| token.to_string().eq_ignore_ascii_case("autoincrement")) =>
                {
                    own.numbering = Numbering::Autoincrement;
                }
                _ => {}
            }
        }
        self.columns.push(own);
    }
}

fn live_column(column: &model::Column) -> Column {
    Column {
        name: column.name.clone(),
        kind: column.kind.clone(),
        default: column.default.clone(),
        is_required: !column.nullable,
        numbering: match column.numbering {
            None => Numbering::None,
            Some(model::Numbering::Autoincrement) => Numbering::Autoincrement,
            Some(model::Numbering::Serial) => Numbering::Serial,
            Some(_) => Numbering::Identity,
        },
    }
}

fn constraint(constraint: &TableConstraint) -> Option<Constraint> {
    let text = |name: &Option<Ident>| name.as_ref().map(|name| name.value.clone());
    Some(match constraint {
        TableConstraint::PrimaryKey(key) => Constraint {
            what: What::PrimaryKey,
            name: text(&key.name),
            columns: key.columns.iter().map(key_of).collect(),
        },
        TableConstraint::Unique(unique) => Constraint {
            what: What::Unique,
            name: text(&unique.name),
            columns: unique.columns.iter().map(key_of).collect(),
        },
        TableConstraint::ForeignKey(key) => Constraint {
            what: What::ForeignKey {
                table: last(&key.foreign_table),
            },
            name: text(&key.name),
            columns: key.columns.iter().map(|name| name.value.clone()).collect(),
        },
        TableConstraint::Check(check) => Constraint {
            what: What::Check {
                demands: demanded(&check.expr),
            },
            name: text(&check.name),
            columns: Vec::new(),
        },
        _ => return None,
    })
}

/// The column that a key of an index is, or its expression.
pub(super) fn key_of(column: &IndexColumn) -> String {
    match &column.column.expr {
        Expr::Identifier(name) => name.value.clone(),
        other => other.to_string(),
    }
}

/// The columns that a check demands a value of.
fn demanded(expression: &Expr) -> Vec<String> {
    match expression {
        Expr::Nested(inner) => demanded(inner),
        Expr::IsNotNull(inner) => match inner.as_ref() {
            Expr::Identifier(name) => vec![name.value.clone()],
            _ => Vec::new(),
        },
        Expr::BinaryOp {
            left,
            op: sqlparser::ast::BinaryOperator::And,
            right,
        } => [demanded(left), demanded(right)].concat(),
        _ => Vec::new(),
    }
}

/// The name of an object without that of its schema.
pub(super) fn last(name: &ObjectName) -> String {
    (name.0.last())
        .and_then(|part| part.as_ident())
        .map_or_else(|| name.to_string(), |name| name.value.clone())
}
