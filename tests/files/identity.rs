//! A root of files knows its database: nothing is repaired or swept in the root of another one.

use std::path::Path;

use acceptance::{Engine, given, on_both_engines};
use groundwork_core::{
    clock::Clock,
    db::Database,
    error::DomainError,
    files::{Belonging, FileStore, FileStoreOptions},
    services::studio::FILE_TABLE,
};
use sea_orm::ConnectionTrait;

use super::fixture::{Fixture, files_under};

async fn store(root: &Path) -> FileStore {
    let options = FileStoreOptions {
        root: root.to_owned(),
        max_file_bytes: 4 << 20,
        tables: &[FILE_TABLE],
        root_table: Some("file_roots"),
        clock: Clock::system(),
    };
    FileStore::open(options).await.unwrap()
}

/// A database with files in a root that belongs to it.
async fn given_claimed(engine: Engine, files: u64) -> Fixture {
    let mut fixture = Fixture::on(engine).await;
    fixture.store = store(fixture.store.root()).await;
    fixture.store.claim(&fixture.db).await.unwrap();
    for seed in 0..files {
        fixture.add(seed).await;
    }
    fixture
}

async fn forget_row(db: &Database) {
    let work = db.begin().await.unwrap();
    work.execute_unprepared("DELETE FROM file_roots")
        .await
        .unwrap();
    work.commit().await.unwrap();
}

fn forget_id(root: &Path) {
    std::fs::remove_file(root.join("identity")).unwrap();
}

async fn refuses(store: &FileStore, db: &Database) -> String {
    let error = store.claim(db).await.unwrap_err();
    assert_eq!(error.code(), "STORAGE_MISMATCH", "{error}");
    assert_eq!(
        store.belonging(db).await.unwrap_err().code(),
        "STORAGE_MISMATCH"
    );
    assert_eq!(
        store.repair(db).await.unwrap_err().code(),
        "STORAGE_MISMATCH"
    );
    error.to_string()
}

#[on_both_engines]
async fn another_database_over_the_same_root_repairs_nothing_away(engine: Engine) {
    let fixture = given_claimed(engine, 1).await;
    // Killed between the commit and the acknowledgement: the file has its row and its entry.
    let published = fixture.publish(7).await;
    let work = fixture.db.begin().await.unwrap();
    super::fixture::add_row(&work, fixture.project, published.facts()).await;
    work.commit().await.unwrap();
    let key = published.key().clone();
    drop(published);
    let root = fixture.store.root().to_owned();
    let Fixture { db, .. } = &fixture;

    let other = given::migrated(engine).await;
    let other_db = given::database(&other).await;
    let before = files_under(&root);
    let advice = refuses(&store(&root).await, &other_db).await;
    assert!(advice.contains("files adopt"), "{advice}");
    assert_eq!(files_under(&root), before);

    let own = store(&root).await;
    own.repair(db).await.unwrap();
    assert!(root.join(key.to_string()).exists());
}

#[on_both_engines]
async fn another_root_on_the_same_database_sweeps_nothing(engine: Engine) {
    let fixture = given_claimed(engine, 3).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let other = store(&elsewhere.path().join("files")).await;
    let keys = fixture.keys().await;
    for key in &keys {
        fixture.remove_row(&key.parse().unwrap()).await;
    }
    let error = other.sweep(&fixture.db).await.unwrap_err();
    assert_eq!(error.code(), "STORAGE_MISMATCH");
    let swept = fixture.store.sweep(&fixture.db).await.unwrap();
    assert_eq!((swept.removed, swept.missing), (3, 0));
}

#[on_both_engines]
async fn a_second_root_is_refused_although_nothing_is_stored_yet(engine: Engine) {
    let fixture = given_claimed(engine, 0).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let root = elsewhere.path().join("files");
    refuses(&store(&root).await, &fixture.db).await;
    assert!(!root.join("identity").exists());
    assert_eq!(
        fixture.store.belonging(&fixture.db).await.unwrap(),
        Belonging::Certain
    );
}

#[on_both_engines]
async fn an_installation_from_before_is_taken_over_without_a_question(engine: Engine) {
    let fixture = given_claimed(engine, 2).await;
    let (root, db) = (fixture.store.root().to_owned(), &fixture.db);
    // Neither has an id, only the root has one, only the database has one.
    for (row, file) in [(false, false), (false, true), (true, false)] {
        if !row {
            forget_row(db).await;
        }
        if !file {
            forget_id(&root);
        }
        let store = store(&root).await;
        assert_eq!(store.belonging(db).await.unwrap(), Belonging::Likely);
        store.repair(db).await.unwrap();
        assert_eq!(store.belonging(db).await.unwrap(), Belonging::Certain);
    }
}

#[on_both_engines]
async fn an_id_on_one_side_without_a_file_in_common_is_for_a_person_to_decide(engine: Engine) {
    let fixture = given_claimed(engine, 2).await;
    let (root, db) = (fixture.store.root().to_owned(), &fixture.db);
    let elsewhere = tempfile::tempdir().unwrap();
    let empty = elsewhere.path().join("files");
    // An empty root for a database that has files, with and without an id of the database.
    refuses(&store(&empty).await, db).await;
    forget_row(db).await;
    refuses(&store(&empty).await, db).await;
    // A root with files for an empty database, with and without an id of the root.
    let other = given::migrated(engine).await;
    let other_db = given::database(&other).await;
    refuses(&store(&root).await, &other_db).await;
    forget_id(&root);
    refuses(&store(&root).await, &other_db).await;
}

#[on_both_engines]
async fn a_root_is_adopted_deliberately_and_is_then_refused_to_the_other_database(engine: Engine) {
    let fixture = given_claimed(engine, 2).await;
    let root = fixture.store.root().to_owned();
    let other = given::migrated(engine).await;
    let other_db = given::database(&other).await;
    let store = store(&root).await;
    refuses(&store, &other_db).await;
    store.adopt(&other_db).await.unwrap();
    assert_eq!(
        store.belonging(&other_db).await.unwrap(),
        Belonging::Certain
    );
    refuses(&store, &fixture.db).await;
}

#[on_both_engines]
async fn a_copied_root_belongs_to_a_database_with_the_same_rows(engine: Engine) {
    let fixture = given_claimed(engine, 2).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("files");
    copy_folder(fixture.store.root(), &copy);
    let copied = store(&copy).await;
    assert_eq!(
        copied.belonging(&fixture.db).await.unwrap(),
        Belonging::Certain
    );
}

#[on_both_engines]
async fn processes_that_start_at_the_same_time_agree_on_one_id(engine: Engine) {
    let fixture = Fixture::on(engine).await;
    let root = fixture.store.root().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    let claims = (0..8).map(|number| {
        let (db, root) = (fixture.db.clone(), root.clone());
        let other = elsewhere.path().join("files");
        async move {
            let root = if number % 2 == 0 { root } else { other };
            let claimed = store(&root).await.claim(&db).await;
            (root, claimed.map_err(|error| error.code()))
        }
    });
    let claims = futures_util::future::join_all(claims).await;
    let owner = claims.iter().find(|(_, claimed)| claimed.is_ok());
    let (owner, _) = owner.expect("one root belongs to the database");
    for (root, claimed) in &claims {
        let expected = if root == owner {
            Ok(())
        } else {
            Err("STORAGE_MISMATCH")
        };
        assert_eq!(*claimed, expected, "{}", root.display());
    }
}

/// What a process leaves that was killed between two steps of a claim, or of an adoption.
#[derive(Clone, Copy, Debug)]
enum Killed {
    /// The candidate is in the root.
    Proposed,
    /// The database has its row, too.
    Committed,
    /// The file of the id before was removed.
    Unlinked,
    /// The id is in the root, and its candidate still is as well.
    Linked,
}

#[on_both_engines]
async fn a_claim_that_was_killed_is_finished_by_the_next_start(
    engine: Engine,
    #[values(0, 2)] files: u64,
    #[values(Killed::Proposed, Killed::Committed, Killed::Unlinked, Killed::Linked)] at: Killed,
    #[values(false, true)] is_adoption: bool,
) {
    let fixture = given_claimed(engine, files).await;
    let (root, db) = (fixture.store.root().to_owned(), &fixture.db);
    let before = std::fs::read_to_string(root.join("identity")).unwrap();
    let new = "0199b2c4-7f1e-7a30-8a55-1c9d3c1f7b21";
    if !is_adoption {
        forget_id(&root);
        forget_row(db).await;
    }
    std::fs::write(root.join("identity.new"), format!("{new}\n")).unwrap();
    if !matches!(at, Killed::Proposed) {
        let id: uuid::Uuid = new.parse().unwrap();
        forget_row(db).await;
        let work = db.begin().await.unwrap();
        let now = Clock::system().now();
        let values: [sea_orm::Value; 2] = [id.into(), now.into()];
        let sql = "INSERT INTO file_roots (id, root_id, claimed_at) VALUES (1, $1, $2)";
        let backend = db.get_database_backend();
        let statement = sea_orm::Statement::from_sql_and_values(backend, sql, values);
        work.execute_raw(statement).await.unwrap();
        work.commit().await.unwrap();
    }
    if matches!(at, Killed::Unlinked | Killed::Linked) && is_adoption {
        forget_id(&root);
    }
    if matches!(at, Killed::Linked) {
        std::fs::hard_link(root.join("identity.new"), root.join("identity")).unwrap();
    }

    let next = store(&root).await;
    next.claim(db).await.unwrap();
    assert_eq!(next.belonging(db).await.unwrap(), Belonging::Certain);
    let after = std::fs::read_to_string(root.join("identity")).unwrap();
    let is_kept = is_adoption && matches!(at, Killed::Proposed);
    assert_eq!(after.trim(), if is_kept { before.trim() } else { new });
    next.repair(db).await.unwrap();
    next.sweep(db).await.unwrap();
    for key in fixture.keys().await {
        assert!(root.join(key).exists());
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
