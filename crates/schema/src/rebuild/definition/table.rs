//! The whole text of a table.

use super::{
    column::Column,
    split::{is_constraint, split},
};
use crate::{
    model::PrimaryKey,
    rebuild::{
        RebuildError,
        clause::{Clause, Parser, What, identifiers_in},
        token::{mentions, tokens},
    },
    sql::{self, identifier},
};

/// A table's definition.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    table: String,
    columns: Vec<Column>,
    constraints: Vec<Constraint>,
    /// The part after the last parenthesis, such as ` STRICT`.
    tail: String,
}

/// A constraint of the table.
#[derive(Clone, Debug)]
struct Constraint {
    clause: Clause,
}

impl Definition {
    /// Reads the text that the catalog holds for a table.
    pub(crate) fn parse(table: &str, sql: &str) -> Result<Self, RebuildError> {
        let tokens = tokens(sql)?;
        let unreadable = |why: &str| RebuildError::Unreadable {
            sql: sql.to_owned(),
            why: why.to_owned(),
        };
        if tokens.get(1).is_some_and(|token| token.is("VIRTUAL")) {
            return Err(unreadable("a virtual table cannot be changed"));
        }
        let open = (tokens.iter().position(|token| token.is_sign("(")))
            .ok_or_else(|| unreadable("it has no columns"))?;
        let (items, close) =
            split(&tokens, open).ok_or_else(|| unreadable("a parenthesis is not closed"))?;
        let mut definition = Self {
            table: table.to_owned(),
            columns: Vec::new(),
            constraints: Vec::new(),
            tail: sql[tokens[close].end()..].to_owned(),
        };
        for item in items {
            let tokens = &tokens[item.tokens];
            let mut parser = Parser::new(sql, tokens, item.start, item.end);
            if is_constraint(tokens) {
                let clause = parser.table_constraint()?;
                definition.constraints.push(Constraint { clause });
            } else {
                let (name, head, kind, clauses) = parser.column()?;
                definition.columns.push(Column {
                    name,
                    head,
                    kind,
                    clauses,
                });
            }
        }
        Ok(definition)
    }

    /// The statement that creates the table under another name. In it, the table's own columns are
    /// written without the table's name before them (`price`, not `books.price`).
    pub(in crate::rebuild) fn create_as(&self, name: &str) -> Result<String, RebuildError> {
        let mut body = String::new();
        let columns = self.columns.iter().map(Column::render);
        let constraints = self.constraints.iter().map(|c| c.clause.text.clone());
        for (position, item) in columns.chain(constraints).enumerate() {
            if position > 0 {
                body.push(',');
            }
            body.push_str(&item);
        }
        if !body.ends_with('\n') && body.contains('\n') {
            body.push('\n');
        }
        let body = without_qualifier(&body, &self.table)?;
        Ok(format!(
            "CREATE TABLE {} ({body}){}",
            identifier(name),
            self.tail
        ))
    }

    /// Whether the table is `STRICT`, which allows a few types only.
    pub(crate) fn is_strict(&self) -> Result<bool, RebuildError> {
        mentions(&self.tail, "STRICT")
    }

    /// Whether there is a column of this name.
    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| same(&column.name, name))
    }

    /// A column's type, as declared.
    pub(crate) fn kind(&self, column: &str) -> Result<&str, RebuildError> {
        Ok(self.column(column)?.kind.trim())
    }

    /// The columns of the primary key.
    pub(crate) fn primary_key(&self) -> Vec<String> {
        let of_column = |column: &Column| column.has(&What::PrimaryKey(Vec::new()));
        if let Some(column) = self.columns.iter().find(|column| of_column(column)) {
            return vec![column.name.clone()];
        }
        (self.constraints.iter())
            .find_map(|constraint| match &constraint.clause.what {
                What::PrimaryKey(columns) => Some(columns.clone()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// Whether a column can go without anything else changing.
    pub(crate) fn is_plain(&self, name: &str) -> Result<bool, RebuildError> {
        let plain = |clause: &Clause| {
            matches!(
                clause.what,
                What::NotNull | What::Null | What::Default | What::Collate
            )
        };
        if !self.column(name)?.clauses.iter().all(plain) {
            return Ok(false);
        }
        let of_columns = self.columns.iter().flat_map(|column| &column.clauses);
        let computing = of_columns.filter(|c| matches!(c.what, What::Check | What::Generated));
        for clause in computing.chain(self.constraints.iter().map(|c| &c.clause)) {
            if uses(clause, name)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The computed columns that use a column.
    pub(crate) fn computed_from(&self, name: &str) -> Result<Vec<String>, RebuildError> {
        let mut found = Vec::new();
        for column in self.columns.iter().filter(|own| !same(&own.name, name)) {
            let mut computing = (column.clauses.iter()).filter(|c| c.what == What::Generated);
            if let Some(clause) = computing.next()
                && uses(clause, name)?
            {
                found.push(column.name.clone());
            }
        }
        Ok(found)
    }

    /// A column's default, as it is written.
    pub(crate) fn default(&self, column: &str) -> Result<Option<String>, RebuildError> {
        let clauses = &self.column(column)?.clauses;
        let Some(clause) = clauses.iter().find(|clause| clause.what == What::Default) else {
            return Ok(None);
        };
        let tokens = tokens(&clause.text)?;
        let word = tokens.iter().position(|token| token.is("DEFAULT"));
        let value = word.and_then(|at| tokens.get(at + 1)).zip(tokens.last());
        Ok(value.map(|(first, last)| clause.text[first.start..last.end()].to_owned()))
    }

    /// Adds a column behind the others.
    pub(crate) fn add_column(&mut self, name: &str, rest: &str) -> Result<(), RebuildError> {
        if self.has_column(name) {
            return Err(RebuildError::Exists {
                table: self.table.clone(),
                what: format!("a column {name}"),
            });
        }
        // A comment after the last column ends with its line.
        let text = format!("\n    {} {rest}", identifier(name));
        let tokens = tokens(&text)?;
        let (name, head, kind, clauses) = Parser::new(&text, &tokens, 0, text.len()).column()?;
        if self.constraints.is_empty() {
            self.trim_end();
        }
        self.columns.push(Column {
            name,
            head,
            kind,
            clauses,
        });
        Ok(())
    }

    /// Removes the constraints that use a column, so that nothing holds it any more.
    pub(crate) fn release_column(&mut self, name: &str) -> Result<(), RebuildError> {
        self.column(name)?;
        let mut kept = Vec::new();
        for constraint in self.constraints.drain(..) {
            if !uses(&constraint.clause, name)? {
                kept.push(constraint);
            }
        }
        self.constraints = kept;
        for column in &mut self.columns {
            let is_own = same(&column.name, name);
            let mut kept = Vec::new();
            for clause in column.clauses.drain(..) {
                let goes = match clause.what {
                    What::Check => is_own || uses(&clause, name)?,
                    What::PrimaryKey(_) | What::Unique(_) | What::References { .. } => is_own,
                    _ => false,
                };
                if !goes {
                    kept.push(clause);
                }
            }
            column.clauses = kept;
        }
        Ok(())
    }

    /// Gives a column another type.
    pub(crate) fn set_kind(&mut self, column: &str, kind: &str) -> Result<(), RebuildError> {
        let column = self.column_mut(column)?;
        kind.clone_into(&mut column.kind);
        column.kind.push(' ');
        Ok(())
    }

    /// Makes a column `NOT NULL`, or not.
    pub(crate) fn set_required(&mut self, column: &str, is: bool) -> Result<(), RebuildError> {
        let column = self.column_mut(column)?;
        column.clauses.retain(|clause| clause.what != What::Null);
        match is {
            true if !column.has(&What::NotNull) => column.push("NOT NULL", What::NotNull),
            true => {}
            false => column.clauses.retain(|clause| clause.what != What::NotNull),
        }
        Ok(())
    }

    /// Gives a column a default, or none.
    pub(crate) fn set_default(
        &mut self,
        column: &str,
        default: Option<&str>,
    ) -> Result<(), RebuildError> {
        let column = self.column_mut(column)?;
        column.clauses.retain(|clause| clause.what != What::Default);
        if let Some(default) = default {
            column.push(&format!("DEFAULT {default}"), What::Default);
        }
        Ok(())
    }

    /// Adds a constraint, which must have a name.
    pub(crate) fn add_constraint(&mut self, text: &str) -> Result<(), RebuildError> {
        let text = format!("\n    {text}");
        let tokens = tokens(&text)?;
        let clause = Parser::new(&text, &tokens, 0, text.len()).table_constraint()?;
        if let Some(name) = clause.name.as_deref().filter(|name| self.has_named(name)) {
            return Err(RebuildError::Exists {
                table: self.table.clone(),
                what: format!("a constraint {name}"),
            });
        }
        self.trim_end();
        self.constraints.push(Constraint { clause });
        Ok(())
    }

    /// Whether a constraint has this name.
    pub(crate) fn has_named(&self, name: &str) -> bool {
        let is = |clause: &Clause| clause.name.as_deref().is_some_and(|own| same(own, name));
        self.constraints
            .iter()
            .any(|constraint| is(&constraint.clause))
            || self
                .columns
                .iter()
                .any(|column| column.clauses.iter().any(is))
    }

    /// Gives the constraint of this name another one; false if there is none.
    pub(crate) fn rename_constraint(
        &mut self,
        before: &str,
        after: &str,
    ) -> Result<bool, RebuildError> {
        let of_columns = (self.columns.iter_mut()).flat_map(|column| &mut column.clauses);
        let of_table = (self.constraints.iter_mut()).map(|constraint| &mut constraint.clause);
        let is_it = |clause: &&mut Clause| {
            let name = clause.name.as_deref();
            name.is_some_and(|name| same(name, before))
        };
        let Some(clause) = of_columns.chain(of_table).find(is_it) else {
            return Ok(false);
        };
        let tokens = tokens(&clause.text)?;
        // The name is behind the word CONSTRAINT, with which the clause begins.
        let (start, end) = tokens
            .get(1)
            .map_or((0, 0), |name| (name.start, name.end()));
        clause.text.replace_range(start..end, &identifier(after));
        clause.name = Some(after.to_owned());
        Ok(true)
    }

    /// Removes the check of this name; returns whether there was one.
    pub(crate) fn drop_check(&mut self, name: &str) -> bool {
        self.remove(|_, clause| {
            clause.what == What::Check && clause.name.as_deref().is_some_and(|own| same(own, name))
        })
    }

    /// Removes the foreign key from these columns to that table; returns whether there was one.
    pub(crate) fn drop_foreign_key(&mut self, columns: &[&str], referred: &str) -> bool {
        self.remove(|column, clause| match &clause.what {
            What::References {
                columns: own,
                table,
            } => same(table, referred) && all_same(column, own, columns),
            _ => false,
        })
    }

    /// Removes the unique constraint over these columns; returns whether there was one.
    pub(crate) fn drop_unique(&mut self, columns: &[&str]) -> bool {
        self.remove(|column, clause| match &clause.what {
            What::Unique(own) => all_same(column, own, columns),
            _ => false,
        })
    }

    /// Replaces the primary key. Its columns become required, as the standard has it, and so does
    /// what was an alias of the rowid, which never was NULL.
    pub(crate) fn set_primary_key(
        &mut self,
        name: &str,
        columns: &[&str],
    ) -> Result<(), RebuildError> {
        let alias = self.rowid_alias().map(str::to_owned);
        self.remove(|_, clause| matches!(clause.what, What::PrimaryKey(_)));
        for column in alias
            .iter()
            .map(String::as_str)
            .chain(columns.iter().copied())
        {
            self.set_required(column, true)?;
        }
        self.add_constraint(&sql::primary_key(&PrimaryKey {
            name: Some(name.to_owned()),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
        }))?;
        let last = self.constraints.len() - 1;
        self.constraints[..=last].rotate_right(1);
        Ok(())
    }

    /// The column that is another name of the rowid: the only one of the primary key, of the type
    /// `INTEGER` (<https://www.sqlite.org/lang_createtable.html#rowid>).
    fn rowid_alias(&self) -> Option<&str> {
        let key = self.primary_key();
        let [only] = key.as_slice() else { return None };
        (self.columns.iter())
            .find(|column| same(&column.name, only))
            .filter(|column| column.kind.trim().eq_ignore_ascii_case("integer"))
            .map(|column| column.name.as_str())
    }

    fn remove(&mut self, which: impl Fn(Option<&str>, &Clause) -> bool) -> bool {
        let before = self.clauses();
        self.constraints
            .retain(|constraint| !which(None, &constraint.clause));
        for column in &mut self.columns {
            let name = column.name.clone();
            column.clauses.retain(|clause| !which(Some(&name), clause));
        }
        self.clauses() < before
    }

    fn clauses(&self) -> usize {
        let of_columns: usize = self.columns.iter().map(|column| column.clauses.len()).sum();
        self.constraints.len() + of_columns
    }

    /// Takes the line break before the parenthesis away, unless a comment needs it.
    fn trim_end(&mut self) {
        let last = match (self.constraints.last_mut(), self.columns.last_mut()) {
            (Some(constraint), _) => &mut constraint.clause.text,
            (None, Some(column)) => match column.clauses.last_mut() {
                Some(clause) => &mut clause.text,
                None => &mut column.kind,
            },
            (None, None) => return,
        };
        if !last.contains("--") {
            last.truncate(last.trim_end().len());
        }
    }

    fn column(&self, name: &str) -> Result<&Column, RebuildError> {
        let found = self.columns.iter().find(|column| same(&column.name, name));
        found.ok_or_else(|| self.no_column(name))
    }

    fn column_mut(&mut self, name: &str) -> Result<&mut Column, RebuildError> {
        let missing = self.no_column(name);
        let found = self
            .columns
            .iter_mut()
            .find(|column| same(&column.name, name));
        found.ok_or(missing)
    }

    fn no_column(&self, name: &str) -> RebuildError {
        RebuildError::Missing {
            table: self.table.clone(),
            what: format!("column {name}"),
        }
    }
}

/// Whether a constraint goes with a column of its own table.
fn uses(clause: &Clause, column: &str) -> Result<bool, RebuildError> {
    match &clause.what {
        What::PrimaryKey(columns) | What::Unique(columns) | What::References { columns, .. } => {
            Ok(columns.iter().any(|own| same(own, column)))
        }
        _ => identifiers_in(&clause.text, column),
    }
}

/// Takes `table.` away from before the columns of the table itself.
fn without_qualifier(body: &str, table: &str) -> Result<String, RebuildError> {
    let tokens = tokens(body)?;
    let (mut text, mut kept) = (String::with_capacity(body.len()), 0);
    for pair in tokens.windows(2) {
        if pair[0].names(table) && pair[1].is_sign(".") {
            text.push_str(&body[kept..pair[0].start]);
            kept = pair[1].end();
        }
    }
    text.push_str(&body[kept..]);
    Ok(text)
}

fn all_same(column: Option<&str>, own: &[String], columns: &[&str]) -> bool {
    match column {
        Some(column) => columns.len() == 1 && same(column, columns[0]),
        None => {
            own.len() == columns.len()
                && own.iter().zip(columns).all(|(one, other)| same(one, other))
        }
    }
}

/// Whether SQLite takes two names for one.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
