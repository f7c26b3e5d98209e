//! A disk that is full.

use acceptance::Outcome;
use tokio::process::Command;

use super::child::{Order, child};

/// A disk of one megabyte, which needs the right to mount; where that is refused, a limit of one
/// megabyte for each file, which the store meets in the same calls.
#[tokio::test]
async fn a_full_disk_is_reported_clearly_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("small");
    std::fs::create_dir(&root).unwrap();
    let may_mount = Outcome::of(&mut small_disk(&root, "true")).await.code == Some(0);
    let (mut program, expected) = if may_mount {
        (
            small_disk(&root, "exec \"$@\""),
            "refused STORAGE_FULL no space is left on the disk",
        )
    } else {
        note("this machine lets nobody mount a small disk; a limit on file sizes takes its place");
        (small_file(), "refused STORAGE_UNAVAILABLE")
    };
    program.arg(std::env::current_exe().unwrap());
    child(&mut program, &Order::Fill { root: &root });
    let output = Outcome::of(&mut program).await.succeeded();
    assert!(output.contains(expected), "{output}");
}

/// Runs `then` where `root` is a disk of one megabyte. The disk goes with the process.
fn small_disk(root: &std::path::Path, then: &str) -> Command {
    let mut unshare = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        unshare.args(["--user", "--map-root-user"]);
    }
    unshare
        .args(["--mount", "sh", "-c"])
        .arg(format!(
            "mount -t tmpfs -o size=1m small '{}' && {then}",
            root.display()
        ))
        .arg("sh");
    unshare
}

fn small_file() -> Command {
    let mut shell = Command::new("sh");
    // An ignored signal stays ignored: the write fails instead.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "sh"]);
    shell
}

fn note(text: &str) {
    use std::io::Write as _;
    // Past the capture of the test's output: this must be seen.
    let mut terminal = std::io::stderr().lock();
    writeln!(terminal, "NOTE: {text}").unwrap();
}
