//! Triggers as plain data, beside the tables that they watch.

use groundwork_naming::Engine;
use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::apply::{engine_of, execute};
use crate::{model, sql::bare_identifier};

/// Triggers that belong together: on PostgreSQL they run one function, on SQLite each has its own
/// statements.
///
/// ```
/// use groundwork_naming::Engine;
/// use groundwork_schema::table::{
///     Each, Event, PostgresTrigger, Timing, Trigger, TriggerFunction, Triggers,
/// };
///
/// const COUNT: Triggers = Triggers {
///     function: TriggerFunction {
///         name: "count_books",
///         body: "BEGIN UPDATE shelves SET books = books + 1; RETURN NULL; END",
///     },
///     triggers: &[Trigger {
///         name: "books_counted",
///         table: "books",
///         timing: Timing::After,
///         event: Event::Insert,
///         when: None,
///         sqlite: Some("UPDATE shelves SET books = books + 1;"),
///         postgres: PostgresTrigger::ROW,
///     }],
/// };
/// assert_eq!(COUNT.drop(Engine::Sqlite), "DROP TRIGGER books_counted;\n");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Triggers<'a> {
    /// What they do on PostgreSQL.
    pub function: TriggerFunction<'a>,
    /// In the order in which they are created.
    pub triggers: &'a [Trigger<'a>],
}

/// A function of PostgreSQL in PL/pgSQL that triggers run.
#[derive(Clone, Copy, Debug)]
pub struct TriggerFunction<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is between the dollars: `BEGIN … END`.
    pub body: &'a str,
}

/// A trigger, for both engines.
#[derive(Clone, Copy, Debug)]
pub struct Trigger<'a> {
    /// Its name.
    pub name: &'a str,
    /// The table that it watches.
    pub table: &'a str,
    /// When it fires.
    pub timing: Timing,
    /// What makes it fire.
    pub event: Event<'a>,
    /// An SQL condition about `OLD` and `NEW` that both engines understand; it fires only for rows
    /// that fulfil it.
    pub when: Option<&'a str>,
    /// What SQLite does for each row, as statements that each end with a semicolon. `None`: SQLite
    /// has no such event, as with [`Event::Truncate`].
    pub sqlite: Option<&'a str>,
    /// How PostgreSQL runs the function.
    pub postgres: PostgresTrigger<'a>,
}

/// When a trigger fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Before the change.
    Before,
    /// After the change.
    After,
}

/// What makes a trigger fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A row is added.
    Insert,
    /// A row is removed.
    Delete,
    /// A row is changed.
    Update,
    /// A statement sets one of these columns. PostgreSQL allows no columns where rows are
    /// collected ([`PostgresTrigger::old_rows`]); there it fires for every update.
    UpdateOf(&'a [&'a str]),
    /// The whole table is emptied (PostgreSQL).
    Truncate,
}

/// How PostgreSQL runs the function of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostgresTrigger<'a> {
    /// How often.
    pub each: Each,
    /// The name under which the function finds all rows as they were.
    pub old_rows: Option<&'a str>,
    /// The name under which the function finds all rows as they are.
    pub new_rows: Option<&'a str>,
}

/// How often a trigger runs its function (PostgreSQL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Once for every row.
    Row,
    /// Once for every statement.
    Statement,
}

impl PostgresTrigger<'_> {
    /// The function runs for every row.
    pub const ROW: Self = Self {
        each: Each::Row,
        old_rows: None,
        new_rows: None,
    };
    /// The function runs once for every statement.
    pub const STATEMENT: Self = Self {
        each: Each::Statement,
        old_rows: None,
        new_rows: None,
    };
}

/// A trigger whose first line would be longer, in bytes, gets two.
const LONGEST_LINE: usize = 100;

impl<'a> Triggers<'a> {
    /// The statements that create them, as one text.
    #[must_use]
    pub fn create(&self, engine: Engine) -> String {
        in_one_text(&self.create_each(engine))
    }

    /// The statements that create them.
    pub(crate) fn create_each(&self, engine: Engine) -> Vec<String> {
        let function = self.function_model(engine);
        let function = function.map(|function| function.definition);
        let triggers = self.models(engine).into_iter();
        let triggers = triggers.map(|trigger| trigger.definition);
        function.into_iter().chain(triggers).collect()
    }

    /// The statements that drop them, as one text.
    #[must_use]
    pub fn drop(&self, engine: Engine) -> String {
        in_one_text(&self.drop_each(engine))
    }

    /// The statements that drop them.
    pub(crate) fn drop_each(&self, engine: Engine) -> Vec<String> {
        let triggers = self.on(engine).rev().map(|trigger| {
            let (name, table) = (
                bare_identifier(trigger.name),
                bare_identifier(trigger.table),
            );
            match engine {
                Engine::Sqlite => format!("DROP TRIGGER {name}"),
                Engine::Postgres => format!("DROP TRIGGER {name} ON {table}"),
            }
        });
        let name = bare_identifier(self.function.name);
        let function = (engine == Engine::Postgres).then(|| format!("DROP FUNCTION {name}()"));
        triggers.chain(function).collect()
    }

    /// Creates them.
    ///
    /// # Errors
    /// What the database says about the statement that it refuses.
    pub async fn create_with(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        execute(manager, &self.create(engine_of(manager)?)).await
    }

    /// Drops them.
    ///
    /// # Errors
    /// What the database says, for example that there is none of that name.
    pub async fn drop_with(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        execute(manager, &self.drop(engine_of(manager)?)).await
    }

    /// What each is on this engine, in order.
    #[must_use]
    pub fn models(&self, engine: Engine) -> Vec<model::Trigger> {
        self.on(engine)
            .map(|trigger| model::Trigger {
                name: trigger.name.to_owned(),
                definition: match (engine, trigger.sqlite) {
                    (Engine::Sqlite, body) => trigger.on_sqlite(body.unwrap_or_default()),
                    (Engine::Postgres, _) => trigger.on_postgres(self.function.name),
                },
            })
            .collect()
    }

    /// The function that they run, where they run one.
    #[must_use]
    pub fn function_model(&self, engine: Engine) -> Option<model::Function> {
        let name = bare_identifier(self.function.name);
        let body = self.function.body;
        (engine == Engine::Postgres).then(|| model::Function {
            signature: format!("{}()", self.function.name),
            definition: format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n{body}\n$$"
            ),
        })
    }

    fn on(&self, engine: Engine) -> impl DoubleEndedIterator<Item = &'a Trigger<'a>> + use<'a> {
        let is_there = move |trigger: &&Trigger<'_>| match engine {
            Engine::Sqlite => trigger.sqlite.is_some(),
            Engine::Postgres => true,
        };
        self.triggers.iter().filter(is_there)
    }
}

impl Trigger<'_> {
    fn on_sqlite(&self, body: &str) -> String {
        let when = self
            .when
            .map_or_else(String::new, |sql| format!("WHEN {sql}\n"));
        let body = body.trim();
        format!("{}\n{when}BEGIN\n    {body}\nEND", self.head(self.event))
    }

    fn on_postgres(&self, function: &str) -> String {
        let PostgresTrigger {
            each,
            old_rows,
            new_rows,
        } = self.postgres;
        let rows = |state: &str, name: Option<&str>| {
            name.map(|name| format!("{state} TABLE AS {}", bare_identifier(name)))
        };
        let collected: Vec<String> = [rows("OLD", old_rows), rows("NEW", new_rows)]
            .into_iter()
            .flatten()
            .collect();
        let (event, referencing) = if collected.is_empty() {
            (self.event, String::new())
        } else {
            let referencing = format!("REFERENCING {}\n    ", collected.join(" "));
            (self.event.without_columns(), referencing)
        };
        let each = match each {
            Each::Row => "ROW",
            Each::Statement => "STATEMENT",
        };
        let when = self
            .when
            .map_or_else(String::new, |sql| format!("WHEN ({sql}) "));
        format!(
            "{}\n    {referencing}FOR EACH {each} {when}EXECUTE FUNCTION {}()",
            self.head(event),
            bare_identifier(function),
        )
    }

    fn head(&self, event: Event<'_>) -> String {
        let timing = match self.timing {
            Timing::Before => "BEFORE",
            Timing::After => "AFTER",
        };
        let event = match event {
            Event::Insert => "INSERT".to_owned(),
            Event::Delete => "DELETE".to_owned(),
            Event::Update => "UPDATE".to_owned(),
            Event::UpdateOf(columns) => {
                let columns: Vec<String> =
                    columns.iter().map(|name| bare_identifier(name)).collect();
                format!("UPDATE OF {}", columns.join(", "))
            }
            Event::Truncate => "TRUNCATE".to_owned(),
        };
        let create = format!("CREATE TRIGGER {}", bare_identifier(self.name));
        let when = format!("{timing} {event} ON {}", bare_identifier(self.table));
        let is_long = create.len() + when.len() >= LONGEST_LINE;
        format!("{create}{}{when}", if is_long { '\n' } else { ' ' })
    }
}

fn in_one_text(statements: &[String]) -> String {
    (statements.iter())
        .map(|statement| format!("{statement};\n"))
        .collect()
}

impl Event<'_> {
    const fn without_columns(self) -> Self {
        match self {
            Self::UpdateOf(_) => Self::Update,
            other => other,
        }
    }
}
