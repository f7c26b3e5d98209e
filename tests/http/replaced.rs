//! The database file, or the folder of the files, is replaced or deleted under a running server:
//! nothing is acknowledged that a restart would not find.

use std::{
    fs,
    path::{Path, PathBuf},
};

use acceptance::{Engine, production::png, wait_until};
use reqwest::Method;
use rstest::rstest;
use rustix::process::Signal;
use serde_json::json;

use super::api::Api;

/// What befalls the file of the database.
type Misfortune = fn(&Path);

fn a_backup_is_moved_over_it(database: &Path) {
    fs::rename(backup(database), database).unwrap();
}

fn it_is_deleted(database: &Path) {
    fs::remove_file(database).unwrap();
}

fn its_log_is_deleted(database: &Path) {
    fs::remove_file(log(database)).unwrap();
}

#[rstest]
#[case::a_backup_is_moved_over_it(a_backup_is_moved_over_it)]
#[case::it_is_deleted(it_is_deleted)]
#[case::its_log_is_deleted(its_log_is_deleted)]
#[tokio::test]
async fn nothing_is_acknowledged_any_more(#[case] befalls: Misfortune) {
    let api = Api::start(Engine::Sqlite).await;
    api.given_project().await;
    let database = database(&api);
    back_up(&api).await;
    befalls(&database);
    for _ in 0..3 {
        let body = json!({"title": "Dusk", "prompt": "A lamp is lit", "style": "ink"});
        let refused = api.post("/api/projects", &body).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (503, Some("DATABASE_REPLACED"))
        );
    }
    assert_eq!(api.get("/api/projects").await.status, 503);
    let ready = api.get("/health/ready").await;
    assert_eq!(ready.status, 503);
    let reason = ready.json()["checks"]["database"]["detail"].to_string();
    assert!(reason.contains("replaced or deleted"), "{reason}");
    let log = api.server.output();
    assert!(log.contains("restart"), "the log says what to do: {log}");
}

#[tokio::test]
async fn it_is_seen_without_a_write() {
    let api = Api::start(Engine::Sqlite).await;
    it_is_deleted(&database(&api));
    let says = || api.server.output().contains("replaced or deleted");
    wait_until("the log says it", says).await;
    assert_eq!(api.get("/health/ready").await.status, 503);
}

#[rstest]
#[case::told_to_stop(Signal::TERM)]
#[case::killed(Signal::KILL)]
#[tokio::test]
async fn a_restart_serves_the_file_that_is_there(#[case] ends_by: Signal) {
    let mut api = Api::start(Engine::Sqlite).await;
    let known = api.given_project().await;
    let database = database(&api);
    back_up(&api).await;
    let later = api.given_project().await;
    a_backup_is_moved_over_it(&database);
    // The log of the old file must not be taken for the new one's.
    let is_empty = || fs::metadata(log(&database)).map_or(0, |log| log.len()) == 0;
    wait_until("the log is empty", is_empty).await;
    api.server.signal(ends_by);
    api.server.ended().await;

    api.server = api.home.serve().await;
    let path = |project: &str| format!("/api/projects/{project}");
    assert_eq!(api.get(&path(&known)).await.status, 200);
    assert_eq!(api.get(&path(&later)).await.status, 404);
    assert_eq!(integrity(&database).await, "ok");
    let deleted = api.send(Method::DELETE, &path(&known), &[], "").await;
    assert_eq!(deleted.status, 204);
}

#[rstest]
#[case::another_is_there(true)]
#[case::it_is_gone(false)]
#[tokio::test]
async fn nothing_is_stored_in_a_files_root_that_was_moved_away(#[case] is_another_there: bool) {
    let mut api = Api::start(Engine::Sqlite).await;
    let project = api.given_project().await;
    let scene = api.given_scene(&project).await;
    let keyframe = format!("/api/scenes/{scene}/keyframes/start");
    api.put(&keyframe, png("lit")).await.with(201);
    let root = api.home.dir().join("var/files");
    let moved = api.home.dir().join("var/moved");
    fs::rename(&root, &moved).unwrap();
    if is_another_there {
        fs::create_dir(&root).unwrap();
    }
    let refused = api.put(&keyframe, png("dark")).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (503, Some("STORAGE_REPLACED"))
    );
    assert_eq!(api.get("/health/ready").await.status, 503);
    assert!(api.server.output().contains("put the old one back"));

    api.server.signal(Signal::TERM);
    api.server.ended().await;
    fs::remove_dir_all(&root).ok();
    fs::rename(&moved, &root).unwrap();
    api.server = api.home.serve().await;
    let keyframes = api.get(&format!("/api/projects/{project}")).await.json();
    let stored = &keyframes["scenes"][0]["keyframes"][0]["artifact"]["size_bytes"];
    assert_eq!(*stored, png("lit").len(), "{keyframes}");
    api.put(&keyframe, png("dark")).await.with(200);
}

fn database(api: &Api) -> PathBuf {
    let url = api.home.database_url();
    PathBuf::from(url.strip_prefix("sqlite://").unwrap())
}

fn backup(database: &Path) -> PathBuf {
    database.with_extension("backup")
}

fn log(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// A backup of all that is committed, made by SQLite itself.
async fn back_up(api: &Api) {
    let database = database(api);
    let copy = format!("VACUUM INTO '{}'", backup(&database).display());
    let connection = sea_orm::Database::connect(api.home.database_url()).await;
    let connection = connection.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&connection, &copy)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// What SQLite itself says of the file.
async fn integrity(database: &Path) -> String {
    let url = format!("sqlite://{}", database.display());
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let check =
        sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA integrity_check");
    let row = sea_orm::ConnectionTrait::query_one_raw(&connection, check).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}
