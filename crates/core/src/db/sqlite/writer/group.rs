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
//! The two names take turns: of a text that was cut off in the middle, the new name then tells how
//! far it came, and the unit before is never taken back in place of the one that was cut off. No
//! `ROLLBACK TO` is left without its `RELEASE`: each would make the next one slower.

use std::time::{Duration, Instant};

use sea_orm::{DbErr, sqlx};
use tokio::sync::oneshot;

use crate::db::{failure, line::Line, metrics, violation};

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
    /// A statement of another unit ended the transaction in a way of its own, or the connection
    /// went away: perhaps it is stored.
    Unknown(&'static str),
}

/// What became of a commit that was run for one unit.
pub(super) enum Committed {
    /// It is on disk, or failed for the whole group; either way, all were told.
    Told,
    /// A deferred foreign key is not satisfied; everything is still open.
    Refused(sqlx::Error),
}

/// Tells a unit that its commit is on disk, or why it is not.
pub(super) type Told = oneshot::Sender<Result<(), NotStored>>;

/// The name of a savepoint that holds a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    A,
    B,
}

impl Mark {
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
    Save(Mark),
    /// Keeps the unit before, and opens a savepoint under the other name.
    Next(Mark),
    /// Takes the unit before back, and goes on in its savepoint.
    Again(Mark),
}

impl Entry {
    /// What stands in front of the unit's first statement.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN IMMEDIATE; ",
            Self::BeginAndAsk => "BEGIN IMMEDIATE; PRAGMA schema_version; ",
            Self::Save(Mark::A) => "SAVEPOINT groundwork_a; ",
            Self::Save(Mark::B) => "SAVEPOINT groundwork_b; ",
            Self::Next(Mark::A) => "RELEASE groundwork_b; SAVEPOINT groundwork_a; ",
            Self::Next(Mark::B) => "RELEASE groundwork_a; SAVEPOINT groundwork_b; ",
            Self::Again(Mark::A) => "ROLLBACK TO groundwork_a; ",
            Self::Again(Mark::B) => "ROLLBACK TO groundwork_b; ",
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
pub(super) struct Doubt {
    /// What stood in front of it, if it is not known whether that ran.
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
    mark: Option<Mark>,
    /// The unit that came last is to be taken back.
    undo: bool,
    /// A statement that may have changed more than rows.
    special: bool,
    doubt: Option<Doubt>,
    waiting: Vec<Told>,
    last_commit: Duration,
}

impl Group {
    /// Nothing is open, after a commit that took so long.
    pub(super) fn new(last_commit: Duration) -> Self {
        Self {
            open: None,
            opened_at: Instant::now(),
            mark: None,
            undo: false,
            special: false,
            doubt: None,
            waiting: Vec::new(),
            last_commit,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some() || self.doubt.is_some()
    }

    /// Whether the transaction has ended behind the group's back.
    pub(super) fn has_ended(&self, line: &Line) -> bool {
        self.open.is_some_and(|ended| line.ended() != ended)
    }

    /// How the next unit enters.
    pub(super) fn entry(&self, asks: bool) -> Entry {
        match (self.open, self.mark, self.undo) {
            (None, ..) if asks => Entry::BeginAndAsk,
            (None, ..) => Entry::Begin,
            (_, None, _) => Entry::Save(Mark::A),
            (_, Some(mark), false) => Entry::Next(mark.other()),
            (_, Some(mark), true) => Entry::Again(mark),
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
            Entry::Save(mark) | Entry::Next(mark) | Entry::Again(mark) => self.mark = Some(mark),
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

    pub(super) fn doubt(&mut self, doubt: Doubt) {
        self.doubt = Some(doubt);
    }

    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubt.is_some()
    }

    /// A statement ran that may have changed more than rows: the group ends with its unit.
    pub(super) fn is_special(&self) -> bool {
        self.special
    }

    pub(super) fn make_special(&mut self) {
        self.special = true;
    }

    /// The unit that came last waits for the commit.
    pub(super) fn join(&mut self, told: Told) {
        self.waiting.push(told);
    }

    /// Whether the group must end before another unit enters.
    pub(super) fn must_end(&self) -> bool {
        let open_for = (self.last_commit * 2).clamp(OPEN_AT_LEAST, OPEN_AT_MOST);
        let has_waited = !self.waiting.is_empty() && self.opened_at.elapsed() >= open_for;
        let is_to_be_rolled_back = self.undo && self.mark.is_none();
        self.is_open()
            && (self.doubt.is_some()
                || self.special
                || is_to_be_rolled_back
                || has_waited
                || self.waiting.len() >= MOST)
    }

    /// Finds out what became of a statement that was given up. The unit that it opened, if any, is
    /// taken back, so that it may enter anew. If nobody's work is at stake any more, the statement is
    /// cut off: SQLite rolls everything back when it cuts a write off.
    pub(super) async fn settle(&mut self, line: &Line, unit: Unit) -> Result<(), sqlx::Error> {
        let Some(doubt) = self.doubt else {
            return Ok(());
        };
        let grace = match unit {
            Unit::IsOver if self.waiting.is_empty() => Duration::ZERO,
            _ => doubt.until.saturating_duration_since(Instant::now()),
        };
        line.wait_until_free(grace).await?;
        // Errors below mean that the text had not come so far.
        match doubt.entry {
            None => {}
            Some(Entry::Begin | Entry::BeginAndAsk) => {
                let _ = line.execute("ROLLBACK").await;
                self.open = None;
            }
            Some(Entry::Save(mark) | Entry::Again(mark)) => {
                let found = line.execute(mark.roll_back()).await.is_ok();
                self.mark = found.then_some(mark);
                self.undo = false;
            }
            Some(Entry::Next(mark)) => {
                let found = line.execute(mark.roll_back()).await.is_ok();
                if !found {
                    let _ = line.execute(mark.other().release()).await;
                }
                self.mark = found.then_some(mark);
            }
        }
        self.doubt = None;
        Ok(())
    }

    /// Ends the transaction, and tells the units that wait for it. False if the connection is not to
    /// be used any more.
    pub(super) async fn end(&mut self, line: &Line) -> bool {
        if let Err(error) = self.settle(line, Unit::IsOver).await {
            self.tell(&Err(NotStored::Commit(failure::executed(error))));
            return false;
        }
        if self.has_ended(line) {
            self.taken_along();
        }
        if self.open.is_none() {
            return true;
        }
        let started = Instant::now();
        match line.execute(self.closing()).await {
            Ok(()) => {
                self.last_commit = started.elapsed();
                self.count();
                self.tell(&Ok(()));
                true
            }
            Err(error) => self.fail(line, error).await,
        }
    }

    /// Commits for the unit that came last, which waits like the others.
    pub(super) async fn commit(&mut self, line: &Line) -> Committed {
        let started = Instant::now();
        match line.execute("COMMIT").await {
            Ok(()) => {
                self.last_commit = started.elapsed();
                self.count();
                self.tell(&Ok(()));
            }
            Err(error) if violation::is_of_a_foreign_key(&error) && !self.has_ended(line) => {
                self.waiting.pop();
                self.undo();
                return Committed::Refused(error);
            }
            Err(error) => {
                if !self.fail(line, error).await {
                    self.doubt(Doubt {
                        entry: Some(Entry::Begin),
                        until: Instant::now(),
                    });
                }
            }
        }
        Committed::Told
    }

    /// A `COMMIT` has failed.
    async fn fail(&mut self, line: &Line, error: sqlx::Error) -> bool {
        metrics::commit_failed();
        let is_broken = failure::is_lost(&error) || failure::is_disk_failure(&error);
        let is_closed = !is_broken && is_rolled_back(line.execute("ROLLBACK").await);
        self.tell(&Err(NotStored::Commit(failure::executed(error))));
        is_closed
    }

    /// Tells the units that wait that the transaction is gone.
    pub(super) fn taken_along(&mut self) {
        self.tell(&Err(if self.special {
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

    fn tell(&mut self, outcome: &Result<(), NotStored>) {
        for told in self.waiting.drain(..) {
            // Who does not listen any more has gone away.
            let _ = told.send(outcome.clone());
        }
        *self = Self::new(self.last_commit);
    }

    fn closing(&self) -> &'static str {
        match (self.waiting.is_empty(), self.undo, self.mark) {
            (true, ..) => "ROLLBACK",
            (false, true, Some(Mark::A)) => "ROLLBACK TO groundwork_a; COMMIT",
            (false, true, Some(Mark::B)) => "ROLLBACK TO groundwork_b; COMMIT",
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
