//! A schema of everything that is hard for generated entities: reserved words, several foreign keys
//! to one table, a table that refers to itself, keys of several columns, partial indexes and
//! indexes over expressions, columns that may all be NULL, and types that the engines store
//! differently.

use sea_orm_migration::{
    MigrationName, MigrationTrait, async_trait,
    prelude::{
        ColumnDef, DbErr, Expr, ExprTrait as _, ForeignKey, ForeignKeyAction,
        ForeignKeyCreateStatement, Index, SchemaManager, Table, TableCreateStatement,
    },
    sea_orm::ConnectionTrait as _,
};

/// Makes the whole schema.
pub(super) struct CreateOddSchema;

impl MigrationName for CreateOddSchema {
    fn name(&self) -> &'static str {
        "m20260101_000000_create_odd_schema"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateOddSchema {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            authors(),
            genres(),
            books(),
            book_genres(),
            readers(),
            cards(),
            loans(),
            old_habits(),
        ] {
            manager.create_table(table).await?;
        }
        let database = manager.get_connection();
        for sql in [
            r#"CREATE UNIQUE INDEX "uq_books_title" ON "books" ("title") WHERE "sequel_of_id" IS NULL"#,
            r#"CREATE UNIQUE INDEX "uq_genres_lower" ON "genres" (lower("name"))"#,
            r#"CREATE UNIQUE INDEX "uq_authors_ref" ON "authors" ("ref")"#,
            r#"CREATE VIEW "titles" AS SELECT "title" FROM "books""#,
        ] {
            database.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// Named after keywords, and everything but the key may be NULL.
fn authors() -> TableCreateStatement {
    Table::create()
        .table("authors")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(
            ColumnDef::new("type")
                .text()
                .check(Expr::col("type").is_in(["person", "ghost-writer", "2nd hand"])),
        )
        .col(ColumnDef::new("ref").big_integer())
        .col(ColumnDef::new("self").text())
        .take()
}

/// Its key is a text.
fn genres() -> TableCreateStatement {
    Table::create()
        .table("genres")
        .col(ColumnDef::new("name").text().not_null().primary_key())
        .take()
}

/// Two keys to `authors`, one to itself, two unique keys that share a column.
fn books() -> TableCreateStatement {
    Table::create()
        .table("books")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("title").string_len(80).not_null())
        .col(ColumnDef::new("author_id").uuid().not_null())
        .col(ColumnDef::new("editor_id").uuid())
        .col(ColumnDef::new("sequel_of_id").uuid())
        .col(ColumnDef::new("shelf").text().not_null())
        .col(ColumnDef::new("place").big_integer().not_null())
        .col(ColumnDef::new("barcode").text().not_null())
        .col(ColumnDef::new("cover").var_binary(4096))
        .col(ColumnDef::new("weight").double())
        .col(ColumnDef::new("is_lent").boolean().not_null())
        .col(ColumnDef::new("bought_on").date())
        .col(ColumnDef::new("read_at").time())
        .col(ColumnDef::new("scanned_at").timestamp_with_time_zone())
        .col(ColumnDef::new("details").json())
        .index(
            Index::create()
                .unique()
                .name("uq_books_place")
                .col("shelf")
                .col("place"),
        )
        .index(
            Index::create()
                .unique()
                .name("uq_books_barcode")
                .col("shelf")
                .col("barcode"),
        )
        .foreign_key(&mut key("books", &["author_id"], "authors", &["id"]))
        .foreign_key(
            key("books", &["editor_id"], "authors", &["id"]).on_delete(ForeignKeyAction::SetNull),
        )
        .foreign_key(
            key("books", &["sequel_of_id"], "books", &["id"]).on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

/// Nothing but a way from books to genres.
fn book_genres() -> TableCreateStatement {
    Table::create()
        .table("book_genres")
        .col(ColumnDef::new("book_id").uuid().not_null())
        .col(ColumnDef::new("genre_name").text().not_null())
        .primary_key(Index::create().col("book_id").col("genre_name"))
        .foreign_key(
            key("book_genres", &["book_id"], "books", &["id"]).on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            key("book_genres", &["genre_name"], "genres", &["name"])
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn readers() -> TableCreateStatement {
    Table::create()
        .table("readers")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("favourite_author_id").uuid())
        .foreign_key(
            key("readers", &["favourite_author_id"], "authors", &["id"])
                .on_delete(ForeignKeyAction::SetNull),
        )
        .take()
}

/// Its key is a foreign key: at most one card for a reader.
fn cards() -> TableCreateStatement {
    Table::create()
        .table("cards")
        .col(ColumnDef::new("reader_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("valid_until").timestamp_with_time_zone())
        .foreign_key(
            key("cards", &["reader_id"], "readers", &["id"]).on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

/// A foreign key of two columns, and one to a card, whose key is another's.
fn loans() -> TableCreateStatement {
    Table::create()
        .table("loans")
        .col(
            ColumnDef::new("id")
                .big_integer()
                .not_null()
                .auto_increment()
                .primary_key(),
        )
        .col(ColumnDef::new("shelf").text().not_null())
        .col(ColumnDef::new("place").big_integer().not_null())
        .col(ColumnDef::new("card_id").uuid().not_null())
        .foreign_key(&mut key(
            "loans",
            &["shelf", "place"],
            "books",
            &["shelf", "place"],
        ))
        .foreign_key(&mut key("loans", &["card_id"], "cards", &["reader_id"]))
        .take()
}

/// Types that the engines do not agree on, and a foreign key named after a keyword.
fn old_habits() -> TableCreateStatement {
    Table::create()
        .table("old_habits")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("use").uuid())
        .col(ColumnDef::new("small").small_integer())
        .col(ColumnDef::new("number").integer())
        .col(ColumnDef::new("moment").timestamp())
        .foreign_key(&mut key("old_habits", &["use"], "readers", &["id"]))
        .take()
}

fn key(
    table: &'static str,
    columns: &[&'static str],
    referred: &'static str,
    referred_columns: &[&'static str],
) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.name(format!("fk_{table}_{}", columns.join("_")));
    for column in columns {
        key.from(table, *column);
    }
    for column in referred_columns {
        key.to(referred, *column);
    }
    key.take()
}
