//! Edits at random: what is written for them is right, or refused.
//!
//! The schema, the edit and the text are made by chance; what the schema should be afterwards is
//! known without reading any entity. `EVOLVE_EDITS` is how many edits are tried on each engine.

use std::fs;

use acceptance::{Engine, Numbers, on_both_engines};
use groundwork_migrate::{
    diff::{Change, Difference, Kind as ObjectKind, differences},
    evolve::{Answer, Decisions, Evolution, EvolveError, Question},
    inspect,
    scratch::{Place, Scratch},
};
use groundwork_schema::{
    model::Schema,
    run::{self, Goal, Settings},
};
use migration::CONVENTION;

use super::{
    Entities,
    random_edits::{Edited, edit},
    random_schema::Db,
    write_entities,
};

/// Enough to see that it works; a long run is asked for.
const EDITS: usize = 25;

fn wanted() -> usize {
    let asked = std::env::var_os("EVOLVE_EDITS");
    asked.map_or(EDITS, |number| number.to_str().unwrap().parse().unwrap())
}

#[expect(clippy::print_stdout, reason = "the figures of a long run")]
fn report(engine: Engine, right: usize, exact: usize, refusals: &[String], wanted: usize) {
    let refused = refusals.len();
    println!("{engine}: {right} right ({exact} to the byte), {refused} refused, of {wanted}");
    for why in refusals {
        println!("  {why}");
    }
}

#[on_both_engines]
async fn what_is_written_for_a_random_edit_is_right_or_refused(engine: Engine) {
    let (wanted, mut right, mut exact, mut refusals) = (wanted(), 0, 0, Vec::new());
    for number in 0..wanted {
        match case(engine, number).await {
            Ok(is_exact) => {
                right += 1;
                exact += usize::from(is_exact);
            }
            Err(why) => refusals.push(why),
        }
    }
    report(engine, right, exact, &refusals, wanted);
    assert!(right * 10 >= wanted * 8, "{refusals:#?}");
}

/// One random edit: whether the files came back to the byte, or why it was refused. What is
/// neither right nor refused fails the test.
async fn case(engine: Engine, number: usize) -> Result<bool, String> {
    let mut numbers = Numbers(0x5eed + number as u64 * 7919);
    let before = Db::random(&mut numbers);
    let migrations = before.migrations();
    let entities = Entities {
        dir: tempfile::tempdir().unwrap(),
    };
    entities.write("entities.toml", &before.map());
    write_entities(&migrations, &before.map(), entities.dir.path()).await;
    let source = entities.path("src");

    let (mut after, mut edited) = (before.clone(), Edited::default());
    let several = 1 + numbers.below(3);
    while edited.what.len() < several {
        edit(&mut numbers, &mut after, &source, &mut edited);
    }
    // Half of the files are what a person types, half are as they would be generated.
    if numbers.one_in(2) && edited.renamed.is_empty() {
        fs::remove_dir_all(&source).unwrap();
        write_entities(&after.migrations(), &after.map(), entities.dir.path()).await;
    }
    let what = format!("case {number}: {}", edited.what.join(", "));
    let evolution = match decided(&entities, &before, engine, &edited).await {
        Ok(evolution) => evolution,
        Err(EvolveError::NoEdits) => {
            let wanted = schema_of(engine, &after).await;
            let now = schema_of(engine, &before).await;
            assert_eq!(differing(&wanted, &now), [], "{what}: nothing was seen");
            return Ok(true);
        }
        Err(
            error @ (EvolveError::Files(_)
            | EvolveError::Inexpressible(_)
            | EvolveError::Refuted { .. }),
        ) => {
            return Err(format!("{what}: {error}"));
        }
        Err(error) => panic!("{what}: {error}"),
    };
    let wanted = schema_of(engine, &after).await;
    let given = evolution.after.last().unwrap();
    assert_eq!(
        differing(&wanted, given),
        [],
        "{what}\n{}",
        evolution.source
    );
    Ok(evolution.completed.is_empty())
}

/// The migration, after all questions are answered as the edit was meant.
async fn decided(
    entities: &Entities,
    before: &Db,
    engine: Engine,
    edited: &Edited,
) -> Result<Evolution, EvolveError> {
    let mut decisions = Decisions::default();
    for _ in 0..4 {
        let migrations = before.migrations();
        let done = entities
            .evolve_from(&migrations, engine, "drop_or_add", &decisions)
            .await;
        let Err(EvolveError::Undecided(questions)) = done else {
            return done;
        };
        for question in questions {
            let answer = match &question {
                Question::Renamed { gone, .. } => {
                    let renamed = edited.renamed.iter().find(|(old, _)| old == gone);
                    renamed.map_or(Answer::Dropped, |(_, new)| Answer::RenamedTo(new.clone()))
                }
                Question::Fill { holds, .. } => match holds.as_str() {
                    "bigint" => Answer::FilledWith("7".to_owned()),
                    "double" => Answer::FilledWith("0.5".to_owned()),
                    "boolean" => Answer::FilledWith("true".to_owned()),
                    "timestamptz" => Answer::FilledWith("2026-01-31T12:00:00Z".to_owned()),
                    "json" => Answer::FilledWith("{}".to_owned()),
                    "text" => Answer::FilledWith("calm".to_owned()),
                    _ => Answer::Unfilled,
                },
                Question::Narrow { .. } => Answer::Narrowed,
            };
            decisions.answer(&question, answer);
        }
    }
    panic!("the questions do not end: {decisions:?}")
}

async fn schema_of(engine: Engine, db: &Db) -> Schema {
    let beside = acceptance::Scratch::empty(engine).await;
    let place = match engine {
        Engine::Sqlite => Place::Sqlite,
        Engine::Postgres => Place::Postgres(beside.url().parse().unwrap()),
    };
    let scratch = Scratch::open(&place).await.unwrap();
    let settings = Settings::new(&CONVENTION);
    run::up(scratch.connection(), &db.migrations(), Goal::All, &settings)
        .await
        .unwrap();
    let schema = inspect::schema(scratch.connection()).await.unwrap();
    scratch.close().await.unwrap();
    schema
}

/// The differences that count: a column comes last whenever it comes, and an added foreign key has
/// an index of its own where a new table could do without.
fn differing(wanted: &Schema, given: &Schema) -> Vec<Difference> {
    let all = differences(wanted, given).into_iter();
    let counts = |difference: &Difference| match &difference.change {
        Change::Changed { what, .. } => *what != "order of columns",
        Change::Unexpected { .. } => {
            difference.object.kind != ObjectKind::Index || !difference.object.name.ends_with("_id")
        }
        Change::Missing { .. } => true,
    };
    all.filter(counts).collect()
}
