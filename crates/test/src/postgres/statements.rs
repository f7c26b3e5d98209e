//! Statements that a test runs on its own server.

use std::fs;

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::PostgresServer;

impl PostgresServer {
    /// Runs one statement as the administrator.
    ///
    /// # Panics
    /// If the server refuses it.
    pub async fn run(&self, sql: &'static str) {
        let mut session = PgConnection::connect(&self.url())
            .await
            .expect("a session on the server");
        session
            .execute(sql)
            .await
            .expect("a statement that it takes");
        session.close().await.expect("the end of the session");
    }

    /// Asks everybody but the administrator for a password from now on.
    ///
    /// # Panics
    /// If the server does not take the rule.
    pub async fn ask_for_passwords(&self) {
        let rules = "host all postgres all trust\nhost all all all scram-sha-256\n";
        fs::write(self.data().join("pg_hba.conf"), rules).expect("the rules of the server");
        self.run("SELECT pg_reload_conf()").await;
    }
}
