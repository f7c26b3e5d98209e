//! What the planner knows about a table that is rebuilt.

use groundwork_schema::alter::Alter;
use sea_orm_migration::sea_orm::DatabaseConnection;

use super::given::{LIBRARY, execute, library, migrations, texts, up};

async fn statistics(connection: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT tbl || '|' || coalesce(idx, '') || '|' || stat FROM sqlite_stat1 ORDER BY 1";
    texts(connection, sql).await
}

fn rebuild_of_books() -> Vec<Alter> {
    vec![Alter::table("books").drop_check("price")]
}

#[tokio::test]
async fn the_statistics_of_a_rebuilt_table_remain() {
    let (_scratch, connection) = library().await;
    execute(&connection, "ANALYZE").await;
    let before = statistics(&connection).await;
    let of_books = |all: &[String]| all.iter().filter(|row| row.starts_with("books|")).count();
    assert!(of_books(&before) > 3, "{before:?}");
    let list = migrations(LIBRARY, rebuild_of_books(), Vec::new());
    up(&connection, &list).await.unwrap();
    assert_eq!(statistics(&connection).await, before);
}

#[tokio::test]
async fn a_database_without_statistics_gets_none() {
    let (_scratch, connection) = library().await;
    let list = migrations(LIBRARY, rebuild_of_books(), Vec::new());
    up(&connection, &list).await.unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'";
    assert_eq!(texts(&connection, sql).await, [""; 0]);
}
