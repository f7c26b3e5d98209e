//! Databases that live as long as a test.

use std::{fs, path::Path, sync::Arc};

use groundwork_core::db::Database;
use groundwork_naming::{Convention, Engine};
use tempfile::TempDir;

use crate::{config::database_config, postgres::ScratchDatabase, template::Original};

/// The name of the database file in a scratch folder.
const SQLITE_FILE: &str = "groundwork.db";

/// A database and a folder of a test's own. Dropping it, also when the test panics, removes both.
#[derive(Debug)]
pub struct Scratch {
    engine: Engine,
    url: String,
    // Before `dir`: fields are dropped in this order.
    database: Option<ScratchDatabase>,
    dir: TempDir,
    /// Held, so that the next test finds the original.
    copied_from: Option<(Arc<Original>, Convention)>,
}

impl Scratch {
    /// A database without any table, and an empty folder. On SQLite the file does not exist yet;
    /// opening the database creates it.
    ///
    /// # Panics
    /// If the server that `TEST_DATABASE_URL` names cannot be reached; or if it names none, and
    /// PostgreSQL is not installed.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::on_sqlite(),
            Engine::Postgres => Self::on_postgres(ScratchDatabase::create().await),
        }
    }

    pub(crate) async fn copy_of(original: Arc<Original>, convention: Convention) -> Self {
        let Original(source) = &*original;
        let mut scratch = match &source.database {
            Some(database) => Self::on_postgres(database.copy().await),
            None => Self::on_sqlite(),
        };
        if source.engine == Engine::Sqlite {
            let copied = fs::copy(
                source.dir().join(SQLITE_FILE),
                scratch.dir().join(SQLITE_FILE),
            );
            copied.expect("a copy of the migrated database");
        }
        scratch.copied_from = Some((original, convention));
        scratch
    }

    fn on_sqlite() -> Self {
        let dir = scratch_dir();
        Self {
            engine: Engine::Sqlite,
            url: sqlite_url(dir.path()),
            database: None,
            dir,
            copied_from: None,
        }
    }

    fn on_postgres(database: ScratchDatabase) -> Self {
        Self {
            engine: Engine::Postgres,
            url: database.url().to_owned(),
            database: Some(database),
            dir: scratch_dir(),
            copied_from: None,
        }
    }

    /// The engine of this database.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Where the database is, as the configuration key `database.url` wants it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of this test. On SQLite the database file is in it.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Opens the database with [`database_config`], and with the naming convention of the
    /// [`Template`](crate::Template) that it is a copy of.
    ///
    /// # Panics
    /// If it cannot be opened, or is no copy of a template.
    pub async fn open(&self) -> Database {
        let (_, convention) = self.copied_from.as_ref().expect("a copy of a template");
        Database::open(&database_config(&self.url), *convention)
            .await
            .expect("the scratch database opens")
    }
}

fn scratch_dir() -> TempDir {
    tempfile::Builder::new()
        .prefix("groundwork-test-")
        .tempdir()
        .expect("a scratch folder in the system's temporary folder")
}

fn sqlite_url(dir: &Path) -> String {
    format!("sqlite://{}", dir.join(SQLITE_FILE).display())
}
