//! Files follow their rows out.

use std::fs;

use acceptance::{Engine, on_both_engines};
use entity::studio::projects;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::fixture::Fixture;

#[on_both_engines]
async fn removing_a_project_removes_its_files_and_folders(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    for seed in 0..5 {
        fixture.add(seed).await;
    }
    let work = fixture.db.begin().await.unwrap();
    projects::Entity::delete_by_id(fixture.project)
        .exec(&work)
        .await
        .unwrap();
    work.commit().await.unwrap();

    let swept = fixture.store.sweep(&fixture.db).await.unwrap();
    assert_eq!((swept.removed, swept.missing), (5, 0));
    fixture.agrees().await;
    assert!(
        !fixture
            .store
            .root()
            .join(fixture.project.to_string())
            .exists()
    );
    let again = fixture.store.sweep(&fixture.db).await.unwrap();
    assert_eq!(again, Default::default());
}

#[on_both_engines]
async fn a_removal_that_is_rolled_back_keeps_its_file(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    fixture.add(1).await;
    let work = fixture.db.begin().await.unwrap();
    work.execute_unprepared("DELETE FROM artifacts")
        .await
        .unwrap();
    work.rollback().await.unwrap();
    assert_eq!(
        fixture.store.sweep(&fixture.db).await.unwrap(),
        Default::default()
    );
    fixture.agrees().await;
}

#[on_both_engines]
async fn a_sweep_that_was_cut_short_is_finished_by_the_next(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    let (one, other) = (fixture.add(1).await, fixture.add(2).await);
    fixture.remove_row(&one).await;
    fixture.remove_row(&other).await;
    fs::remove_file(fixture.store.root().join(one.to_string())).unwrap();
    let swept = fixture.store.sweep(&fixture.db).await.unwrap();
    assert_eq!((swept.removed, swept.missing), (1, 1));
    fixture.agrees().await;
    assert_eq!(
        fixture.store.sweep(&fixture.db).await.unwrap(),
        Default::default()
    );
}

#[on_both_engines]
async fn a_file_whose_key_has_a_row_is_never_swept(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    let key = fixture.add(1).await;
    put_into_trash(&fixture, &key.to_string()).await;
    let swept = fixture.store.sweep(&fixture.db).await.unwrap();
    assert_eq!((swept.kept, swept.removed), (1, 0));
    fixture.agrees().await;
    assert_eq!(
        fixture.store.sweep(&fixture.db).await.unwrap(),
        Default::default()
    );
}

#[on_both_engines]
async fn hostile_trash_touches_nothing(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    fixture.add(1).await;
    let outside = fixture.scratch.dir().join("outside.png");
    fs::write(&outside, "precious").unwrap();
    for key in ["../outside.png", "/etc/hostname", "staging", ""] {
        put_into_trash(&fixture, key).await;
    }
    let swept = fixture.store.sweep(&fixture.db).await.unwrap();
    assert_eq!((swept.removed, swept.refused), (0, 4));
    assert!(outside.exists());
    fixture.agrees().await;
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn two_sweepers_at_once_remove_each_file_once(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    for seed in 0..130 {
        fixture.add(seed).await;
    }
    let work = fixture.db.begin().await.unwrap();
    work.execute_unprepared("DELETE FROM artifacts")
        .await
        .unwrap();
    work.commit().await.unwrap();
    let beside = fixture.another_store().await;
    let (one, other) = tokio::join!(fixture.store.sweep(&fixture.db), beside.sweep(&fixture.db));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.removed + other.removed, 130, "{one:?} {other:?}");
    fixture.agrees().await;
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn storing_and_removing_beside_sweepers_never_parts_rows_and_files(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    let beside = fixture.another_store().await;
    let busy = |from: u64| {
        let fixture = &fixture;
        async move {
            for seed in from..from + 25 {
                let key = fixture.add(seed).await;
                if seed % 5 != 0 {
                    fixture.remove_row(&key).await;
                }
            }
        }
    };
    let sweeping = |store: &'static str| {
        let store = if store == "own" {
            &fixture.store
        } else {
            &beside
        };
        let db = &fixture.db;
        async move {
            for _ in 0..40 {
                store.sweep(db).await.unwrap();
            }
        }
    };
    tokio::join!(
        busy(0),
        busy(100),
        busy(200),
        sweeping("own"),
        sweeping("beside")
    );
    fixture.store.sweep(&fixture.db).await.unwrap();
    assert_eq!(fixture.keys().await.len(), 15);
    fixture.agrees().await;
}

async fn put_into_trash(fixture: &Fixture, key: &str) {
    let work = fixture.db.begin().await.unwrap();
    let insert = format!(
        "INSERT INTO file_trash (storage_key, trashed_at) VALUES ('{key}', '2026-01-01T00:00:00+00:00')"
    );
    work.execute_unprepared(&insert).await.unwrap();
    work.commit().await.unwrap();
}
