//! Databases that live as long as a test.

use std::path::Path;

use tempfile::TempDir;

use crate::{Engine, postgres::ScratchDatabase};

/// The name of the database file in a scratch folder.
const SQLITE_FILE: &str = "groundwork.db";

/// A database and a folder of a test's own. Dropping it, also when the test panics, removes both.
#[derive(Debug)]
pub struct Scratch {
    engine: Engine,
    url: String,
    // Before `dir`: fields are dropped in this order.
    _database: Option<ScratchDatabase>,
    dir: TempDir,
}

impl Scratch {
    /// A database without any table, and an empty folder. On SQLite the file does not exist yet:
    /// whoever opens the database creates it.
    ///
    /// # Panics
    /// If the server that `TEST_DATABASE_URL` names cannot be reached, or none is named.
    pub async fn empty(engine: Engine) -> Self {
        let dir = scratch_dir();
        match engine {
            Engine::Sqlite => Self {
                engine,
                url: sqlite_url(dir.path()),
                _database: None,
                dir,
            },
            Engine::Postgres => {
                let database = ScratchDatabase::create().await;
                Self {
                    engine,
                    url: database.url().to_owned(),
                    _database: Some(database),
                    dir,
                }
            }
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
    use rstest::rstest;
    use sqlx::{Connection as _, PgConnection};

    use super::*;

    #[rstest]
    #[tokio::test]
    async fn two_scratches_share_nothing(
        #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    ) {
        let (one, other) = (Scratch::empty(engine).await, Scratch::empty(engine).await);
        assert_ne!(one.url(), other.url());
        assert_ne!(one.dir(), other.dir());
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
