//! Looks for what hurts: statements of migrations and files that lock, lose or break something,
//! and tables that break the convention, in statements and in a live catalog.
//!
//! A migration is looked at by the statements that it renders for each engine, without a database;
//! its source tells the rest. The rules are data, each documented in `docs/lint.md`, which is
//! written from them.

mod check;
mod document;
mod guess;
mod report;
pub mod rules;
mod shape;
mod source;
mod split;
mod waiver;
mod world;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sea_orm_migration::MigrationTrait;

use check::{Checker, Hit, Origin};
pub use document::document;
use groundwork_naming::{Convention, Engine};
use groundwork_schema::{
    model::Schema,
    record::{self, Recording},
    run::IRREVERSIBLE,
};
pub use guess::engine;
pub use report::{json, sarif, text};
use rules::{Rule, Severity, both, postgres, sqlite};
use shape::Shape;
use split::Piece;
use waiver::Waiver;
use world::Index;

/// Something that a rule has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// For which engine; `None`: it is the same on both.
    pub engine: Option<Engine>,
    /// Where.
    pub place: Place,
    /// What, in one line.
    pub message: String,
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In what a migration's `up` executes.
    Statement {
        /// The migration.
        migration: String,
        /// The file of its source, where that is known.
        path: Option<String>,
        /// Which statement, from 1.
        number: usize,
        /// Its text.
        sql: String,
    },
    /// In a migration as a whole.
    Migration {
        /// The migration.
        migration: String,
        /// The file of its source, where that is known.
        path: Option<String>,
    },
    /// In a file.
    File {
        /// The file.
        path: String,
        /// From 1.
        line: u64,
        /// From 1.
        column: u64,
        /// The statement, if it is in one.
        sql: Option<String>,
    },
    /// In a live catalog; the message tells the object.
    Catalog,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order in which it stands there.
    pub findings: Vec<Finding>,
    /// How many findings are waived.
    pub waived: usize,
    /// What could not be looked at.
    pub notes: Vec<String>,
    /// What is waived, so that the live catalog does not tell it again.
    hushed: BTreeSet<(&'static str, String)>,
}

impl Report {
    /// How many findings have this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let has = |finding: &&Finding| finding.rule.severity == severity;
        self.findings.iter().filter(has).count()
    }

    /// Adds what another report says.
    pub fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.waived += other.waived;
        self.notes.extend(other.notes);
        self.hushed.extend(other.hushed);
    }

    /// Adds what a live catalog tells beyond what is found or waived already.
    pub fn extend_live(&mut self, findings: Vec<Finding>) {
        let known: BTreeSet<(&str, String)> = (self.findings.iter())
            .map(|finding| (finding.rule.id, finding.message.clone()))
            .collect();
        self.findings.extend(findings.into_iter().filter(|finding| {
            let key = (finding.rule.id, finding.message.clone());
            !known.contains(&key) && !self.hushed.contains(&key)
        }));
    }
}

/// Looks at a text of SQL, as one that is run on a database that exists. `path` is what it is
/// called in the report.
#[must_use]
pub fn sql(path: &str, text: &str, engine: Engine, convention: &Convention) -> Report {
    let file = |line, column, sql| Place::File {
        path: path.to_owned(),
        line,
        column,
        sql,
    };
    let pieces = match split::split(engine, text) {
        Ok(pieces) => pieces,
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
    let hits = Checker::new(engine, convention).run(Origin::File, &pieces);
    let findings = hits.into_iter().map(|hit| {
        let place = match hit.at.and_then(|at| pieces.get(at)) {
            Some(piece) => file(
                piece.start.line,
                piece.start.column,
                Some(piece.text.clone()),
            ),
            None => file(1, 1, None),
        };
        finding(hit, engine, place)
    });
    let mut waivers = waivers_of(engine, &pieces, |comment| {
        file(comment.start.line, comment.start.column, None)
    });
    settle(findings.collect(), &mut waivers, &[engine])
}

/// Looks at migrations, for each of these engines. `sources` is the folder of their source code.
pub async fn migrations(
    migrations: &[Box<dyn MigrationTrait>],
    sources: &Path,
    convention: &Convention,
    engines: &[Engine],
) -> Report {
    let mut found: Vec<Vec<(Finding, Option<usize>)>> = vec![Vec::new(); migrations.len()];
    let mut waivers: Vec<Vec<Waiver>> = vec![Vec::new(); migrations.len()];
    let mut report = Report::default();
    let paths: Vec<Option<PathBuf>> = (migrations.iter())
        .map(|migration| path_of(sources, migration.name()))
        .collect();
    for engine in engines {
        let mut checker = Checker::new(*engine, convention);
        let ups = record::up(migrations, *engine).await;
        let downs = record::down(migrations, *engine).await;
        for (at, (up, down)) in ups.iter().zip(&downs).enumerate() {
            let path = paths[at].as_deref().map(shown);
            let mut look = Look {
                path,
                found: &mut found[at],
                waivers: &mut waivers[at],
                notes: &mut report.notes,
            };
            look.at(&mut checker, up, down);
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
        let mut settled = settle(found, &mut waivers[at], engines);
        settled.findings = merged(settled.findings);
        report.extend(settled);
    }
    report.notes.dedup();
    report
}

/// Looks at a live catalog.
#[must_use]
pub fn catalog(schema: &Schema, convention: &Convention) -> Vec<Finding> {
    let engine = schema.engine;
    let mut checker = Checker::new(engine, convention);
    let mut hits = Vec::new();
    for table in schema.tables.values() {
        let shape = Shape::of_model(table);
        checker.learn(&shape);
        for index in &table.indexes {
            let columns = index.keys.iter().map(|key| match &key.of {
                groundwork_schema::model::IndexedBy::Column(name) => name.clone(),
                groundwork_schema::model::IndexedBy::Expression(text) => format!("({text})"),
            });
            let columns: Vec<String> = columns.collect();
            let is_whole = index.predicate.as_ref().is_none_or(|predicate| {
                let plain = predicate.replace(['(', ')', '"'], "").to_lowercase();
                columns.first().is_some_and(|column| {
                    columns.len() == 1 && plain.trim() == format!("{column} is not null")
                })
            });
            let known = Index {
                columns,
                words: BTreeSet::new(),
                is_whole,
            };
            checker.live_index(&table.name, &index.name, index.unique, known);
            if !index.valid {
                hits.push(invalid(format!(
                    "the index {} of {}",
                    index.name, table.name
                )));
            }
        }
        let keys = table.foreign_keys.iter().map(|key| (key.valid, &key.name));
        let checks = table.checks.iter().map(|check| (check.valid, &check.name));
        for (_, name) in keys.chain(checks).filter(|(valid, _)| !valid) {
            let name = name.as_deref().unwrap_or_default();
            hits.push(invalid(format!("the constraint {name} of {}", table.name)));
        }
        hits.extend(checker.live_table(&shape));
    }
    let finding = |hit| finding(hit, engine, Place::Catalog).0;
    hits.into_iter().map(finding).collect()
}

fn invalid(what: String) -> Hit {
    Hit {
        rule: &postgres::INVALID_OBJECT,
        at: None,
        message: format!("{what} is not valid"),
    }
}

fn finding(hit: Hit, engine: Engine, place: Place) -> (Finding, Option<usize>) {
    let finding = Finding {
        rule: hit.rule,
        engine: Some(engine),
        place,
        message: hit.message,
    };
    (finding, hit.at)
}

fn settle(
    found: Vec<(Finding, Option<usize>)>,
    waivers: &mut [Waiver],
    engines: &[Engine],
) -> Report {
    let all: BTreeSet<(&str, String)> = (found.iter())
        .map(|(finding, _)| (finding.rule.id, finding.message.clone()))
        .collect();
    let (findings, waived) = waiver::apply(found, waivers, engines);
    let kept: BTreeSet<(&str, String)> = (findings.iter())
        .map(|finding| (finding.rule.id, finding.message.clone()))
        .collect();
    Report {
        hushed: all.difference(&kept).cloned().collect(),
        findings,
        waived,
        notes: Vec::new(),
    }
}

fn waivers_of(
    engine: Engine,
    pieces: &[Piece],
    place: impl Fn(&split::Comment) -> Place,
) -> Vec<Waiver> {
    let comments = (pieces.iter().enumerate())
        .flat_map(|(at, piece)| piece.comments.iter().map(move |comment| (at, comment)));
    comments
        .filter_map(|(at, comment)| {
            Waiver::parse(&comment.text, place(comment), Some((engine, at)))
        })
        .collect()
}

/// What is the same on both engines is told once; what only one of them has keeps its engine.
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

/// What is found in one migration.
struct Look<'a> {
    path: Option<String>,
    found: &'a mut Vec<(Finding, Option<usize>)>,
    waivers: &'a mut Vec<Waiver>,
    notes: &'a mut Vec<String>,
}

impl Look<'_> {
    fn at(&mut self, checker: &mut Checker<'_>, up: &Recording, down: &Recording) {
        let engine = checker.engine;
        let whole = Place::Migration {
            migration: up.migration.clone(),
            path: self.path.clone(),
        };
        let mut pieces = Vec::new();
        for statement in &up.statements {
            match split::split(engine, statement) {
                Ok(more) => pieces.extend(more),
                Err((_, why)) => {
                    let message = format!("a statement of it is no SQL: {why}");
                    self.add(&both::NOT_UNDERSTOOD, engine, &whole, message);
                }
            }
        }
        let origin = Origin::Migration {
            is_transactional: up.is_transactional,
        };
        for hit in checker.run(origin, &pieces) {
            let place = match hit
                .at
                .and_then(|at| pieces.get(at).map(|piece| (at, piece)))
            {
                Some((at, piece)) => Place::Statement {
                    migration: up.migration.clone(),
                    path: self.path.clone(),
                    number: at + 1,
                    sql: piece.text.clone(),
                },
                None => whole.clone(),
            };
            self.found.push(finding(hit, engine, place));
        }
        let waivers = waivers_of(engine, &pieces, |_| whole.clone());
        self.waivers.extend(waivers);
        self.outcome(engine, up, &whole);
        self.down(engine, up, down, &whole);
    }

    fn add(&mut self, rule: &'static Rule, engine: Engine, place: &Place, message: String) {
        let at = None;
        self.found
            .push(finding(Hit { rule, at, message }, engine, place.clone()));
    }

    /// Whether all of it could be looked at.
    fn outcome(&mut self, engine: Engine, up: &Recording, whole: &Place) {
        if let Some(query) = &up.reads {
            let message = format!("it first reads rows: {}", query.trim());
            self.add(&both::ROWS_READ_FIRST, engine, whole, message);
        }
        let Some(why) = &up.fails else { return };
        if is_unwritten(why) {
            let note = format!("{} is not written yet", up.migration);
            self.notes.push(note);
        } else if why.starts_with("it comes after") {
            let note = format!(
                "{} was not looked at on {}: {why}",
                up.migration,
                name(engine)
            );
            self.notes.push(note);
        } else if engine == Engine::Sqlite && why.contains("panicked") {
            let message = format!("SeaORM's builder cannot say this for SQLite: {why}");
            self.add(&sqlite::ALTER_THAT_SQLITE_LACKS, engine, whole, message);
        } else {
            let message = format!("`up` fails: {why}");
            self.add(&both::MIGRATION_FAILS, engine, whole, message);
        }
    }

    /// Whether it is taken back, or says that it cannot be.
    fn down(&mut self, engine: Engine, up: &Recording, down: &Recording, whole: &Place) {
        let does = |recording: &Recording| {
            let is_change = |sql: &String| !sql.to_ascii_uppercase().contains("SAVEPOINT");
            recording.statements.iter().any(is_change) || recording.reads.is_some()
        };
        let message = match &down.fails {
            None if does(up) && !does(down) => "`down` does nothing".to_owned(),
            Some(why) if why.contains("We Don't Do That Here") => "there is no `down`".to_owned(),
            Some(why)
                if up.fails.is_none()
                    && !why.contains(IRREVERSIBLE)
                    && !is_unwritten(why)
                    && !why.starts_with("it comes after") =>
            {
                let message = format!("`down` fails: {why}");
                return self.add(&both::MIGRATION_FAILS, engine, whole, message);
            }
            _ => return,
        };
        self.add(&both::DOWN_DOES_NOTHING, engine, whole, message);
    }
}

fn is_unwritten(why: &str) -> bool {
    why.contains("is not written yet")
}

const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

#[cfg(test)]
mod tests;
