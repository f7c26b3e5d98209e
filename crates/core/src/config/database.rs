//! Section `database`.

use std::time::Duration;

use groundwork_naming::Engine;

use super::{DatabaseUrl, Keys, Section, keys::optional};

/// The database and how it is used.
#[derive(Clone, Debug)]
pub struct Database {
    /// Where the database is.
    pub url: DatabaseUrl,
    /// PostgreSQL only: a replica that serves the reads.
    pub replica_url: Option<DatabaseUrl>,
    /// PostgreSQL only: a replica that is further behind serves no reads until it has caught up.
    pub replica_max_lag: Duration,
    /// PostgreSQL only: where migrations connect to instead, past a pooler.
    pub migrate_url: Option<DatabaseUrl>,
    /// PostgreSQL only: a database in which `migrate` may try things out.
    pub scratch_url: Option<DatabaseUrl>,
    /// PostgreSQL only: the most connections to the server.
    pub max_connections: u32,
    /// SQLite only: read-only connections beside the one writer.
    pub readers: u32,
    /// How long to wait for a connection, or for the permit to write.
    pub acquire_timeout: Duration,
    /// SQLite only: how long to wait for another process that holds the lock.
    pub busy_timeout: Duration,
    /// SQLite only: how long a unit of work may keep others from writing.
    pub unit_of_work_timeout: Duration,
    /// PostgreSQL only: the age at which a connection is replaced.
    pub max_lifetime: Duration,
    /// How long a statement may run, on SQLite a read; zero is no limit, as in PostgreSQL itself.
    pub statement_timeout: Duration,
    /// PostgreSQL only: how long a statement may wait for a lock; zero is no limit.
    pub lock_timeout: Duration,
    /// A statement that takes longer is logged as a warning.
    pub slow_statement: Duration,
    /// Whether a starting server brings the schema up to date by itself.
    pub migrate_on_start: bool,
}

impl Section for Database {
    const NAME: &'static str = "database";

    const DEFAULTS: &'static str = "\
# sqlite://PATH, or postgres://user:password@host:port/database; several hosts as host1,host2
url: sqlite://var/{program}.db
# PostgreSQL only: a replica that serves the reads that may be a moment behind.
replica_url: null
# PostgreSQL only: a replica that is further behind serves no reads until it has caught up.
replica_max_lag_ms: 1000
# PostgreSQL only: where migrations connect to instead, if a pooler is in front of the server.
migrate_url: null
# PostgreSQL only: a database in which `migrate` tries things out, in a schema of its own, where the
# role may not create databases; it may be the database itself.
scratch_url: null
# PostgreSQL only: the most connections to the server; as many again to the replica.
max_connections: 10
# SQLite only: read-only connections beside the one writer.
readers: 4
# How long a request waits for a connection, or for its turn to write, before it gives up.
acquire_timeout_ms: 5000
# SQLite only: how long to wait for another process that holds the lock.
busy_timeout_ms: 5000
# SQLite only: a unit of work that keeps others from writing longer is rolled back.
unit_of_work_timeout_ms: 5000
# PostgreSQL only: a connection older than this is replaced.
max_lifetime_s: 1800
# A statement (on SQLite: a read) that runs longer is cancelled; 0 for no limit.
statement_timeout_ms: 30000
# PostgreSQL only: a statement that waits longer for a lock is cancelled; 0 for no limit.
lock_timeout_ms: 5000
# A statement that takes longer is logged as a warning.
slow_statement_ms: 500
# Whether a starting server brings the schema up to date by itself.
migrate_on_start: true
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let url = keys.read("url", DatabaseUrl::schema(), DatabaseUrl::take);
        let replica_url = keys.read(
            "replica_url",
            optional(DatabaseUrl::schema()),
            DatabaseUrl::take_optional,
        );
        let replica_max_lag = keys.millis("replica_max_lag_ms", 500..=3_600_000);
        let migrate_url = keys.read(
            "migrate_url",
            optional(DatabaseUrl::schema()),
            DatabaseUrl::take_optional,
        );
        let scratch_url = keys.read(
            "scratch_url",
            optional(DatabaseUrl::schema()),
            DatabaseUrl::take_optional,
        );
        let max_connections = keys.integer("max_connections", 1..=1_000);
        let readers = keys.integer("readers", 1..=64);
        let acquire_timeout = keys.millis("acquire_timeout_ms", 1..=600_000);
        let busy_timeout = keys.millis("busy_timeout_ms", 0..=600_000);
        let unit_of_work_timeout = keys.millis("unit_of_work_timeout_ms", 1..=600_000);
        let max_lifetime = keys.seconds("max_lifetime_s", 1..=604_800);
        let statement_timeout = keys.millis("statement_timeout_ms", 0..=86_400_000);
        let lock_timeout = keys.millis("lock_timeout_ms", 0..=86_400_000);
        let slow_statement = keys.millis("slow_statement_ms", 0..=600_000);
        let migrate_on_start = keys.boolean("migrate_on_start");
        let database = Self {
            url: url?,
            replica_url: replica_url?,
            replica_max_lag: replica_max_lag?,
            migrate_url: migrate_url?,
            scratch_url: scratch_url?,
            max_connections: max_connections?,
            readers: readers?,
            acquire_timeout: acquire_timeout?,
            busy_timeout: busy_timeout?,
            unit_of_work_timeout: unit_of_work_timeout?,
            max_lifetime: max_lifetime?,
            statement_timeout: statement_timeout?,
            lock_timeout: lock_timeout?,
            slow_statement: slow_statement?,
            migrate_on_start: migrate_on_start?,
        };
        let replica = database.require_postgres("replica_url", &database.replica_url, keys);
        let migrate = database.require_postgres("migrate_url", &database.migrate_url, keys);
        let scratch = database.require_postgres("scratch_url", &database.scratch_url, keys);
        (replica && migrate && scratch).then_some(database)
    }
}

impl Database {
    /// Whether a second URL goes with the first; refuses it otherwise.
    fn require_postgres(
        &self,
        key: &str,
        second: &Option<DatabaseUrl>,
        keys: &mut Keys<'_>,
    ) -> bool {
        let Some(second) = second else {
            return true;
        };
        let sqlite = |url: &DatabaseUrl| url.engine() == Engine::Sqlite;
        if sqlite(&self.url) || sqlite(second) {
            let found = format!("{second} beside database.url {}", self.url);
            let expected = "empty unless it and database.url are PostgreSQL";
            keys.refuse(key, expected, found);
            return false;
        }
        true
    }
}
