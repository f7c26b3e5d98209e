//! Databases that nobody else uses, gone afterwards: where migrations are tried, and read back.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, DbErr,
    SqlxPostgresConnector,
    sqlx::{
        self,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tempfile::TempDir;
use url::Url;

/// How long to try to reach a server that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a scratch database is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In a file in the temporary folder. Needs no server.
    #[default]
    Sqlite,
    /// On a PostgreSQL server, beside the database of this URL, which is left alone.
    Postgres(Url),
}

/// No scratch database could be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} a scratch database")]
pub struct ScratchError {
    doing: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// An empty database that nobody else uses.
#[derive(Debug)]
pub struct Scratch {
    connection: DatabaseConnection,
    home: Home,
}

#[derive(Debug)]
enum Home {
    Folder(TempDir),
    Server {
        server: Box<PgConnectOptions>,
        database: String,
    },
}

impl Scratch {
    /// Makes an empty database.
    ///
    /// # Errors
    /// [`ScratchError`] if the folder or the server refuses it.
    pub async fn open(place: &Place) -> Result<Self, ScratchError> {
        match place {
            Place::Sqlite => {
                let folder = tempfile::Builder::new()
                    .prefix("migrate-")
                    .tempdir()
                    .map_err(failed("make a folder for"))?;
                let connection = sqlite(&folder).await.map_err(failed("open"))?;
                Ok(Self {
                    connection,
                    home: Home::Folder(folder),
                })
            }
            Place::Postgres(url) => {
                let server = url
                    .as_str()
                    .parse()
                    .map_err(failed("reach the server for"))?;
                Self::on_server(server).await
            }
        }
    }

    /// Makes an empty database of the same engine: in a file of its own beside an SQLite database,
    /// and on the same server beside one of PostgreSQL.
    ///
    /// # Errors
    /// [`ScratchError`] if the folder or the server refuses it.
    pub async fn beside(connection: &DatabaseConnection) -> Result<Self, ScratchError> {
        match connection.get_database_backend() {
            DbBackend::Postgres => {
                let pool = connection.get_postgres_connection_pool();
                Self::on_server((*pool.connect_options()).clone()).await
            }
            _ => Self::open(&Place::Sqlite).await,
        }
    }

    async fn on_server(server: PgConnectOptions) -> Result<Self, ScratchError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "no row's id, but a name that no other process takes at the same time"
        )]
        let database = format!("scratch_{}", uuid::Uuid::now_v7().simple());
        administer(
            &server,
            &format!("CREATE DATABASE \"{database}\" TEMPLATE template0"),
        )
        .await
        .map_err(failed("make"))?;
        let own = server.clone().database(&database);
        let server = Box::new(server);
        let home = Home::Server { server, database };
        match connect(own).await {
            Ok(connection) => Ok(Self { connection, home }),
            Err(error) => {
                home.remove().await.ok();
                Err(failed("open")(error))
            }
        }
    }

    /// The only connection to the database.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Removes the database.
    ///
    /// # Errors
    /// [`ScratchError`] if it cannot be removed.
    pub async fn close(self) -> Result<(), ScratchError> {
        self.connection.close().await.map_err(failed("close"))?;
        self.home.remove().await
    }
}

impl Home {
    async fn remove(self) -> Result<(), ScratchError> {
        match self {
            Self::Folder(folder) => folder.close().map_err(failed("remove")),
            Self::Server { server, database } => administer(
                &server,
                &format!("DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)"),
            )
            .await
            .map_err(failed("remove")),
        }
    }
}

fn options(url: impl Into<String>) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false);
    options
}

async fn sqlite(folder: &TempDir) -> Result<DatabaseConnection, DbErr> {
    let path = folder.path().join("scratch.db");
    let mut options = options(format!("sqlite://{}?mode=rwc", path.display()));
    options
        // A database that nobody will miss need not survive anything.
        .map_sqlx_sqlite_opts(|options| {
            options
                .journal_mode(SqliteJournalMode::Memory)
                .synchronous(SqliteSynchronous::Off)
        });
    Database::connect(options).await
}

async fn connect(server: PgConnectOptions) -> Result<DatabaseConnection, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE);
    let pool = pool.connect_with(server).await?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

async fn administer(
    server: &PgConnectOptions,
    sql: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let server = connect(server.clone()).await?;
    let done = server.execute_unprepared(sql).await.map(drop);
    server.close().await?;
    Ok(done?)
}

fn failed<E>(doing: &'static str) -> impl Fn(E) -> ScratchError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    move |source| ScratchError {
        doing,
        source: source.into(),
    }
}
