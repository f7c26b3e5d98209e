//! A process that is killed in the midst of a rebuild, at whatever statement, leaves the old schema
//! or the new one.

use std::{
    path::Path,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use acceptance::{Engine, Scratch};
use groundwork_schema::{
    alter::Alter,
    table::{Check, Column, Condition, Kind},
};
use sea_orm_migration::sea_orm::{ConnectOptions, Database};
use tokio::process::Command;
use tracing::{Event, Metadata, Subscriber, span};

use super::given::{DatabaseSnapshot, change, connect, execute, library, require_sound};

const ORDER: &str = "GROUNDWORK_TEST_REBUILD";
const CHILD: &str = "rebuild::crash::rebuilds_until_it_is_killed";

fn changes() -> Vec<Alter> {
    vec![
        Alter::table("books")
            .add_check(Check {
                rule: "pages",
                condition: Condition::Sql("\"pages in it\" <> ''"),
            })
            .add_column_filled(Column::required("slug", Kind::Text), "lower(title)"),
        Alter::table("authors").set_optional("name"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_any_statement_it_leaves_the_old_schema_or_the_new_one() {
    let (original, connection) = library().await;
    // More than a page of each, so that a statement writes in several places.
    execute(
        &connection,
        "INSERT INTO books (id, author_id, title) WITH RECURSIVE n (n) AS
             (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < 130)
         SELECT n, 1, 'title of book ' || n FROM n",
    )
    .await;
    let old = DatabaseSnapshot::of(&connection).await;
    connection.close().await.unwrap();
    let file = original.dir().join("groundwork.db");

    let (mut statement, mut seen_old, mut seen_new) = (1, 0, 0);
    loop {
        let scratch = Scratch::empty(Engine::Sqlite).await;
        std::fs::copy(&file, scratch.dir().join("groundwork.db")).unwrap();
        let finished = run_child(&scratch, statement).await;
        let connection = connect(&scratch).await;
        require_sound(&connection).await;
        let left = DatabaseSnapshot::of(&connection).await;
        if left == old {
            assert!(!finished);
            seen_old += 1;
        } else {
            let text = &left.objects["table books"];
            assert!(
                text.contains("ck_books_pages") && text.contains("slug"),
                "{text}"
            );
            assert_eq!(left.rows["books"].len(), old.rows["books"].len());
            assert_eq!(left.rows["loans"], old.rows["loans"]);
            assert_eq!(left.objects.len(), old.objects.len());
            seen_new += 1;
        }
        if finished {
            break;
        }
        statement += 1;
        assert!(statement < 500, "it never ends");
    }
    assert!(
        seen_old > 20,
        "it was killed {seen_old} times before its commit"
    );
    assert!(seen_new > 0);
}

/// Whether the child lived to its end.
async fn run_child(scratch: &Scratch, statement: u32) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", CHILD, "--nocapture"])
        .env(ORDER, format!("{statement} {}", scratch.url()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let status = tokio::time::timeout(Duration::from_secs(60), child.status());
    let status = status.await.expect("it ends").unwrap();
    assert!(status.success() || status.code().is_none(), "{status}");
    status.success()
}

/// Without an order it is nobody's child, and there is nothing to do.
#[tokio::test]
async fn rebuilds_until_it_is_killed() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a parent speaks to its child"
    )]
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    let (statement, url) = order.split_once(' ').unwrap();
    assert!(Path::new(url.trim_start_matches("sqlite://")).exists());
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(true);
    let connection = Database::connect(options).await.unwrap();
    let killer = Killer {
        left: AtomicU32::new(statement.parse().unwrap()),
    };
    tracing::subscriber::set_global_default(killer).unwrap();
    change(&connection, changes()).await.unwrap();
    connection.close().await.unwrap();
}

/// Counts the statements that are done, and kills this process after one of them.
struct Killer {
    left: AtomicU32,
}

impl Subscriber for Killer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, _: &Event<'_>) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let this = rustix::process::getpid();
            rustix::process::kill_process(this, rustix::process::Signal::KILL).unwrap();
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
