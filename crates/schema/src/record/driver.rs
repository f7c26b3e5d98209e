//! What a migration talks to while it is recorded: SeaORM's mock connection with a driver of ours.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groundwork_naming::Engine;
use sea_orm::{
    DbBackend, DbErr, ExecResult, MockDatabase, MockDatabaseTrait, MockExecResult, QueryResult,
    Statement, Transaction,
};

use super::replica::Replica;
use crate::{
    rebuild::GUARD,
    sql::{inlined, verb},
};

/// What a migration has executed so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) statements: Vec<String>,
    pub(super) reads: Option<String>,
    /// A migration before failed, so that the replica is not what it should be.
    pub(super) broken_by: Option<String>,
    /// The migration that is running is in no transaction.
    pub(super) is_bare: bool,
}

/// What SeaORM's connection talks to.
#[derive(Debug)]
pub(super) struct Driver {
    engine: Engine,
    log: Arc<Mutex<Log>>,
    replica: Option<Replica>,
    /// The statements that a replica which starts late has to repeat.
    untried: Vec<Statement>,
    depth: usize,
}

impl Driver {
    pub(super) fn new(engine: Engine, log: Arc<Mutex<Log>>, replica: Option<Replica>) -> Self {
        Self {
            engine,
            log,
            replica,
            untried: Vec::new(),
            depth: 0,
        }
    }

    fn note(&self, statement: &Statement) {
        let sql = inlined(statement, self.engine);
        lock(&self.log).statements.push(sql);
    }

    /// The outermost transaction is that of the run, unless the migration is in none. The run ends
    /// its own.
    fn control(&mut self, whole: &str, nested: &str) {
        let is_bare = lock(&self.log).is_bare;
        let sql = match (is_bare, self.depth) {
            (true, 1) => whole.to_owned(),
            (false, 1) => return,
            (true, depth) => format!("{nested} s{depth}"),
            (false, depth) => format!("{nested} s{}", depth - 1),
        };
        let statement = Statement::from_string(self.engine.into(), sql);
        // Refused only where the replica is broken already, as the next statement shows.
        self.execute(0, statement).ok();
    }

    /// SQLite's answers; `None` on PostgreSQL.
    fn replica(&mut self) -> Result<Option<&Replica>, DbErr> {
        if self.replica.is_none() && self.engine == Engine::Sqlite {
            let replica = self.replica.insert(Replica::start());
            for statement in self.untried.drain(..) {
                replica.execute(statement)?;
            }
        }
        Ok(self.replica.as_ref())
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
        if let Some(replica) = &self.replica {
            return replica.execute(statement);
        }
        if self.engine == Engine::Sqlite {
            self.untried.push(statement.clone());
        }
        success(statement)
    }

    fn query(&mut self, _: usize, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        // Nothing of a guard is known without the database, and what comes next does not depend on it.
        if self.engine == Engine::Postgres && statement.sql.contains(GUARD) {
            return Ok(Vec::new());
        }
        let changes = !matches!(
            verb(&statement.sql).as_str(),
            "SELECT" | "PRAGMA" | "EXPLAIN"
        );
        if changes {
            self.note(&statement);
        } else if !(self.engine == Engine::Sqlite && is_about_catalog(&statement.sql)) {
            self.remember_read(&statement);
        }
        if let Some(replica) = self.replica()? {
            return replica.query(statement);
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

pub(super) fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
