//! The values that a CHECK constraint lists for a column: what a status enum is made of.
//!
//! The engines show one and the same constraint differently. `"status" IN ('draft', 'done')` is kept
//! to the letter by SQLite and comes back from PostgreSQL as
//! `((status = ANY (ARRAY['draft'::text, 'done'::text])))`. Both are read here, by a small parser
//! over SQL's tokens, into the same column and the same values in the same order.

use groundwork_naming::Engine;
use groundwork_schema::sql::{Token, TokenKind, tokens};

/// What a check lists: the values that a column may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValueList {
    /// The column.
    pub(crate) column: String,
    /// Its values, in the order of the constraint.
    pub(crate) values: Vec<String>,
}

/// The list of values that a check's expression consists of; `None` if it says anything else.
///
/// `NULL` may be admitted beside the list (`"stage" IS NULL OR "stage" IN (…)`): a check holds for
/// `NULL` in any case.
pub(crate) fn in_expression(engine: Engine, expression: &str) -> Option<ValueList> {
    let mut tokens = tokens(engine, expression).ok()?;
    tokens.retain(|token| !token.is_blank());
    of_tokens(&without_casts(tokens))
}

/// The tokens without PostgreSQL's casts (`::text`, `::character varying(9)[]`).
fn without_casts(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if !token.is_sign("::") {
            kept.push(token);
            continue;
        }
        tokens.next();
        while tokens.next_if(|token| token.is("varying")).is_some() {}
        if tokens.next_if(|token| token.is_sign("(")).is_some() {
            while tokens.next().is_some_and(|token| !token.is_sign(")")) {}
        }
        if tokens.next_if(|token| token.is_sign("[")).is_some() {
            tokens.next();
        }
    }
    kept
}

fn of_tokens(tokens: &[Token<'_>]) -> Option<ValueList> {
    let mut reader = Reader { rest: tokens };
    let list = reader.expression()?;
    reader.rest.is_empty().then_some(list)
}

/// Reads an expression from left to right; every method takes what it recognises, or says `None`.
#[derive(Clone, Copy)]
struct Reader<'a> {
    rest: &'a [Token<'a>],
}

impl<'a> Reader<'a> {
    /// `list`, `column IS NULL OR list`, `list OR column IS NULL`, each in any parentheses.
    fn expression(&mut self) -> Option<ValueList> {
        if let Some(inner) = self.attempt(|reader| reader.in_parentheses(Self::expression)) {
            return self.and_null(inner);
        }
        if let Some(column) = self.attempt(Self::is_null) {
            self.keyword("or")?;
            return self.expression().filter(|list| list.column == column);
        }
        let list = self.list()?;
        self.and_null(list)
    }

    /// `OR column IS NULL` behind a list, if it is there.
    fn and_null(&mut self, list: ValueList) -> Option<ValueList> {
        if self.attempt(|reader| reader.keyword("or")).is_none() {
            return Some(list);
        }
        (self.is_null()? == list.column).then_some(list)
    }

    /// `column IS NULL`.
    fn is_null(&mut self) -> Option<String> {
        if let Some(column) = self.attempt(|reader| reader.in_parentheses(Self::is_null)) {
            return Some(column);
        }
        let column = self.column()?;
        self.keyword("is")?;
        self.keyword("null")?;
        Some(column)
    }

    /// `column IN ('a', 'b')`, `column = ANY (ARRAY['a', 'b'])`, `column = 'a'`.
    fn list(&mut self) -> Option<ValueList> {
        let column = self.column()?;
        let values = if self.attempt(|reader| reader.keyword("in")).is_some() {
            self.in_parentheses(Self::texts)?
        } else {
            self.sign("=")?;
            if self.attempt(|reader| reader.keyword("any")).is_some() {
                self.array()?
            } else {
                vec![self.text()?]
            }
        };
        Some(ValueList { column, values })
    }

    fn array(&mut self) -> Option<Vec<String>> {
        if let Some(values) = self.attempt(|reader| reader.in_parentheses(Self::array)) {
            return Some(values);
        }
        self.keyword("array")?;
        self.sign("[")?;
        let values = self.texts()?;
        self.sign("]")?;
        Some(values)
    }

    fn texts(&mut self) -> Option<Vec<String>> {
        let mut values = vec![self.text()?];
        while self.attempt(|reader| reader.sign(",")).is_some() {
            values.push(self.text()?);
        }
        Some(values)
    }

    fn column(&mut self) -> Option<String> {
        if let Some(column) = self.attempt(|reader| reader.in_parentheses(Self::column)) {
            return Some(column);
        }
        self.next()?.name().map(str::to_owned)
    }

    fn text(&mut self) -> Option<String> {
        if let Some(text) = self.attempt(|reader| reader.in_parentheses(Self::text)) {
            return Some(text);
        }
        match &self.next()?.kind {
            TokenKind::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn in_parentheses<T>(&mut self, inner: impl Fn(&mut Self) -> Option<T>) -> Option<T> {
        self.sign("(")?;
        let value = inner(self)?;
        self.sign(")")?;
        Some(value)
    }

    fn keyword(&mut self, keyword: &str) -> Option<()> {
        self.next()?.is(keyword).then_some(())
    }

    fn sign(&mut self, sign: &str) -> Option<()> {
        self.next()?.is_sign(sign).then_some(())
    }

    fn next(&mut self) -> Option<&'a Token<'a>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Tries `read`, and takes nothing where it fails.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let value = read(&mut ahead)?;
        *self = ahead;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(column: &str, values: &[&str]) -> Option<ValueList> {
        Some(ValueList {
            column: column.to_owned(),
            values: values.iter().map(|&value| value.to_owned()).collect(),
        })
    }

    /// What either engine reads in it; both of them, where it is written for neither.
    fn on_its_engine(form: &str) -> Option<ValueList> {
        let read = in_expression(Engine::Postgres, form);
        if !form.contains("::") && !form.contains("ARRAY") {
            assert_eq!(in_expression(Engine::Sqlite, form), read, "{form}");
        }
        read
    }

    #[test]
    fn both_engines_forms_of_one_check_give_the_same_list() {
        let expected = list("status", &["draft", "it's done"]);
        for form in [
            r#""status" IN ('draft', 'it''s done')"#,
            "status in ('draft','it''s done')",
            "((status = ANY (ARRAY['draft'::text, 'it''s done'::text])))",
            "CHECK (((status)::text = ANY ((ARRAY['draft'::character varying, 'it''s done'::character varying(9)])::text[])))"
                .trim_start_matches("CHECK "),
            r#"("status" IS NULL) OR ("status" IN ('draft', 'it''s done'))"#,
            "((status IS NULL) OR (status = ANY (ARRAY['draft'::text, 'it''s done'::text])))",
            "((status = ANY (ARRAY['draft'::text, 'it''s done'::text])) OR (status IS NULL))",
        ] {
            assert_eq!(on_its_engine(form), expected, "{form}");
        }
    }

    #[test]
    fn a_single_value_is_a_list_too() {
        assert_eq!(
            in_expression(Engine::Postgres, "(kind = 'only'::text)"),
            list("kind", &["only"])
        );
        assert_eq!(
            in_expression(Engine::Sqlite, r#""kind" IN ('only')"#),
            list("kind", &["only"])
        );
    }

    #[test]
    fn whatever_says_more_than_a_list_is_none() {
        for form in [
            "length(blake3) = 64",
            "duration_ms > 0",
            "status IN ('a') AND length(title) > 0",
            "status IN ('a', 'b') OR other IN ('c')",
            "other IS NULL OR status IN ('a')",
            "status NOT IN ('a')",
            "status IN (1, 2)",
            "status <> ALL (ARRAY['a'::text])",
            "((status = 'a'",
            "",
        ] {
            assert_eq!(on_its_engine(form), None, "{form}");
        }
    }
}
