//! Processes that are there to be killed, or to work where the disk is small. They are this very
//! test program, which reads its order from a variable.

use std::{io::Write as _, path::Path, process::Stdio};

use entity::studio::ProjectId;
use groundwork_core::{db::Database, error::DomainError};
use tokio::process::Command;

use super::fixture::{add_row, clip, files_under, open_store, publish, to, with_padding};

const ORDER: &str = "GROUNDWORK_TEST_ORDER";
const NAME: &str = "files::child::runs_its_order";

/// The order to a child, as one line.
pub(super) enum Order<'a> {
    /// Store files, and report each when it is acknowledged, until somebody kills it.
    StoreUntilKilled {
        url: &'a str,
        root: &'a Path,
        project: ProjectId,
    },
    /// Store files until the disk takes no more, and report the error.
    Fill { root: &'a Path },
}

/// The arguments and the variable that make this program the child.
pub(super) fn child(program: &mut Command, order: &Order<'_>) {
    let order = match order {
        Order::StoreUntilKilled { url, root, project } => {
            format!("store {url} {} {project}", root.display())
        }
        Order::Fill { root } => format!("fill {}", root.display()),
    };
    program
        .args(["--exact", NAME, "--nocapture"])
        .env(ORDER, order)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
}

/// Without an order it is nobody's child, and there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runs_its_order() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a parent speaks to its child"
    )]
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    match order.split(' ').collect::<Vec<_>>()[..] {
        ["store", url, root, project] => {
            store_until_killed(url, Path::new(root), project.parse().unwrap()).await;
        }
        ["fill", root] => fill(Path::new(root)).await,
        _ => panic!("not an order: {order}"),
    }
}

fn report(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).unwrap();
}

async fn store_until_killed(url: &str, root: &Path, project: ProjectId) {
    let config = groundwork_test::database_config(url);
    let db = Database::open(&config, migration::CONVENTION)
        .await
        .unwrap();
    let store = open_store(root).await;
    let workers = (0..4_u64).map(|worker| {
        let (db, store) = (db.clone(), store.clone());
        tokio::spawn(async move {
            for seed in 0.. {
                let published = publish(&store, project, worker << 40 | seed).await;
                let key = published.key().to_string();
                let work = db.begin().await.unwrap();
                add_row(&work, project, published.facts()).await;
                work.commit().await.unwrap();
                published.acknowledge();
                report(&format!("stored {key}"));
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
}

async fn fill(root: &Path) {
    let store = open_store(root).await;
    let project = ProjectId(groundwork_core::clock::Clock::system().new_id());
    let mut size = 600_000;
    let mut kept = Vec::new();
    let error = loop {
        let content = with_padding(std::iter::repeat_n(7, size));
        let stored = async {
            let staged = store.stage(&content[..], to(project)).await?;
            store.publish(staged).await
        };
        match stored.await {
            Ok(published) => {
                kept.push(published.key().to_string());
                published.acknowledge();
            }
            Err(error) => break error,
        }
        assert!(kept.len() < 10, "the disk takes everything");
        size += 600_000;
    };
    let files: Vec<String> = files_under(root).into_iter().collect();
    assert_eq!(files, kept, "a file that did not fit left something behind");
    // What is small still fits.
    assert!(store.stage(&clip(2)[..], to(project)).await.is_ok());
    report(&format!("refused {} {error}", error.code()));
}
