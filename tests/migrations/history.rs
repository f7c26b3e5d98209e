//! What the history of a database says, and what follows from it.

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::error::{DomainError, Kind};
use groundwork_schema::run::{self, Goal, RunError, State};
use sea_orm_migration::{
    MigrationTrait, MigratorTrait,
    sea_orm::{DatabaseConnection, DbBackend},
};

use super::{
    connect, down,
    running::{ONE, THREE, TWO},
    scripts, tables, texts, up,
};

#[on_both_engines]
async fn status_and_pending_create_nothing(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    let migrations = scripts(&[ONE, TWO]);
    let status = run::status(&connection, &migrations).await.unwrap();
    assert!(status.iter().all(|s| s.state == State::Pending));
    let pending = run::pending(&connection, &migrations).await.unwrap();
    assert_eq!(pending, [ONE.0, TWO.0]);
    assert!(tables(&connection).await.is_empty());
}

#[on_both_engines]
async fn a_schema_newer_than_the_program_is_refused(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE, TWO]), Goal::All)
        .await
        .unwrap();
    let older = scripts(&[ONE]);
    for error in [
        up(&connection, &older, Goal::All).await.unwrap_err(),
        down(&connection, &older, Goal::All).await.unwrap_err(),
        run::pending(&connection, &older)
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(error.to_string().contains(TWO.0), "{error}");
        assert!(matches!(error, RunError::Newer { .. }));
        assert_eq!(error.kind(), Kind::Unavailable);
    }
    let status = run::status(&connection, &older).await.unwrap();
    assert!(status[1].state == State::Unknown);
    assert_eq!(
        tables(&connection).await,
        ["one", "seaql_migrations", "two"]
    );
}

#[on_both_engines]
async fn a_migration_that_the_program_lost_is_named(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    up(&connection, &scripts(&[ONE, TWO]), Goal::All)
        .await
        .unwrap();
    let error = up(&connection, &scripts(&[ONE, THREE]), Goal::All)
        .await
        .unwrap_err();
    assert!(matches!(&error, RunError::Missing { migrations } if migrations == &[TWO.0]));
    assert_eq!(error.kind(), Kind::Invalid);
}

#[on_both_engines]
async fn the_history_of_an_existing_project_is_carried_on_under_its_right_name(engine: Engine) {
    struct Plain;
    impl MigratorTrait for Plain {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            scripts(&[ONE])
        }
    }
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    Plain::up(&connection, None).await.unwrap();
    assert_ne!(history_key(&connection).await, "pk_seaql_migrations");

    let report = up(&connection, &scripts(&[ONE]), Goal::All).await.unwrap();
    assert!(report.steps.is_empty());
    assert_eq!(history_key(&connection).await, "pk_seaql_migrations");
    // And SeaORM's own runner still understands it.
    assert!(
        Plain::get_pending_migrations(&connection)
            .await
            .unwrap()
            .is_empty()
    );
}

/// The name of the history's primary key, or its definition where it has none.
async fn history_key(connection: &DatabaseConnection) -> String {
    let sql = match connection.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT CASE WHEN sql LIKE '%CONSTRAINT \"pk_seaql_migrations\" PRIMARY KEY%'
                    THEN 'pk_seaql_migrations' ELSE sql END
             FROM sqlite_master WHERE name = 'seaql_migrations'"
        }
        _ => {
            "SELECT conname::text FROM pg_constraint
             WHERE conrelid = 'seaql_migrations'::regclass AND contype = 'p'"
        }
    };
    texts(connection, sql).await.remove(0)
}
