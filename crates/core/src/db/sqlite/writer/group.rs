//! The transaction that units of work share, and what becomes of it.
//!
//! The first unit of a group needs no savepoint: if it is taken back, nobody else's work goes with
//! it. Each later one runs in a savepoint. What opens it is put in front of the unit's first
//! statement, as part of the same text, so that it costs no round trip:
//!
//! | before it | in front of its first statement | to take it back |
//! |---|---|---|
//! | nothing is open | `BEGIN IMMEDIATE` | `ROLLBACK` |
//! | a first unit was kept | `SAVEPOINT a` | `ROLLBACK TO a` |
//! | a unit was kept in savepoint `a` | `RELEASE a; SAVEPOINT b` | `ROLLBACK TO b` |
//! | a unit was taken back to savepoint `a` | `ROLLBACK TO a` | `ROLLBACK TO a` |
//!
//! The two names take turns: of a text that was cut off in the middle, the new name then shows how
//! far it came, and the unit before is never taken back in place of the one that was cut off. No
//! `ROLLBACK TO` is left without its `RELEASE`: each would make the next one slower.

use std::time::{Duration, Instant};

use sea_orm::{DbErr, sqlx};
use tokio::sync::oneshot;

use crate::db::{failure, metrics, sqlite::connection::Connection, violation};

/// The most units that share a commit.
const MOST: usize = 256;

/// A group takes no further unit after this time, or after twice the time that the last commit
/// took, if that is longer: a slow disk is worth sharing.
const OPEN_AT_LEAST: Duration = Duration::from_millis(4);
const OPEN_AT_MOST: Duration = Duration::from_millis(50);

/// Why a unit that had asked for its commit was not stored.
#[derive(Clone, Debug)]
pub(in crate::db) enum NotStored {
    /// The `COMMIT` failed.
    Commit(DbErr),
    /// SQLite rolled the transaction back because of what another unit did.
    TakenAlong,
    /// It is in a file that is not at the path of the database any more.
    Replaced,
    /// A statement of another unit ended the transaction in a way of its own, or the connection
    /// went away: perhaps it is stored.
    Unknown(&'static str),
}

/// What became of a commit that was run for one unit.
pub(super) enum Committed {
    /// It is on disk, or failed for the whole group; either way, all were answered.
    Acknowledged,
    /// A deferred foreign key is not satisfied; everything is still open.
    Refused(sqlx::Error),
}

/// Reports to a unit that its commit is on disk, or why it is not.
pub(super) type Acknowledge = oneshot::Sender<Result<(), NotStored>>;

/// The name of a savepoint that holds a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SavepointName {
    A,
    B,
}

impl SavepointName {
    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn release(self) -> &'static str {
        match self {
            Self::A => "RELEASE groundwork_a",
            Self::B => "RELEASE groundwork_b",
        }
    }

    fn roll_back(self) -> &'static str {
        match self {
            Self::A => "ROLLBACK TO groundwork_a",
            Self::B => "ROLLBACK TO groundwork_b",
        }
    }
}

/// How a unit enters its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Begin,
    /// Asks for the schema's version, too.
    BeginAndAsk,
    Save(SavepointName),
    /// Keeps the unit before, and opens a savepoint under the other name.
    Next(SavepointName),
    /// Takes the unit before back, and goes on in its savepoint.
    Again(SavepointName),
}

impl Entry {
    /// The text that is put in front of the unit's first statement.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN IMMEDIATE; ",
            Self::BeginAndAsk => "BEGIN IMMEDIATE; PRAGMA schema_version; ",
            Self::Save(SavepointName::A) => "SAVEPOINT groundwork_a; ",
            Self::Save(SavepointName::B) => "SAVEPOINT groundwork_b; ",
            Self::Next(SavepointName::A) => "RELEASE groundwork_b; SAVEPOINT groundwork_a; ",
            Self::Next(SavepointName::B) => "RELEASE groundwork_a; SAVEPOINT groundwork_b; ",
            Self::Again(SavepointName::A) => "ROLLBACK TO groundwork_a; ",
            Self::Again(SavepointName::B) => "ROLLBACK TO groundwork_b; ",
        }
    }

    /// Whether it begins a transaction.
    pub(super) fn begins(self) -> bool {
        matches!(self, Self::Begin | Self::BeginAndAsk)
    }

    /// How many statements that is.
    pub(super) fn statements(self) -> usize {
        match self {
            Self::BeginAndAsk | Self::Next(_) => 2,
            Self::Begin | Self::Save(_) | Self::Again(_) => 1,
        }
    }
}

/// A statement was given up before its end was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct InDoubt {
    /// The entry in front of it, if it is not known whether that ran.
    pub(super) entry: Option<Entry>,
    /// When the engine is cut off, should it still be busy with it.
    pub(super) until: Instant,
}

/// What becomes of the unit that gave a statement up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    GoesOn,
    IsOver,
}

/// What is open on the connection that writes.
#[derive(Debug)]
pub(super) struct Group {
    /// The number of transactions that had ended when this one began.
    open: Option<u64>,
    opened_at: Instant,
    /// The savepoint of the unit that came last.
    savepoint: Option<SavepointName>,
    /// The unit that came last is to be taken back.
    undo: bool,
    /// A statement that may have changed more than rows.
    has_side_effects: bool,
    in_doubt: Option<InDoubt>,
    waiting: Vec<Acknowledge>,
    last_commit: Duration,
}

impl Group {
    /// Nothing is open, after a commit that took so long.
    pub(super) fn new(last_commit: Duration) -> Self {
        Self {
            open: None,
            opened_at: Instant::now(),
            savepoint: None,
            undo: false,
            has_side_effects: false,
            in_doubt: None,
            waiting: Vec::new(),
            last_commit,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some() || self.in_doubt.is_some()
    }

    /// Whether the transaction has ended behind the group's back.
    pub(super) fn has_ended(&self, connection: &Connection) -> bool {
        self.open.is_some_and(|ended| connection.ended() != ended)
    }

    /// How the next unit enters.
    pub(super) fn entry(&self, asks: bool) -> Entry {
        match (self.open, self.savepoint, self.undo) {
            (None, ..) if asks => Entry::BeginAndAsk,
            (None, ..) => Entry::Begin,
            (_, None, _) => Entry::Save(SavepointName::A),
            (_, Some(savepoint), false) => Entry::Next(savepoint.other()),
            (_, Some(savepoint), true) => Entry::Again(savepoint),
        }
    }

    /// A unit has entered; `ended` is what the connection had counted before.
    pub(super) fn enter(&mut self, entry: Entry, ended: u64) {
        self.undo = false;
        match entry {
            Entry::Begin | Entry::BeginAndAsk => {
                self.open = Some(ended);
                self.opened_at = Instant::now();
            }
            Entry::Save(savepoint) | Entry::Next(savepoint) | Entry::Again(savepoint) => {
                self.savepoint = Some(savepoint)
            }
        }
    }

    /// The unit that came last is to be taken back.
    pub(super) fn undo(&mut self) {
        self.undo = true;
    }

    /// The unit that came last goes on.
    pub(super) fn keep(&mut self) {
        self.undo = false;
    }

    pub(super) fn set_in_doubt(&mut self, statement: InDoubt) {
        self.in_doubt = Some(statement);
    }

    pub(super) fn is_in_doubt(&self) -> bool {
        self.in_doubt.is_some()
    }

    /// A statement ran that may have changed more than rows: the group ends with its unit.
    pub(super) fn has_side_effects(&self) -> bool {
        self.has_side_effects
    }

    pub(super) fn note_side_effects(&mut self) {
        self.has_side_effects = true;
    }

    /// The unit that came last waits for the commit.
    pub(super) fn join(&mut self, acknowledge: Acknowledge) {
        self.waiting.push(acknowledge);
    }

    /// Whether the group must end before another unit enters.
    pub(super) fn must_end(&self) -> bool {
        let open_for = (self.last_commit * 2).clamp(OPEN_AT_LEAST, OPEN_AT_MOST);
        let has_waited = !self.waiting.is_empty() && self.opened_at.elapsed() >= open_for;
        let is_to_be_rolled_back = self.undo && self.savepoint.is_none();
        self.is_open()
            && (self.in_doubt.is_some()
                || self.has_side_effects
                || is_to_be_rolled_back
                || has_waited
                || self.waiting.len() >= MOST)
    }

    /// Finds out what became of a statement that was given up. The unit that it opened, if any, is
    /// taken back, so that it may enter anew. If nobody's work is at stake any more, the statement is
    /// cut off: SQLite rolls everything back when it cuts a write off.
    pub(super) async fn settle(
        &mut self,
        connection: &Connection,
        unit: Unit,
    ) -> Result<(), sqlx::Error> {
        let Some(statement) = self.in_doubt else {
            return Ok(());
        };
        let grace = match unit {
            Unit::IsOver if self.waiting.is_empty() => Duration::ZERO,
            _ => statement.until.saturating_duration_since(Instant::now()),
        };
        connection.wait_until_free(grace).await?;
        // Errors below mean that the text had not come so far.
        match statement.entry {
            None => {}
            Some(Entry::Begin | Entry::BeginAndAsk) => {
                let _ = connection.execute("ROLLBACK").await;
                self.open = None;
            }
            Some(Entry::Save(savepoint) | Entry::Again(savepoint)) => {
                let found = connection.execute(savepoint.roll_back()).await.is_ok();
                self.savepoint = found.then_some(savepoint);
                self.undo = false;
            }
            Some(Entry::Next(savepoint)) => {
                let found = connection.execute(savepoint.roll_back()).await.is_ok();
                if !found {
                    let _ = connection.execute(savepoint.other().release()).await;
                }
                self.savepoint = found.then_some(savepoint);
            }
        }
        self.in_doubt = None;
        Ok(())
    }

    /// Ends the transaction, and answers the units that wait for it. False if the connection is not to
    /// be used any more.
    pub(super) async fn end(&mut self, connection: &Connection) -> bool {
        if let Err(error) = self.settle(connection, Unit::IsOver).await {
            self.acknowledge(&Err(NotStored::Commit(failure::executed(error))));
            return false;
        }
        if self.has_ended(connection) {
            self.taken_along();
        }
        if self.open.is_none() {
            return true;
        }
        let started = Instant::now();
        match connection.execute(self.closing()).await {
            Ok(()) => {
                self.committed(connection, started);
                true
            }
            Err(error) => self.fail(connection, error).await,
        }
    }

    /// Commits for the unit that came last, which waits like the others.
    pub(super) async fn commit(&mut self, connection: &Connection) -> Committed {
        let started = Instant::now();
        match connection.execute("COMMIT").await {
            Ok(()) => self.committed(connection, started),
            Err(error) if violation::is_of_a_foreign_key(&error) && !self.has_ended(connection) => {
                self.waiting.pop();
                self.undo();
                return Committed::Refused(error);
            }
            Err(error) => {
                if !self.fail(connection, error).await {
                    self.set_in_doubt(InDoubt {
                        entry: Some(Entry::Begin),
                        until: Instant::now(),
                    });
                }
            }
        }
        Committed::Acknowledged
    }

    /// A `COMMIT` has succeeded. It counts if it reached the file that a restart will find.
    fn committed(&mut self, connection: &Connection, started: Instant) {
        self.last_commit = started.elapsed();
        self.count();
        let found = connection.file().check();
        self.acknowledge(&found.map_err(|_| NotStored::Replaced));
    }

    /// A `COMMIT` has failed.
    async fn fail(&mut self, connection: &Connection, error: sqlx::Error) -> bool {
        metrics::commit_failed();
        let is_broken = failure::is_lost(&error) || failure::is_disk_failure(&error);
        let is_closed = !is_broken && is_rolled_back(connection.execute("ROLLBACK").await);
        self.acknowledge(&Err(NotStored::Commit(failure::executed(error))));
        is_closed
    }

    /// Reports to the units that wait that the transaction is gone.
    pub(super) fn taken_along(&mut self) {
        self.acknowledge(&Err(if self.has_side_effects {
            NotStored::Unknown("a statement of another unit of work ended the shared transaction")
        } else {
            NotStored::TakenAlong
        }));
    }

    fn count(&self) {
        if !self.waiting.is_empty() {
            metrics::committed(self.waiting.len(), self.last_commit);
        }
    }

    fn acknowledge(&mut self, outcome: &Result<(), NotStored>) {
        for acknowledge in self.waiting.drain(..) {
            // A unit that does not listen any more has gone away.
            let _ = acknowledge.send(outcome.clone());
        }
        *self = Self::new(self.last_commit);
    }

    fn closing(&self) -> &'static str {
        match (self.waiting.is_empty(), self.undo, self.savepoint) {
            (true, ..) => "ROLLBACK",
            (false, true, Some(SavepointName::A)) => "ROLLBACK TO groundwork_a; COMMIT",
            (false, true, Some(SavepointName::B)) => "ROLLBACK TO groundwork_b; COMMIT",
            _ => "COMMIT",
        }
    }
}

impl NotStored {
    /// The connection went away with the commit.
    pub(super) fn lost() -> Self {
        Self::Unknown("the connection that writes was lost")
    }
}

/// A `ROLLBACK` that found nothing to roll back has done its work too.
fn is_rolled_back(result: Result<(), sqlx::Error>) -> bool {
    result.map_or_else(
        |error| error.to_string().contains("no transaction is active"),
        |()| true,
    )
}
