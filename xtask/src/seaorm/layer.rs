//! SeaORM, with the connection of Groundwork in place of its own: what its tests find under the
//! name `sea_orm`. `cargo xtask seaorm` compiles this in a crate of its own, outside of the
//! workspace.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use groundwork_core::{config, db};
use groundwork_naming::Convention;
pub use seaorm_itself::*;

pub type DatabaseConnection = db::Database;
pub type DatabaseTransaction = db::UnitOfWork;
pub type DbConn = DatabaseConnection;

pub mod prelude {
    pub use seaorm_itself::prelude::*;

    pub use crate::{DatabaseConnection, DbConn, HasSchemaBuilder};
}

pub mod entity {
    pub use seaorm_itself::entity::*;

    pub use crate::HasSchemaBuilder;
    pub use crate::prelude;
}

/// What SeaORM's own connection has as a method.
pub trait HasSchemaBuilder {
    fn get_schema_builder(&self) -> SchemaBuilder;
}

impl HasSchemaBuilder for DatabaseConnection {
    fn get_schema_builder(&self) -> SchemaBuilder {
        Schema::new(self.engine().backend()).builder()
    }
}

/// SeaORM's tests name no constraints; they distinguish violations by their kinds only.
const CONVENTION: Convention = Convention {
    primary_key: "pk_{table}",
    foreign_key: "fk_{table}_{columns}_{referred_table}",
    unique: "uq_{table}_{columns}",
    check: "ck_{table}_{rule}",
    index: "ix_{table}_{columns}",
    not_null: "nn_{table}_{columns}",
};

/// Opens databases of Groundwork's.
pub struct Database;

impl Database {
    pub async fn connect(options: impl Into<ConnectOptions>) -> Result<DatabaseConnection, DbErr> {
        let options: ConnectOptions = options.into();
        let opened = db::Database::open(&settings(&options), CONVENTION).await;
        opened.map_err(|error| DbErr::Custom(error.to_string()))
    }
}

/// A connection for what no transaction takes: making and dropping the databases of the tests.
pub async fn connect_plainly(url: &str) -> Result<seaorm_itself::DatabaseConnection, DbErr> {
    seaorm_itself::Database::connect(url).await
}

/// Each database in memory becomes a file of its own.
fn settings(options: &ConnectOptions) -> config::Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let url = if options.get_url().starts_with("sqlite") {
        let folder = std::env::var("SEAORM_TESTS_FOLDER").expect("a folder for databases");
        let (process, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        format!("sqlite://{folder}/{process}-{next}.db")
    } else {
        options.get_url().to_owned()
    };
    config::Database {
        url: url.parse().expect("a URL of a database"),
        replica_url: None,
        migrate_url: None,
        scratch_url: None,
        replica_max_lag: std::time::Duration::from_secs(1),
        max_connections: Ord::max(options.get_max_connections().unwrap_or(10), 2),
        readers: 4,
        acquire_timeout: options.get_acquire_timeout().unwrap_or(Duration::from_secs(30)),
        busy_timeout: Duration::from_secs(5),
        unit_of_work_timeout: Duration::from_secs(30),
        max_lifetime: Duration::from_secs(1800),
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(30),
        slow_statement: Duration::from_secs(5),
        migrate_on_start: false,
    }
}
