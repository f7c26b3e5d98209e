//! Somebody who may write under the root plants what should not be read.

use std::{
    collections::BTreeMap,
    os::unix::fs::symlink,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::*;

async fn stored() -> (Scene, StorageKey, PathBuf) {
    let scene = given_a_store().await;
    let published = scene.published(&samples::png()).await;
    let key = published.key().clone();
    published.acknowledge();
    let path = scene.root.join(key.to_string());
    (scene, key, path)
}

async fn code_of_reading(scene: &Scene, key: &StorageKey) -> &'static str {
    let reading = scene.store.read(key, samples::png().len() as u64);
    let read = tokio::time::timeout(Duration::from_secs(5), reading);
    read.await.expect("does not hang").unwrap_err().code()
}

#[tokio::test]
async fn a_symbolic_link_in_the_place_of_a_file_is_refused() {
    let (scene, key, path) = stored().await;
    fs::remove_file(&path).unwrap();
    symlink("/etc/passwd", &path).unwrap();
    assert_eq!(code_of_reading(&scene, &key).await, "FILE_FOREIGN");
}

#[tokio::test]
async fn a_symbolic_link_in_the_place_of_a_folder_is_refused() {
    for above in [1, 2] {
        let (scene, key, path) = stored().await;
        let folder = path.ancestors().nth(above).unwrap();
        let moved = scene.root.join("moved");
        fs::rename(folder, &moved).unwrap();
        symlink(&moved, folder).unwrap();
        assert_eq!(code_of_reading(&scene, &key).await, "FILE_FOREIGN");
        let staged = scene.staged(&samples::png()).await;
        scene.store.publish(staged).await.unwrap_err();
    }
}

#[tokio::test]
async fn pipes_sockets_and_folders_are_refused_at_once() {
    let (scene, key, path) = stored().await;
    fs::remove_file(&path).unwrap();
    let pipe = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, pipe, 0).unwrap();
    assert_eq!(code_of_reading(&scene, &key).await, "FILE_FOREIGN");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(code_of_reading(&scene, &key).await, "FILE_FOREIGN");
    fs::remove_dir(&path).unwrap();
    // The path of a socket may have 108 bytes only.
    let elsewhere = tempfile::tempdir().unwrap();
    let socket = elsewhere.path().join("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    fs::rename(&socket, &path).unwrap();
    assert_eq!(code_of_reading(&scene, &key).await, "FILE_FOREIGN");
}

#[tokio::test]
async fn a_link_planted_in_the_staging_folder_is_not_written_through() {
    let scene = given_a_store().await;
    let staged = scene.staged(&samples::png()).await;
    let outside = tempfile::NamedTempFile::new().unwrap();
    let entry = scene.root.join(&scene.files()[0]);
    fs::remove_file(&entry).unwrap();
    symlink(outside.path(), &entry).unwrap();
    // linkat gives the link itself a second name; reading refuses it.
    if let Ok(published) = scene.store.publish(staged).await {
        assert_eq!(
            code_of_reading(&scene, &published.key().clone()).await,
            "FILE_FOREIGN"
        );
    }
    assert_eq!(fs::read(outside.path()).unwrap(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn swapping_a_folder_with_a_link_lets_nothing_out() {
    let (scene, key, path) = stored().await;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join(path.file_name().unwrap()), "secret").unwrap();
    let folder = path.parent().unwrap().to_owned();
    let (real, link) = (scene.root.join("real"), scene.root.join("link"));
    symlink(outside.path(), &link).unwrap();

    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let swapper = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            fs::rename(&folder, &real).unwrap();
            fs::rename(&link, &folder).unwrap();
            fs::rename(&folder, &link).unwrap();
            fs::rename(&real, &folder).unwrap();
        }
    });
    let mut seen = BTreeMap::new();
    for _ in 0..5_000 {
        let outcome = match scene.store.read(&key, samples::png().len() as u64).await {
            Ok(mut stored) => {
                let mut content = Vec::new();
                stored.content.read_to_end(&mut content).await.unwrap();
                assert_eq!(content, samples::png(), "read from outside the root");
                "read"
            }
            Err(error) => error.code(),
        };
        *seen.entry(outcome).or_insert(0) += 1;
    }
    stop.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    assert!(
        seen.contains_key("read") && seen.contains_key("FILE_FOREIGN"),
        "{seen:?}"
    );
}
