//! Files follow their rows out.

use std::fs;

use acceptance::{Engine, on_both_engines};
use entity::studio::projects;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::world::World;

#[on_both_engines]
async fn removing_a_project_removes_its_files_and_folders(engine: Engine) {
    let world = World::on(engine).await;
    for seed in 0..5 {
        world.add(seed).await;
    }
    let work = world.db.begin().await.unwrap();
    projects::Entity::delete_by_id(world.project)
        .exec(&work)
        .await
        .unwrap();
    work.commit().await.unwrap();

    let swept = world.store.sweep(&world.db).await.unwrap();
    assert_eq!((swept.removed, swept.missing), (5, 0));
    world.agrees().await;
    assert!(!world.store.root().join(world.project.to_string()).exists());
    let again = world.store.sweep(&world.db).await.unwrap();
    assert_eq!(again, Default::default());
}

#[on_both_engines]
async fn a_removal_that_is_rolled_back_keeps_its_file(engine: Engine) {
    let world = World::on(engine).await;
    world.add(1).await;
    let work = world.db.begin().await.unwrap();
    work.execute_unprepared("DELETE FROM artifacts")
        .await
        .unwrap();
    work.rollback().await.unwrap();
    assert_eq!(
        world.store.sweep(&world.db).await.unwrap(),
        Default::default()
    );
    world.agrees().await;
}

#[on_both_engines]
async fn a_sweep_that_was_cut_short_is_finished_by_the_next(engine: Engine) {
    let world = World::on(engine).await;
    let (one, other) = (world.add(1).await, world.add(2).await);
    world.remove_row(&one).await;
    world.remove_row(&other).await;
    fs::remove_file(world.store.root().join(one.to_string())).unwrap();
    let swept = world.store.sweep(&world.db).await.unwrap();
    assert_eq!((swept.removed, swept.missing), (1, 1));
    world.agrees().await;
    assert_eq!(
        world.store.sweep(&world.db).await.unwrap(),
        Default::default()
    );
}

#[on_both_engines]
async fn a_file_whose_key_has_a_row_is_never_swept(engine: Engine) {
    let world = World::on(engine).await;
    let key = world.add(1).await;
    put_into_trash(&world, &key.to_string()).await;
    let swept = world.store.sweep(&world.db).await.unwrap();
    assert_eq!((swept.kept, swept.removed), (1, 0));
    world.agrees().await;
    assert_eq!(
        world.store.sweep(&world.db).await.unwrap(),
        Default::default()
    );
}

#[on_both_engines]
async fn hostile_trash_touches_nothing(engine: Engine) {
    let world = World::on(engine).await;
    world.add(1).await;
    let outside = world.scratch.dir().join("outside.png");
    fs::write(&outside, "precious").unwrap();
    for key in ["../outside.png", "/etc/hostname", "staging", ""] {
        put_into_trash(&world, key).await;
    }
    let swept = world.store.sweep(&world.db).await.unwrap();
    assert_eq!((swept.removed, swept.refused), (0, 4));
    assert!(outside.exists());
    world.agrees().await;
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn two_sweepers_at_once_remove_each_file_once(engine: Engine) {
    let world = World::on(engine).await;
    for seed in 0..130 {
        world.add(seed).await;
    }
    let work = world.db.begin().await.unwrap();
    work.execute_unprepared("DELETE FROM artifacts")
        .await
        .unwrap();
    work.commit().await.unwrap();
    let beside = world.another_store().await;
    let (one, other) = tokio::join!(world.store.sweep(&world.db), beside.sweep(&world.db));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.removed + other.removed, 130, "{one:?} {other:?}");
    world.agrees().await;
}

#[on_both_engines]
#[tokio::test(flavor = "multi_thread")]
async fn storing_and_removing_beside_sweepers_never_parts_rows_and_files(engine: Engine) {
    let world = World::on(engine).await;
    let beside = world.another_store().await;
    let busy = |from: u64| {
        let world = &world;
        async move {
            for seed in from..from + 25 {
                let key = world.add(seed).await;
                if seed % 5 != 0 {
                    world.remove_row(&key).await;
                }
            }
        }
    };
    let sweeping = |store: &'static str| {
        let store = if store == "own" {
            &world.store
        } else {
            &beside
        };
        let db = &world.db;
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
    world.store.sweep(&world.db).await.unwrap();
    assert_eq!(world.keys().await.len(), 15);
    world.agrees().await;
}

async fn put_into_trash(world: &World, key: &str) {
    let work = world.db.begin().await.unwrap();
    let insert = format!(
        "INSERT INTO file_trash (storage_key, trashed_at) VALUES ('{key}', '2026-01-01T00:00:00+00:00')"
    );
    work.execute_unprepared(&insert).await.unwrap();
    work.commit().await.unwrap();
}
