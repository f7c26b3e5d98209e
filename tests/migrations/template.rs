//! What `migrate new` writes compiles, and does what it says.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_schema::run::{self, Goal};
use migration::CONVENTION;
use sea_orm_migration::MigrationTrait;

use super::{connect, down, tables, up};

#[path = "../../crates/migrate/src/cli/new/change.rs"]
mod change;
#[path = "../../crates/migrate/src/cli/new/create_table.rs"]
mod create_table;

#[on_both_engines]
async fn a_new_table_can_be_created_and_taken_back(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations: Vec<Box<dyn MigrationTrait>> = vec![Box::new(create_table::Migration)];
    up(&connection, &migrations, Goal::All).await.unwrap();
    assert_eq!(tables(&connection).await, ["examples", "seaql_migrations"]);
    down(&connection, &migrations, Goal::All).await.unwrap();
    assert_eq!(tables(&connection).await, ["seaql_migrations"]);
}

#[on_both_engines]
async fn a_change_that_nobody_has_written_is_not_recorded(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations: Vec<Box<dyn MigrationTrait>> = vec![Box::new(change::Migration)];
    up(&connection, &migrations, Goal::All).await.unwrap_err();
    let pending = run::pending(&connection, &migrations).await.unwrap();
    assert_eq!(pending, ["change"]);
    assert!(tables(&connection).await.is_empty());
}
