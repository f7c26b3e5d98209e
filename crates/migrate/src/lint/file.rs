//! Files of SQL.

use std::collections::HashMap;

use groundwork_naming::{Convention, Engine};
use sqlparser::tokenizer::Location;

use super::{
    check::{Checker, Origin},
    finding::{Finding, Place},
    report::Report,
    rules::both,
    script,
    statements::{self, ParsedStatement},
    waiver,
};

/// Files that are run one after the other on a database that exists.
pub(crate) struct Files<'a> {
    convention: &'a Convention,
    checkers: HashMap<&'static str, Checker<'a>>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(convention: &'a Convention) -> Self {
        Self {
            convention,
            checkers: HashMap::new(),
        }
    }

    /// Checks the next file, knowing what those before it have made and proved. The report calls it
    /// `path`.
    pub(crate) fn check(&mut self, path: &str, text: &str, engine: Engine) -> Report {
        let text = script::sql(engine, text);
        let (statements, unreadable) = statements::split(engine, &text);
        let convention = self.convention;
        let checker =
            (self.checkers.entry(name(engine))).or_insert_with(|| Checker::new(engine, convention));
        let found = checker.run(Origin::File, &statements);
        let place = |at: Location, sql: Option<String>| Place::File {
            path: path.to_owned(),
            line: at.line,
            column: at.column,
            sql,
        };
        let of = |statement: &ParsedStatement| place(statement.start, Some(statement.text.clone()));
        let findings = found.into_iter().map(|diagnostic| {
            let at = diagnostic.at;
            let statement = at.and_then(|at| statements.get(at));
            let place = statement.map_or_else(|| place(Location::new(1, 1), None), of);
            (Finding::new(diagnostic, engine, place), at)
        });
        let unreadable = unreadable.into_iter().map(|(at, why)| {
            let finding = Finding {
                rule: &both::NOT_UNDERSTOOD,
                engine: Some(engine),
                place: place(at, None),
                message: format!("this is no SQL: {why}"),
            };
            (finding, None)
        });
        let findings = unreadable.chain(findings).collect();
        let mut waivers =
            waiver::of_statements(engine, &statements, |comment| place(comment.start, None));
        Report::settle(findings, &mut waivers, &[engine])
    }
}

/// Checks a text of SQL that is to be run on a database that exists. The report calls it `path`.
#[cfg(test)]
pub(crate) fn sql(path: &str, text: &str, engine: Engine, convention: &Convention) -> Report {
    Files::new(convention).check(path, text, engine)
}

const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}
