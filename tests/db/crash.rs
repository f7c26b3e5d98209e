//! Killed at any moment: what was acknowledged is there, and nothing is there by half.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use acceptance::{Engine, Scratch};
use groundwork_core::db::Database;
use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};

use super::given::{counters, number, opened};

/// The program `database_writer`, which writes until it is killed.
pub(crate) struct Writer {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Writer {
    pub(crate) fn spawn(mode: &str, url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_database_writer"))
            .args([mode, url])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next whole line.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.strip_suffix('\n').map(str::to_owned)
    }

    /// Kills it with SIGKILL, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn ids(db: &Database, table: &str) -> BTreeSet<i64> {
    let backend = db.engine().backend();
    let statement = Statement::from_string(backend, format!("SELECT id FROM {table}"));
    let rows = db.reader().query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

#[rstest]
#[tokio::test]
async fn a_killed_writer_has_lost_nothing_that_it_acknowledged(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let work = db.begin().await.unwrap();
    for sql in [
        "CREATE TABLE ones (id bigint PRIMARY KEY)",
        "CREATE TABLE others (id bigint PRIMARY KEY)",
    ] {
        work.execute_unprepared(sql).await.unwrap();
    }
    work.commit().await.unwrap();
    db.close().await.unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..6 {
        let mut writer = Writer::spawn("write", scratch.url());
        acknowledged.insert(writer.line().unwrap().parse::<i64>().unwrap());
        tokio::time::sleep(Duration::from_millis(20 + 37 * round)).await;
        writer.kill();
        while let Some(line) = writer.line() {
            acknowledged.insert(line.parse().unwrap());
        }
        let db = opened(&scratch).await;
        let (ones, others) = (ids(&db, "ones").await, ids(&db, "others").await);
        assert_eq!(ones, others, "a unit is stored whole or not at all");
        assert!(
            acknowledged.is_subset(&ones),
            "{:?} are lost",
            acknowledged.difference(&ones)
        );
        if engine == Engine::Sqlite {
            let sound = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
            assert_eq!(number(&db.reader(), sound).await.unwrap(), 0);
        }
        db.close().await.unwrap();
    }
    assert!(
        acknowledged.len() > 20,
        "{} were acknowledged",
        acknowledged.len()
    );
}

#[rstest]
#[tokio::test]
async fn a_slow_statement_is_logged_without_its_values(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let scratch = Scratch::empty(engine).await;
    let out = Command::new(env!("CARGO_BIN_EXE_database_writer"))
        .args(["log", scratch.url()])
        .output()
        .unwrap();
    let log = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.success(), "{log}");
    assert!(
        log.contains("WARN") && log.contains("slow statement"),
        "{log}"
    );
    assert!(log.contains("INSERT INTO secrets"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
    let noise = log
        .lines()
        .filter(|line| line.contains("INFO") && line.contains("sqlx"));
    assert_eq!(noise.count(), 0, "{log}");
}
