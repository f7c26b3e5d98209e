//! What edits leave open, and how a person decides it: by a flag, or by an answer on a terminal.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;

use super::{
    compare::{rename_column, rename_table},
    edit::Edit,
    error::EvolveError,
    model::Entities,
};

/// What the flags decide. A subject is a `table` or a `table.column`, by its new name where it has
/// one.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// What was renamed, and to what: `scenes.mood` to `tone`, `scenes` to `parts`.
    pub renames: BTreeMap<String, String>,
    /// What is gone, though something new looks like it.
    pub drops: BTreeSet<String>,
    /// Values for rows that have none.
    pub fills: BTreeMap<String, String>,
    /// The same as SQL expressions.
    pub fills_sql: BTreeMap<String, String>,
    /// Columns for which every row has a value, or there are no rows.
    pub unfilled: BTreeSet<String>,
    /// Columns whose values may turn out not to fit.
    pub narrows: BTreeSet<String>,
    /// SQL expressions for the values of columns of another type.
    pub conversions: BTreeMap<String, String>,
}

/// Something that edits leave open; `Display` says it with the flags that decide it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "question", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the fields say it")]
pub enum Question {
    /// Something is gone, and something is new.
    Renamed { gone: String, new: Vec<String> },
    /// Rows that exist need a value.
    Fill { column: String, holds: String },
    /// A value may not fit.
    Narrow {
        column: String,
        before: String,
        after: String,
    },
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Answer {
    RenamedTo(String),
    Dropped,
    FilledWith(String),
    Unfilled,
    Narrowed,
}

impl Question {
    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Renamed { gone, .. } => gone,
            Self::Fill { column, .. } | Self::Narrow { column, .. } => column,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renamed { gone, new } => {
                write!(f, "is {gone} renamed, or dropped? Say")?;
                for new in new {
                    write!(f, " --rename {gone}={new} or")?;
                }
                write!(f, " --drop {gone}")
            }
            Self::Fill { column, holds } => write!(
                f,
                "which value ({holds}) do rows get that have none in {column}? Say \
                 --fill {column}=VALUE, --fill-sql {column}=EXPRESSION, or --unfilled {column}: \
                 the migration then fails where there are such rows"
            ),
            Self::Narrow {
                column,
                before,
                after,
            } => write!(
                f,
                "values of {column} may not fit when {before} becomes {after}. Say \
                 --using {column}=EXPRESSION, or --narrow {column}: the migration then fails where \
                 one does not fit"
            ),
        }
    }
}

impl Decisions {
    /// Adds an answer.
    pub fn answer(&mut self, question: &Question, answer: Answer) {
        let subject = question.subject().to_owned();
        match answer {
            Answer::RenamedTo(new) => {
                self.renames.insert(subject, new);
            }
            Answer::Dropped => {
                self.drops.insert(subject);
            }
            Answer::FilledWith(value) => {
                self.fills.insert(subject, value);
            }
            Answer::Unfilled => {
                self.unfilled.insert(subject);
            }
            Answer::Narrowed => {
                self.narrows.insert(subject);
            }
        }
    }
}

/// How rows get a value.
pub(crate) enum Fill<'a> {
    Value(&'a str),
    Sql(&'a str),
    Nothing,
}

/// The decisions, the questions that they leave, and which of them were of use.
pub(crate) struct Decider<'a> {
    decisions: &'a Decisions,
    pub(crate) questions: Vec<Question>,
    used: RefCell<BTreeSet<String>>,
}

impl<'a> Decider<'a> {
    pub(crate) fn new(decisions: &'a Decisions) -> Self {
        Self {
            decisions,
            questions: Vec::new(),
            used: RefCell::default(),
        }
    }

    fn mark(&self, flag: &str, subject: &str) {
        self.used.borrow_mut().insert(format!("--{flag} {subject}"));
    }

    /// How rows get a value of a column; asks where nothing says so.
    pub(crate) fn fill(&mut self, table: &str, column: &str, holds: &str) -> Option<Fill<'a>> {
        let subject = format!("{table}.{column}");
        if let Some(value) = self.decisions.fills.get(&subject) {
            self.mark("fill", &subject);
            return Some(Fill::Value(value));
        }
        if let Some(sql) = self.decisions.fills_sql.get(&subject) {
            self.mark("fill-sql", &subject);
            return Some(Fill::Sql(sql));
        }
        if self.decisions.unfilled.contains(&subject) {
            self.mark("unfilled", &subject);
            return Some(Fill::Nothing);
        }
        let holds = holds.to_owned();
        self.questions.push(Question::Fill {
            column: subject,
            holds,
        });
        None
    }

    /// The value with which a column that is dropped comes back, if a flag gives one.
    pub(crate) fn fill_if_any(&self, table: &str, column: &str) -> Option<Fill<'a>> {
        let subject = format!("{table}.{column}");
        if let Some(value) = self.decisions.fills.get(&subject) {
            self.mark("fill", &subject);
            return Some(Fill::Value(value));
        }
        let sql = self.decisions.fills_sql.get(&subject)?;
        self.mark("fill-sql", &subject);
        Some(Fill::Sql(sql))
    }

    /// The expression for the values of a column of a narrower type, if there is one; asks where
    /// nothing is decided.
    pub(crate) fn narrow(
        &mut self,
        table: &str,
        column: &str,
        before: &str,
        after: &str,
    ) -> Option<Option<&'a str>> {
        let subject = format!("{table}.{column}");
        if let Some(sql) = self.conversion(table, column) {
            return Some(Some(sql));
        }
        if self.decisions.narrows.contains(&subject) {
            self.mark("narrow", &subject);
            return Some(None);
        }
        self.questions.push(Question::Narrow {
            column: subject,
            before: before.to_owned(),
            after: after.to_owned(),
        });
        None
    }

    /// The expression for the values of a column of another type, if a flag gives one.
    pub(crate) fn conversion(&self, table: &str, column: &str) -> Option<&'a str> {
        let subject = format!("{table}.{column}");
        let sql = self.decisions.conversions.get(&subject)?;
        self.mark("using", &subject);
        Some(sql)
    }

    /// Finds what was renamed, and renames it in the current entities.
    pub(crate) fn renames(&mut self, current: &mut Entities, edited: &Entities) -> Vec<Edit> {
        let mut edits = Vec::new();
        let gone = missing(current.tables.keys(), edited.tables.keys());
        let mut new = missing(edited.tables.keys(), current.tables.keys());
        for table in gone {
            if let Some(to) = self.renamed(&table, &mut new, None) {
                rename_table(current, &table, &to);
                edits.push(Edit::RenameTable { table, to });
            }
        }
        let tables: Vec<String> = edited.tables.keys().cloned().collect();
        for table in tables {
            edits.extend(self.renames_in(&table, current, edited));
        }
        edits
    }

    fn renames_in(&mut self, table: &str, current: &mut Entities, edited: &Entities) -> Vec<Edit> {
        let (Some(before), Some(after)) = (current.tables.get(table), edited.tables.get(table))
        else {
            return Vec::new();
        };
        let columns = |entity: &super::model::Entity| -> Vec<String> {
            entity
                .fields
                .iter()
                .map(|field| field.column.clone())
                .collect()
        };
        let (old, now) = (columns(before), columns(after));
        let gone = missing(old.iter(), now.iter());
        let mut new = missing(now.iter(), old.iter());
        let said = after.fields.iter().filter_map(|field| {
            let from = field.renamed_from.clone()?;
            Some((from, field.column.clone()))
        });
        let said: BTreeMap<String, String> = said.collect();
        let mut edits = Vec::new();
        for column in gone {
            let subject = format!("{table}.{column}");
            if let Some(to) = self.renamed(&subject, &mut new, said.get(&column)) {
                rename_column(current, table, &column, &to);
                edits.push(Edit::RenameColumn {
                    table: table.to_owned(),
                    column,
                    to,
                });
            }
        }
        edits
    }

    /// What something that is gone is called now; `None` if it is dropped, or nothing says so.
    fn renamed(
        &mut self,
        gone: &str,
        new: &mut Vec<String>,
        said: Option<&String>,
    ) -> Option<String> {
        if let Some(to) = self
            .decisions
            .renames
            .get(gone)
            .or(said)
            .filter(|to| new.contains(to))
        {
            self.mark("rename", gone);
            new.retain(|other| other != to);
            return Some(to.clone());
        }
        if self.decisions.drops.contains(gone) {
            self.mark("drop", gone);
        } else if !new.is_empty() {
            let (gone, new) = (gone.to_owned(), new.clone());
            self.questions.push(Question::Renamed { gone, new });
        }
        None
    }

    /// # Errors
    /// [`EvolveError::Undecided`] with every question so far.
    pub(crate) fn require_answers(&self) -> Result<(), EvolveError> {
        match self.questions.as_slice() {
            [] => Ok(()),
            questions => {
                let mut questions = questions.to_vec();
                questions.dedup();
                Err(EvolveError::Undecided(questions))
            }
        }
    }

    /// # Errors
    /// [`EvolveError::Undecided`] with every question, or [`EvolveError::NothingToDecide`] for a
    /// flag that was of no use.
    pub(crate) fn finish(&self) -> Result<(), EvolveError> {
        self.require_answers()?;
        let Decisions {
            renames,
            drops,
            fills,
            fills_sql,
            unfilled,
            narrows,
            conversions,
        } = self.decisions;
        let given = [
            (
                "rename",
                renames.keys().collect::<Vec<_>>(),
                "nothing of this name is gone while something new has the other name",
            ),
            (
                "drop",
                drops.iter().collect(),
                "nothing of this name is gone while something is new beside it",
            ),
            ("fill", fills.keys().collect(), "no row needs a value there"),
            (
                "fill-sql",
                fills_sql.keys().collect(),
                "no row needs a value there",
            ),
            (
                "unfilled",
                unfilled.iter().collect(),
                "no row needs a value there",
            ),
            (
                "narrow",
                narrows.iter().collect(),
                "no type becomes narrower there",
            ),
            (
                "using",
                conversions.keys().collect(),
                "no type changes there",
            ),
        ];
        let used = self.used.borrow();
        for (flag, subjects, why) in given {
            for subject in subjects {
                let flag = format!("--{flag} {subject}");
                if !used.contains(&flag) {
                    let why = why.to_owned();
                    return Err(EvolveError::NothingToDecide { flag, why });
                }
            }
        }
        Ok(())
    }
}

fn missing<'n>(
    of: impl Iterator<Item = &'n String>,
    among: impl Iterator<Item = &'n String>,
) -> Vec<String> {
    let among: BTreeSet<&String> = among.collect();
    of.filter(|name| !among.contains(name)).cloned().collect()
}
