//! What a baseline does not make, and how `check` gets to know of it.

use std::fmt;

use groundwork_naming::Engine;
use groundwork_schema::{
    model::{Kind, Object},
    record,
};
use sea_orm_migration::MigrationTrait;
use serde::Serialize;

/// What the lines begin with that name it, in the first statement of a baseline.
const MARK: &str = "-- left out: ";

/// Something that the adopted database has and the baseline does not make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The object.
    #[serde(flatten)]
    pub object: Object,
    /// What about it, if the object itself is made.
    pub what: Option<String>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object,
            what,
            reason,
        } = self;
        match what {
            Some(what) => write!(f, "{object}, {what}: {reason}"),
            None => write!(f, "{object}: {reason}"),
        }
    }
}

impl LeftOut {
    /// Whether it is about the object itself, not about a property of it.
    pub(super) fn is_whole(&self, object: &Object) -> bool {
        self.what.is_none() && self.object == *object
    }
}

/// A statement below the lines that name what is left out.
pub(super) fn marked(left_out: &[LeftOut], statement: &str) -> String {
    let mut text = String::new();
    for left_out in left_out {
        let line = left_out.to_string();
        let words: Vec<&str> = line.split_whitespace().collect();
        text.push_str(&format!("{MARK}{}\n", words.join(" ")));
    }
    text + statement
}

/// What the baselines among migrations have left out: it is there, and nobody made it by hand.
#[derive(Clone, Debug, Default)]
pub struct Known {
    lines: Vec<String>,
}

impl Known {
    /// Reads it from the statements of migrations.
    pub async fn of(migrations: &[Box<dyn MigrationTrait>], engine: Engine) -> Self {
        let recordings = record::rendered(migrations, engine).await;
        let statements = recordings
            .iter()
            .flat_map(|recording| &recording.statements);
        let lines = statements.flat_map(|statement| statement.lines());
        let lines = lines.filter_map(|line| line.strip_prefix(MARK));
        Self {
            lines: lines.map(str::to_owned).collect(),
        }
    }

    /// Whether this object, or this about it, was left out.
    #[must_use]
    pub fn holds(&self, object: &Object, what: Option<&str>) -> bool {
        let whole = format!("{object}: ");
        let part = what.map(|what| format!("{object}, {what}: "));
        let is = |line: &String| {
            line.starts_with(&whole) || part.as_ref().is_some_and(|part| line.starts_with(part))
        };
        self.lines.iter().any(is)
    }
}

/// What belongs to the whole database, which others may share: what an administrator makes there is
/// no concern of the migrations unless they make it.
pub(crate) const fn is_of_database(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Schema | Kind::Extension | Kind::Cast | Kind::Unsupported
    )
}
