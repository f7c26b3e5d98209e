//! The folder of a new database is there after a power cut: what it was made in is flushed.

use std::{collections::BTreeSet, fs, path::PathBuf};

use acceptance::{Engine, Home, Outcome, Program};

use super::disk::compiled;

#[cfg_attr(
    not(target_os = "linux"),
    ignore = "needs LD_PRELOAD and /proc, as Linux has them"
)]
#[tokio::test]
async fn every_folder_of_a_new_database_is_flushed_into_the_one_above() {
    let (folder, library) = compiled("flush");
    let notes = folder.path().join("flushed");
    let mut home = Home::new(Engine::Sqlite).await;
    let top = home.dir().canonicalize().unwrap();
    let database = top.join("new/deep/shop.db");
    home.set_database_url(format!("sqlite://{}", database.display()));
    let mut command = home.command(Program::Migrate, ["up"]);
    command
        .env("LD_PRELOAD", library)
        .env("FLUSHED", notes.as_os_str());
    let _ = Outcome::of(&mut command).await.succeeded();
    let flushed = fs::read_to_string(&notes).unwrap();
    let flushed: BTreeSet<PathBuf> = flushed.lines().map(PathBuf::from).collect();
    for holder in [top.clone(), top.join("new"), top.join("new/deep")] {
        assert!(flushed.contains(&holder), "{holder:?} in {flushed:?}");
    }
}
