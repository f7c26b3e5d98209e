//! A wrong type map is refused with every problem at its line, and a right one is taken.

use std::fs;

use groundwork_core::error::{DomainError, Kind};
use groundwork_migrate::entities::Entities;

use super::{Run, odd_migrations};

/// The odd schema, laid out by a map that is right, to be made wrong line by line.
const RIGHT: &str = r#"ignored = ["old_habits"]

[library]
tables = ["authors", "book_genres", "books", "genres"]

[library.ids]
"authors.id" = "AuthorId"
"books.id" = "BookId"

[library.enums]
"authors.type" = "AuthorKind"

[people]
tables = ["cards", "loans", "readers"]

[people.ids]
"readers.id" = "ReaderId"
"#;

/// Runs the command on a map; its error is without the folder's name.
async fn checked(map: &str) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("entities.toml"), map).unwrap();
    let command = Entities {
        entity: Some(dir.path().to_owned()),
        ..Entities::default()
    };
    let run = Run::of(&command, &odd_migrations()).await;
    match run.outcome {
        Ok(_) => Ok(()),
        Err(error) => {
            assert_eq!(error.kind(), Kind::Invalid);
            assert!(!dir.path().join("src").exists(), "nothing may be written");
            Err(error
                .to_string()
                .replace(&format!("{}/", dir.path().display()), ""))
        }
    }
}

#[tokio::test]
async fn a_right_map_is_taken() {
    assert_eq!(checked(RIGHT).await, Ok(()));
}

#[tokio::test]
async fn what_does_not_fit_the_tables_is_reported_all_at_once() {
    let map = RIGHT
        .replace("\"book_genres\", ", "\"books_genres\", ")
        .replace("\"loans\", ", "\"books\", ")
        .replace("authors.id", "authors.ids")
        .replace("\"books.id\"", "\"books.is_lent\"")
        .replace("\"authors.type\"", "\"books.shelf\"")
        .replace("\"readers.id\"", "\"authors.id\"");
    insta::assert_snapshot!(checked(&map).await.unwrap_err());
}

#[tokio::test]
async fn what_is_wrong_in_itself_is_reported_before_any_database_is_made() {
    let map = RIGHT
        .replace("[library.enums]", "[library.enum]")
        .replace("\"AuthorId\"", "\"Model\"")
        .replace("\"BookId\"", "\"book_id\"")
        .replace("[\"cards\", \"loans\", \"readers\"]", "[\"cards\", 7]")
        .replace("\"readers.id\"", "\"readers\"")
        + "\n[Spelled-Badly]\ntables = \"all\"\n";
    insta::assert_snapshot!(checked(&map).await.unwrap_err());
}

#[tokio::test]
async fn one_type_cannot_be_two_things() {
    let map = RIGHT.replace("\"BookId\"", "\"AuthorId\"").replace(
        "\"authors.type\" = \"AuthorKind\"",
        "\"authors.type\" = \"AuthorId\"",
    );
    insta::assert_snapshot!(checked(&map).await.unwrap_err());
}

#[tokio::test]
async fn a_map_that_is_no_toml_is_reported_with_its_line() {
    insta::assert_snapshot!(
        checked("[library]\ntables = [\"authors\"\n")
            .await
            .unwrap_err()
    );
}
