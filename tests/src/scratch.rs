//! Databases that live as long as a test.

use std::{fs, path::Path, sync::Arc};

use tempfile::TempDir;

use crate::{Engine, postgres::ScratchDatabase, template::Template};

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
    /// Held, so that the next test finds the template.
    template: Option<Arc<Template>>,
}

impl Scratch {
    /// A database without any table, and an empty folder. On SQLite the file does not exist yet:
    /// whoever opens the database creates it.
    ///
    /// # Panics
    /// If the server that `TEST_DATABASE_URL` names cannot be reached, or none is named.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::on_sqlite(),
            Engine::Postgres => Self::on_postgres(ScratchDatabase::create().await),
        }
    }

    /// A database with the newest schema, and an otherwise empty folder.
    ///
    /// The migrations run once for all tests that live at the same time; each is given a copy.
    ///
    /// # Panics
    /// As [`empty`](Self::empty), or if a migration fails.
    pub async fn migrated(engine: Engine) -> Self {
        let template = Template::of(engine).await;
        let original = template.scratch();
        let mut scratch = match &original.database {
            Some(database) => Self::on_postgres(database.copy().await),
            None => Self::on_sqlite(),
        };
        if engine == Engine::Sqlite {
            let copied = fs::copy(
                original.dir().join(SQLITE_FILE),
                scratch.dir().join(SQLITE_FILE),
            );
            copied.expect("a copy of the migrated database");
        }
        scratch.template = Some(template);
        scratch
    }

    fn on_sqlite() -> Self {
        let dir = scratch_dir();
        Self {
            engine: Engine::Sqlite,
            url: sqlite_url(dir.path()),
            database: None,
            dir,
            template: None,
        }
    }

    fn on_postgres(database: ScratchDatabase) -> Self {
        Self {
            engine: Engine::Postgres,
            url: database.url().to_owned(),
            database: Some(database),
            dir: scratch_dir(),
            template: None,
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

    /// The folder of this test. On SQLite the database file lies in it.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
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

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait as _;
    use sqlx::{Connection as _, PgConnection};

    use super::*;
    use crate::on_both_engines;

    #[on_both_engines]
    async fn two_scratches_share_nothing(engine: Engine) {
        let (one, other) = (Scratch::empty(engine).await, Scratch::empty(engine).await);
        assert_ne!(one.url(), other.url());
        assert_ne!(one.dir(), other.dir());
    }

    #[on_both_engines]
    async fn a_migrated_scratch_has_the_tables_and_its_own_rows(engine: Engine) {
        const INSERT: &str = "INSERT INTO file_trash (storage_key, trashed_at)
                              VALUES ('k', '2026-01-01T00:00:00+00:00')";
        // The second fails unless each database is the test's own.
        for _ in 0..2 {
            let scratch = Scratch::migrated(engine).await;
            let connection = sea_orm::Database::connect(scratch.url()).await.unwrap();
            connection.execute_unprepared(INSERT).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_dropped_scratch_leaves_no_database_even_with_sessions_open() {
        let scratch = Scratch::empty(Engine::Postgres).await;
        let (url, dir) = (scratch.url().to_owned(), scratch.dir().to_owned());
        let session = PgConnection::connect(&url).await.unwrap();
        drop(scratch);
        assert!(PgConnection::connect(&url).await.is_err());
        assert!(!dir.exists());
        drop(session);
    }
}
