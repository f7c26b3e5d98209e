//! Comments, which PostgreSQL keeps in its catalog.

use groundwork_naming::Engine;

use super::Table;
use crate::sql::{identifier, text_literal};

/// The statement that gives a table, or a column of it, a comment; `None` takes it away.
pub(crate) fn statement(table: &str, column: Option<&str>, text: Option<&str>) -> String {
    let object = match column {
        Some(column) => format!("COLUMN {}.{}", identifier(table), identifier(column)),
        None => format!("TABLE {}", identifier(table)),
    };
    let text = text.map_or_else(
        || "NULL".to_owned(),
        |text| text_literal(Engine::Postgres, text),
    );
    format!("COMMENT ON {object} IS {text}")
}

impl Table {
    /// The statements that give the table and its columns their comments.
    pub(super) fn comments(&self, engine: Engine) -> Vec<String> {
        match engine {
            Engine::Sqlite => Vec::new(),
            Engine::Postgres => {
                let own = self.comment.map(|text| (None, text));
                let of_columns = (self.columns.iter())
                    .filter_map(|column| Some((Some(column.name), column.comment?)));
                (own.into_iter().chain(of_columns))
                    .map(|(column, text)| statement(self.name, column, Some(text)))
                    .collect()
            }
        }
    }
}
