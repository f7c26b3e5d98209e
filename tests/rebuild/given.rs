//! A schema of SQLite with everything that a rebuild can lose, its rows, and all that can be seen
//! of a database.

use std::collections::BTreeMap;

use acceptance::{Engine, Scratch};
use groundwork_naming::Convention;
use groundwork_schema::{
    alter::Alter,
    run::{self, Goal, RunError, Settings},
};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectOptions, Database, DatabaseConnection, Statement},
};

pub(super) const CONVENTION: Convention = migration::CONVENTION;

/// Cascades, a reference to the table itself, generated columns, an expression and a partial
/// index, triggers on tables and on a view, views over views, `AUTOINCREMENT`, `WITHOUT ROWID`,
/// `STRICT`, rowids with gaps, and names that need quotes.
pub(super) const LIBRARY: &str = r#"
CREATE TABLE authors (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    name text NOT NULL COLLATE NOCASE,
    born bigint,
    CONSTRAINT "ck_authors_born" CHECK (born > 0)
);
CREATE TABLE "books" (
    id bigint NOT NULL,
    author_id bigint NOT NULL,
    title text NOT NULL, /* as printed */
    subtitle text,
    price double NOT NULL DEFAULT 1,
    twice AS (price * 2) STORED,
    shout text GENERATED ALWAYS AS (upper(title)) VIRTUAL,
    sequel_of bigint,
    "pages in it" text DEFAULT '100',
    note text,
    CONSTRAINT "pk_books" PRIMARY KEY (id),
    CONSTRAINT "uq_books_title" UNIQUE (title),
    CONSTRAINT "fk_books_author_id_authors" FOREIGN KEY (author_id)
        REFERENCES authors (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "fk_books_sequel_of_books" FOREIGN KEY (sequel_of)
        REFERENCES books (id) ON DELETE SET NULL,
    CONSTRAINT "ck_books_price" CHECK (books.price >= 0)
);
CREATE INDEX "ix_books_author_id" ON "books" ("author_id");
CREATE INDEX "ix_books_cheap" ON books (price DESC) WHERE price < 10;
CREATE INDEX "ix_books_lower" ON books (lower(title) COLLATE NOCASE, sequel_of);
CREATE UNIQUE INDEX "uq_books_subtitle" ON books (subtitle) WHERE subtitle <> '';
CREATE TABLE loans (
    book_id bigint NOT NULL,
    reader text NOT NULL,
    days bigint,
    CONSTRAINT "pk_loans" PRIMARY KEY (book_id, reader),
    CONSTRAINT "fk_loans_book_id_books" FOREIGN KEY (book_id) REFERENCES books (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE codes (code TEXT NOT NULL PRIMARY KEY, amount INTEGER, label TEXT) STRICT;
CREATE TABLE notes (text text, rowid_of text);
CREATE TABLE log (line text);
CREATE VIEW cheap AS SELECT b.title, a.name FROM books b JOIN authors a ON a.id = b.author_id
    WHERE b.price < 10;
CREATE VIEW "cheap names" AS SELECT name FROM cheap;
CREATE TRIGGER tr_books_insert AFTER INSERT ON books BEGIN
    INSERT INTO log VALUES ('insert ' || NEW.title); END;
CREATE TRIGGER tr_books_delete AFTER DELETE ON books BEGIN
    INSERT INTO log VALUES ('delete ' || OLD.title); END;
CREATE TRIGGER tr_books_update AFTER UPDATE OF title ON books WHEN OLD.title <> NEW.title BEGIN
    INSERT INTO log SELECT 'update ' || title FROM cheap; END;
CREATE TRIGGER tr_loans_insert AFTER INSERT ON loans BEGIN
    UPDATE books SET sequel_of = NULL WHERE id = NEW.book_id AND id < 0; END;
CREATE TRIGGER tr_cheap INSTEAD OF INSERT ON cheap BEGIN
    INSERT INTO log VALUES ('cheap ' || NEW.title); END;
"#;

/// Rows for every table, with gaps where numbers are given.
pub(super) const ROWS: &str = r#"
INSERT INTO authors (id, name, born) VALUES (1, 'Ada', 1815), (2, 'Émile', NULL), (9, 'Zoë', 1960);
DELETE FROM authors WHERE id = 9;
INSERT INTO books (id, author_id, title, subtitle, price, sequel_of, "pages in it", note) VALUES
    (10, 1, 'Engines', NULL, 3.5, NULL, '12', NULL), (20, 1, 'More engines', '', 25, 10, '340', 'x'),
    (30, 2, '', 'of ''it''', 0, 20, NULL, NULL), (40, 2, 'Ünïcode 💡', '', 9.75, 40, '7', NULL);
DELETE FROM books WHERE id = 20;
UPDATE books SET sequel_of = 10 WHERE id = 30;
INSERT INTO loans VALUES (10, 'me', 3), (40, 'me', NULL), (40, 'you', 9);
INSERT INTO codes VALUES ('a', 1, NULL), ('b', NULL, 'two');
INSERT INTO notes (rowid, text) VALUES (5, 'five'), (70, 'seventy'), (600, NULL);
"#;

/// A migration that runs SQL, or makes changes.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    pub(super) up: Vec<Alter>,
    pub(super) down: Vec<Alter>,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(self.sql)
            .await?;
        make(&self.up, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(&self.down, manager).await
    }
}

async fn make(changes: &[Alter], manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for change in changes {
        change.clone().apply(manager, &CONVENTION).await?;
    }
    Ok(())
}

/// A list of two migrations: one runs SQL, the other makes changes.
pub(super) fn migrations(
    sql: &'static str,
    up: Vec<Alter>,
    down: Vec<Alter>,
) -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(Step {
            name: "m20260101_000000_create",
            sql,
            up: Vec::new(),
            down: Vec::new(),
        }),
        Box::new(Step {
            name: "m20260102_000000_change",
            sql: "",
            up,
            down,
        }),
    ]
}

/// A database of its own, and a connection for migrations.
pub(super) async fn empty(engine: Engine) -> (Scratch, DatabaseConnection) {
    let scratch = Scratch::empty(engine).await;
    let connection = connect(&scratch).await;
    (scratch, connection)
}

pub(super) async fn connect(scratch: &Scratch) -> DatabaseConnection {
    let url = match scratch.engine() {
        Engine::Sqlite => format!("{}?mode=rwc", scratch.url()),
        Engine::Postgres => scratch.url().to_owned(),
    };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// The library with its rows.
pub(super) async fn library() -> (Scratch, DatabaseConnection) {
    let (scratch, connection) = empty(Engine::Sqlite).await;
    let create = migrations(LIBRARY, Vec::new(), Vec::new());
    up(&connection, &create[..1]).await.unwrap();
    execute(&connection, ROWS).await;
    (scratch, connection)
}

/// Makes these changes to the library by a migration.
pub(super) async fn change(
    connection: &DatabaseConnection,
    changes: Vec<Alter>,
) -> Result<(), RunError> {
    up(connection, &migrations(LIBRARY, changes, Vec::new())).await
}

pub(super) async fn up(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<(), RunError> {
    let settings = Settings::new(&CONVENTION);
    run::up(connection, migrations, Goal::All, &settings)
        .await
        .map(drop)
}

pub(super) async fn down(
    connection: &DatabaseConnection,
    migrations: &[Box<dyn MigrationTrait>],
) -> Result<(), RunError> {
    let settings = Settings::new(&CONVENTION);
    run::down(connection, migrations, Goal::Steps(1), &settings)
        .await
        .map(drop)
}

/// Runs SQL that must succeed.
pub(super) async fn execute(connection: &DatabaseConnection, sql: &str) {
    if let Err(error) = connection.execute_unprepared(sql).await {
        panic!("{error}: {sql}");
    }
}

/// What the database says about SQL that it must refuse.
pub(super) async fn refused(connection: &DatabaseConnection, sql: &str) -> String {
    match connection.execute_unprepared(sql).await {
        Ok(_) => panic!("admitted: {sql}"),
        Err(error) => error.to_string(),
    }
}

/// The first column of every row, as text.
pub(super) async fn texts(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// All that can be seen of an SQLite database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DatabaseSnapshot {
    /// Each object's text, by kind and name; the one text for which SQLite has two spellings,
    /// `CREATE TABLE name` and `CREATE TABLE "name"`, in the latter.
    pub(super) objects: BTreeMap<String, String>,
    /// Each table's and view's rows, every value as a literal, the rowid first where there is one.
    pub(super) rows: BTreeMap<String, Vec<String>>,
}

impl DatabaseSnapshot {
    pub(super) async fn of(connection: &DatabaseConnection) -> Self {
        let objects = texts(
            connection,
            "SELECT type || ' ' || name || char(10) || coalesce(sql, '') FROM sqlite_master
             WHERE name <> 'seaql_migrations' AND tbl_name <> 'seaql_migrations'",
        )
        .await;
        let objects = objects.iter().map(|text| {
            let (name, sql) = text.split_once('\n').unwrap();
            let table = name.strip_prefix("table ").unwrap_or_default();
            let bare = format!("CREATE TABLE {table} (");
            let quoted = format!("CREATE TABLE \"{table}\" (");
            (name.to_owned(), sql.replacen(&bare, &quoted, 1))
        });
        let mut rows = BTreeMap::new();
        for source in texts(
            connection,
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')
             AND name <> 'seaql_migrations'",
        )
        .await
        {
            let found = rows_of(connection, &source).await;
            rows.insert(source, found);
        }
        Self {
            objects: objects.collect(),
            rows,
        }
    }
}

async fn rows_of(connection: &DatabaseConnection, source: &str) -> Vec<String> {
    let columns = texts(
        connection,
        &format!("SELECT name FROM pragma_table_xinfo('{source}') ORDER BY cid"),
    )
    .await;
    let has_rowid = texts(
        connection,
        &format!(
            "SELECT type FROM pragma_table_list('{source}') WHERE type = 'table' AND wr = 0
                 AND name <> 'sqlite_sequence'"
        ),
    )
    .await;
    let mut values: Vec<String> = columns
        .iter()
        .map(|column| format!("'{column} ' || quote(\"{column}\")"))
        .collect();
    if !has_rowid.is_empty() {
        values.insert(0, "'rowid ' || quote(rowid)".to_owned());
    }
    let sql = format!(
        "SELECT {} FROM \"{source}\" ORDER BY 1",
        values.join(" || '; ' || ")
    );
    texts(connection, &sql).await
}

/// Whether the database is sound, and every foreign key holds.
pub(super) async fn require_sound(connection: &DatabaseConnection) {
    assert_eq!(texts(connection, "PRAGMA integrity_check").await, ["ok"]);
    let orphans = texts(connection, "SELECT \"table\" FROM pragma_foreign_key_check").await;
    assert!(orphans.is_empty(), "{orphans:?}");
    let legacy = "SELECT CAST(legacy_alter_table AS text) FROM pragma_legacy_alter_table";
    assert_eq!(texts(connection, legacy).await, ["0"]);
}
