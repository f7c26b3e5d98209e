//! Databases that nobody else uses, gone afterwards: where migrations are tried, and read back.
//!
//! A database on a server has an owner: a transaction that holds a lock of the database's name. It
//! stays open, so that a pooler in between leaves it its session. Where a process was killed there
//! is no such lock any more, and the process that makes the next database drops that one.

use std::time::Duration;

use groundwork_error::{DomainError, Kind};
use groundwork_naming::Engine;
use groundwork_schema::{
    model::Schema,
    sql::{identifier, literal},
};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector,
    sqlx::{
        self, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection,
        Row as _,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tempfile::TempDir;
use url::Url;

use crate::{
    adopt::is_of_database,
    inspect::{self, InspectError},
    scratch_schema::ScratchSchema,
};

/// How long to try to reach a server that does not answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What the names of databases on a server begin with; a UUID follows.
const PREFIX: &str = "migrate_scratch_";

/// The scratch databases or schemas of this role that have no owner any more, from the catalog that
/// has these columns for a name and a role.
pub(crate) fn abandoned(catalog: &str, name: &str, role: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT {name}::text FROM {catalog} AS kept \
         WHERE {name} ~ '^{PREFIX}[0-9a-f]{{32}}$' \
           AND {role} = (SELECT oid FROM pg_roles WHERE rolname = current_user) \
           AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = kept.{name}) \
           AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 \
             AND (classid::bigint << 32 | objid::bigint) = hashtextextended(kept.{name}::text, 0))"
    ))
}

/// The search path, and the schema in which it makes new tables.
const PLACE: &str = "SELECT current_setting('search_path'), current_schema()::text";

/// Where a scratch database is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In a file in the temporary folder. Needs no server.
    #[default]
    Sqlite,
    /// On a PostgreSQL server, beside the database of this URL, which is left alone.
    Postgres(Url),
    /// In a schema of its own in the PostgreSQL database of this URL, for a role that may not make
    /// databases. Not for migrations that make schemas: they would be made in that database.
    Schema(Url),
}

impl Place {
    /// The engine that things are tried on there.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite => Engine::Sqlite,
            Self::Postgres(_) | Self::Schema(_) => Engine::Postgres,
        }
    }
}

/// No scratch database could be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} a scratch database{hint}")]
pub struct ScratchError {
    doing: &'static str,
    hint: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl DomainError for ScratchError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }
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
        owner: Owner,
    },
    Schema {
        server: Box<PgConnectOptions>,
        name: String,
        schema: ScratchSchema,
        owner: Owner,
    },
}

/// Who a database belongs to.
#[derive(Debug)]
struct Owner {
    /// Holds the lock of the name in its transaction, so that nobody takes the database for an
    /// abandoned one.
    #[expect(dead_code, reason = "what it holds ends with it")]
    holder: PgConnection,
    /// Makes and drops databases, which no transaction can.
    session: PgConnection,
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
            Place::Schema(url) => {
                let server = url
                    .as_str()
                    .parse()
                    .map_err(failed("reach the server for"))?;
                Self::in_database(server).await
            }
        }
    }

    /// Makes an empty database for what another one holds: as [`beside`](Self::beside), or on
    /// PostgreSQL, where a URL is given, in a schema of the database there.
    ///
    /// # Errors
    /// [`ScratchError`] if the folder or the server refuses it.
    pub async fn for_database(
        connection: &DatabaseConnection,
        scratch_url: Option<&Url>,
    ) -> Result<Self, ScratchError> {
        match (connection.get_database_backend(), scratch_url) {
            (DbBackend::Postgres, Some(url)) => Self::open(&Place::Schema(url.clone())).await,
            _ => Self::beside(connection).await,
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
        // Making a database may take a second; nobody can do anything about that.
        // PostgreSQL 12 and later give every digit unasked, and a pooler refuses the wish.
        let server = server.disable_statement_logging().extra_float_digits(None);
        let database = name();
        let owner = owner(&server, &database).await;
        let mut owner = owner.map_err(failed("reach the server for"))?;
        drop_abandoned(&mut owner.session).await;
        let made = make(&mut owner.session, &database).await;
        let schema = made.map_err(not_made)?;
        let own = server.clone().database(&database);
        let home = Home::Server {
            server: Box::new(server),
            database,
            owner,
        };
        match prepared(own, schema.as_deref()).await {
            Ok(connection) => Ok(Self { connection, home }),
            Err(error) => {
                home.remove().await.ok();
                Err(failed("open")(error))
            }
        }
    }

    async fn in_database(server: PgConnectOptions) -> Result<Self, ScratchError> {
        let server = server.disable_statement_logging().extra_float_digits(None);
        let name = name();
        let owner = owner(&server, &name).await;
        let mut owner = owner.map_err(failed("reach the server for"))?;
        let made = ScratchSchema::make(&mut owner.session, &server, &name).await;
        let (schema, own) = made.map_err(failed("make a schema as"))?;
        let home = Home::Schema {
            server: Box::new(server),
            name,
            schema,
            owner,
        };
        match prepared(own, None).await {
            Ok(connection) => Ok(Self { connection, home }),
            Err(error) => {
                home.remove().await.ok();
                Err(failed("open")(error))
            }
        }
    }

    /// Whether it is a schema in a database that others use, too: extensions are theirs then.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.home, Home::Schema { .. })
    }

    /// What it holds.
    ///
    /// # Errors
    /// As [`inspect::schema`].
    pub async fn schema(&self) -> Result<Schema, InspectError> {
        let mut schema = inspect::schema(&self.connection).await?;
        if self.is_shared() {
            let catalog = &mut schema.catalog;
            catalog.retain(|object, facts| !is_of_database(object.kind) && facts.space.is_none());
        }
        Ok(schema)
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

#[expect(
    clippy::disallowed_methods,
    reason = "no row's id, but a name that no other process takes at the same time"
)]
fn name() -> String {
    format!("{PREFIX}{}", uuid::Uuid::now_v7().simple())
}

impl Home {
    async fn remove(self) -> Result<(), ScratchError> {
        match self {
            Self::Folder(folder) => folder.close().map_err(failed("remove")),
            Self::Server {
                server,
                database,
                owner,
            } => {
                // The server may have been restarted in between.
                let session = match alive(owner.session).await {
                    Some(session) => Ok(session),
                    None => self::session(&server, &database).await,
                };
                let removed = async {
                    let mut session = session?;
                    let drop = format!(
                        "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                        identifier(&database)
                    );
                    session.execute(AssertSqlSafe(drop)).await?;
                    session.close().await
                };
                removed.await.map_err(failed("remove"))
            }
            Self::Schema {
                server,
                name,
                schema,
                owner,
            } => {
                let session = match alive(owner.session).await {
                    Some(session) => Ok(session),
                    None => self::session(&server, &name).await,
                };
                let removed = async {
                    let mut session = session?;
                    schema.drop(&mut session).await?;
                    session.close().await
                };
                removed.await.map_err(failed("remove"))
            }
        }
    }
}

async fn alive(mut session: PgConnection) -> Option<PgConnection> {
    session.ping().await.ok().map(|()| session)
}

/// Takes a name for a database, which need not exist yet.
async fn owner(server: &PgConnectOptions, database: &str) -> Result<Owner, sqlx::Error> {
    let mut holder = session(server, database).await?;
    let lock = format!(
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; \
         SELECT pg_advisory_xact_lock(hashtextextended({}, 0))",
        literal(database)
    );
    holder.execute(AssertSqlSafe(lock)).await?;
    let session = session(server, database).await?;
    Ok(Owner { holder, session })
}

/// A session that is named like the database.
async fn session(server: &PgConnectOptions, database: &str) -> Result<PgConnection, sqlx::Error> {
    let server = server.clone().application_name(database);
    let connecting = PgConnection::connect_with(&server);
    match tokio::time::timeout(ACQUIRE_TIMEOUT, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

/// Drops what killed processes have left. A failure is no reason not to go on: another process may
/// be doing the same, or somebody is looking at the database.
async fn drop_abandoned(session: &mut PgConnection) {
    // Prepared, its name might be another client's behind a pooler.
    let found = session
        .fetch_all(abandoned("pg_database", "datname", "datdba"))
        .await;
    let names = found.iter().flatten().filter_map(|row| row.try_get(0).ok());
    for database in names.collect::<Vec<String>>() {
        let drop = format!("DROP DATABASE IF EXISTS {}", identifier(&database));
        if let Err(error) = session.execute(AssertSqlSafe(drop)).await {
            tracing::debug!(%error, database, "left an abandoned scratch database");
        }
    }
}

/// Makes a database with the search path of the session; the schema in which that makes tables,
/// which a new database may lack.
async fn make(session: &mut PgConnection, database: &str) -> Result<Option<String>, sqlx::Error> {
    let place = session.fetch_one(PLACE).await?;
    let (path, schema): (String, Option<String>) = (place.try_get(0)?, place.try_get(1)?);
    let create = format!(
        "CREATE DATABASE {} TEMPLATE template0",
        identifier(database)
    );
    session.execute(AssertSqlSafe(create)).await?;
    if !path.is_empty() {
        let set = format!(
            "ALTER DATABASE {} SET search_path = {path}",
            identifier(database)
        );
        session.execute(AssertSqlSafe(set)).await?;
    }
    Ok(schema)
}

/// The connection to a new database that has this schema.
async fn prepared(
    own: PgConnectOptions,
    schema: Option<&str>,
) -> Result<DatabaseConnection, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(own)
        .await?;
    if let Some(schema) = schema {
        let create = format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(schema));
        pool.execute(AssertSqlSafe(create)).await?;
    }
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

fn options(url: impl Into<String>) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
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

fn failed<E>(doing: &'static str) -> impl Fn(E) -> ScratchError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    move |source| ScratchError {
        doing,
        hint: "",
        source: source.into(),
    }
}

/// The role may not make databases, or something else is in the way.
fn not_made(source: sqlx::Error) -> ScratchError {
    let code = source.as_database_error().and_then(|error| error.code());
    // `insufficient_privilege`
    let is_forbidden = code.as_deref() == Some("42501");
    let mut error = failed("make")(source);
    if is_forbidden {
        error.hint = ": where the role may not create one, --scratch-url (or database.scratch_url) \
                      names a database in which a schema will do";
    }
    error
}
