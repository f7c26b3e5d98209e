//! What names a column in double quotes. SQLite takes `"price"` for a text where no column has that
//! name, so that a view goes on working after the column is gone, and gives the word in every row
//! (<https://www.sqlite.org/quirks.html#dblquote>).

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};

use super::{
    RebuildError,
    catalog::{self, Object},
    token::tokens,
};
use crate::sql::{Token, TokenKind};

/// The views that name a column in quotes, each with a query that does not compile without it.
pub(crate) struct QuotedNames {
    views: Vec<(String, String)>,
}

impl QuotedNames {
    /// Finds the views that use one of these columns of a table. A trigger that may do so is an
    /// error.
    pub(crate) async fn of(
        connection: &impl ConnectionTrait,
        table: &str,
        columns: &[&str],
    ) -> Result<Self, RebuildError> {
        let views = catalog::texts(connection, "view").await?;
        require_no_trigger(connection, table, columns, &views).await?;
        let mut found = Vec::new();
        for view in views {
            // What does not compile is no column here, but a text in quotes.
            if let Some(query) = strict(&view.sql, columns)?
                && compiles(connection, &query, "before").await.is_ok()
            {
                found.push((view.name, query));
            }
        }
        Ok(Self { views: found })
    }

    /// Whether each of them still compiles.
    pub(crate) async fn require_found(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<(), RebuildError> {
        for (view, query) in &self.views {
            if let Err(error) = compiles(connection, query, "after").await {
                return Err(RebuildError::Broken {
                    object: format!("the view {view}"),
                    why: error.to_string(),
                });
            }
        }
        Ok(())
    }
}

/// SQLite finds every name in a trigger that is without quotes, or behind a dot. Of the others, only
/// those of triggers that can see the table are refused.
async fn require_no_trigger(
    connection: &impl ConnectionTrait,
    table: &str,
    columns: &[&str],
    views: &[Object],
) -> Result<(), RebuildError> {
    let near = near(table, views)?;
    for trigger in catalog::texts(connection, "trigger").await? {
        let tokens = tokens(&trigger.sql)?;
        let Some(column) = quoted(&tokens, columns) else {
            continue;
        };
        if names_one_of(&tokens, &near) {
            return Err(RebuildError::Broken {
                object: format!("the trigger {}", trigger.name),
                why: format!("it names {column} in double quotes, which would be a text then"),
            });
        }
    }
    Ok(())
}

/// The table, and the views that are over it, directly or not; in lowercase.
fn near(table: &str, views: &[Object]) -> Result<BTreeSet<String>, RebuildError> {
    let mut near = BTreeSet::from([table.to_ascii_lowercase()]);
    loop {
        let before = near.len();
        for view in views {
            if names_one_of(&tokens(&view.sql)?, &near) {
                near.insert(view.name.to_ascii_lowercase());
            }
        }
        if near.len() == before {
            return Ok(near);
        }
    }
}

fn names_one_of(tokens: &[Token<'_>], names: &BTreeSet<String>) -> bool {
    let is_one = |name: &str| names.contains(&name.to_ascii_lowercase());
    tokens.iter().any(|token| token.name().is_some_and(is_one))
}

/// The first of these columns that is named in double quotes without a dot before it.
fn quoted<'c>(tokens: &[Token<'_>], columns: &[&'c str]) -> Option<&'c str> {
    let dotted = |at: usize| at > 0 && tokens[at - 1].is_sign(".");
    (tokens.iter().enumerate())
        .filter(|(at, token)| is_quoted(token) && !dotted(*at))
        .find_map(|(_, token)| columns.iter().copied().find(|column| token.names(column)))
}

fn is_quoted(token: &Token<'_>) -> bool {
    matches!(token.kind, TokenKind::Name(_)) && token.text.starts_with('"')
}

/// The query of a view, with these names in brackets, which are never a text. `None` where it has
/// none of them in double quotes.
fn strict(view: &str, columns: &[&str]) -> Result<Option<String>, RebuildError> {
    let tokens = tokens(view)?;
    let start = tokens.iter().position(|token| token.is("AS"));
    let body = &tokens[start.map_or(tokens.len(), |at| at + 1)..];
    let (Some(first), Some(_)) = (body.first(), quoted(body, columns)) else {
        return Ok(None);
    };
    let (mut query, mut kept) = (String::new(), first.start);
    for token in body {
        let column = columns.iter().find(|column| token.names(column));
        if let (true, Some(column)) = (is_quoted(token), column) {
            query.push_str(&view[kept..token.start]);
            query.push_str(&format!("[{column}]"));
            kept = token.end();
        }
    }
    query.push_str(&view[kept..]);
    Ok(Some(query))
}

/// A statement that was prepared before is not looked at again: `EXPLAIN` runs nothing, and so
/// never sees that the schema has changed. `when` makes it another statement.
async fn compiles(connection: &impl ConnectionTrait, query: &str, when: &str) -> Result<(), DbErr> {
    let explain = format!("EXPLAIN QUERY PLAN /* {when} */ {query}\n");
    catalog::query(connection, &catalog::guarding(&explain))
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_in_double_quotes_is_written_in_brackets() {
        let view = "CREATE VIEW v AS SELECT \"Price\", price, 'price' FROM b -- \"price\"";
        let query = strict(view, &["price"]).unwrap().unwrap();
        assert_eq!(query, "SELECT [price], price, 'price' FROM b -- \"price\"");
        assert!(
            strict(
                "CREATE VIEW v AS SELECT price, b.\"price\" FROM b",
                &["price"]
            )
            .unwrap()
            .is_none()
        );
    }
}
