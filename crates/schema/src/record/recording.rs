//! What a migration executes.

use groundwork_naming::Engine;

use crate::{
    migration::Cause,
    sql::{normal, tokens, transaction_control},
};

/// What a migration executes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Its name.
    pub migration: String,
    /// Whether it runs in a transaction.
    pub is_transactional: bool,
    /// The statements in order, with their values in place.
    pub statements: Vec<String>,
    /// The first query whose answer decides what comes next. On PostgreSQL the statements end
    /// there; on SQLite they are those of a database without rows.
    pub reads: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a migration ended that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end, or on PostgreSQL to its first query.
    Complete,
    /// It did not.
    Failed {
        /// Why.
        cause: Cause,
        /// What the database, or the migration, says.
        message: String,
    },
}

impl Outcome {
    /// Whether it ran to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        *self == Self::Complete
    }

    /// What the database, or the migration, says about its failure.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Complete => None,
            Self::Failed { message, .. } => Some(message),
        }
    }
}

impl Recording {
    /// A checksum of the statements, which blanks, line breaks and comments do not change; `None`
    /// if the migration could not be run to its end.
    #[must_use]
    pub fn checksum(&self, engine: Engine) -> Option<String> {
        if !self.outcome.is_complete() {
            return None;
        }
        let mut hash = blake3::Hasher::new();
        for statement in self.statements.iter().chain(&self.reads) {
            hash.update(normal(engine, statement).as_bytes());
            hash.update(b"\n");
        }
        Some(hash.finalize().to_hex().to_string())
    }

    /// Whether it executes and asks nothing that is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.reads.is_none()
    }

    /// Whether it does nothing but create tables, indexes and views, which breaks no foreign key.
    pub(crate) fn only_creates(&self) -> bool {
        let is_known = self.reads.is_none() && self.outcome.is_complete();
        is_known && self.statements.iter().all(|sql| creates_one(sql))
    }

    /// The first statement that would end the transaction which the migration runs in, or nest one in
    /// it by hand; `None` where there is none, or where it runs in no transaction.
    #[must_use]
    pub fn transaction_control(&self, engine: Engine) -> Option<&str> {
        let texts = self.statements.iter().filter(|sql| !is_nested(sql));
        let mut found = texts.filter_map(|sql| transaction_control(engine, sql));
        found.next().filter(|_| self.is_transactional)
    }

    /// The statements as one text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for statement in &self.statements {
            text.push_str(statement.trim().trim_end_matches(';'));
            text.push_str(";\n");
        }
        text
    }
}

/// Whether this is how SeaORM's own nested transaction begins or ends, which is balanced.
fn is_nested(sql: &str) -> bool {
    [
        "SAVEPOINT s",
        "RELEASE SAVEPOINT s",
        "ROLLBACK TO SAVEPOINT s",
    ]
    .iter()
    .filter_map(|verb| sql.strip_prefix(verb))
    .any(|number| number.parse::<u32>().is_ok())
}

/// Whether this is one statement that creates a table, an index or a view.
fn creates_one(sql: &str) -> bool {
    let Ok(tokens) = tokens(Engine::Sqlite, sql) else {
        return false;
    };
    let mut tokens = tokens.iter().filter(|token| !token.is_blank());
    let mut word = || tokens.next().map(|token| token.text.to_ascii_uppercase());
    if word().as_deref() != Some("CREATE") {
        return false;
    }
    let object = match word().as_deref() {
        Some("UNIQUE" | "TEMP" | "TEMPORARY") => word(),
        object => object.map(str::to_owned),
    };
    let has_one = tokens
        .skip_while(|token| token.text != ";")
        .all(|token| token.text == ";");
    has_one && matches!(object.as_deref(), Some("TABLE" | "INDEX" | "VIEW"))
}
