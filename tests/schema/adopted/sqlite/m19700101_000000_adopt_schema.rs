//! The schema of the SQLite database that this project began with.

use groundwork_schema::run::irreversible;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

const STATEMENTS: &[&str] = &[
    r#"CREATE TABLE "publishers" (
    "id" integer NOT NULL CONSTRAINT "pk_publishers" PRIMARY KEY AUTOINCREMENT,
    "name" text NOT NULL COLLATE NOCASE,
    "country" text DEFAULT 'NZ',
    CONSTRAINT "uq_publishers_name" UNIQUE ("name")
)"#,
    r#"CREATE TABLE "books" (
    "id" blob NOT NULL,
    "publisher_id" integer,
    "sequel_of" blob,
    "title" text NOT NULL,
    "price_cents" bigint NOT NULL DEFAULT 0,
    "price" real GENERATED ALWAYS AS ("price_cents" / 100.0) VIRTUAL,
    "slug" text GENERATED ALWAYS AS (lower("title")) STORED,
    CONSTRAINT "pk_books" PRIMARY KEY ("id"),
    CONSTRAINT "uq_books_publisher_id_title" UNIQUE ("publisher_id", "title"),
    CONSTRAINT "ck_books_price_cents" CHECK ("price_cents" >= 0),
    CONSTRAINT "ck_books_title" CHECK (length("title") BETWEEN 1 AND 200),
    CONSTRAINT "fk_books_publisher_id_publishers" FOREIGN KEY ("publisher_id") REFERENCES "publishers" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "fk_books_sequel_of_books" FOREIGN KEY ("sequel_of") REFERENCES "books" ("id") ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED
)"#,
    r#"CREATE TABLE "editions" (
    "book_id" blob NOT NULL,
    "number" integer NOT NULL,
    "status" text NOT NULL DEFAULT 'planned',
    CONSTRAINT "pk_editions" PRIMARY KEY ("book_id", "number"),
    CONSTRAINT "ck_editions_status" CHECK ("status" IN ('planned', 'printed', 'sold out')),
    CONSTRAINT "fk_editions_book_id_books" FOREIGN KEY ("book_id") REFERENCES "books" ("id") ON DELETE CASCADE
) WITHOUT ROWID"#,
    r#"CREATE TABLE "prices" (
    "book_id" blob NOT NULL,
    "number" integer NOT NULL,
    "since" text NOT NULL,
    "cents" integer NOT NULL,
    CONSTRAINT "pk_prices" PRIMARY KEY ("book_id", "number", "since"),
    CONSTRAINT "fk_prices_book_id_number_editions" FOREIGN KEY ("book_id", "number") REFERENCES "editions" ("book_id", "number") ON DELETE CASCADE
) STRICT"#,
    r#"CREATE TABLE "sold" ("edition" text NOT NULL, "times" integer NOT NULL DEFAULT 1)"#,
    r#"CREATE INDEX "ix_books_publisher_id" ON "books" ("publisher_id")"#,
    r#"CREATE INDEX "ix_books_sequel_of" ON "books" ("sequel_of") WHERE "sequel_of" IS NOT NULL"#,
    r#"CREATE INDEX "ix_books_lower_title" ON "books" (lower("title"), "price_cents" DESC)"#,
    r#"CREATE UNIQUE INDEX "uq_books_slug" ON "books" ("slug") WHERE "price_cents" > 0"#,
    r#"CREATE INDEX "ix_sold_edition" ON "sold" ("edition" COLLATE NOCASE)"#,
    r#"CREATE VIEW "cheap_books" AS SELECT "id", "title" FROM "books" WHERE "price_cents" < 1000"#,
    r#"CREATE TRIGGER "books_are_counted" AFTER INSERT ON "books" BEGIN
    INSERT INTO "sold" ("edition", "times") VALUES (new."title", 0);
END"#,
    r#"CREATE TRIGGER "titles_stay" BEFORE UPDATE OF "title" ON "books" WHEN old."price_cents" > 0 BEGIN
    SELECT raise(ABORT, 'the title is printed; it stays');
END"#,
    r#"CREATE TRIGGER no_more INSTEAD OF INSERT ON cheap_books BEGIN
                 SELECT raise(ABORT, 'no more');
             END"#,
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Sqlite {
            let message = "this migration was adopted from SQLite and runs there only";
            return Err(DbErr::Migration(message.to_owned()));
        }
        for statement in STATEMENTS {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(irreversible("it is what was there before"))
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
