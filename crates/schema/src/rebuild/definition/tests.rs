use super::Definition;

const BOOKS: &str = r#"CREATE TABLE "books" (
    -- who is who
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    [title of it] varchar(10, 2) NOT NULL ON CONFLICT FAIL DEFAULT 'a, (b' COLLATE NOCASE, -- the title
    price decimal CONSTRAINT ck_price CHECK (books.price > 0) DEFAULT -1.5,
    author bigint REFERENCES authors (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT NULL,
    twice AS (price * 2) STORED UNIQUE,
    untyped,
    CONSTRAINT uq_books UNIQUE (price, "author" COLLATE nocase DESC),
    FOREIGN KEY (author, price) REFERENCES pairs ON UPDATE CASCADE /* why not */
) STRICT, WITHOUT ROWID"#;

fn books() -> Definition {
    Definition::parse("books", BOOKS).unwrap()
}

#[test]
fn what_is_not_changed_is_kept_to_the_byte() {
    let expected = BOOKS
        .replace("TABLE \"books\"", "TABLE \"new\"")
        .replace("books.price", "price");
    assert_eq!(books().create_as("new").unwrap(), expected);
}

#[test]
fn a_change_touches_its_own_place_only() {
    let mut books = books();
    books.set_required("title of it", false).unwrap();
    books.set_kind("PRICE", "double").unwrap();
    books.set_default("price", Some("0")).unwrap();
    books.set_required("untyped", true).unwrap();
    assert!(books.drop_foreign_key(&["author"], "authors"));
    assert!(!books.drop_foreign_key(&["author"], "authors"));
    assert!(books.drop_unique(&["price", "author"]));
    books.add_column("mood", "text NOT NULL").unwrap();
    books
        .add_constraint("CONSTRAINT ck_mood CHECK (mood <> '')")
        .unwrap();
    insta::assert_snapshot!(books.create_as("new").unwrap());
}

#[test]
fn a_released_column_is_held_by_no_constraint() {
    let mut books = books();
    books.release_column("price").unwrap();
    let text = books.create_as("new").unwrap();
    for gone in ["uq_books", "pairs", "ck_price"] {
        assert!(!text.contains(gone), "{text}");
    }
    assert!(text.contains("REFERENCES authors"), "{text}");
    assert!(text.contains("price decimal DEFAULT -1.5"), "{text}");
    assert!(books.release_column("prise").is_err());
}

#[test]
fn a_new_primary_key_replaces_the_old_one() {
    let mut books = books();
    assert_eq!(books.primary_key(), ["id"]);
    books
        .set_primary_key("pk_books", &["author", "id"])
        .unwrap();
    let text = books.create_as("new").unwrap();
    assert!(text.contains("id INTEGER NOT NULL,"), "{text}");
    assert!(
        text.contains(r#"CONSTRAINT "pk_books" PRIMARY KEY ("author", "id")"#),
        "{text}"
    );
    assert!(!text.contains("AUTOINCREMENT"), "{text}");
    assert_eq!(books.primary_key(), ["author", "id"]);
}

#[test]
fn a_column_is_plain_if_nothing_uses_it() {
    let books = books();
    assert!(books.is_plain("untyped").unwrap());
    assert!(books.is_plain("title of it").unwrap());
    for used in ["id", "price", "author", "twice"] {
        assert!(!books.is_plain(used).unwrap(), "{used}");
    }
}

#[test]
fn what_is_not_understood_is_refused_with_the_place() {
    for sql in [
        "CREATE TABLE t (a int, b int SHINY (3) +)",
        "CREATE TABLE t (a int CHECK a > 0)",
        "CREATE TABLE t (a int, UNIQUE a)",
        "CREATE TABLE t (a int, CHECK (a > 0) CHECK (a < 9))",
        "CREATE TABLE t (a int",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "CREATE TABLE t (a int, 'b' text)",
    ] {
        let error = Definition::parse("t", sql).unwrap_err();
        assert!(error.to_string().ends_with(sql), "{error}");
    }
}
