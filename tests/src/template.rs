//! A migrated database per engine, from which tests are given copies.

use std::sync::{Arc, Weak};

use groundwork_core::db::connect_for_migration;
use groundwork_schema::run::{self, Goal, Settings};
use migration::CONVENTION;
use tokio::sync::Mutex;

use crate::{Engine, Scratch, given};

/// A database with the newest schema that nobody is connected to. It goes with the last scratch
/// that was copied from it, so that nothing is left when the process ends.
#[derive(Debug)]
pub(crate) struct Template(Scratch);

impl Template {
    /// The one that other tests use at present, or a new one.
    pub(crate) async fn of(engine: Engine) -> Arc<Self> {
        static TEMPLATES: [Mutex<Weak<Template>>; 2] =
            [Mutex::const_new(Weak::new()), Mutex::const_new(Weak::new())];
        let mut present = TEMPLATES[engine as usize].lock().await;
        if let Some(template) = present.upgrade() {
            return template;
        }
        let template = Arc::new(Self::new(engine).await);
        *present = Arc::downgrade(&template);
        template
    }

    /// The scratch to copy.
    pub(crate) fn scratch(&self) -> &Scratch {
        &self.0
    }

    async fn new(engine: Engine) -> Self {
        let scratch = Scratch::empty(engine).await;
        let connection = connect_for_migration(&given::database_config(scratch.url()))
            .await
            .expect("a connection to the template");
        let settings = Settings::new(&CONVENTION);
        run::up(&connection, &migration::migrations(), Goal::All, &settings)
            .await
            .expect("the migrations run on an empty database");
        // A file is whole, and PostgreSQL copies a database, only when nobody is connected.
        connection.close().await.expect("the template is closed");
        Self(scratch)
    }
}
