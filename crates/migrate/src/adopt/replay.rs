//! The statements of a database, run on another one.

use groundwork_naming::Engine;
use groundwork_schema::model::{Kind, Object};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, TransactionTrait as _,
};

use super::{
    error::AdoptError,
    left_out::LeftOut,
    postgres::{self, Ordered},
    sqlite,
};

/// A statement, and what it makes.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) object: Object,
    /// What about the object, if it does not make it.
    pub(super) what: Option<String>,
    /// The statement; `None` where it is of a kind that is not written.
    pub(super) sql: Option<String>,
    /// The positions of the steps that come before, and that it needs.
    pub(super) needs: Vec<usize>,
}

/// What became of the statements.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    /// Those that ran, in order.
    pub(crate) statements: Vec<String>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// Runs the statements that make the one database on another one, which is empty.
pub(crate) async fn replayed(
    original: &DatabaseConnection,
    scratch: &DatabaseConnection,
) -> Result<Replayed, AdoptError> {
    let engine = Engine::try_from(original.get_database_backend())
        .map_err(|error| AdoptError::Inspect(crate::inspect::InspectError::Engine(error)))?;
    let (steps, circular) = match engine {
        Engine::Sqlite => (sqlite::steps(original).await?, Vec::new()),
        Engine::Postgres => {
            let ordered = postgres::ordered(original).await?;
            (steps(&ordered), ordered.circular)
        }
    };
    let mut replayed = run(engine, &steps, scratch).await?;
    replayed.left_out.extend(circular.into_iter().map(|object| {
        let reason = "it needs something that needs it".to_owned();
        LeftOut {
            object,
            what: None,
            reason,
        }
    }));
    Ok(replayed)
}

fn steps(ordered: &Ordered) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut positions = Vec::with_capacity(ordered.nodes.len());
    for (node, needs) in ordered.nodes.iter().zip(&ordered.needs) {
        let own = steps.len();
        positions.push(own);
        steps.push(Step {
            object: node.object.clone(),
            what: node.what.clone(),
            sql: node.sql.clone(),
            needs: needs.iter().map(|at| positions[*at]).collect(),
        });
        steps.extend(node.extras.iter().map(|extra| Step {
            object: extra.object.clone(),
            what: Some(extra.what.clone()),
            sql: Some(extra.sql.clone()),
            needs: vec![own],
        }));
    }
    steps
}

async fn run(
    engine: Engine,
    steps: &[Step],
    connection: &DatabaseConnection,
) -> Result<Replayed, AdoptError> {
    let mut replayed = Replayed::default();
    // As the migration runs them: a setting of one statement holds for those after it.
    let work = connection.begin().await.map_err(refused("BEGIN"))?;
    if engine == Engine::Postgres && steps.iter().any(|step| step.object.kind == Kind::Function) {
        // Bodies may name tables that come later.
        let setting = "SET LOCAL check_function_bodies = false";
        let set = work.execute_unprepared(setting).await;
        set.map_err(refused(setting))?;
        replayed.statements.push(setting.to_owned());
    }
    let mut made = vec![false; steps.len()];
    for (at, step) in steps.iter().enumerate() {
        let reason = match (missing(step, steps, &made), &step.sql) {
            (Some(reason), _) => reason,
            (None, None) => "`adopt` does not write objects of this kind".to_owned(),
            (None, Some(sql)) => match attempt(&work, sql).await {
                Ok(()) => {
                    made[at] = true;
                    replayed.statements.push(sql.clone());
                    continue;
                }
                // All that is in it would be missing.
                Err(source) if step.object.kind == Kind::Schema => {
                    return Err(refused(sql)(source));
                }
                Err(error) => database_says(&error),
            },
        };
        replayed.left_out.push(LeftOut {
            object: step.object.clone(),
            what: step.what.clone(),
            reason,
        });
    }
    work.commit().await.map_err(refused("COMMIT"))?;
    Ok(replayed)
}

/// What a step needs that was not made. What is said about an object is named with the object.
fn missing(step: &Step, steps: &[Step], made: &[bool]) -> Option<String> {
    let missing = step.needs.iter().find(|at| !made[**at])?;
    Some(format!("it needs {}", steps[*missing].object))
}

async fn attempt(work: &DatabaseTransaction, sql: &str) -> Result<(), sea_orm::DbErr> {
    let savepoint = work.begin().await?;
    match savepoint.execute_unprepared(sql).await {
        Ok(_) => savepoint.commit().await,
        Err(error) => {
            savepoint.rollback().await?;
            Err(error)
        }
    }
}

/// The database's own words, without those of the layers above it.
fn database_says(error: &sea_orm::DbErr) -> String {
    let text = error.to_string();
    let words = text.rsplit("error returned from database: ").next();
    words.unwrap_or(&text).to_owned()
}

fn refused(statement: &str) -> impl Fn(sea_orm::DbErr) -> AdoptError {
    let statement = statement.to_owned();
    move |source| AdoptError::Refused {
        statement: statement.clone(),
        source,
    }
}
