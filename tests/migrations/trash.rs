//! However an artifact goes, its file is put on the trash with it.

use acceptance::{Engine, on_both_engines};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DatabaseConnection, TransactionTrait};

use super::{execute, migrated, texts};

const PROJECT: &str = "00000000-0000-7000-8000-000000000001";

/// A project with three artifacts, whose keys are `one`, `two` and `three`.
async fn given_artifacts(connection: &DatabaseConnection) {
    execute(
        connection,
        &format!(
            "INSERT INTO projects (id, title, prompt, style, status, created_at, updated_at)
             VALUES ('{PROJECT}', 't', 'p', 's', 'draft', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')"
        ),
    )
    .await;
    for (number, key) in [(1, "one"), (2, "two"), (3, "three")] {
        execute(
            connection,
            &format!("INSERT INTO {}", artifact(number, key)),
        )
        .await;
    }
}

fn artifact(number: u32, key: &str) -> String {
    format!(
        "artifacts (id, project_id, kind, media_type, size_bytes, blake3, original_name, storage_key, created_at)
         VALUES ('00000000-0000-7000-8000-00000000010{number}', '{PROJECT}', 'clip', 'video/mp4', 1,
                 '{}', 'n', '{key}', '2026-01-01T00:00:00+00:00')",
        "0".repeat(64)
    )
}

async fn trash(connection: &DatabaseConnection) -> Vec<String> {
    texts(connection, "SELECT storage_key FROM file_trash ORDER BY 1").await
}

#[on_both_engines]
#[case::directly("DELETE FROM artifacts WHERE storage_key = 'one'", &["one"])]
#[case::all("DELETE FROM artifacts", &["one", "three", "two"])]
#[case::by_cascade("DELETE FROM projects", &["one", "three", "two"])]
#[case::by_another_key("UPDATE artifacts SET storage_key = 'four' WHERE storage_key = 'one'", &["one"])]
#[case::not_by_other_changes("UPDATE artifacts SET original_name = 'm'", &[])]
#[case::not_by_the_same_key("UPDATE artifacts SET storage_key = storage_key", &[])]
async fn a_file_is_on_the_trash(engine: Engine, #[case] sql: &str, #[case] expected: &[&str]) {
    let (_scratch, connection) = migrated(engine).await;
    given_artifacts(&connection).await;
    execute(&connection, sql).await;
    assert_eq!(trash(&connection).await, expected);
}

#[on_both_engines]
async fn a_deletion_that_is_rolled_back_leaves_the_trash_empty(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    given_artifacts(&connection).await;
    let transaction = connection.begin().await.unwrap();
    transaction
        .execute_unprepared("DELETE FROM projects")
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    assert!(trash(&connection).await.is_empty());
}

#[tokio::test]
async fn a_row_that_is_replaced_leaves_its_file_on_the_trash_on_sqlite() {
    let (_scratch, connection) = migrated(Engine::Sqlite).await;
    execute(&connection, "PRAGMA recursive_triggers = ON").await;
    given_artifacts(&connection).await;
    let replace = format!("INSERT OR REPLACE INTO {}", artifact(1, "four"));
    execute(&connection, &replace).await;
    assert_eq!(trash(&connection).await, ["one"]);
}

#[tokio::test]
async fn a_row_replaced_by_one_with_the_same_key_keeps_its_file_on_sqlite() {
    let (_scratch, connection) = migrated(Engine::Sqlite).await;
    execute(&connection, "PRAGMA recursive_triggers = ON").await;
    given_artifacts(&connection).await;
    let replace = format!("INSERT OR REPLACE INTO {}", artifact(1, "one"));
    execute(&connection, &replace).await;
    assert!(trash(&connection).await.is_empty());
}

#[tokio::test]
async fn a_truncated_table_leaves_its_files_on_the_trash_on_postgres() {
    let (_scratch, connection) = migrated(Engine::Postgres).await;
    given_artifacts(&connection).await;
    execute(&connection, "TRUNCATE projects CASCADE").await;
    assert_eq!(trash(&connection).await, ["one", "three", "two"]);
}

#[on_both_engines]
async fn a_key_that_is_claimed_again_leaves_the_trash(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    given_artifacts(&connection).await;
    execute(&connection, "DELETE FROM artifacts").await;
    execute(&connection, &format!("INSERT INTO {}", artifact(4, "one"))).await;
    assert_eq!(trash(&connection).await, ["three", "two"]);
}

#[on_both_engines]
async fn trashed_instants_are_stored_in_the_shape_of_the_others(engine: Engine) {
    let (_scratch, connection) = migrated(engine).await;
    given_artifacts(&connection).await;
    execute(
        &connection,
        "DELETE FROM artifacts WHERE storage_key = 'one'",
    )
    .await;
    let sql = "SELECT trashed_at FROM file_trash";
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    let trashed_at: chrono::DateTime<chrono::Utc> = row.try_get("", "trashed_at").unwrap();
    assert!(trashed_at > chrono::DateTime::UNIX_EPOCH);
}
