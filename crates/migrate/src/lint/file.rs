//! A file of SQL.

use groundwork_naming::{Convention, Engine};

use super::{
    check::{Checker, Origin},
    finding::{Finding, Place},
    report::Report,
    rules::both,
    statements, waiver,
};

/// Checks a text of SQL that is to be run on a database that exists. The report calls it `path`.
#[must_use]
pub(crate) fn sql(path: &str, text: &str, engine: Engine, convention: &Convention) -> Report {
    let file = |line, column, sql| Place::File {
        path: path.to_owned(),
        line,
        column,
        sql,
    };
    let statements = match statements::split(engine, text) {
        Ok(statements) => statements,
        Err((at, why)) => {
            let finding = Finding {
                rule: &both::NOT_UNDERSTOOD,
                engine: Some(engine),
                place: file(at.line, at.column, None),
                message: format!("this is no SQL: {why}"),
            };
            return Report {
                findings: vec![finding],
                ..Report::default()
            };
        }
    };
    let found = Checker::new(engine, convention).run(Origin::File, &statements);
    let findings = found.into_iter().map(|diagnostic| {
        let at = diagnostic.at;
        let place = match at.and_then(|at| statements.get(at)) {
            Some(statement) => file(
                statement.start.line,
                statement.start.column,
                Some(statement.text.clone()),
            ),
            None => file(1, 1, None),
        };
        (Finding::new(diagnostic, engine, place), at)
    });
    let mut waivers = waiver::of_statements(engine, &statements, |comment| {
        file(comment.start.line, comment.start.column, None)
    });
    Report::settle(findings.collect(), &mut waivers, &[engine])
}
