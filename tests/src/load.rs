//! Writing without a pause, by a process that is there to be killed: it reports the outcome of
//! each unit of work. Some ways of working are wrong on purpose, so that the tests can be tested.
//!
//! Each unit stores a parent and its [`CHILDREN`]. Of eight units one is rolled back and one is
//! dropped in the middle of a statement; one of those that stay takes a savepoint back.

use std::{
    convert::Infallible,
    fmt,
    io::{self, Write as _},
    str::FromStr,
    time::Duration,
};

use groundwork_core::{
    config,
    db::{Database, DbError},
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqlxSqliteConnector, TransactionTrait,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::task::JoinSet;

/// How many children each parent is stored with.
pub const CHILDREN: i64 = 3;

/// The tables that the load writes to.
pub const TABLES: [&str; 3] = [
    "CREATE TABLE parents (id bigint PRIMARY KEY)",
    "CREATE TABLE children (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parents (id))",
    "CREATE INDEX ix_children_parent_id ON children (parent_id)",
];

/// How many units are under way at once.
const CALLERS: i64 = 64;

/// The pause of a caller whose unit was refused.
const REFUSED_PAUSE: Duration = Duration::from_millis(5);

/// A way of working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `begin` and `commit`.
    Units,
    /// `Database::write`, which repeats what may be repeated.
    Writes,
    /// Wrong: reports a unit as stored before it commits.
    AcksTooEarly,
    /// Wrong: commits the parent before its children.
    Halves,
    /// Without `Database`, on an SQLite connection with `synchronous=FULL`: right, and there to show
    /// that the next one is wrong for one reason only.
    Flushed,
    /// Wrong: the same with `synchronous=OFF`.
    Unflushed,
}

impl Way {
    const ALL: [(&str, Self); 6] = [
        ("units", Self::Units),
        ("writes", Self::Writes),
        ("acks-too-early", Self::AcksTooEarly),
        ("halves", Self::Halves),
        ("flushed", Self::Flushed),
        ("unflushed", Self::Unflushed),
    ];
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, way)| way == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

impl FromStr for Way {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let way = Self::ALL.iter().find(|(name, _)| *name == text);
        way.map(|(_, way)| *way)
            .ok_or_else(|| anyhow::anyhow!("no way of working is named {text}"))
    }
}

/// The outcome of a unit, as its caller learnt it. A line of the process's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitOutcome {
    /// It is stored.
    Stored(i64),
    /// Nothing of it is stored: it was taken back by its caller.
    TakenBack(i64),
    /// Nothing of it is stored, and why.
    Refused(i64, String),
    /// Nobody knows, and why.
    Unknown(i64, String),
}

impl fmt::Display for UnitOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored(id) => write!(f, "stored {id}"),
            Self::TakenBack(id) => write!(f, "taken-back {id}"),
            Self::Refused(id, why) => write!(f, "refused {id} {why}"),
            Self::Unknown(id, why) => write!(f, "unknown {id} {why}"),
        }
    }
}

impl FromStr for UnitOutcome {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> anyhow::Result<Self> {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (what, id) = (word(), word().parse()?);
        let why = word().to_owned();
        Ok(match what {
            "stored" => Self::Stored(id),
            "taken-back" => Self::TakenBack(id),
            "refused" => Self::Refused(id, why),
            "unknown" => Self::Unknown(id, why),
            _ => anyhow::bail!("the load does not speak like this: {line}"),
        })
    }
}

/// Writes until the process is killed. Ids begin at `first`.
///
/// # Errors
/// The database cannot be opened, or nobody listens any more.
pub async fn run(config: &config::Database, way: Way, first: i64) -> anyhow::Result<Infallible> {
    let target = match way {
        Way::Flushed => Target::Plain(plain(config, SqliteSynchronous::Full).await?),
        Way::Unflushed => Target::Plain(plain(config, SqliteSynchronous::Off).await?),
        _ => Target::Ours(Database::open(config, migration::CONVENTION).await?, way),
    };
    let mut callers = JoinSet::<io::Result<Infallible>>::new();
    for caller in 0..CALLERS {
        let target = target.clone();
        callers.spawn(async move {
            for turn in 0_i64.. {
                let outcome = target.unit(first + turn * CALLERS + caller, turn).await?;
                let is_refused =
                    matches!(outcome, UnitOutcome::Refused(..) | UnitOutcome::Unknown(..));
                report(&outcome)?;
                if is_refused {
                    tokio::time::sleep(REFUSED_PAUSE).await;
                }
            }
            Err(io::Error::other("there are no more ids"))
        });
    }
    match callers.join_next().await {
        Some(ended) => match ended?? {},
        None => anyhow::bail!("there are no callers"),
    }
}

/// One whole line in one write, so that a kill never leaves half of one.
fn report(outcome: &UnitOutcome) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(format!("{outcome}\n").as_bytes())?;
    out.flush()
}

#[derive(Clone)]
enum Target {
    Ours(Database, Way),
    Plain(DatabaseConnection),
}

impl Target {
    async fn unit(&self, id: i64, turn: i64) -> io::Result<UnitOutcome> {
        let result = match self {
            Self::Plain(connection) => store_plainly(connection, id).await.map_err(Failed::from),
            Self::Ours(db, way) => match (way, (id + turn) % 8) {
                (Way::Writes, _) => db
                    .write(|work| async move { store(&work, id).await.map_err(Failed::from) })
                    .await
                    .map(|()| UnitOutcome::Stored(id)),
                (_, 0) => roll_back(db, id).await,
                (_, 1) => abandon(db, id).await,
                (way, eighth) => store_in_a_unit(db, *way, id, eighth == 2).await,
            },
        };
        Ok(result.unwrap_or_else(|failed| failed.outcome(id)))
    }
}

async fn store_in_a_unit(
    db: &Database,
    way: Way,
    id: i64,
    with_savepoint: bool,
) -> Result<UnitOutcome, Failed> {
    let mut work = db.begin().await?;
    if with_savepoint {
        let savepoint = work.begin().await?;
        store(&savepoint, id).await?;
        savepoint.rollback().await?;
    }
    insert_parent(&work, id).await?;
    if way == Way::Halves {
        work.commit().await?;
        work = db.begin().await?;
    }
    insert_children(&work, id).await?;
    if way == Way::AcksTooEarly {
        // A reader that is gone misses it; the kill that follows does not depend on it.
        let _ = report(&UnitOutcome::Stored(id));
    }
    work.commit().await?;
    Ok(UnitOutcome::Stored(id))
}

async fn roll_back(db: &Database, id: i64) -> Result<UnitOutcome, Failed> {
    let work = db.begin().await?;
    store(&work, id).await?;
    work.rollback().await?;
    Ok(UnitOutcome::TakenBack(id))
}

/// Drops a unit, and the future of its last statement with it.
async fn abandon(db: &Database, id: i64) -> Result<UnitOutcome, Failed> {
    let work = db.begin().await?;
    insert_parent(&work, id).await?;
    tokio::select! {
        biased;
        stored = insert_children(&work, id) => stored?,
        () = tokio::task::yield_now() => {}
    }
    drop(work);
    Ok(UnitOutcome::TakenBack(id))
}

async fn store(on: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    insert_parent(on, id).await?;
    insert_children(on, id).await
}

async fn insert_parent(on: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    let sql = format!("INSERT INTO parents VALUES ({id})");
    on.execute_unprepared(&sql).await.map(drop)
}

async fn insert_children(on: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    for child in 0..CHILDREN {
        let sql = format!(
            "INSERT INTO children VALUES ({}, {id})",
            id * CHILDREN + child
        );
        on.execute_unprepared(&sql).await?;
    }
    Ok(())
}

async fn store_plainly(connection: &DatabaseConnection, id: i64) -> Result<UnitOutcome, DbErr> {
    let transaction = connection.begin().await?;
    store(&transaction, id).await?;
    transaction.commit().await?;
    Ok(UnitOutcome::Stored(id))
}

async fn plain(
    config: &config::Database,
    synchronous: SqliteSynchronous,
) -> anyhow::Result<DatabaseConnection> {
    let options: SqliteConnectOptions = config.url.expose().parse()?;
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None);
    let pool = pool.connect_with(options).await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Why a unit was not stored, or perhaps not.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    Statement(#[from] DbErr),
}

impl Failed {
    fn outcome(&self, id: i64) -> UnitOutcome {
        let mut why = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            why = format!("{why}: {error}");
            source = error.source();
        }
        let why = why.replace('\n', " ");
        match self {
            Self::Database(DbError::OutcomeUnknown { .. }) => UnitOutcome::Unknown(id, why),
            _ => UnitOutcome::Refused(id, why),
        }
    }
}
