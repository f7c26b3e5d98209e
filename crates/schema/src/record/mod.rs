//! What a migration would execute, without the database that it is for.
//!
//! A migration is code, so what it does is known only by running it. For PostgreSQL it runs on a
//! connection that answers every statement with success and every query with a refusal: what must
//! read before it can go on is said to. For SQLite, which is always at hand, all migrations before
//! it run too, in memory, so that the catalog can be read and a table be rebuilt; the tables are
//! empty.

mod shadow;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, ExecResult, MockDatabase,
    MockDatabaseConnection, MockDatabaseTrait, MockExecResult, QueryResult, Statement, Transaction,
};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use groundwork_naming::Engine;

use crate::{
    rebuild::GUARD,
    run::{Direction, call, is_transactional},
    sql::{inlined, normal, tokens, verb},
};
use shadow::Shadow;

/// What a migration executes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Its name.
    pub migration: String,
    /// Whether it runs in a transaction.
    pub is_transactional: bool,
    /// The statements in order, with their values in place.
    pub statements: Vec<String>,
    /// The first query whose answer decides what comes next. On PostgreSQL the statements end
    /// there; on SQLite they are those of a database without rows.
    pub reads: Option<String>,
    /// Why it could not be run to its end.
    pub fails: Option<String>,
}

impl Recording {
    /// A checksum of the statements, which blanks, line breaks and comments do not change; `None`
    /// if the migration could not be run to its end.
    #[must_use]
    pub fn checksum(&self, engine: Engine) -> Option<String> {
        if self.fails.is_some() {
            return None;
        }
        let mut hash = blake3::Hasher::new();
        for statement in self.statements.iter().chain(&self.reads) {
            hash.update(normal(engine, statement).as_bytes());
            hash.update(b"\n");
        }
        Some(hash.finalize().to_hex().to_string())
    }

    /// Whether it does nothing but create tables, indexes and views, which breaks no foreign key.
    pub(crate) fn only_creates(&self) -> bool {
        let is_known = self.reads.is_none() && self.fails.is_none();
        is_known && self.statements.iter().all(|sql| creates_one(sql))
    }

    /// The statements as one text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for statement in &self.statements {
            text.push_str(statement.trim().trim_end_matches(';'));
            text.push_str(";\n");
        }
        text
    }
}

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
/// the shadow is made only when a migration asks it something, so that this costs next to nothing.
pub async fn rendered(migrations: &[Box<dyn MigrationTrait>], engine: Engine) -> Vec<Recording> {
    let recorder = Recorder::untried(engine);
    let mut recordings = Vec::with_capacity(migrations.len());
    for migration in migrations {
        recordings.push(recorder.run(migration.as_ref(), Direction::Up).await);
    }
    recordings
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

#[derive(Debug, Default)]
struct Log {
    statements: Vec<String>,
    reads: Option<String>,
    /// A migration before failed, so that the shadow is not what it should be.
    broken_by: Option<String>,
    /// The migration that is running is in no transaction.
    is_bare: bool,
}

impl Recorder {
    fn new(engine: Engine) -> Self {
        Self::with(engine, (engine == Engine::Sqlite).then(Shadow::start))
    }

    /// The shadow starts with the first question.
    fn untried(engine: Engine) -> Self {
        Self::with(engine, None)
    }

    fn with(engine: Engine, shadow: Option<Shadow>) -> Self {
        let is_tried = shadow.is_some();
        let log = Arc::<Mutex<Log>>::default();
        let driver = Driver {
            engine,
            log: Arc::clone(&log),
            shadow,
            untried: Vec::new(),
            depth: 0,
        };
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
        let fails = match broken_by {
            Some(name) => Some(format!("it comes after {name}, which fails")),
            None => self.attempt(migration, direction).await,
        };
        let mut log = lock(&self.log);
        let reads = log.reads.take();
        // On PostgreSQL the refusal of a query is what ends it.
        let fails = fails.filter(|_| reads.is_none() || self.engine == Engine::Sqlite);
        if fails.is_some() && self.is_tried && log.broken_by.is_none() {
            log.broken_by = Some(migration.name().to_owned());
        }
        Recording {
            migration: migration.name().to_owned(),
            is_transactional,
            statements: std::mem::take(&mut log.statements),
            reads,
            fails,
        }
    }

    /// Why it fails, if it does.
    async fn attempt(
        &self,
        migration: &dyn MigrationTrait,
        direction: Direction,
    ) -> Option<String> {
        let manager = SchemaManager::new(&self.connection);
        let outcome = call(migration, direction, &manager).await;
        outcome.err().map(|error| error.to_string())
    }
}

/// What SeaORM's connection talks to.
#[derive(Debug)]
struct Driver {
    engine: Engine,
    log: Arc<Mutex<Log>>,
    shadow: Option<Shadow>,
    /// What a shadow that starts late has to catch up with.
    untried: Vec<Statement>,
    depth: usize,
}

impl Driver {
    fn note(&self, statement: &Statement) {
        let sql = inlined(statement, self.engine);
        lock(&self.log).statements.push(sql);
    }

    /// The outermost transaction is the migration's own only where it is in none.
    fn control(&mut self, whole: &str, nested: &str) {
        let is_outermost = self.depth == 1 && lock(&self.log).is_bare;
        let sql = if is_outermost {
            whole.to_owned()
        } else {
            format!("{nested} s{}", self.depth)
        };
        let statement = Statement::from_string(self.engine.into(), sql);
        // Refused only where the shadow is broken already, which the next statement tells.
        self.execute(0, statement).ok();
    }

    /// SQLite's answers; `None` on PostgreSQL.
    fn shadow(&mut self) -> Result<Option<&Shadow>, DbErr> {
        if self.shadow.is_none() && self.engine == Engine::Sqlite {
            let shadow = self.shadow.insert(Shadow::start());
            for statement in self.untried.drain(..) {
                shadow.execute(statement)?;
            }
        }
        Ok(self.shadow.as_ref())
    }

    fn remember_read(&self, statement: &Statement) {
        lock(&self.log)
            .reads
            .get_or_insert_with(|| inlined(statement, self.engine));
    }
}

impl MockDatabaseTrait for Driver {
    fn execute(&mut self, _: usize, statement: Statement) -> Result<ExecResult, DbErr> {
        self.note(&statement);
        if let Some(shadow) = &self.shadow {
            return shadow.execute(statement);
        }
        if self.engine == Engine::Sqlite {
            self.untried.push(statement.clone());
        }
        success(statement)
    }

    fn query(&mut self, _: usize, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let changes = !matches!(
            verb(&statement.sql).as_str(),
            "SELECT" | "PRAGMA" | "EXPLAIN"
        );
        if changes {
            self.note(&statement);
        } else if !(self.engine == Engine::Sqlite && is_about_catalog(&statement.sql)) {
            self.remember_read(&statement);
        }
        if let Some(shadow) = self.shadow()? {
            return shadow.query(statement);
        }
        self.remember_read(&statement);
        Err(DbErr::Custom("there is no database to ask".to_owned()))
    }

    fn begin(&mut self) {
        self.depth += 1;
        self.control("BEGIN", "SAVEPOINT");
    }

    fn commit(&mut self) {
        self.control("COMMIT", "RELEASE SAVEPOINT");
        self.depth = self.depth.saturating_sub(1);
    }

    fn rollback(&mut self) {
        self.control("ROLLBACK", "ROLLBACK TO SAVEPOINT");
        self.depth = self.depth.saturating_sub(1);
    }

    fn drain_transaction_log(&mut self) -> Vec<Transaction> {
        Vec::new()
    }

    fn get_database_backend(&self) -> DbBackend {
        self.engine.into()
    }

    fn ping(&self) -> Result<(), DbErr> {
        Ok(())
    }
}

/// SeaORM's own mock is the only one who can make this.
fn success(statement: Statement) -> Result<ExecResult, DbErr> {
    let one = MockExecResult::default();
    MockDatabase::new(statement.db_backend)
        .append_exec_results([one])
        .execute(0, statement)
}

/// Whether a query asks for tables and columns, which are the same wherever the migration runs; for
/// the planner's statistics, which no schema depends on; or can but refuse a change.
fn is_about_catalog(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    [
        "sqlite_master",
        "sqlite_schema",
        "sqlite_stat1",
        "pragma",
        GUARD,
    ]
    .iter()
    .any(|name| sql.contains(name))
}

/// Whether this is one statement that creates a table, an index or a view.
fn creates_one(sql: &str) -> bool {
    let Ok(tokens) = tokens(Engine::Sqlite, sql) else {
        return false;
    };
    let mut tokens = tokens.iter().filter(|token| !token.is_blank());
    let mut word = || tokens.next().map(|token| token.text.to_ascii_uppercase());
    if word().as_deref() != Some("CREATE") {
        return false;
    }
    let object = match word().as_deref() {
        Some("UNIQUE" | "TEMP" | "TEMPORARY") => word(),
        object => object.map(str::to_owned),
    };
    let has_one = tokens
        .skip_while(|token| token.text != ";")
        .all(|token| token.text == ";");
    has_one && matches!(object.as_deref(), Some("TABLE" | "INDEX" | "VIEW"))
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
