//! A table of SQLite on its way to its new shape: its definition, what its columns are filled with,
//! its indexes, and what the rows that exist must fulfil.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{
    change::{Context, TableChange},
    convert::{self, Conversion},
    precondition::{Precondition, Rows},
};
use crate::{
    rebuild::{
        Definition, Object, Rebuild, RebuildError, guarding, index_mentions, indexes, number,
        read_definition, renamed_index, stored_columns,
    },
    sql::{
        self, check, create_index, default, foreign_key, identifier, is_literal,
        unique as unique_constraint,
    },
    table::{Column, Index, Kind, Presence, Unique, sqlite_kind},
};

/// A table that is being changed.
pub(super) struct TableRebuild<'a> {
    work: &'a Context<'a>,
    /// As the catalog spells it.
    table: String,
    definition: Definition,
    is_strict: bool,
    /// The columns that are filled, each with an expression over the old table.
    columns: Vec<(String, String)>,
    /// The columns that are added, each with what it holds in the rows that exist. What is demanded
    /// of them must find them: SQLite takes an unknown name in quotes for a text.
    added: Vec<(String, String)>,
    indexes: Vec<Object>,
    /// The columns to be dropped when everything else is done.
    drops: Vec<&'static str>,
    preconditions: Vec<Precondition>,
    /// The defaults that become values of another type.
    defaults: Vec<ChangedDefault>,
}

/// A default on its way to another type.
struct ChangedDefault {
    column: String,
    before: String,
    kind: &'static str,
    conversion: Conversion,
}

impl<'a> TableRebuild<'a> {
    /// The table as it is.
    pub(super) async fn read(
        work: &'a Context<'a>,
        connection: &impl ConnectionTrait,
    ) -> Result<Self, RebuildError> {
        let found = read_definition(connection, work.table).await?;
        let definition = Definition::parse(&found.name, &found.sql)?;
        let columns = stored_columns(connection, &found.name).await?;
        Ok(Self {
            work,
            is_strict: definition.is_strict()?,
            definition,
            columns: (columns.into_iter())
                .map(|column| (column.clone(), identifier(&column)))
                .collect(),
            indexes: indexes(connection, &found.name).await?,
            table: found.name,
            added: Vec::new(),
            drops: Vec::new(),
            preconditions: Vec::new(),
            defaults: Vec::new(),
        })
    }

    /// The statements that drop columns which no constraint uses, after their indexes; `None` if
    /// there is more to do.
    pub(super) fn plain_drops(
        &self,
        changes: &[TableChange],
    ) -> Result<Option<Vec<String>>, RebuildError> {
        let mut plain = Vec::new();
        for change in changes {
            match change {
                TableChange::DropColumn { column } if self.definition.is_plain(column)? => {
                    plain.push(*column);
                }
                _ => return Ok(None),
            }
        }
        let mut statements = Vec::new();
        for index in &self.indexes {
            for column in &plain {
                if index_mentions(&index.sql, column)? {
                    statements.push(format!("DROP INDEX {}", identifier(&index.name)));
                    break;
                }
            }
        }
        statements.extend(plain.iter().map(|column| self.native_drop(column)));
        Ok(Some(statements))
    }

    /// The statements that drop columns, which follow the rebuild. One that is computed from others
    /// goes before them.
    pub(super) fn drops(&self) -> Result<Vec<String>, RebuildError> {
        let mut left = self.drops.clone();
        let mut statements = Vec::new();
        while !left.is_empty() {
            let mut users = None;
            let mut free = None;
            for (place, column) in left.iter().enumerate() {
                match self.definition.computed_from(column)? {
                    all if all
                        .iter()
                        .all(|user| statements.contains(&self.native_drop(user))) =>
                    {
                        free = Some(place);
                        break;
                    }
                    all => users = users.or_else(|| all.into_iter().next()),
                }
            }
            let Some(place) = free else {
                let user = users.unwrap_or_default();
                return Err(RebuildError::Used {
                    table: self.table.clone(),
                    by: format!("the generated column {user}"),
                });
            };
            statements.push(self.native_drop(left.remove(place)));
        }
        Ok(statements)
    }

    /// Gives the columns whose type changes the defaults that they had, as values of the new type.
    pub(super) async fn carry_defaults(
        &mut self,
        connection: &impl ConnectionTrait,
    ) -> Result<(), RebuildError> {
        for changed in std::mem::take(&mut self.defaults) {
            let Conversion { value, impossible } = &changed.conversion;
            let is_constant = is_literal(&changed.before)
                && !changed.before.to_ascii_uppercase().starts_with("CURRENT");
            let after = if is_constant {
                let sql =
                    format!("SELECT CASE WHEN {impossible} THEN NULL ELSE quote({value}) END");
                let statement = Statement::from_string(DbBackend::Sqlite, guarding(&sql));
                let row = connection.query_one_raw(statement).await?;
                let value = row.map(|row| row.try_get_by_index::<Option<String>>(0));
                value.transpose()?.flatten()
            } else {
                Some(format!("({value})"))
            };
            let Some(after) = after else {
                return Err(RebuildError::Default {
                    table: self.table.clone(),
                    column: changed.column,
                    default: changed.before,
                    kind: changed.kind.to_owned(),
                });
            };
            self.definition.set_default(&changed.column, Some(&after))?;
        }
        Ok(())
    }

    fn native_drop(&self, column: &str) -> String {
        self.work
            .alter(&format!("DROP COLUMN {}", identifier(column)))
    }

    /// Makes a change that is not a renamed column.
    pub(super) fn make(&mut self, change: &TableChange) -> Result<(), RebuildError> {
        match *change {
            TableChange::AddColumn { column } => self.add_column(&column),
            TableChange::AddFilled { column, value } => self.add_filled(&column, value),
            TableChange::DropColumn { column } => self.drop_column(column),
            TableChange::Type {
                column,
                kind,
                value,
            } => self.change_type(column, kind, value),
            TableChange::Require { column, fill } => self.require(column, fill),
            TableChange::Optional { column } => self.allow_null(column),
            TableChange::Default {
                column,
                default: sql,
                ..
            } => {
                let sql = sql.map(default);
                (self.defaults).retain(|changed| !changed.column.eq_ignore_ascii_case(column));
                self.definition.set_default(column, sql.as_deref())
            }
            TableChange::AddForeignKey(key) => {
                let text = foreign_key(&key.model(self.work.table, self.work.convention));
                self.definition.add_constraint(&text)?;
                self.precondition(|rows| rows.foreign_key(&key));
                self.serve(key.columns);
                Ok(())
            }
            TableChange::DropForeignKey {
                columns,
                referred_table,
            } => {
                let dropped = self.definition.drop_foreign_key(columns, referred_table);
                let list = columns.join(", ");
                self.require_found(
                    dropped,
                    &format!("foreign key from {list} to {referred_table}"),
                )
            }
            TableChange::AddCheck(rule) => {
                if let Some(column) = rule.condition.column() {
                    // SQLite would take the name in quotes for a string.
                    self.definition.kind(column)?;
                }
                let text = check(&rule.model(self.work.table, self.work.convention));
                self.definition.add_constraint(&text)?;
                self.precondition(|rows| rows.check(&rule));
                Ok(())
            }
            TableChange::DropCheck { rule } => {
                let name = self.work.convention.check(self.work.table, rule);
                let dropped = self.definition.drop_check(&name);
                self.require_found(dropped, &format!("check {name}"))
            }
            TableChange::AddUnique(unique) => self.add_unique(&unique),
            TableChange::DropUnique(unique) => self.drop_unique(&unique),
            TableChange::PrimaryKey { columns } => self.change_primary_key(columns),
            TableChange::AddIndex(index) => {
                let (table, convention) = (self.work.table, self.work.convention);
                let index = index.model(table, convention, self.work.engine);
                let sql = create_index(table, &index);
                self.add_index(index.name, sql)
            }
            TableChange::DropIndex { columns } => {
                let name = self.work.convention.index(self.work.table, columns);
                self.drop_index(&name)
            }
            TableChange::DropIndexOf(index) => {
                let name = (self.work.convention).index(self.work.table, &index.words());
                self.drop_index(&name)
            }
            // Never among others.
            TableChange::RenameColumn { .. }
            | TableChange::RenameTable { .. }
            | TableChange::Comment { .. }
            | TableChange::AddTriggers(_)
            | TableChange::DropTriggers(_)
            | TableChange::AddPartition(_)
            | TableChange::DropPartition(_) => Ok(()),
        }
    }

    /// Whether the rows that exist fulfil every precondition.
    pub(super) async fn require_fulfilled(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<(), RebuildError> {
        for precondition in &self.preconditions {
            let rows = number(connection, &guarding(&precondition.count)).await?;
            if rows > 0 {
                return Err(precondition.violated(&self.table, rows));
            }
        }
        Ok(())
    }

    /// The statements that put the new table into the place of the old one.
    pub(super) fn rebuild(&self) -> Rebuild<'_> {
        Rebuild {
            table: &self.table,
            definition: &self.definition,
            columns: &self.columns,
            indexes: &self.indexes,
        }
    }

    /// Gives a constraint another name; false if there is none of this name.
    pub(super) fn rename_constraint(
        &mut self,
        before: &str,
        after: &str,
    ) -> Result<bool, RebuildError> {
        self.definition.rename_constraint(before, after)
    }

    /// Gives an index another name: the statements that do so without a rebuild.
    pub(super) fn rename_index(
        &mut self,
        before: &str,
        after: &str,
    ) -> Result<[String; 2], RebuildError> {
        let is_it = |index: &&mut Object| index.name.eq_ignore_ascii_case(before);
        let Some(index) = self.indexes.iter_mut().find(is_it) else {
            return Err(RebuildError::Missing {
                table: self.table.clone(),
                what: format!("constraint or index {before}"),
            });
        };
        index.sql = renamed_index(&index.sql, after)?;
        after.clone_into(&mut index.name);
        let drop = format!("DROP INDEX {}", identifier(before));
        Ok([drop, index.sql.clone()])
    }

    fn add_column(&mut self, column: &Column) -> Result<(), RebuildError> {
        let rest = column_rest(column, self.is_strict);
        self.definition.add_column(column.name, &rest)?;
        self.demand(|rows| rows.column(column));
        let default = column.default.map_or_else(|| "NULL".to_owned(), default);
        self.added.push((column.name.to_owned(), default));
        Ok(())
    }

    fn add_filled(&mut self, column: &Column, value: &str) -> Result<(), RebuildError> {
        let rest = column_rest(column, self.is_strict);
        self.definition.add_column(column.name, &rest)?;
        self.columns
            .push((column.name.to_owned(), value.to_owned()));
        if column.presence == Presence::Required {
            self.precondition(|rows| rows.not_null(column.name));
        }
        Ok(())
    }

    /// Only releases the column: SQLite drops it afterwards, and looks through all views and
    /// triggers. One that spells it `"column"` would else compile, as a string.
    fn drop_column(&mut self, column: &'static str) -> Result<(), RebuildError> {
        self.definition.release_column(column)?;
        self.drops.push(column);
        let mut kept = Vec::new();
        for index in self.indexes.drain(..) {
            if !index_mentions(&index.sql, column)? {
                kept.push(index);
            }
        }
        self.indexes = kept;
        Ok(())
    }

    fn change_type(
        &mut self,
        column: &str,
        kind: Kind,
        value: Option<&str>,
    ) -> Result<(), RebuildError> {
        let declared = self.definition.kind(column)?.to_owned();
        let new_kind = column_kind(kind, self.is_strict);
        self.definition.set_kind(column, new_kind)?;
        if let Some(before) = self.definition.default(column)? {
            self.defaults.push(ChangedDefault {
                column: column.to_owned(),
                conversion: convert::on_sqlite(&format!("({before})"), &declared, kind),
                before,
                kind: new_kind,
            });
        }
        let Some(old) = self.value(column) else {
            return Ok(()); // It is computed.
        };
        let new = match value {
            Some(value) => value.to_owned(),
            None => {
                let conversion = convert::on_sqlite(&old, &declared, kind);
                let rule = format!("the type {new_kind} of {column}");
                let count = format!(
                    "SELECT count(*) FROM {} WHERE {}",
                    identifier(&self.table),
                    conversion.impossible,
                );
                self.preconditions.push(Precondition { rule, count });
                conversion.value
            }
        };
        self.set_value(column, new);
        Ok(())
    }

    fn require(&mut self, column: &str, fill: Option<&str>) -> Result<(), RebuildError> {
        self.definition.set_required(column, true)?;
        if let (Some(fill), Some(value)) = (fill, self.value(column)) {
            self.set_value(column, format!("coalesce({value}, {fill})"));
        }
        self.precondition(|rows| rows.not_null(column));
        Ok(())
    }

    fn allow_null(&mut self, column: &str) -> Result<(), RebuildError> {
        let key = self.definition.primary_key();
        if key.iter().any(|own| own.eq_ignore_ascii_case(column)) {
            return Err(RebuildError::Exists {
                table: self.table.clone(),
                what: format!("{column} in its primary key, which cannot be optional"),
            });
        }
        self.definition.set_required(column, false)
    }

    fn add_unique(&mut self, unique: &Unique) -> Result<(), RebuildError> {
        self.precondition(|rows| rows.unique(unique));
        let name = unique.name(self.work.table, self.work.convention);
        if let Some(sql) = self.work.shared_statement(&TableChange::AddUnique(*unique)) {
            return self.add_index(name, sql);
        }
        let constraint = unique.model(self.work.table, self.work.convention);
        self.definition
            .add_constraint(&unique_constraint(&constraint))
    }

    /// A unique rule may be a constraint or a unique index, so that either is found.
    fn drop_unique(&mut self, unique: &Unique) -> Result<(), RebuildError> {
        let is_constraint = !unique.is_index(self.work.engine);
        if is_constraint && self.definition.drop_unique(unique.columns) {
            return Ok(());
        }
        let name = unique.name(self.work.table, self.work.convention);
        self.drop_index(&name)
    }

    fn change_primary_key(&mut self, columns: &[&str]) -> Result<(), RebuildError> {
        let name = self.work.convention.primary_key(self.work.table);
        self.definition.set_primary_key(&name, columns)?;
        for column in columns {
            self.precondition(|rows| rows.not_null(column));
        }
        self.precondition(|rows| rows.primary_key(columns));
        Ok(())
    }

    /// Adds the index of a foreign key, unless there is one of that name.
    fn serve(&mut self, columns: &'static [&'static str]) {
        let (table, convention) = (self.work.table, self.work.convention);
        let index = Index::over(columns).model(table, convention, self.work.engine);
        let sql = create_index(table, &index);
        let name = index.name;
        if !self
            .indexes
            .iter()
            .any(|index| index.name.eq_ignore_ascii_case(&name))
        {
            self.indexes.push(Object { name, sql });
        }
    }

    fn add_index(&mut self, name: String, sql: String) -> Result<(), RebuildError> {
        if self
            .indexes
            .iter()
            .any(|index| index.name.eq_ignore_ascii_case(&name))
        {
            return Err(RebuildError::Exists {
                table: self.table.clone(),
                what: format!("an index {name}"),
            });
        }
        self.indexes.push(Object { name, sql });
        Ok(())
    }

    fn drop_index(&mut self, name: &str) -> Result<(), RebuildError> {
        let before = self.indexes.len();
        self.indexes
            .retain(|index| !index.name.eq_ignore_ascii_case(name));
        self.require_found(self.indexes.len() < before, &format!("index {name}"))
    }

    /// Adds a precondition of the rows as they would be now.
    fn precondition(&mut self, precondition: impl FnOnce(&Rows<'_>) -> Precondition) {
        self.demand(|rows| Some(precondition(rows)));
    }

    fn demand(&mut self, demand: impl FnOnce(&Rows<'_>) -> Option<Precondition>) {
        let values: Vec<String> = (self.columns.iter().chain(&self.added))
            .map(|(name, value)| format!("{value} AS {}", identifier(name)))
            .collect();
        let source = format!(
            "(SELECT {} FROM {})",
            values.join(", "),
            identifier(&self.table)
        );
        let rows = Rows {
            table: self.work.table,
            source: &source,
            convention: self.work.convention,
        };
        self.preconditions.extend(demand(&rows));
    }

    fn value(&self, column: &str) -> Option<String> {
        let found = (self.columns.iter()).find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map(|(_, value)| value.clone())
    }

    fn set_value(&mut self, column: &str, new: String) {
        for (name, value) in &mut self.columns {
            if name.eq_ignore_ascii_case(column) {
                new.clone_into(value);
            }
        }
    }

    fn require_found(&self, is_found: bool, what: &str) -> Result<(), RebuildError> {
        if is_found {
            return Ok(());
        }
        Err(RebuildError::Missing {
            table: self.table.clone(),
            what: what.to_owned(),
        })
    }
}

/// A column's definition without its name.
pub(super) fn column_rest(column: &Column, is_strict: bool) -> String {
    // Rows that exist are never numbered.
    sql::column_rest(&column.unnumbered(column_kind(column.kind, is_strict)))
}

/// The name of a type. A `STRICT` table knows but a few.
fn column_kind(kind: Kind, is_strict: bool) -> &'static str {
    if !is_strict {
        return sqlite_kind(kind);
    }
    match kind {
        Kind::Uuid | Kind::Blob => "BLOB",
        Kind::Text | Kind::Timestamptz | Kind::Json => "TEXT",
        Kind::BigInteger | Kind::Numbered | Kind::Boolean => "INTEGER",
        Kind::Double => "REAL",
    }
}
