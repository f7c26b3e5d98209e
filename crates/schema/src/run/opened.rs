//! A session as it was opened, which each migration begins with.

use groundwork_naming::Engine;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement, sqlx};

use super::{RunError, engine_of};
use crate::sql::{identifier, literal};

/// What PostgreSQL keeps for a session, but for locks and prepared statements: those are the driver's.
const RESET: &str = "SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; RESET ALL; CLOSE ALL; \
                     UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES";

/// The settings that were made for a session after it was opened, and are no transaction's.
const SET: &str = "SELECT name, setting FROM pg_settings WHERE source = 'session' \
                   AND name NOT LIKE 'transaction\\_%' \
                   AND name NOT IN ('role', 'session_authorization', 'is_superuser') ORDER BY name";

/// What a session was before the first migration of a run.
#[derive(Debug, Default)]
pub(super) struct Opened {
    /// PostgreSQL's settings, with their values.
    settings: Vec<(String, String)>,
}

impl Opened {
    pub(super) async fn of(connection: &DatabaseConnection) -> Result<Self, RunError> {
        if engine_of(connection)? != Engine::Postgres {
            return Ok(Self::default());
        }
        let asked = async {
            let statement = Statement::from_string(DbBackend::Postgres, SET);
            let rows = connection.query_all_raw(statement).await?;
            (rows.iter())
                .map(|row| Ok((row.try_get("", "name")?, row.try_get("", "setting")?)))
                .collect::<Result<_, DbErr>>()
        };
        let settings = asked.await;
        let settings = settings.map_err(RunError::database("asking how the session is set"))?;
        Ok(Self { settings })
    }

    /// Gives a session of PostgreSQL back what it was.
    pub(super) async fn restore(&self, connection: &impl ConnectionTrait) -> Result<(), DbErr> {
        let again = self.settings.iter().map(|(name, value)| {
            let (name, value) = (literal(name), literal(value));
            format!("; SELECT pg_catalog.set_config({name}, {value}, false)")
        });
        let sql = format!("{RESET}{}", again.collect::<String>());
        connection.execute_unprepared(&sql).await.map(drop)
    }
}

/// Gives an SQLite connection back what it was: a new one takes its place. A database in memory ends with
/// its connection, so that there only temporary tables and attached databases go.
pub(super) async fn renew(connection: &DatabaseConnection) -> Result<(), RunError> {
    let renewed = async {
        let files = "SELECT name, coalesce(file, '') AS file FROM pragma_database_list";
        let statement = Statement::from_string(DbBackend::Sqlite, files);
        let rows = connection.query_all_raw(statement).await?;
        let mut attached = Vec::new();
        for row in &rows {
            let (name, file): (String, String) =
                (row.try_get("", "name")?, row.try_get("", "file")?);
            match (name.as_str(), file.is_empty()) {
                ("main", false) => return replace(connection).await,
                ("main" | "temp", _) => {}
                _ => attached.push(name),
            }
        }
        for name in attached {
            let sql = format!("DETACH {}", identifier(&name));
            connection.execute_unprepared(&sql).await?;
        }
        drop_temporary(connection).await
    };
    renewed.await.map_err(RunError::database(
        "beginning with a session as it was opened",
    ))
}

async fn replace(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let wrapped = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    let pool = connection.get_sqlite_connection_pool();
    let old = pool.acquire().await.map_err(wrapped)?;
    old.close().await.map_err(wrapped)
}

async fn drop_temporary(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let sql = "SELECT type, name FROM sqlite_temp_master WHERE type IN ('table', 'view', 'trigger') \
               ORDER BY type";
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    for row in connection.query_all_raw(statement).await? {
        let (kind, name): (String, String) = (row.try_get("", "type")?, row.try_get("", "name")?);
        let sql = format!("DROP {kind} IF EXISTS temp.{}", identifier(&name));
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}
