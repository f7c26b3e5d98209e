//! One server per SQLite database.

use acceptance::{Engine, Scratch};
use chrono::DateTime;
use groundwork_core::db::{Holder, OpenError, ServerLock};
use rstest::rstest;

use super::{
    given::{config, counters},
    process::Writer,
};

fn holder() -> Holder {
    Holder {
        pid: std::process::id(),
        address: "127.0.0.1:8000".parse().unwrap(),
        started_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    }
}

#[tokio::test]
async fn a_second_server_is_refused_with_the_name_of_the_holder() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let config = config(scratch.url());
    let lock = ServerLock::acquire(&config, &holder()).unwrap();
    let refused = ServerLock::acquire(&config, &holder()).unwrap_err();
    let dir = scratch.dir().display().to_string();
    let text = refused.to_string().replace(&dir, "DIR");
    let text = text.replace(&std::process::id().to_string(), "PID");
    insta::assert_snapshot!(text, @"DIR/groundwork.db is served by process PID on 127.0.0.1:8000, started at 2027-01-15T08:00:00Z already; stop that one, or name another file in database.url");
    // Commands work beside the server.
    counters(&scratch).await.close().await.unwrap();
    drop(lock);
    ServerLock::acquire(&config, &holder()).unwrap();
}

#[tokio::test]
async fn the_lock_holds_under_every_name_of_the_database() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    counters(&scratch).await.close().await.unwrap();
    let alias = scratch.dir().join("alias.db");
    std::os::unix::fs::symlink(scratch.dir().join("groundwork.db"), &alias).unwrap();
    let lock = ServerLock::acquire(&config(scratch.url()), &holder()).unwrap();
    let alias = config(&format!("sqlite://{}", alias.display()));
    assert!(matches!(
        ServerLock::acquire(&alias, &holder()),
        Err(OpenError::Served { .. })
    ));
    drop(lock);
}

#[tokio::test]
async fn a_killed_server_holds_nothing() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let mut server = Writer::spawn("serve", scratch.url());
    assert_eq!(server.line().as_deref(), Some("locked"));
    let config = config(scratch.url());
    let refused = ServerLock::acquire(&config, &holder()).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains(&format!("process {} on", server.pid())),
        "{refused}"
    );
    server.kill();
    let lock = ServerLock::acquire(&config, &holder()).unwrap();
    drop(lock);
}

/// The text of a server that is gone must not be taken for that of the one that holds the lock.
#[tokio::test]
async fn a_stale_text_misleads_nobody() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let config = config(scratch.url());
    let lock = ServerLock::acquire(&config, &holder()).unwrap();
    let file = scratch.dir().join("groundwork.db.lock");
    std::fs::write(
        file,
        "process 2147483646 on 127.0.0.1:1, started at never\n",
    )
    .unwrap();
    let refused = ServerLock::acquire(&config, &holder()).unwrap_err();
    assert!(
        refused.to_string().contains("served by another process"),
        "{refused}"
    );
    drop(lock);
}

#[rstest]
#[tokio::test]
async fn postgres_is_made_for_several_servers() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let config = config(scratch.url());
    let one = ServerLock::acquire(&config, &holder()).unwrap();
    let other = ServerLock::acquire(&config, &holder()).unwrap();
    drop((one, other));
}
