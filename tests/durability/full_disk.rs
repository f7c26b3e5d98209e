//! A disk that is really full, a small one that is mounted for the purpose.

use std::{fs, path::Path};

use acceptance::{
    Outcome,
    load::{UnitOutcome, Way},
};
use tokio::process::Command;

use super::checker::{prepare, require_right};

/// Fills the disk while the load goes on, and empties it again, three times; then kills the load.
/// What it has reported is in `outcomes`, the database as it was then in `left`.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=64m small small || exit 99
cp groundwork.db* small/ || exit 98
"$WRITER" load "sqlite://$PWD/small/groundwork.db" "$WAY" 1 > outcomes &
writer=$!
await() { # a line that was not among the first $1
    for _ in $(seq 600); do
        tail -n +$(($1 + 1)) outcomes | grep -q "$2" && return
        sleep 0.05
    done
    echo "the load reports nothing of: $2" >&2
    exit 97
}
for round in 1 2 3; do
    await "$(wc -l < outcomes)" '^stored '
    reported=$(wc -l < outcomes)
    dd if=/dev/zero of=small/ballast bs=64k 2>/dev/null
    await "$reported" 'database or disk is full'
    rm small/ballast
    await "$(wc -l < outcomes)" '^stored '
done
kill -9 $writer
wait $writer 2>/dev/null
mkdir left && cp small/groundwork.db* left/
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts filesystems; `cargo xtask test` runs it where that is allowed"]
async fn a_full_disk_is_reported_and_the_service_recovers_when_there_is_space_again() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("small")).unwrap();
    prepare(&url(here)).await;
    let mut unshare = Command::new("unshare");
    unshare
        .args(["--mount", "--map-root-user", "sh", "-c", SCRIPT])
        .env("WRITER", env!("CARGO_BIN_EXE_database_writer"))
        .env("WAY", Way::Units.to_string())
        .current_dir(here)
        .kill_on_drop(true);
    let _ = Outcome::of(&mut unshare).await.succeeded();
    let output = fs::read_to_string(here.join("outcomes")).unwrap();
    let outcomes: Vec<UnitOutcome> = output.lines().map(|line| line.parse().unwrap()).collect();
    require_right(&url(&here.join("left")), &outcomes).await;
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("groundwork.db").display())
}
