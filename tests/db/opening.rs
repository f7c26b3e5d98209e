//! What cannot be opened says why and what to do, and never shows a password.

use std::{
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
};

use acceptance::{Engine, PostgresServer, Scratch};
use groundwork_core::{
    db::{Database, OpenError, ReplicaState},
    error::{DomainError, Kind},
};
use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use url::Url;

use super::given::{CONVENTION, config, number, opened};

async fn refused(url: &str) -> OpenError {
    let error = Database::open(&config(url), CONVENTION).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    error
}

/// The text of the error, with what differs from run to run taken out.
async fn text(scratch: &Scratch, url: &str) -> String {
    let server = Url::parse(scratch.url()).unwrap();
    let address = format!(
        "{}:{}",
        server.host_str().unwrap_or_default(),
        server.port().unwrap_or(5432)
    );
    refused(url)
        .await
        .to_string()
        .replace(&scratch.dir().display().to_string(), "DIR")
        .replace(&address, "HOST:PORT")
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let file = scratch.dir().join("groundwork.db");
    let words = "Dear diary, ".repeat(400);
    fs::write(&file, &words).unwrap();
    insta::assert_snapshot!(text(&scratch, scratch.url()).await, @"DIR/groundwork.db is not a SQLite database, or is damaged; it was not touched: name another file in database.url, or restore a backup");
    assert_eq!(fs::read_to_string(&file).unwrap(), words);
    fs::write(&file, "").unwrap();
    opened(&scratch).await;
}

#[tokio::test]
async fn a_folder_is_no_database() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let url = format!("sqlite://{}", scratch.dir().display());
    insta::assert_snapshot!(text(&scratch, &url).await, @"DIR is not a file; database.url must name a file");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    fs::write(scratch.dir().join("var"), "a file").unwrap();
    let url = format!(
        "sqlite://{}/var/deep/groundwork.db",
        scratch.dir().display()
    );
    insta::assert_snapshot!(text(&scratch, &url).await, @"cannot create the folder DIR/var/deep for the database: Not a directory (os error 20); create it, or name another place in database.url");
}

#[tokio::test]
async fn a_database_in_memory_or_read_only_is_refused() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    insta::assert_snapshot!(text(&scratch, "sqlite::memory:").await, @"database.url sqlite::memory: names a database in memory, which stores nothing; name a file, as in sqlite://var/groundwork.db");
    let read_only = format!("{}?mode=ro", scratch.url());
    insta::assert_snapshot!(text(&scratch, &read_only).await, @"database.url sqlite://DIR/groundwork.db?mode=ro asks for a database that is only read; leave the parameter out");
    let unknown = format!("{}?colour=red", scratch.url());
    insta::assert_snapshot!(text(&scratch, &unknown).await, @"database.url sqlite://DIR/groundwork.db?colour=red is not right: unknown query parameter `colour` while parsing connection URL");
}

#[tokio::test]
async fn a_database_that_stays_locked_says_so() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let url = format!("{}?mode=rwc", scratch.url());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    for sql in ["PRAGMA locking_mode = EXCLUSIVE", "CREATE TABLE t (id)"] {
        sqlx::query(sql).execute(&mut other).await.unwrap();
    }
    let mut config = config(scratch.url());
    config.busy_timeout = std::time::Duration::from_millis(10);
    config.acquire_timeout = std::time::Duration::from_millis(150);
    let error = Database::open(&config, CONVENTION).await.unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error:?}");
    other.close().await.unwrap();
    opened(&scratch).await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    let url = "postgres://ann:s3cret@127.0.0.1:1/studio";
    insta::assert_snapshot!(text(&scratch, url).await, @"cannot reach PostgreSQL at 127.0.0.1:1: Connection refused (os error 111); is it running, and are host and port in database.url right?");
}

#[tokio::test]
async fn a_database_or_a_user_that_the_server_does_not_know_is_named() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let mut url = Url::parse(scratch.url()).unwrap();
    url.set_path("nowhere");
    insta::assert_snapshot!(text(&scratch, url.as_str()).await, @r#"PostgreSQL at HOST:PORT has no database "nowhere"; create it (createdb), or name another one in database.url"#);
    url.set_username("nobody_here").unwrap();
    url.set_password(Some("s3cret")).unwrap();
    let refused = text(&scratch, url.as_str()).await;
    let start = "PostgreSQL at HOST:PORT refuses the user nobody_here: ";
    let end = "; check user and password in database.url";
    assert!(
        refused.starts_with(start) && refused.ends_with(end),
        "{refused}"
    );
    assert!(!refused.contains("s3cret"), "{refused}");
}

#[tokio::test]
async fn a_role_without_a_connection_left_and_one_that_is_not_let_in_are_told_apart() {
    let server = PostgresServer::start();
    server.run("CREATE ROLE few LOGIN CONNECTION LIMIT 0").await;
    let as_user = |user: &str| server.url().replace("//postgres@", &format!("//{user}@"));
    let full = refused(&as_user("few")).await;
    assert!(matches!(full, OpenError::Full { .. }), "{full:?}");
    let text = full.to_string();
    for words in [
        "too many connections for role",
        "CONNECTION LIMIT",
        "database.max_connections",
    ] {
        assert!(text.contains(words), "{text}");
    }
    let unknown = refused(&as_user("nobody_here")).await;
    assert!(
        matches!(unknown, OpenError::NotAllowed { .. }),
        "{unknown:?}"
    );
}

/// A server that agrees to TLS and then speaks something else.
async fn without_tls() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut request = [0; 8];
            let _ = client.read_exact(&mut request).await;
            let _ = client.write_all(b"S").await;
            let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    port
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_private_does_not_blame_the_server_for_being_down() {
    let port = without_tls().await;
    let error = refused(&format!(
        "postgres://ann:s3cret@127.0.0.1:{port}/a?sslmode=require"
    ))
    .await;
    assert!(matches!(error, OpenError::Tls { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("sslrootcert") && !text.contains("is it running"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn a_host_that_has_no_address_is_named() {
    let error = refused("postgres://ann@no-such-host.invalid/studio").await;
    assert!(matches!(error, OpenError::UnknownHost { .. }), "{error:?}");
    assert!(
        error.to_string().contains("no-such-host.invalid"),
        "{error}"
    );
}

#[tokio::test]
async fn a_replica_that_does_not_answer_is_left_out_from_the_start() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let mut config = config(scratch.url());
    config.replica_url = Some("postgres://ann:s3cret@127.0.0.1:1/studio".parse().unwrap());
    let db = Database::open(&config, CONVENTION).await.unwrap();
    let state = db.replica().unwrap().state;
    assert!(
        matches!(state, ReplicaState::Unreachable { .. }),
        "{state:?}"
    );
    let one = number(&db.replica_reader(), "SELECT 1::bigint").await;
    assert_eq!(one.unwrap(), 1);
    db.close().await.unwrap();
}

/// Opens a database as a user without special rights, also when the tests run as root.
fn open_as_nobody(scratch: &Scratch, url: &str) -> String {
    const NOBODY: u32 = 65534;
    let program = scratch.dir().join("database_writer");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_database_writer"), &program).unwrap();
    }
    let mut command = Command::new(program);
    command.args(["open", url]);
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let out = command.output().unwrap();
    assert!(out.status.success(), "{out:?}");
    let text = String::from_utf8(out.stdout).unwrap();
    text.trim()
        .replace(&scratch.dir().display().to_string(), "DIR")
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let scratch = Scratch::empty(Engine::Sqlite).await;
    set_mode(scratch.dir(), 0o755);
    let var = scratch.dir().join("var");
    fs::create_dir(&var).unwrap();
    let url = format!("sqlite://{}/groundwork.db", var.display());

    set_mode(&var, 0o555);
    insta::assert_snapshot!(open_as_nobody(&scratch, &url), @"cannot write DIR/var: Permission denied (os error 13); make it writable for this user, or name another place in database.url");
    let deeper = format!("sqlite://{}/deep/groundwork.db", var.display());
    insta::assert_snapshot!(open_as_nobody(&scratch, &deeper), @"cannot create the folder DIR/var/deep for the database: Permission denied (os error 13); create it, or name another place in database.url");

    set_mode(&var, 0o777);
    assert_eq!(open_as_nobody(&scratch, &url), "open");
    set_mode(&var, 0o755);
    let file = var.join("groundwork.db");
    set_mode(&file, 0o444);
    set_mode(&var, 0o777);
    insta::assert_snapshot!(open_as_nobody(&scratch, &url), @"cannot write DIR/var/groundwork.db: Permission denied (os error 13); make it writable for this user, or name another place in database.url");
}
