//! A migrated database per engine, from which tests are given copies.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use groundwork_core::db::connect_for_migration;
use groundwork_naming::{Convention, Engine};
use groundwork_schema::run::{self, Goal, Settings};
use sea_orm_migration::MigrationTrait;
use tokio::sync::Mutex;

use crate::{RolledBack, Scratch, database_config};

/// A schema for tests: the migrations run once for all tests of a process that live at the same
/// time, and each test is given a copy of the database.
///
/// ```no_run
/// use groundwork_test::{Engine, Template, on_both_engines};
/// # use groundwork_naming::Convention;
/// # use sea_orm_migration::MigrationTrait;
/// # const CONVENTION: Convention = Convention {
/// #     primary_key: "pk_{table}",
/// #     foreign_key: "fk_{table}_{columns}_{referred_table}",
/// #     unique: "uq_{table}_{columns}",
/// #     check: "ck_{table}_{rule}",
/// #     index: "ix_{table}_{columns}",
/// #     not_null: "nn_{table}_{columns}",
/// # };
/// # fn migrations() -> Vec<Box<dyn MigrationTrait>> { Vec::new() }
///
/// static SHOP: Template = Template::new(CONVENTION, migrations);
///
/// #[on_both_engines]
/// async fn a_book_is_stored(engine: Engine) {
///     let scratch = SHOP.copy(engine).await;
///     let db = scratch.open().await;
///     // …
/// }
/// ```
pub struct Template {
    convention: Convention,
    migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
    /// One for each engine. It goes with the last scratch that was copied from it, so that nothing
    /// is left when the process ends.
    originals: [Mutex<Weak<Original>>; 2],
    /// The copy on PostgreSQL within which tests roll back. It goes with the last of them.
    shared: Mutex<Weak<Scratch>>,
}

/// A database with the newest schema that nobody is connected to.
#[derive(Debug)]
pub(crate) struct Original(pub(crate) Scratch);

impl Template {
    /// The schema that these migrations make.
    #[must_use]
    pub const fn new(
        convention: Convention,
        migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
    ) -> Self {
        Self {
            convention,
            migrations,
            originals: [Mutex::const_new(Weak::new()), Mutex::const_new(Weak::new())],
            shared: Mutex::const_new(Weak::new()),
        }
    }

    /// A database with this schema and an otherwise empty folder, for one test.
    ///
    /// # Panics
    /// As [`Scratch::empty`], or if a migration fails.
    pub async fn copy(&self, engine: Engine) -> Scratch {
        Scratch::copy_of(self.original(engine).await, self.convention).await
    }

    /// A database with this schema whose changes are rolled back when the test ends.
    ///
    /// ```no_run
    /// # use axum::Router;
    /// # use groundwork_core::db::Database;
    /// use groundwork_test::{Engine, Template, TestClient, on_both_engines};
    /// # const CONVENTION: groundwork_naming::Convention = groundwork_naming::Convention {
    /// #     primary_key: "pk_{table}",
    /// #     foreign_key: "fk_{table}_{columns}_{referred_table}",
    /// #     unique: "uq_{table}_{columns}",
    /// #     check: "ck_{table}_{rule}",
    /// #     index: "ix_{table}_{columns}",
    /// #     not_null: "nn_{table}_{columns}",
    /// # };
    /// # static SHOP: Template = Template::new(CONVENTION, migrations);
    /// # fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> { Vec::new() }
    /// # fn routes(db: Database) -> Router { Router::new() }
    ///
    /// #[on_both_engines]
    /// async fn an_order_is_stored(engine: Engine) {
    ///     let test = SHOP.rolled_back(engine).await;
    ///     let client = TestClient::new(routes(test.database()));
    ///     // …
    /// }
    /// ```
    ///
    /// # Panics
    /// As [`copy`](Self::copy).
    pub async fn rolled_back(&self, engine: Engine) -> RolledBack {
        let scratch = match engine {
            // One test at a time may write in a file, and a copy costs next to nothing.
            Engine::Sqlite => Arc::new(self.copy(engine).await),
            Engine::Postgres => self.shared().await,
        };
        RolledBack::begin(scratch).await
    }

    async fn shared(&self) -> Arc<Scratch> {
        let mut present = self.shared.lock().await;
        if let Some(shared) = present.upgrade() {
            return shared;
        }
        let shared = Arc::new(self.copy(Engine::Postgres).await);
        *present = Arc::downgrade(&shared);
        shared
    }

    /// The one that other tests use at present, or a new one.
    async fn original(&self, engine: Engine) -> Arc<Original> {
        let mut present = self.originals[engine as usize].lock().await;
        if let Some(original) = present.upgrade() {
            return original;
        }
        let original = Arc::new(Original(self.migrated(engine).await));
        *present = Arc::downgrade(&original);
        original
    }

    async fn migrated(&self, engine: Engine) -> Scratch {
        let scratch = Scratch::empty(engine).await;
        let connection = connect_for_migration(&database_config(scratch.url()))
            .await
            .expect("a connection to the template");
        let (migrations, settings) = ((self.migrations)(), Settings::new(&self.convention));
        run::up(&connection, &migrations, Goal::All, &settings)
            .await
            .expect("the migrations run on an empty database");
        // A file is whole, and PostgreSQL copies a database, only when nobody is connected.
        connection.close().await.expect("the template is closed");
        scratch
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").finish_non_exhaustive()
    }
}
