//! Imports that are interrupted or killed: nothing is visible, and nothing is left.

use std::{fs, path::Path, process::Stdio, time::Duration};

use acceptance::{
    Engine, Home, Outcome, Program, on_both_engines,
    production::{Production, files_below, stored_below},
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{process::Child, time::timeout};

/// How many files [`slow_production`] has: 3 for each scene, and the output.
const FILES: usize = 37;

/// Many small files and one that takes a while.
fn slow_production() -> Production {
    let mut production = Production::with_scenes(12);
    production.add_large_clip(48 << 20);
    production
}

/// Starts an import and waits until at least `count` files are staged or stored. The import may
/// have ended by then, if the machine is quick.
async fn import_until_files(home: &Home, count: usize) -> Child {
    let mut import = home
        .command(Program::Groundwork, ["studio", "import", "production"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let root = home.dir().join("var/files");
    let seen = async {
        while count_below(&root) < count {
            if import.try_wait().unwrap().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), seen).await.unwrap();
    import
}

/// How many files are below a folder, while others add and remove some.
fn count_below(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => count_below(&entry.path()),
            Ok(_) => 1,
            Err(_) => 0,
        })
        .sum()
}

fn send(child: &Child, signal: Signal) {
    if let Some(pid) = child.id().and_then(|it| Pid::from_raw(it.cast_signed())) {
        kill_process(pid, signal).ok();
    }
}

/// Every project that is visible has all its files, and after a start there are no others.
async fn assert_whole_or_nothing(home: &Home) -> usize {
    let list = home.groundwork(["studio", "list", "--json"]).await.json();
    let projects = list["items"].as_array().expect("items").len();
    home.serve().await.stop().await;
    let files = stored_below(&home.dir().join("var/files"));
    assert_eq!(files.len(), projects * FILES, "{:?}", files.keys());
    projects
}

#[on_both_engines]
async fn a_killed_import_leaves_nothing_after_the_next_start(
    engine: Engine,
    #[values(1, 20, 37)] files: usize,
) {
    let home = Home::new(engine).await;
    slow_production().write_to(&home.dir().join("production"));
    let mut import = import_until_files(&home, files).await;
    import.kill().await.unwrap();
    let projects = assert_whole_or_nothing(&home).await;
    assert!(
        files > 1 || projects == 0,
        "killed too late: this test shows nothing"
    );

    let import = home.groundwork(["studio", "import", "production"]);
    let _ = import.await.succeeded();
    assert_eq!(assert_whole_or_nothing(&home).await, 1);
}

#[on_both_engines]
async fn ctrl_c_ends_an_import_with_nothing_visible_or_left(engine: Engine) {
    let home = Home::new(engine).await;
    slow_production().write_to(&home.dir().join("production"));
    let import = import_until_files(&home, 1).await;
    send(&import, Signal::INT);
    let ended = timeout(Duration::from_secs(20), import.wait_with_output()).await;
    let outcome = Outcome::from(ended.expect("it ends").unwrap());
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    assert_eq!(assert_whole_or_nothing(&home).await, 0);
}

#[on_both_engines]
async fn a_production_that_vanishes_midway_is_not_stored(engine: Engine) {
    let home = Home::new(engine).await;
    slow_production().write_to(&home.dir().join("production"));
    let import = import_until_files(&home, 1).await;
    fs::remove_dir_all(home.dir().join("production")).unwrap();
    let outcome = Outcome::from(import.wait_with_output().await.unwrap());
    // It may have opened every file already: then the bytes are still there, and it succeeds.
    assert!(matches!(outcome.code, Some(0 | 65)), "{outcome:?}");
    let projects = assert_whole_or_nothing(&home).await;
    assert_eq!(projects, usize::from(outcome.code == Some(0)));
}

#[on_both_engines]
async fn a_running_server_removes_what_a_killed_import_left(engine: Engine) {
    let home = Home::new(engine).await;
    slow_production().write_to(&home.dir().join("production"));
    let server = home.serve().await;
    let mut import = import_until_files(&home, 1).await;
    import.kill().await.unwrap();
    // The next import repairs, beside the server, and is not disturbed by it.
    let _ = home
        .groundwork(["studio", "import", "production"])
        .await
        .succeeded();
    server.stop().await;
    assert_eq!(stored_below(&home.dir().join("var/files")).len(), FILES);
}

#[tokio::test]
async fn what_a_killed_export_leaves_goes_with_the_next_one() {
    let home = Home::new(Engine::Sqlite).await;
    slow_production().write_to(&home.dir().join("production"));
    let import = ["studio", "import", "production", "--json"];
    let imported = home.groundwork(import).await.json();
    let project = imported["project"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    fs::create_dir(home.dir().join("out")).unwrap();
    let export = ["studio", "export", &project, "out/copy"];
    let names = || {
        let entries = fs::read_dir(home.dir().join("out")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<Vec<_>>()
    };
    let mut killed = home.command(Program::Groundwork, export).spawn().unwrap();
    let begun = async {
        while names().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), begun).await.unwrap();
    killed.kill().await.unwrap();
    let left = names();
    assert!(left.len() == 1 && left[0].ends_with(".partial"), "{left:?}");

    let _ = home.groundwork(export).await.succeeded();
    assert_eq!(names(), ["copy"]);
    assert_eq!(
        files_below(&home.dir().join("out/copy")),
        files_below(&home.dir().join("production"))
    );
}
