//! A table, or the part of it that a column is in, as it is in a catalog, in the words of `Table`
//! and `Alter`: for the way back of a drop.

use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::{self, IndexedBy, Schema, Timing},
    sql::{TokenKind, tokens},
    table::{Check, Column, Condition, ForeignKey, Index, Table, Unique},
};

use super::{
    kinds::Kinds,
    step::{Call, leaked, leaked_list, leaked_parts},
};
use crate::entities::value_list;

/// What of a table is to be restored.
pub(super) struct Restorer<'a> {
    pub(super) engine: Engine,
    pub(super) convention: &'a Convention,
    pub(super) kinds: &'a Kinds,
    pub(super) table: &'a model::Table,
}

impl<'a> Restorer<'a> {
    /// Of a table of this schema.
    pub(super) fn new(
        schema: &Schema,
        convention: &'a Convention,
        kinds: &'a Kinds,
        table: &'a model::Table,
    ) -> Self {
        Self {
            engine: schema.engine,
            convention,
            kinds,
            table,
        }
    }

    /// The whole table, and what is left to do once it is there.
    ///
    /// # Errors
    /// What of it `Table` and `Alter` cannot say.
    pub(super) fn table(&self) -> Result<(Table, Vec<Call>), String> {
        let table = self.table;
        if !table.triggers.is_empty() || table.strict || table.without_rowid {
            return Err(format!(
                "table {} has triggers or options that `Table` does not say",
                table.name
            ));
        }
        let (mut columns, mut rest) = (Vec::new(), Vec::new());
        for column in &table.columns {
            let (column, default) = self.column(&column.name)?;
            columns.push(column);
            rest.extend(default.map(|default| Call::SetDefault(column.name, default)));
        }
        let parts = self.parts(|_| true)?;
        let table = Table {
            name: leaked(&table.name),
            columns: leaked_parts(columns),
            primary_key: leaked_list(table.key_columns()),
            foreign_keys: leaked_parts(parts.foreign_keys),
            uniques: leaked_parts(parts.uniques),
            checks: leaked_parts(parts.checks),
            indexes: leaked_parts(parts.indexes),
            ..Table::DEFAULT
        };
        Ok((table, rest))
    }

    /// A column, and its default.
    ///
    /// # Errors
    /// What of it `Column` cannot say.
    pub(super) fn column(&self, name: &str) -> Result<(Column, Option<&'static str>), String> {
        let Some(column) = self.table.column(name) else {
            return Err(format!("there is no column {}.{name}", self.table.name));
        };
        let subject = format!("{}.{name}", self.table.name);
        let kind = self.kinds.of_column(self.engine, self.table, name);
        let kind = kind.ok_or_else(|| format!("{subject} was a {}", column.kind))?;
        if column.generated.is_some() || column.collation.is_some() {
            return Err(format!("{subject} is computed, or has a collation"));
        }
        let default = column
            .default
            .as_deref()
            .filter(|_| column.numbering.is_none());
        let restored = match column.nullable {
            true => Column::optional(leaked(name), kind),
            false => Column::required(leaked(name), kind),
        };
        Ok((restored, default.map(leaked)))
    }

    /// What goes with a column when that is dropped, as the calls that bring it back.
    ///
    /// # Errors
    /// What of it `Alter` cannot say.
    pub(super) fn belongings(&self, column: &str) -> Result<Vec<Call>, String> {
        if self.table.key_columns().iter().any(|key| key == column) {
            return Err(format!(
                "{}.{column} is a part of the primary key",
                self.table.name
            ));
        }
        let parts = self.parts(|columns| columns.iter().any(|own| own == column))?;
        let checks = parts.checks.into_iter().map(Call::AddCheck);
        let uniques = parts.uniques.into_iter().map(Call::AddUnique);
        let indexes = parts.indexes.into_iter().map(Call::AddIndex);
        let keys = parts
            .foreign_keys
            .into_iter()
            .flat_map(|key| self.added_again(key));
        Ok(checks.chain(uniques).chain(indexes).chain(keys).collect())
    }

    /// The calls that bring a foreign key back, without the index that comes with a new one where
    /// there was none.
    pub(super) fn added_again(&self, key: ForeignKey) -> Vec<Call> {
        let name = self.convention.index(&self.table.name, key.columns);
        let mut calls = vec![Call::AddForeignKey(key)];
        if !self.table.indexes.iter().any(|index| index.name == name) {
            calls.push(Call::DropIndex(key.columns));
        }
        calls
    }

    /// The constraints and plain indexes that the convention names after a column. What it does not
    /// name can keep its name when the column is renamed.
    pub(super) fn named_after(&self, column: &str) -> Vec<Call> {
        let (table, convention) = (&self.table.name, self.convention);
        let has = |columns: &[String]| columns.iter().any(|own| own == column);
        let mut calls = Vec::new();
        for unique in self
            .table
            .uniques
            .iter()
            .filter(|unique| has(&unique.columns))
        {
            let columns = leaked_list(&unique.columns);
            if unique.name.as_deref() == Some(&convention.unique(table, columns)) {
                calls.push(Call::AddUnique(Unique {
                    columns,
                    ..Unique::DEFAULT
                }));
            }
        }
        for index in self
            .table
            .indexes
            .iter()
            .filter(|index| !index.unique && index.predicate.is_none())
        {
            let mut parts = Parts::default();
            let columns = self.columns_of(index);
            if has(&columns) && self.index(index, &columns, &mut parts).is_ok() {
                calls.extend(parts.indexes.into_iter().map(Call::AddIndex));
            }
        }
        for key in self
            .table
            .foreign_keys
            .iter()
            .filter(|key| has(&key.columns))
        {
            calls.extend(self.foreign_key(key).ok().map(Call::AddForeignKey));
        }
        calls
    }

    /// The constraints and indexes over columns that are wanted.
    fn parts(&self, is_wanted: impl Fn(&[String]) -> bool) -> Result<Parts, String> {
        let mut parts = Parts::default();
        let (table, convention) = (self.table, self.convention);
        for unique in table
            .uniques
            .iter()
            .filter(|unique| is_wanted(&unique.columns))
        {
            let restored = Unique {
                columns: leaked_list(&unique.columns),
                ..Unique::DEFAULT
            };
            self.require_name(
                unique.name.as_ref(),
                &convention.unique(&table.name, restored.columns),
            )?;
            require(
                unique.timing == Timing::Immediate && !unique.nulls_not_distinct,
                "a unique constraint that is deferred, or takes NULLs for equal",
            )?;
            parts.uniques.push(restored);
        }
        for key in table
            .foreign_keys
            .iter()
            .filter(|key| is_wanted(&key.columns))
        {
            parts.foreign_keys.push(self.foreign_key(key)?);
        }
        for check in &table.checks {
            if is_wanted(&self.columns_in(&check.expression)) {
                parts.checks.push(self.check(check)?);
            }
        }
        for index in &table.indexes {
            let columns = self.columns_of(index);
            if is_wanted(&columns) {
                self.index(index, &columns, &mut parts)?;
            }
        }
        Ok(parts)
    }

    fn foreign_key(&self, key: &model::ForeignKey) -> Result<ForeignKey, String> {
        let columns = leaked_list(&key.columns);
        let name = self
            .convention
            .foreign_key(&self.table.name, columns, &key.table);
        self.require_name(key.name.as_ref(), &name)?;
        require(key.valid, "a foreign key that is not validated")?;
        Ok(ForeignKey {
            columns,
            table: leaked(&key.table),
            referred_columns: leaked_list(&key.referred_columns),
            on_delete: key.on_delete,
            on_update: key.on_update,
            timing: key.timing,
        })
    }

    fn check(&self, check: &model::Check) -> Result<Check, String> {
        let name = check.name.as_deref().unwrap_or_default();
        let rule = rule_of(self.convention, &self.table.name, name)
            .ok_or_else(|| format!("a check named `{name}`, which the convention does not give"))?;
        let condition = match value_list::in_expression(self.engine, &check.expression) {
            Some(list) => Condition::OneOf {
                column: leaked(&list.column),
                values: leaked_list(&list.values),
            },
            None => Condition::Sql(leaked(&check.expression)),
        };
        Ok(Check {
            rule: leaked(&rule),
            condition,
        })
    }

    fn index(
        &self,
        index: &model::Index,
        columns: &[String],
        parts: &mut Parts,
    ) -> Result<(), String> {
        let is_plain = index.method == "btree"
            && index.include.is_empty()
            && index.valid
            && index.keys.iter().all(|key| {
                !key.descending
                    && key.collation.is_none()
                    && key.options.is_none()
                    && matches!(key.of, IndexedBy::Column(_))
            });
        require(is_plain, "an index over more than plain columns")?;
        let keys: Vec<String> = (index.keys.iter())
            .filter_map(|key| match &key.of {
                IndexedBy::Column(name) => Some(name.clone()),
                IndexedBy::Expression(_) => None,
            })
            .collect();
        debug_assert!(keys.iter().all(|key| columns.contains(key)));
        let columns = leaked_list(&keys);
        let only_where = index.predicate.as_deref().map(leaked);
        let name = match index.unique {
            true => self.convention.unique(&self.table.name, columns),
            false => self.convention.index(&self.table.name, columns),
        };
        self.require_name(Some(&index.name), &name)?;
        if index.unique {
            require(only_where.is_some(), "a unique index without a condition")?;
            parts.uniques.push(Unique {
                columns,
                only_where,
                ..Unique::DEFAULT
            });
        } else {
            parts.indexes.push(Index {
                columns,
                only_where,
                ..Index::DEFAULT
            });
        }
        Ok(())
    }

    fn columns_of(&self, index: &model::Index) -> Vec<String> {
        let mut all = Vec::new();
        for key in &index.keys {
            match &key.of {
                IndexedBy::Column(name) => all.push(name.clone()),
                IndexedBy::Expression(sql) => all.extend(self.columns_in(sql)),
            }
        }
        all.extend(index.include.iter().cloned());
        all.extend(index.predicate.iter().flat_map(|sql| self.columns_in(sql)));
        all
    }

    /// The columns of the table that an expression names.
    fn columns_in(&self, sql: &str) -> Vec<String> {
        let Ok(tokens) = tokens(self.engine, sql) else {
            return self
                .table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect();
        };
        let names = tokens
            .iter()
            .filter(|token| !matches!(token.kind, TokenKind::Text(_)));
        let names: Vec<&str> = names.filter_map(|token| token.name()).collect();
        let columns = self.table.columns.iter().map(|column| column.name.clone());
        columns
            .filter(|column| names.iter().any(|name| name.eq_ignore_ascii_case(column)))
            .collect()
    }

    fn require_name(&self, found: Option<&String>, expected: &str) -> Result<(), String> {
        match found {
            // SQLite keeps no name for some, and `Alter` finds those by their columns.
            None => Ok(()),
            Some(found) if found == expected => Ok(()),
            Some(found) => Err(format!(
                "`{found}` of {} is not named as the convention has it (`{expected}`)",
                self.table.name
            )),
        }
    }
}

#[derive(Default)]
struct Parts {
    foreign_keys: Vec<ForeignKey>,
    uniques: Vec<Unique>,
    checks: Vec<Check>,
    indexes: Vec<Index>,
}

fn require(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// The rule that a check upholds, by its name.
pub(super) fn rule_of(convention: &Convention, table: &str, name: &str) -> Option<String> {
    let (before, after) = convention.check.split_once("{rule}")?;
    let filled = |part: &str| part.replace("{table}", table);
    let rule = name
        .strip_prefix(&filled(before))?
        .strip_suffix(&filled(after))?;
    (convention.check(table, rule) == name).then(|| rule.to_owned())
}
