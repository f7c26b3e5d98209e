//! Running migrations on a connection that notes what they execute.

use std::sync::{Arc, Mutex};

use groundwork_naming::Engine;
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, MockDatabaseConnection, TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::{
    Cause, Outcome, Recording,
    driver::{Driver, Log, lock},
    replica::Replica,
};
use crate::migration::{Direction, MigrationError, call, is_transactional};

/// Records every migration, in the order of the list.
pub async fn up(migrations: &[Box<dyn MigrationTrait>], engine: Engine) -> Vec<Recording> {
    let recorder = Recorder::new(engine);
    let mut recordings = Vec::with_capacity(migrations.len());
    for migration in migrations {
        recordings.push(recorder.run(migration.as_ref(), Direction::Up).await);
    }
    recordings
}

/// Renders every migration, in the order of the list: as [`up`], but nothing is tried out. On SQLite
/// the replica is made only when a migration asks it something, so that this costs next to nothing.
pub async fn rendered(migrations: &[Box<dyn MigrationTrait>], engine: Engine) -> Vec<Recording> {
    let recorder = Recorder::untried(engine);
    let mut recordings = Vec::with_capacity(migrations.len());
    for migration in migrations {
        recordings.push(recorder.run(migration.as_ref(), Direction::Up).await);
    }
    recordings
}

/// Renders one way of one migration by itself. What it asks about those before it has no answer, and
/// ends it.
pub(crate) async fn alone(
    migration: &dyn MigrationTrait,
    direction: Direction,
    engine: Engine,
) -> Recording {
    Recorder::untried(engine).run(migration, direction).await
}

/// Records how every migration is taken back, in the order of the list.
pub async fn down(migrations: &[Box<dyn MigrationTrait>], engine: Engine) -> Vec<Recording> {
    let recorder = Recorder::new(engine);
    for migration in migrations {
        recorder.run(migration.as_ref(), Direction::Up).await;
    }
    let mut recordings = Vec::with_capacity(migrations.len());
    for migration in migrations.iter().rev() {
        recordings.push(recorder.run(migration.as_ref(), Direction::Down).await);
    }
    recordings.reverse();
    recordings
}

/// A connection that notes what is executed.
struct Recorder {
    connection: DatabaseConnection,
    is_tried: bool,
    engine: Engine,
    log: Arc<Mutex<Log>>,
}

impl Recorder {
    fn new(engine: Engine) -> Self {
        Self::with(engine, (engine == Engine::Sqlite).then(Replica::start))
    }

    /// The replica starts with the first question.
    fn untried(engine: Engine) -> Self {
        Self::with(engine, None)
    }

    fn with(engine: Engine, replica: Option<Replica>) -> Self {
        let is_tried = replica.is_some();
        let log = Arc::<Mutex<Log>>::default();
        let driver = Driver::new(engine, Arc::clone(&log), replica);
        let mock = Arc::new(MockDatabaseConnection::new(driver));
        Self {
            connection: DatabaseConnectionType::MockDatabaseConnection(mock).into(),
            is_tried,
            engine,
            log,
        }
    }

    async fn run(&self, migration: &dyn MigrationTrait, direction: Direction) -> Recording {
        let is_transactional = is_transactional(migration, self.engine);
        let broken_by = {
            let mut log = lock(&self.log);
            log.is_bare = !is_transactional;
            log.broken_by.clone()
        };
        let mut outcome = match broken_by {
            Some(migration) => Outcome::Failed {
                message: format!("it comes after {migration}, which fails"),
                cause: Cause::Predecessor { migration },
            },
            None => self.attempt(migration, direction).await,
        };
        let mut log = lock(&self.log);
        let reads = log.reads.take();
        if reads.is_some() && self.engine == Engine::Postgres {
            // The refusal of a query is what ends it.
            outcome = Outcome::Complete;
        }
        if !outcome.is_complete() && self.is_tried && log.broken_by.is_none() {
            log.broken_by = Some(migration.name().to_owned());
        }
        Recording {
            migration: migration.name().to_owned(),
            is_transactional,
            statements: std::mem::take(&mut log.statements),
            reads,
            outcome,
        }
    }

    /// A migration sees whether it is in a transaction, as it does in a run.
    async fn called(
        &self,
        migration: &dyn MigrationTrait,
        direction: Direction,
    ) -> Result<(), MigrationError> {
        if !is_transactional(migration, self.engine) {
            let manager = SchemaManager::new(&self.connection);
            return call(migration, direction, &manager).await;
        }
        let transaction = self.connection.begin().await?;
        let done = call(migration, direction, &SchemaManager::new(&transaction)).await;
        transaction.commit().await?;
        done
    }

    async fn attempt(&self, migration: &dyn MigrationTrait, direction: Direction) -> Outcome {
        match self.called(migration, direction).await {
            Ok(()) => Outcome::Complete,
            Err(failure) => Outcome::Failed {
                cause: failure.cause,
                message: failure.source.to_string(),
            },
        }
    }
}
