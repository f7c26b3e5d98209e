//! Checks of the database.

use std::{collections::BTreeSet, time::Duration};

use groundwork_core::{
    config::{self, Config},
    db::{self, ConnectionSettings, Database, DbError, Engine, ReplicaReport, ReplicaState, Role},
};
use groundwork_naming::Convention;

use super::{
    report::{Part, Report},
    subject::{DatabaseState, Subject},
};
use crate::error::chain;

/// A setting that has to have a value, or several connections are not as durable as promised.
struct Required {
    name: &'static str,
    /// As the engine reports it.
    value: &'static str,
    /// As people know it.
    shown: &'static str,
    advice: &'static str,
}

const BUILT_IN: &str = "the program sets this itself: please report it as a fault";

const SQLITE: [Required; 4] = [
    Required {
        name: "journal_mode",
        value: "wal",
        shown: "wal",
        advice: "put the database on a local disk: network filesystems have no write-ahead log",
    },
    Required {
        name: "synchronous",
        value: "2",
        shown: "full",
        advice: BUILT_IN,
    },
    Required {
        name: "foreign_keys",
        value: "1",
        shown: "on",
        advice: BUILT_IN,
    },
    Required {
        name: "recursive_triggers",
        value: "1",
        shown: "on",
        advice: BUILT_IN,
    },
];

const POSTGRES: [Required; 4] = [
    Required {
        name: "fsync",
        value: "on",
        shown: "on",
        advice: "set fsync = on in postgresql.conf: a power failure destroys the database otherwise",
    },
    Required {
        name: "full_page_writes",
        value: "on",
        shown: "on",
        advice: "set full_page_writes = on in postgresql.conf, unless the disk writes pages atomically",
    },
    Required {
        name: "synchronous_commit",
        value: "on",
        shown: "on",
        advice: "set synchronous_commit = on for this user: what is acknowledged can be lost otherwise",
    },
    Required {
        name: "TimeZone",
        value: "UTC",
        shown: "UTC",
        advice: BUILT_IN,
    },
];

/// Looks at the connection, the engine and its settings, and has `more` look at the rest.
pub(super) async fn check<S>(
    config: &Config<S>,
    convention: Convention,
    report: &mut Report,
    more: impl AsyncFnOnce(Subject<'_, S>, &mut Report),
) {
    let mut part = report.part("database");
    if let Some(file) = missing_file(config) {
        part.warn(
            "file",
            format!("{file} does not exist yet"),
            "the first use creates it",
        );
        let database = DatabaseState::Missing;
        return more(Subject { config, database }, report).await;
    }
    let db = match Database::open(&config.database, convention).await {
        Ok(db) => db,
        Err(error) => {
            part.fail("connection", chain(&error), "see above; then try again");
            let database = DatabaseState::Unavailable;
            return more(Subject { config, database }, report).await;
        }
    };
    connection(&db, &config.database, &mut part).await;
    let database = DatabaseState::Open(&db);
    more(Subject { config, database }, report).await;
    if let Err(error) = db.close().await {
        report.part("database").warn(
            "closing",
            chain(&error),
            "is another program using it heavily?",
        );
    }
}

async fn connection(db: &Database, config: &config::Database, part: &mut Part<'_>) {
    match db.describe().await {
        Ok(found) => {
            part.ok("connection", &found.url);
            part.ok("engine", format!("{} {}", found.engine, found.version));
        }
        Err(error) => part.fail("connection", chain(&error), "is the server running?"),
    }
    if let Err(error @ DbError::ReadOnly) = db.ping().await {
        let advice =
            "name the primary server in database.url, or all servers: postgres://a,b/DATABASE";
        part.fail("changes", error, advice);
    }
    match db.settings().await {
        Ok(all) => {
            settings(db.engine(), &all, part);
            if db.engine() == Engine::Postgres {
                time_limits(config, &all, part);
            }
        }
        Err(error) => part.fail("settings", chain(&error), "try again while it is less busy"),
    }
    if db.is_behind_a_pooler() {
        let found = "in between: each unit and each read sets its limits for itself";
        part.ok("pooler", found);
    }
    if let Some(limits) = db.limits() {
        let found = format!(
            "{} of {} that database.max_connections asks for: {}",
            limits.allowed, limits.wished, limits.reason
        );
        let advice = "lower database.max_connections, or let PostgreSQL allow more";
        part.warn("connections", found, advice);
    }
    if let Some(report) = db.replica() {
        replica(&report, part);
    }
}

fn replica(report: &ReplicaReport, part: &mut Part<'_>) {
    let left_out = "reads go to the primary server meanwhile";
    match &report.state {
        ReplicaState::Used { lag } => {
            part.ok(
                "replica",
                format!("serves reads, {} ms behind", lag.as_millis()),
            );
        }
        ReplicaState::Late { lag } => {
            let (lag, most) = (lag.as_millis(), report.max_lag.as_millis());
            let found =
                format!("is left out: {lag} ms behind, database.replica_max_lag_ms is {most}");
            part.warn("replica", found, left_out);
        }
        ReplicaState::Unreachable { reason } => {
            part.warn("replica", format!("is left out: {reason}"), left_out);
        }
    }
}

/// The limits that are in force in a unit of work and in a read, as the server gives them.
fn time_limits(config: &config::Database, all: &[ConnectionSettings], part: &mut Part<'_>) {
    for (name, wanted) in [
        ("statement_timeout", config.statement_timeout),
        ("lock_timeout", config.lock_timeout),
    ] {
        let found = values(all, name);
        if found.iter().all(|value| duration(value) == Some(wanted)) {
            let value = found.first().copied().unwrap_or_default();
            part.ok(name, format!("{value} on {} connections", all.len()));
        } else {
            let found: Vec<&str> = found.into_iter().collect();
            let found = format!(
                "{}, database.{name}_ms is {}",
                found.join(" and "),
                wanted.as_millis()
            );
            part.fail(name, found, BUILT_IN);
        }
    }
}

/// A duration as PostgreSQL writes it: `0`, `1500ms`, `5s`, `2min`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u64 = text[..text.len() - unit.len()].parse().ok()?;
    let factor = match unit {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    Some(Duration::from_millis(number * factor))
}

/// An administrator may have set the server, the database or the role to only read.
fn writers(all: &[ConnectionSettings], part: &mut Part<'_>) {
    let name = "default_transaction_read_only";
    let mut writers = all.iter().filter(|one| one.role == Role::Writer);
    if writers.any(|one| one.values.get(name).is_some_and(|found| found == "on")) {
        let advice = "set default_transaction_read_only = off for this server, database and user";
        part.fail("changes", "the server is set to only read", advice);
    }
}

/// What an acknowledged write survives. Without a synchronous standby it is on one disk.
fn acknowledgement(all: &[ConnectionSettings], part: &mut Part<'_>) {
    let standbys = values(all, "synchronous_standby_names");
    let has_standbys = !standbys.is_empty() && standbys.iter().all(|names| !names.is_empty());
    let found = match has_standbys {
        true => "covers a synchronous standby: a failover to it loses nothing",
        false => {
            "covers this server's disk: a failover to a standby may lose what was acknowledged last \
             (synchronous_standby_names is empty)"
        }
    };
    part.ok("acknowledgement", found);
}

/// The database file, if SQLite would have to create it.
fn missing_file<S>(config: &Config<S>) -> Option<String> {
    let path = db::file(&config.database)?;
    (!path.exists()).then(|| path.display().to_string())
}

fn settings(engine: Engine, all: &[ConnectionSettings], part: &mut Part<'_>) {
    let required = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    for setting in required {
        let found = values(all, setting.name);
        if found.iter().all(|value| *value == setting.value) {
            let count = all.len();
            part.ok(
                setting.name,
                format!("{} on {count} connections", setting.shown),
            );
        } else {
            let found: Vec<&str> = found.into_iter().collect();
            let found = format!("{}, must be {}", found.join(" and "), setting.value);
            part.fail(setting.name, found, setting.advice);
        }
    }
    read_only(engine, all, part);
    if engine == Engine::Postgres {
        writers(all, part);
        acknowledgement(all, part);
    }
}

/// The different values that the connections report.
fn values<'a>(all: &'a [ConnectionSettings], name: &str) -> BTreeSet<&'a str> {
    all.iter()
        .filter_map(|connection| connection.values.get(name))
        .map(String::as_str)
        .collect()
}

/// Readers must not be able to write.
fn read_only(engine: Engine, all: &[ConnectionSettings], part: &mut Part<'_>) {
    let (name, value) = match engine {
        Engine::Sqlite => ("query_only", "1"),
        Engine::Postgres => ("transaction_read_only", "on"),
    };
    let mut readers = all.iter().filter(|one| one.role == Role::Reader);
    if readers.all(|one| one.values.get(name).is_some_and(|found| found == value)) {
        part.ok("readers", "cannot write");
    } else {
        part.fail("readers", "can write", BUILT_IN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_postgres_writes_them() {
        for (text, millis) in [
            ("0", 0),
            ("1500ms", 1_500),
            ("30s", 30_000),
            ("2min", 120_000),
        ] {
            assert_eq!(
                duration(text),
                Some(Duration::from_millis(millis)),
                "{text}"
            );
        }
        assert_eq!(duration("3 weeks"), None);
    }
}
