//! Migrations, by the statements that they render for each engine and by their source.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use groundwork_naming::{Convention, Engine};
use groundwork_schema::record::{self, Cause, Outcome, Recording};
use sea_orm_migration::MigrationTrait;

use super::{
    check::{Checker, Origin},
    finding::{Finding, Place, engine_word},
    report::Report,
    rules::{Rule, both, sqlite},
    source, statements,
    waiver::{self, Waiver},
};

/// Checks migrations for each of these engines. `sources` is the folder of their source code; `large`
/// are the names of large tables in lowercase, whose rebuild is worth a warning.
pub(crate) async fn migrations(
    migrations: &[Box<dyn MigrationTrait>],
    sources: &Path,
    convention: &Convention,
    engines: &[Engine],
    large: &BTreeSet<String>,
) -> Report {
    let mut found: Vec<Vec<(Finding, Option<usize>)>> = vec![Vec::new(); migrations.len()];
    let mut waivers: Vec<Vec<Waiver>> = vec![Vec::new(); migrations.len()];
    let mut report = Report::default();
    let paths: Vec<Option<PathBuf>> = (migrations.iter())
        .map(|migration| path_of(sources, migration.name()))
        .collect();
    for engine in engines {
        let mut checker = Checker::new(*engine, convention).knowing_large(large);
        let ups = record::up(migrations, *engine).await;
        let downs = record::down(migrations, *engine).await;
        for (at, (up, down)) in ups.iter().zip(&downs).enumerate() {
            let path = paths[at].as_deref().map(shown);
            let mut pass = Pass {
                path,
                found: &mut found[at],
                waivers: &mut waivers[at],
                notes: &mut report.notes,
            };
            pass.check(&mut checker, up, down);
        }
    }
    for (at, migration) in migrations.iter().enumerate() {
        let mut found = std::mem::take(&mut found[at]);
        match paths[at]
            .as_deref()
            .map(|path| (path, fs::read_to_string(path)))
        {
            Some((path, Ok(text))) => {
                let path = shown(path);
                found.extend(imports(&path, &text).map(|finding| (finding, None)));
                waivers[at].extend(waiver::of_source(&path, &text));
            }
            _ => report.notes.push(format!(
                "the source of {} is not in {}: its imports and waivers are not known",
                migration.name(),
                sources.display()
            )),
        }
        let mut settled = Report::settle(found, &mut waivers[at], engines);
        settled.findings = merged(settled.findings);
        report.extend(settled);
    }
    report.notes.dedup();
    report
}

/// One migration on one engine, and where to put what is found in it.
struct Pass<'a> {
    path: Option<String>,
    found: &'a mut Vec<(Finding, Option<usize>)>,
    waivers: &'a mut Vec<Waiver>,
    notes: &'a mut Vec<String>,
}

impl Pass<'_> {
    fn check(&mut self, checker: &mut Checker<'_>, up: &Recording, down: &Recording) {
        let engine = checker.engine;
        let whole = Place::Migration {
            migration: up.migration.clone(),
            path: self.path.clone(),
        };
        let mut statements = Vec::new();
        for statement in &up.statements {
            let (more, unreadable) = statements::split(engine, statement);
            statements.extend(more);
            for (_, why) in unreadable {
                let message = format!("a statement of it is no SQL: {why}");
                self.add(&both::NOT_UNDERSTOOD, engine, &whole, message);
            }
        }
        let origin = Origin::Migration {
            is_transactional: up.is_transactional,
        };
        for diagnostic in checker.run(origin, &statements) {
            let at = diagnostic.at;
            let place = match at.and_then(|at| statements.get(at).map(|own| (at, own))) {
                Some((at, statement)) => Place::Statement {
                    migration: up.migration.clone(),
                    path: self.path.clone(),
                    number: at + 1,
                    sql: statement.text.clone(),
                },
                None => whole.clone(),
            };
            (self.found).push((Finding::new(diagnostic, engine, place), at));
        }
        let waivers = waiver::of_statements(engine, &statements, |_| whole.clone());
        self.waivers.extend(waivers);
        for recording in [up, down] {
            if let Some(statement) = recording.transaction_control(engine) {
                let message = format!("{statement} is within the transaction of the migration");
                self.add(&both::TRANSACTION_CONTROL, engine, &whole, message);
            }
        }
        self.outcome(engine, up, &whole);
        self.down(engine, up, down, &whole);
    }

    fn add(&mut self, rule: &'static Rule, engine: Engine, place: &Place, message: String) {
        let finding = Finding {
            rule,
            engine: Some(engine),
            place: place.clone(),
            message,
        };
        self.found.push((finding, None));
    }

    /// Whether all of it could be checked.
    fn outcome(&mut self, engine: Engine, up: &Recording, whole: &Place) {
        if let Some(query) = &up.reads {
            let message = format!("it first reads rows: {}", query.trim());
            self.add(&both::ROWS_READ_FIRST, engine, whole, message);
        }
        let Outcome::Failed { cause, message } = &up.outcome else {
            return;
        };
        match cause {
            Cause::Unwritten => {
                let note = format!("{} is not written yet", up.migration);
                self.notes.push(note);
            }
            Cause::Predecessor { .. } => {
                let (migration, engine) = (&up.migration, engine_word(engine));
                let note = format!("{migration} was not checked on {engine}: {message}");
                self.notes.push(note);
            }
            Cause::Panicked if !engine.capabilities().alters_tables => {
                let message = format!("SeaORM's builder cannot say this for SQLite: {message}");
                self.add(&sqlite::ALTER_THAT_SQLITE_LACKS, engine, whole, message);
            }
            _ => {
                let message = format!("`up` fails: {message}");
                self.add(&both::MIGRATION_FAILS, engine, whole, message);
            }
        }
    }

    /// Whether it is taken back, or says that it cannot be.
    fn down(&mut self, engine: Engine, up: &Recording, down: &Recording, whole: &Place) {
        let does = |recording: &Recording| {
            let is_change = |sql: &String| !sql.to_ascii_uppercase().contains("SAVEPOINT");
            recording.statements.iter().any(is_change) || recording.reads.is_some()
        };
        let message = match &down.outcome {
            Outcome::Complete if does(up) && !does(down) => "`down` does nothing",
            Outcome::Failed {
                cause: Cause::NoDown,
                ..
            } => "there is no `down`",
            Outcome::Failed {
                cause: Cause::Panicked | Cause::Refused,
                message,
            } if up.outcome.is_complete() => {
                let message = format!("`down` fails: {message}");
                return self.add(&both::MIGRATION_FAILS, engine, whole, message);
            }
            _ => return,
        };
        let message = message.to_owned();
        self.add(&both::DOWN_DOES_NOTHING, engine, whole, message);
    }
}

/// What is the same on both engines is reported once; what only one of them has keeps its engine.
fn merged(found: Vec<Finding>) -> Vec<Finding> {
    let mut list: Vec<Finding> = Vec::new();
    for finding in found {
        let same = list.iter_mut().find(|other| {
            other.rule == finding.rule
                && other.message == finding.message
                && (other.engine != finding.engine || other.place == finding.place)
        });
        match same {
            Some(other) if other.engine != finding.engine => other.engine = None,
            Some(_) => {}
            None => list.push(finding),
        }
    }
    list
}

/// The file of a migration's source.
fn path_of(sources: &Path, name: &str) -> Option<PathBuf> {
    [format!("{name}.rs"), format!("{name}/mod.rs")]
        .iter()
        .map(|file| sources.join(file))
        .find(|path| path.is_file())
}

/// A path as a person would write it here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| path.strip_prefix(here).ok());
    short.unwrap_or(path).display().to_string()
}

fn imports(path: &str, text: &str) -> impl Iterator<Item = Finding> {
    let found = match source::models(text) {
        Ok(models) => (models.into_iter())
            .map(|(word, line)| {
                let message = format!("{word} is not frozen with this migration");
                (&both::MIGRATION_IMPORTS_MODELS, line, message)
            })
            .collect(),
        Err(why) => vec![(
            &both::NOT_UNDERSTOOD,
            1,
            format!("the source is no Rust: {why}"),
        )],
    };
    found.into_iter().map(|(rule, line, message)| Finding {
        rule,
        engine: None,
        place: Place::File {
            path: path.to_owned(),
            line,
            column: 1,
            sql: None,
        },
        message,
    })
}
