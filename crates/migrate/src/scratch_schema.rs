//! A schema of its own in a database that exists: for roles that may not make databases.
//!
//! As with a database, a session that has its name owns it; where there is none any more, the next
//! command drops it.

use groundwork_schema::sql::identifier;
use sea_orm::sqlx::{
    self, AssertSqlSafe, Executor as _, PgConnection, Row as _, SqlSafeStr,
    postgres::PgConnectOptions,
};

use crate::scratch::abandoned;

/// The schemas that hold what extensions bring (types, operators, functions) and no table of
/// anybody's: a statement that means a table of ours must never reach one of those.
const OF_EXTENSIONS: &str = "\
    SELECT DISTINCT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
    WHERE n.nspname <> 'pg_catalog' AND NOT EXISTS ( \
        SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                          AND d.objid = c.oid AND d.deptype = 'e')) \
    ORDER BY 1";

/// The extensions whose schema holds tables as well, and which something there makes use of.
const OUT_OF_REACH: &str = "\
    SELECT DISTINCT e.extname || ' of schema ' || n.nspname \
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
    JOIN pg_depend m ON m.refclassid = 'pg_extension'::regclass AND m.refobjid = e.oid AND m.deptype = 'e' \
    JOIN pg_depend u ON u.refclassid = m.classid AND u.refobjid = m.objid AND u.deptype IN ('n', 'a') \
    WHERE n.nspname <> 'pg_catalog' \
      AND EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p') \
                  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                                  AND d.objid = c.oid AND d.deptype = 'e')) \
      AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = u.classid AND o.objid = u.objid \
                      AND o.deptype IN ('e', 'i')) \
    ORDER BY 1";

/// Why no schema was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    #[error(
        "its tables use extension {}, which a schema beside them does not reach: name another database, \
         without tables, that has the extension",
        .0.join(", ")
    )]
    OutOfReach(Vec<String>),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A schema in a database that others use, too. A schema that migrations make beside it would be
/// somebody's: nobody could say whose, and it could not be dropped.
#[derive(Debug)]
pub(crate) struct ScratchSchema {
    name: String,
}

impl ScratchSchema {
    /// Makes it. Gives also the options of connections whose tables go there.
    pub(crate) async fn make(
        session: &mut PgConnection,
        server: &PgConnectOptions,
        name: &str,
    ) -> Result<(Self, PgConnectOptions), SchemaError> {
        drop_abandoned(session).await;
        let hidden = names(session, OUT_OF_REACH).await?;
        if !hidden.is_empty() {
            return Err(SchemaError::OutOfReach(hidden));
        }
        let create = format!("CREATE SCHEMA {}", identifier(name));
        session.execute(AssertSqlSafe(create)).await?;
        let mut path = vec![name.to_owned()];
        path.extend(names(session, OF_EXTENSIONS).await?);
        let path: Vec<String> = path.iter().map(|name| identifier(name)).collect();
        // In the options of a session, a backslash comes before a blank.
        let path = path.join(",").replace(' ', "\\ ");
        let options = server.clone().options([("search_path", path)]);
        let name = name.to_owned();
        Ok((Self { name }, options))
    }

    /// Drops it.
    pub(crate) async fn drop(&self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        drop_schema(session, &self.name).await
    }
}

async fn names(
    session: &mut PgConnection,
    sql: impl SqlSafeStr,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = session.fetch_all(sql.into_sql_str()).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

async fn drop_schema(session: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", identifier(name));
    session.execute(AssertSqlSafe(drop)).await?;
    Ok(())
}

/// Drops what killed processes have left. A failure is no reason not to go on.
async fn drop_abandoned(session: &mut PgConnection) {
    let abandoned = abandoned("pg_namespace", "nspname", "nspowner");
    for schema in names(session, abandoned).await.unwrap_or_default() {
        if let Err(error) = drop_schema(session, &schema).await {
            tracing::debug!(%error, schema, "left an abandoned scratch schema");
        }
    }
}
