//! The grammar of columns and constraints within a `CREATE TABLE` of SQLite
//! (<https://www.sqlite.org/lang_createtable.html>). Expressions are balanced parentheses: SQLite
//! itself reads them when the table is created anew.

use super::{
    RebuildError,
    token::{mentions, tokens},
};
use crate::sql::{AFTER_TYPE, Token};

/// A constraint, or a default, collation or computation of a column.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// After `CONSTRAINT`.
    pub(super) name: Option<String>,
    pub(super) what: What,
    /// As written, its name and the blanks around it included.
    pub(super) text: String,
}

/// What a clause is. Those of a column have no lists of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    PrimaryKey(Vec<String>),
    Unique(Vec<String>),
    References {
        columns: Vec<String>,
        table: String,
    },
    Check,
    NotNull,
    Null,
    Default,
    Collate,
    Generated,
    /// A name with nothing behind it.
    Nothing,
}

/// A column's name, all up to its type, its type, and the rest.
type ColumnParts = (String, String, String, Vec<Clause>);

/// Whether an expression mentions a name; a name after `CONSTRAINT` is no mention.
pub(super) fn identifiers_in(text: &str, name: &str) -> Result<bool, RebuildError> {
    let found = tokens(text)?;
    let body = match found.first() {
        Some(first) if first.is("CONSTRAINT") => found.get(1).map_or(text.len(), Token::end),
        _ => 0,
    };
    mentions(&text[body..], name)
}

/// Reads one column or one constraint of the table.
pub(super) struct Parser<'a> {
    sql: &'a str,
    tokens: &'a [Token<'a>],
    start: usize,
    end: usize,
    at: usize,
}

impl<'a> Parser<'a> {
    /// `start` and `end` are the bytes that belong to the item, blanks included.
    pub(super) fn new(sql: &'a str, tokens: &'a [Token<'a>], start: usize, end: usize) -> Self {
        Self {
            sql,
            tokens,
            start,
            end,
            at: 0,
        }
    }

    pub(super) fn column(&mut self) -> Result<ColumnParts, RebuildError> {
        let name = self.name()?;
        let head = self.sql[self.start..self.place()].to_owned();
        let from = self.place();
        while !self.is_done() && !self.begins_clause() {
            let token = &self.tokens[self.at];
            if token.is_sign("(") {
                self.group()?;
            } else if token.name().is_some() {
                self.at += 1;
            } else {
                return Err(self.unreadable());
            }
        }
        let kind = self.sql[from..self.place()].to_owned();
        let mut clauses = Vec::new();
        while !self.is_done() {
            let from = self.place();
            let name = self.constraint_name()?;
            let what = self.column_clause()?;
            let text = self.sql[from..self.place()].to_owned();
            clauses.push(Clause { name, what, text });
        }
        Ok((name, head, kind, clauses))
    }

    pub(super) fn table_constraint(&mut self) -> Result<Clause, RebuildError> {
        let name = self.constraint_name()?;
        let what = if self.take("CHECK") {
            self.group()?;
            What::Check
        } else if self.take("FOREIGN") {
            self.expect("KEY")?;
            let columns = self.columns()?;
            self.expect("REFERENCES")?;
            let table = self.references()?;
            What::References { columns, table }
        } else if self.take("PRIMARY") {
            self.expect("KEY")?;
            What::PrimaryKey(self.columns()?)
        } else {
            self.expect("UNIQUE")?;
            What::Unique(self.columns()?)
        };
        self.on_conflict();
        if !self.is_done() {
            return Err(self.unreadable());
        }
        let text = self.sql[self.start..self.end].to_owned();
        Ok(Clause { name, what, text })
    }

    fn column_clause(&mut self) -> Result<What, RebuildError> {
        let what = if self.take("PRIMARY") {
            self.expect("KEY")?;
            let _ = self.take("ASC") || self.take("DESC");
            self.on_conflict();
            self.take("AUTOINCREMENT");
            What::PrimaryKey(Vec::new())
        } else if self.take("NOT") {
            self.expect("NULL")?;
            What::NotNull
        } else if self.take("NULL") {
            What::Null
        } else if self.take("UNIQUE") {
            What::Unique(Vec::new())
        } else if self.take("CHECK") {
            self.group()?;
            What::Check
        } else if self.take("DEFAULT") {
            self.default()?;
            What::Default
        } else if self.take("COLLATE") {
            self.name()?;
            What::Collate
        } else if self.take("REFERENCES") {
            let table = self.references()?;
            let columns = Vec::new();
            What::References { columns, table }
        } else if self.is_done() {
            What::Nothing
        } else {
            self.generated()?;
            What::Generated
        };
        self.on_conflict();
        Ok(what)
    }

    fn generated(&mut self) -> Result<(), RebuildError> {
        if self.take("GENERATED") {
            self.expect("ALWAYS")?;
        }
        self.expect("AS")?;
        self.group()?;
        let _ = self.take("STORED") || self.take("VIRTUAL");
        Ok(())
    }

    fn default(&mut self) -> Result<(), RebuildError> {
        match self.tokens.get(self.at) {
            Some(token) if token.is_sign("(") => return self.group(),
            Some(token) if token.is_sign("+") || token.is_sign("-") => self.at += 2,
            Some(_) => self.at += 1,
            None => return Err(self.unreadable()),
        }
        if self.at > self.tokens.len() {
            return Err(self.unreadable());
        }
        Ok(())
    }

    /// The part after `REFERENCES`.
    fn references(&mut self) -> Result<String, RebuildError> {
        let table = self.name()?;
        if self
            .tokens
            .get(self.at)
            .is_some_and(|token| token.is_sign("("))
        {
            self.group()?;
        }
        loop {
            if self.take("ON") {
                self.at += 1;
                if self.take("SET") || self.take("NO") {
                    self.at += 1;
                } else {
                    self.name()?;
                }
            } else if self.take("MATCH") {
                self.name()?;
            } else if self.take("DEFERRABLE") || self.take_not_deferrable() {
                if self.take("INITIALLY") {
                    self.name()?;
                }
            } else {
                return Ok(table);
            }
        }
    }

    fn take_not_deferrable(&mut self) -> bool {
        let next = self.tokens.get(self.at + 1);
        let is = self.peek("NOT") && next.is_some_and(|token| token.is("DEFERRABLE"));
        self.at += if is { 2 } else { 0 };
        is
    }

    fn on_conflict(&mut self) {
        let next = self.tokens.get(self.at + 1);
        if self.peek("ON") && next.is_some_and(|token| token.is("CONFLICT")) {
            self.at += 3;
        }
    }

    /// `( a, "b" COLLATE nocase DESC )`: the names of the columns.
    fn columns(&mut self) -> Result<Vec<String>, RebuildError> {
        let open = self.at;
        self.group()?;
        let inside = &self.tokens[open + 1..self.at - 1];
        let of_first = |list: &[Token<'_>]| list.first()?.name().map(str::to_owned);
        let names = inside.split(|token| token.is_sign(","));
        let names: Option<Vec<String>> = names.map(of_first).collect();
        names.ok_or_else(|| self.unreadable())
    }

    fn constraint_name(&mut self) -> Result<Option<String>, RebuildError> {
        if self.take("CONSTRAINT") {
            return self.name().map(Some);
        }
        Ok(None)
    }

    fn name(&mut self) -> Result<String, RebuildError> {
        let name = self.tokens.get(self.at).and_then(|token| token.name());
        let name = name.ok_or_else(|| self.unreadable())?.to_owned();
        self.at += 1;
        Ok(name)
    }

    /// Everything up to the parenthesis that closes the one at this place.
    fn group(&mut self) -> Result<(), RebuildError> {
        let mut depth = 0_usize;
        for (position, token) in self.tokens.iter().enumerate().skip(self.at) {
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                if position == self.at {
                    break;
                }
                self.at = position + 1;
                return Ok(());
            }
        }
        Err(self.unreadable())
    }

    fn begins_clause(&self) -> bool {
        AFTER_TYPE.iter().any(|keyword| self.peek(keyword))
    }

    fn peek(&self, keyword: &str) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| token.is(keyword))
    }

    fn take(&mut self, keyword: &str) -> bool {
        let is = self.peek(keyword);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, keyword: &str) -> Result<(), RebuildError> {
        if self.take(keyword) {
            return Ok(());
        }
        Err(self.unreadable())
    }

    fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Where the next token begins, or the item ends.
    fn place(&self) -> usize {
        self.tokens
            .get(self.at)
            .map_or(self.end, |token| token.start)
    }

    fn unreadable(&self) -> RebuildError {
        let rest = self.sql[self.place().min(self.end)..self.end].trim();
        let near = if rest.is_empty() { "the end" } else { rest };
        RebuildError::Unreadable {
            sql: self.sql.to_owned(),
            why: format!("the text near `{near}` is not understood"),
        }
    }
}
